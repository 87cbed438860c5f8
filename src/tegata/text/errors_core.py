"""Sentences of the errors raised by the protocol core (pki, acme), and their reasons in Japanese."""

from tegata.text.catalogue import Entry, Sentence

ENTRIES: dict[str, Entry] = {
    "pki.key-type": Entry(
        Sentence("There is no key type {word}.", "鍵の種類 {word} はありません。"),
        Sentence("Choose one of: {known}.", "次の中から選んでください: {known}。"),
    ),
    "pki.key": Entry(
        Sentence("The private key cannot be used: {reason}.", "秘密鍵を使用できません: {reason}。"),
        Sentence(
            "Give an unencrypted RSA, EC or Ed25519 key in PEM, in PKCS#8, PKCS#1 or SEC1 form.",
            "暗号化されていない RSA・EC・Ed25519 の鍵を、PEM（PKCS#8、PKCS#1 または SEC1）で指定してください。",
        ),
    ),
    "pki.name": Entry(
        Sentence(
            "{name} cannot be the name in a certificate: {reason}.",
            "{name} は証明書に記載できる名前ではありません: {reason}。",
        ),
        Sentence(
            "Give a host name such as www.example.com, a wildcard such as *.example.com, or an IP address.",
            "www.example.com のようなホスト名、*.example.com のようなワイルドカード、または IP アドレスを指定して"
            "ください。",
        ),
    ),
    "pki.csr": Entry(
        Sentence(
            "The certification request (CSR) cannot be accepted: {reason}.",
            "証明書署名要求（CSR）を受け付けられません: {reason}。",
        ),
        Sentence(
            "Make a new CSR with the names of the order as subjectAltName, and nothing more.",
            "注文のドメイン名を subjectAltName に記載し、それ以外を含まない CSR を作り直してください。",
        ),
    ),
    "pki.csr-name": Entry(
        Sentence(
            "The certification request (CSR) asks for {name}, which cannot be the name in a certificate: {reason}.",
            "証明書署名要求（CSR）の {name} は証明書に記載できる名前ではありません: {reason}。",
        ),
        Sentence(
            "Make a new CSR with exactly the names of the order.",
            "注文のドメイン名だけを記載した CSR を作り直してください。",
        ),
    ),
    "pki.chain": Entry(
        Sentence(
            "The certificate chain was not accepted: {reason}.",
            "証明書チェーンを受け入れませんでした: {reason}。",
        ),
        Sentence(
            "Nothing was replaced. If it came from the CA, try again, and report it to the CA if it happens again.",
            "既存のファイルは変更していません。認証局から受け取ったものであれば再度実行し、繰り返す場合は認証局へご連絡ください。",
        ),
    ),
    "pki.pfx-password": Entry(
        Sentence(
            "A PKCS#12 (PFX) file needs a password; the one given is empty.",
            "PKCS#12（PFX）ファイルにはパスワードが必要ですが、空のパスワードが指定されました。",
        ),
        Sentence(
            "Give a password, or leave the option out to use the default.",
            "パスワードを指定するか、オプションを省略して既定値を使用してください。",
        ),
    ),
    "pki.pfx-impossible": Entry(
        Sentence(
            "No PKCS#12 (PFX) file of the form {form} can be made here: {reason}.",
            "この環境では {form} 形式の PKCS#12（PFX）ファイルを作成できません: {reason}。",
        ),
        Sentence(
            "Nothing was ordered. Give another password, or --pfx.format SHA256 where the system has no 3DES (FIPS).",
            "注文は行っていません。別のパスワードを指定するか、システムが 3DES を許可しない場合（FIPS）は "
            "--pfx.format SHA256 を指定してください。",
        ),
    ),
    "acme.malformed": Entry(
        Sentence("A message cannot be understood: {reason}.", "メッセージを解釈できません: {reason}。"),
        Sentence(
            "The program that sent it does not follow RFC 8555: update it, or report this to its makers.",
            "送信したプログラムが RFC 8555 に従っていません。更新するか、開発元へご連絡ください。",
        ),
    ),
    "acme.base64": Entry(
        Sentence(
            "A value is not base64url without padding: {reason}.",
            "値がパディングなしの base64url ではありません: {reason}。",
        ),
        Sentence(
            "The program that sent it does not follow RFC 8555 (§6.1): update it, or report this to its makers.",
            "送信したプログラムが RFC 8555（6.1 節）に従っていません。更新するか、開発元へご連絡ください。",
        ),
    ),
    "acme.jwk": Entry(
        Sentence("The account's key cannot be used: {reason}.", "アカウントの鍵を使用できません: {reason}。"),
        Sentence(
            "Use a new account key: EC P-256 or P-384, Ed25519, or RSA from 2048 bits.",
            "EC P-256・P-384、Ed25519、または 2048 ビット以上の RSA の鍵で、アカウントを作り直してください。",
        ),
    ),
    "acme.algorithm": Entry(
        Sentence(
            "The request is signed with {algorithm}, which is not accepted for it.",
            "リクエストの署名アルゴリズム {algorithm} は受け付けられません。",
        ),
        Sentence(
            "Sign with one of {supported}, whichever belongs to the key.",
            "{supported} のうち、鍵の種類に合うもので署名してください。",
        ),
    ),
    "acme.signature": Entry(
        Sentence(
            "The request's signature is not by the account's key.", "リクエストの署名がアカウントの鍵と一致しません。"
        ),
        Sentence(
            "Check that the account's key file and its URL belong together.",
            "アカウントの鍵ファイルとアカウント URL の組み合わせを確認してください。",
        ),
    ),
    "acme.binding": Entry(
        Sentence(
            "The external account binding (EAB) does not hold: {reason}.",
            "外部アカウントの紐づけ（EAB）が正しくありません: {reason}。",
        ),
        Sentence(
            "Check that KID and HMAC key are given exactly as in the CA's EAB file.",
            "KID と HMAC 鍵が、認証局の EAB ファイルのとおりに指定されているか確認してください。",
        ),
    ),
    "acme.mac": Entry(
        Sentence("The EAB's HMAC key cannot be used: {reason}.", "EAB の HMAC 鍵を使用できません: {reason}。"),
        Sentence(
            "Copy the HMAC key again from the CA's EAB file, as a whole.",
            "認証局の EAB ファイルから、HMAC 鍵を端から端までコピーし直してください。",
        ),
    ),
    "acme.token": Entry(
        Sentence(
            "The challenge's token {token} is not safe to use: it is not 16 to 128 letters, digits, - and _.",
            "チャレンジのトークン {token} は安全に使用できません: 16〜128 文字の英数字・「-」・「_」ではありません。",
        ),
        Sentence(
            "Nothing was written. Report this to the CA: its answer breaks RFC 8555 (§8.3), or is an attack.",
            "何も書き込んでいません。RFC 8555（8.3 節）に反する応答、または攻撃のおそれがあるため、"
            "認証局へご連絡ください。",
        ),
    ),
    "acme.not-allowed": Entry(
        Sentence(
            "This cannot be done now: {event} is not possible in the status {status}.",
            "現在は実行できません: 状態 {status} では {event} を行えません。",
        ),
        Sentence(
            "Read the object again to see its present status; a new order starts from the beginning.",
            "対象の現在の状態を確認してください。やり直すには、新しい注文を作成してください。",
        ),
    ),
}

# The fact ``reason`` of these errors in Japanese. A reason without a translation is shown as it is.
REASONS: dict[str, str] = {
    "there is a NUL in the password": "パスワードに NUL 文字が含まれています",
    # keys
    "it is too long for a key": "鍵としては長すぎます",
    "it is encrypted": "暗号化されています",
    "it is not a PEM private key": "PEM 形式の秘密鍵ではありません",
    "it is neither an RSA, an EC nor an Ed25519 key": "RSA・EC・Ed25519 のいずれの鍵でもありません",
    # names
    "it is empty": "空です",
    "it is longer than 253 characters": "253 文字を超えています",
    "it is no network of addresses, such as 192.0.2.0/24": "192.0.2.0/24 のような IP アドレスの範囲ではありません",
    "an address with a zone has a meaning on one machine only": (
        "ゾーン付きのアドレスは一台の機器の中でしか意味を持ちません"
    ),
    "it is an IPv4 address written as an IPv6 address": "IPv4 アドレスを IPv6 アドレスとして表記したものです",
    "it holds a character or combination that IDNA does not allow": (
        "IDNA で認められない文字または組み合わせを含んでいます"
    ),
    "it ends with a dot": "末尾がドットです",
    "its last label is a number, as in a mistyped IP address": (
        "最後のラベルが数字です（IP アドレスの誤記と思われます）"
    ),
    "it has an empty label": "空のラベルがあります",
    "a label is longer than 63 characters": "63 文字を超えるラベルがあります",
    "a wildcard can only be the whole leftmost label": "ワイルドカードは左端のラベル全体としてのみ使用できます",
    "a label holds something other than letters, digits and hyphens between them": (
        "ラベルに、英数字とその間のハイフン以外の文字があります"
    ),
    "a label has hyphens in third and fourth place but is no xn-- label": (
        "xn-- ではないラベルの 3・4 文字目がハイフンです"
    ),
    "an xn-- label is not valid IDNA": "xn-- のラベルが IDNA として正しくありません",
    "it is an IP address, which is no DNS name": "IP アドレスであり、DNS 名ではありません",
    "it is not an IP address": "IP アドレスではありません",
    "the IP address is not in its canonical form": "IP アドレスが正規の表記ではありません",
    # certification requests
    "it is too long": "長すぎます",
    "its version is not 0": "バージョンが 0 ではありません",
    "it requests the same extension twice": "同じ拡張を二度要求しています",
    "it asks for a name that is neither a DNS name nor an IP address": (
        "DNS 名でも IP アドレスでもない名前を要求しています"
    ),
    "its key or signature is of an unknown kind": "鍵または署名が未知の種類です",
    "it is not a well-formed PKCS#10 request": "正しい形式の PKCS#10 ではありません",
    "its key is neither an RSA, an EC nor an Ed25519 key": "鍵が RSA・EC・Ed25519 のいずれでもありません",
    "its key is not written in the plain form certificates hold (rsaEncryption, a named curve)": (
        "鍵が証明書で使われる標準の形式（rsaEncryption または名前付き曲線）で書かれていません"
    ),
    "it asks for no name": "名前が一つもありません",
    "it is signed with a weak hash: SHA-256 or stronger is needed": (
        "弱いハッシュで署名されています（SHA-256 以上が必要です）"
    ),
    "its signature is not by the key it holds": "署名が、含まれている公開鍵と一致しません",
    "its subject holds more than a common name: ask with a common name alone, or none": (
        "サブジェクトにコモンネーム以外の情報があります（コモンネームのみ、または空にしてください）"
    ),
    "it gives an IP address as a DNS name": "IP アドレスを DNS 名として記載しています",
    "it requests an extension that a subscriber cannot choose": "申請者が指定できない拡張を要求しています",
    "it asks to become a certification authority": "認証局になることを要求しています",
    "it asks for an extended key usage other than server and client authentication": (
        "サーバー認証・クライアント認証以外の拡張鍵用途を要求しています"
    ),
    "it asks for a TLS feature other than must-staple": "must-staple 以外の TLS 機能を要求しています",
    # chains
    "it is longer than 256 KiB": "256 KiB を超えています",
    "it holds no certificate": "証明書がありません",
    "it holds more than 10 certificates": "証明書が 10 枚を超えています",
    "it holds something other than certificates": "証明書以外のものが含まれています",
    "a certificate in it cannot be read": "読み取れない証明書があります",
    "a certificate in it has no positive serial number": "シリアル番号が正の数ではない証明書があります",
    "its certificate is for another key": "別の鍵に対する証明書です",
    "its certificate is for other names than were asked for": "要求とは異なる名前の証明書です",
    "its certificates are not in order, each signed by the next": "証明書が、次の証明書で署名された順に並んでいません",
    # messages
    "it is not JSON": "JSON ではありません",
    "it is nested too deeply": "入れ子が深すぎます",
    "it is not a JSON object": "JSON のオブジェクトではありません",
    "a member appears twice in a JSON object": "JSON のオブジェクトに同じ項目が二度あります",
    "it holds a character outside the base64url alphabet, such as padding": (
        "base64url で使えない文字（パディングなど）があります"
    ),
    "its length is not possible in base64url": "base64url ではあり得ない長さです",
    "its last character has bits that belong to no octet": "最後の文字に余分なビットがあります",
    "it is not a certificate identifier of two parts": "二つの部分からなる証明書識別子ではありません",
    "a part of the certificate identifier has an impossible length": "証明書識別子の長さが正しくありません",
    "the serial number is not written as in a certificate": "シリアル番号が証明書での表記と異なります",
    # signatures
    "a JWS must have exactly the members protected, payload and signature": (
        "JWS の項目が protected・payload・signature の三つではありません"
    ),
    "a member of the JWS is no text": "JWS の項目が文字列ではありません",
    "the protected header holds a member that ACME does not allow": "保護ヘッダーに ACME で認められない項目があります",
    "the inner JWS must bring the new public key (jwk)": "内側の JWS には新しい公開鍵（jwk）が必要です",
    "the inner JWS must have no nonce": "内側の JWS にノンスを入れることはできません",
    "the inner JWS was signed for another URL than the outer one": "内側と外側の JWS で、署名された URL が異なります",
    "the key change names another account than the one that asks for it": (
        "鍵の変更の対象が、リクエストしたアカウントと異なります"
    ),
    "oldKey is not the account's key": "oldKey がアカウントの現在の鍵ではありません",
    "the protected header must hold either jwk or kid": "保護ヘッダーには jwk と kid のどちらか一方が必要です",
    "jwk in the protected header is no object": "保護ヘッダーの jwk がオブジェクトではありません",
    "alg, nonce, url or kid in the protected header is missing or no text": (
        "保護ヘッダーの alg・nonce・url・kid のいずれかがないか、文字列ではありません"
    ),
    # account keys
    "its kty is neither RSA, EC nor OKP": "kty が RSA・EC・OKP のいずれでもありません",
    "its curve is not supported": "対応していない曲線です",
    "it holds a private key, which is to be considered known from now on": (
        "秘密鍵が含まれています（この鍵は漏えいしたものとして扱ってください）"
    ),
    "a number in it is not base64url": "数値が base64url ではありません",
    "a required member is missing or is no text": "必須の項目がないか、文字列ではありません",
    "an RSA number in it is not in its shortest form": "RSA の数値が最短の表記ではありません",
    "an RSA key must have between 2048 and 8192 bits": "RSA の鍵は 2048〜8192 ビットでなければなりません",
    "its RSA modulus or exponent is not usable": "RSA の法または公開指数が使用できません",
    "a coordinate has not the length of its curve": "座標の長さが曲線と合いません",
    "its point is not on its curve": "点が曲線上にありません",
    # external account binding
    "it is neither base64url nor base64": "base64url でも base64 でもありません",
    "it is shorter than 128 bits": "128 ビットより短いです",
    "it is not a well-formed JWS of a key": "鍵を含む正しい形式の JWS ではありません",
    "its algorithm is none of HS256, HS384 and HS512": "アルゴリズムが HS256・HS384・HS512 のいずれでもありません",
    "its header holds a member that does not belong there": "ヘッダーに余分な項目があります",
    "its header lacks kid or url": "ヘッダーに kid または url がありません",
    "its payload is not a key": "ペイロードが鍵ではありません",
    "its url is not the URL of the request": "url がリクエストの URL と一致しません",
    "it binds another key than the one the request is signed with": (
        "リクエストの署名に使われた鍵とは別の鍵が紐づけられています"
    ),
    "its MAC is wrong": "MAC が一致しません",
}
