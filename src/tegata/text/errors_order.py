"""Sentences of the errors raised by the CA's rules of orders and revocation, and their reasons in Japanese."""

from tegata.text.catalogue import Entry, Sentence

_GIVE_A_HOST_NAME = Sentence(
    "Give a host name such as www.example.com.", "www.example.com のようなホスト名を指定してください。"
)
_SEE_THE_CONTRACT = Sentence(
    "The customer portal shows the contract's names and dates.",
    "契約のドメイン名と期間は、お客様専用ページでご確認ください。",
)

ENTRIES: dict[str, Entry] = {
    # Orders.
    "order.names": Entry(
        Sentence("These names cannot be in the certificate: {names}.", "次の名前は証明書に記載できません: {names}。"),
        Sentence(
            "Each has its own reason below; order again without them, or with the contract's own names.",
            "理由は名前ごとに示しています。該当する名前を除くか、契約のドメイン名を指定してやり直してください。",
        ),
    ),
    "order.authorization": Entry(
        Sentence(
            "There is no authorization without an order for {names}.",
            "注文の前に {names} を認証することはできません。",
        ),
        Sentence(
            "The reason is below; authorize another name, or place an order.",
            "理由は下に示しています。別の名前を指定するか、注文してください。",
        ),
    ),
    "order.needed": Entry(
        Sentence(
            "{name} can be authorized within an order only.",
            "{name} は、注文の中でのみ認証できます。",
        ),
        Sentence("Place an order for it (newOrder).", "この名前を注文してください（newOrder）。"),
    ),
    "order.caa": Entry(
        Sentence(
            "CAA does not permit this CA to issue for these names: {names}.",
            "CAA レコードにより、次の名前の証明書はこの認証局から発行できません: {names}。",
        ),
        Sentence(
            "Each has its own reason below. Have the DNS mended, then run the command again.",
            "理由は名前ごとに示しています。DNS を修正した後、コマンドを再度実行してください。",
        ),
    ),
    "order.foreign-name": Entry(
        Sentence(
            "{name} is not among the names of contract {contract}.",
            "{name} は契約 {contract} のドメイン名に含まれていません。",
        ),
        _SEE_THE_CONTRACT,
    ),
    "order.eab-name": Entry(
        Sentence(
            "{name} is not among the names that the EAB {kid} is limited to.",
            "{name} は EAB（{kid}）で許可されたドメイン名に含まれていません。",
        ),
        Sentence(
            "Order it with an account of another EAB of the contract; the customer portal shows what each is for.",
            "別の EAB で登録したアカウントを使用してください。EAB ごとの許可ドメインはお客様専用ページで確認できます。",
        ),
    ),
    "order.ancestor": Entry(
        Sentence(
            "{ancestor} is no domain above {name}: {reason}.",
            "{ancestor} は {name} の上位ドメインではありません: {reason}。",
        ),
        Sentence(
            "Give a domain that the name is below, or leave it out; then the name itself is validated.",
            "名前の上位にあるドメインを指定するか、指定を外してください。外した場合は、その名前自体が審査されます。",
        ),
    ),
    "order.bad-name": Entry(
        Sentence(
            "{name} cannot be the name in a certificate: {reason}.",
            "{name} は証明書に記載できる名前ではありません: {reason}。",
        ),
        _GIVE_A_HOST_NAME,
    ),
    "order.wildcard": Entry(
        Sentence(
            "{name} is a wildcard, and the contract's service has no way to validate one.",
            "{name} はワイルドカードですが、契約のサービスにはこれを審査する方法がありません。",
        ),
        Sentence("Order each host name by itself.", "ホスト名を 1 つずつ指定してください。"),
    ),
    "order.identifier-type": Entry(
        Sentence(
            "{name} is an identifier of the type {type}, for which this CA issues no certificates.",
            "{name} は種類 {type} の識別子で、この認証局では証明書を発行できません。",
        ),
        _GIVE_A_HOST_NAME,
    ),
    "order.profile": Entry(
        Sentence(
            "The contract has no profile {profile}; its profiles: {offered}.",
            "契約にプロファイル {profile} はありません。利用できるプロファイル: {offered}。",
        ),
        Sentence(
            "Choose one of them, or none (with tegata and lego: --profile).",
            "上記から選ぶか、プロファイルを指定せずに注文してください（tegata、lego では --profile）。",
        ),
    ),
    "order.dates": Entry(
        Sentence(
            "The certificate cannot have {member} {date}: {reason}.",
            "証明書の {member} を {date} にすることはできません: {reason}。",
        ),
        Sentence(
            "Leave notBefore and notAfter out, and the certificate lives as long as it can.",
            "notBefore と notAfter を指定しなければ、可能な最長の期間で発行されます。",
        ),
    ),
    "order.not-ready": Entry(
        Sentence(
            "The order is {status}; only a ready one can be finalized.",
            "注文の状態が {status} のため、発行を要求できません（ready の場合のみ可能です）。",
        ),
        Sentence(
            "Read the order again: pending waits for validations, processing for the CA; if invalid, place a new one.",
            "pending は審査待ち、processing は発行処理中です。invalid の場合は新しく注文してください。",
        ),
    ),
    "limits.orders": Entry(
        Sentence(
            "There were as many orders for {kind} in a short time as are allowed: {count}.",
            "短時間の注文数が上限（{count} 件）に達しました（対象: {kind}）。",
        ),
        Sentence(
            "Try again at the time in Retry-After, and look why so many are placed: one order a certificate is enough.",
            "Retry-After の時刻以降に再度お試しのうえ、注文が多い原因をご確認ください。",
        ),
    ),
    "limits.accounts": Entry(
        Sentence(
            "There were as many {kind} in a short time as are allowed: {count}.",
            "{kind}が、短時間の上限（{count} 件）に達しました。",
        ),
        Sentence(
            "Try again at the time in Retry-After, and look why: a server needs one account, and registers it once.",
            "Retry-After の時刻以降に再度お試しください。アカウントはサーバーごとに 1 件で足り、登録も一度で済みます。"
            "作成や変更が多い原因をご確認ください。",
        ),
    ),
    "limits.address": Entry(
        Sentence(
            "There were as many {kind} from your network address in a short time as are allowed: {count}.",
            "お使いのネットワークアドレスからの{kind}が、短時間の上限（{count} 件）に達しました。",
        ),
        Sentence(
            "Try again at the time in Retry-After. Where many servers share an address, ask the CA for more.",
            "Retry-After の時刻以降に再度お試しください。多数のサーバーでアドレスを共有している場合は、"
            "上限の変更について認証局にご相談ください。",
        ),
    ),
    "limits.failures": Entry(
        Sentence(
            "The validation of {name} has failed too often in a short time.",
            "{name} の認証（審査）が短時間に多数失敗しています。",
        ),
        Sentence(
            "Mend what its last failure says, then try again at the time in Retry-After.",
            "直前の失敗の原因を解消し、Retry-After の時刻以降に再度お試しください。",
        ),
    ),
    "limits.paused": Entry(
        Sentence(
            "The validation of {names} has failed so many times in a row that it is paused for this account.",
            "{names} の認証（審査）が続けて失敗したため、このアカウントでは一時停止しています。",
        ),
        Sentence(
            "Mend what its failures say, or take the name off the client, then resume it at {url}",
            "失敗の原因を解消するか、クライアントの設定から名前を外したうえで、{url} で再開してください。",
        ),
    ),
    "order.reissue": Entry(
        Sentence(
            "The certificate in place already lives as long as it can, until {ends}; another could not end later.",
            "現在の証明書はすでに発行可能な最長の期限（{ends}）まで有効で、再発行しても期限は延びません。",
        ),
        Sentence(
            "Renew the contract first: then a new certificate may live longer and is issued at once.",
            "先に契約を更新してください。更新後は、より長い期限の証明書をすぐに発行できます。",
        ),
    ),
    "order.already-replaced": Entry(
        Sentence(
            "Another order already replaces the certificate {serial}.",
            "証明書 {serial} は、すでに別の注文で更新されています。",
        ),
        Sentence(
            "Finish that order, or place this one without the member replaces.",
            "その注文を完了するか、replaces を指定せずに注文してください。",
        ),
    ),
    "order.replaces": Entry(
        Sentence(
            "The order cannot replace the certificate it names: {reason}.",
            "replaces で指定された証明書を、この注文で更新することはできません: {reason}。",
        ),
        Sentence("Place the order without the member replaces.", "replaces を指定せずに注文してください。"),
    ),
    # Finalize.
    "csr.bad": Entry(
        Sentence(
            "The certification request (CSR) cannot be accepted: {reason}.",
            "証明書署名要求（CSR）を受け付けられません: {reason}。",
        ),
        Sentence(
            "Finalize the same order again with a new CSR for exactly its names.",
            "注文のドメイン名だけを記載した CSR を作り直し、同じ注文で再度要求してください。",
        ),
    ),
    "csr.key": Entry(
        Sentence(
            "The key in the certification request (CSR) is {got}; this service takes {wanted}.",
            "CSR の鍵は {got} ですが、このサービスで使用できる鍵は {wanted} です。",
        ),
        Sentence(
            "Make a new key of that kind (--key-type {key_types}; certbot: --key-type rsa) and finalize again.",
            "対応する種類の鍵を作り直して再度要求してください（--key-type {key_types}、certbot では --key-type rsa）。",
        ),
    ),
    "csr.account-key": Entry(
        Sentence(
            "The key in the certification request (CSR) is the key of an ACME account.",
            "CSR の鍵が ACME アカウントの鍵と同じです。",
        ),
        Sentence(
            "Make a key of its own for the certificate and finalize again.",
            "証明書専用の鍵を新しく作成して再度要求してください。",
        ),
    ),
    "issuance.failed": Entry(
        Sentence(
            "The CA could not make the certificate, for a reason on its own side.",
            "認証局側の問題により、証明書を発行できませんでした。",
        ),
        Sentence(
            "Please place a new order; if that fails too, report the reference number to the CA.",
            "新しく注文してください。繰り返す場合は参照番号を添えて認証局へお問い合わせください。",
        ),
    ),
    # Revocation.
    "revocation.reason": Entry(
        Sentence(
            "A certificate cannot be revoked for reason {reason}; allowed are {allowed}.",
            "失効理由 {reason} は指定できません。指定できるのは {allowed} です。",
        ),
        Sentence(
            "Choose one of them: 0 unspecified, 1 key compromise, 3 affiliation changed, 4 superseded, 5 cessation of "
            "operation; 9, privilege withdrawn, is the CA's alone.",
            "次から選んでください: 0 指定なし（その他）、1 秘密鍵の危殆化、3 組織情報の変更、4 証明書の差し替え、"
            "5 運用停止（サイトの閉鎖）。9 利用資格の取り消しは、認証局だけが指定できます。",
        ),
    ),
    "revocation.already": Entry(
        Sentence("The certificate {serial} is revoked already.", "証明書 {serial} はすでに失効しています。"),
        Sentence("Nothing is left to do.", "追加の手続きは必要ありません。"),
    ),
    "revocation.refused": Entry(
        Sentence(
            "Neither this account nor this key may revoke the certificate.",
            "このアカウントまたは鍵では、この証明書を失効できません。",
        ),
        Sentence(
            "Revoke it with the account that ordered it, or with the certificate's own key, or ask the CA.",
            "発行時のアカウントまたは証明書の秘密鍵で失効するか、認証局へお問い合わせください。",
        ),
    ),
    "revocation.unknown": Entry(
        Sentence(
            "This certificate was not issued by this CA.", "この証明書は、この認証局が発行したものではありません。"
        ),
        Sentence(
            "Check that the file and the server (-s) belong together.",
            "ファイルとサーバーホスト（-s）の組み合わせをご確認ください。",
        ),
    ),
}

# Fixed phrases that errors give as their facts ``reason`` and ``kind``.
REASONS: dict[str, str] = {
    # reports
    "report": "報告",
    "the report comes from the future": "報告の受付日時が未来です",
    "the report was answered or closed before": "報告はすでに回答済みか、完了しています",
    "the report is closed": "報告はすでに完了しています",
    "another number of certificates would be revoked than was said": "失効する証明書の枚数が指定と異なります",
    "more than one certificate is revoked only with a second person": (
        "複数の証明書を失効するには、別の担当者の承認が必要です"
    ),
    "certificates of the report are in use still; revoke them, or say it is unfounded": (
        "報告の対象に有効な証明書が残っています。失効するか、根拠のない報告として完了してください"
    ),
    "the report was not answered yet, or was closed before": "報告は未回答であるか、すでに完了しています",
    "a name or text of the report says nothing": "報告の記録が空です",
    "a text of the report is too long": "報告の記録が長すぎます",
    "a text of the report has characters that cannot be shown": "報告の記録に表示できない文字が含まれています",
    # names
    "wildcards are covered by the name with a dot in front": "ワイルドカードは、先頭にドットを付けた名前に含まれます",
    "ACME wants its A-label form (xn--…)": "ACME では A ラベル（xn--…）で指定する必要があります",
    "the name is not below it": "名前がその下位にありません",
    "an address is below no domain": "IP アドレスには上位ドメインがありません",
    "it is a public suffix, under which names are registered": "その下にドメイン名が登録される公開サフィックスです",
    "this CA does not certify it without a talk: please ask": "この認証局に事前のご相談が必要な名前です",
    "there is no such top-level domain": "存在しないトップレベルドメインです",
    "it is a name of the reverse DNS": "DNS 逆引きの名前です",
    "it is an address that is reserved, and not this CA's to certify": (
        "予約されたアドレスであり、この認証局では証明書の発行対象としていません"
    ),
    # orders
    "the order asks for no name": "注文に名前がありません",
    "the order asks for more names than one certificate may have": "1 枚の証明書に記載できる名前の数を超えています",
    "notBefore or notAfter is no RFC 3339 time": "notBefore または notAfter が RFC 3339 の日時ではありません",
    "it is not about now": "現在の時刻から離れています",
    "it is before the contract or the issuing CA begins": "契約または発行局の開始より前です",
    "it is later than the contract and the certificate's longest life allow": (
        "契約の期間または証明書の最長の有効期間を超えています"
    ),
    "it is not after the beginning": "有効期間の開始より後ではありません",
    "it has a fraction of a second": "1 秒未満の端数があります",
    # rate limits
    "this account": "このアカウント",
    "this contract": "この契約",
    "new accounts of this contract": "この契約でのアカウントの作成",
    "changes of this account": "このアカウントの変更",
    "one of these names": "指定されたドメイン名のいずれか",
    "it names no certificate of this account": "このアカウントの証明書ではありません",
    "the certificate it names has none of the order's names": "その証明書には注文の名前が一つも含まれていません",
    # certification requests
    "its key is known to be compromised": "その鍵は危殆化していることが分かっています",
    "it is known to be compromised": "危殆化していることが分かっています",
    "the key has another number of certificates than was said": "その鍵の証明書の枚数が指定と異なります",
    "its names are not exactly the order's": "名前が注文の名前と完全には一致しません",
    "it asks for must-staple, which no certificate has": "must-staple が指定されていますが、証明書には付けられません",
    "its RSA exponent is out of range: use 65537": "RSA の公開指数が範囲外です（65537 を使用してください）",
    "its RSA modulus has a small factor": "RSA の法に小さい素因数があります",
    "its RSA modulus is a power of one number": "RSA の法が一つの数の累乗です",
    "its RSA key is of a generator with a known fault (ROCA)": "既知の欠陥（ROCA）のある方法で生成された RSA の鍵です",
    "the factors of its RSA modulus are too close together": "RSA の法の二つの素因数が近すぎます",
}
