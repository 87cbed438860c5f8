"""Sentences of the errors raised by the CA's contract rules and services, and their reasons in Japanese."""

from tegata.text.catalogue import Entry, Sentence

_GIVE_A_HOST_NAME = Sentence(
    "Give a host name such as www.example.com.", "www.example.com のようなホスト名を指定してください。"
)
_SEE_THE_CONTRACT = Sentence(
    "The customer portal shows the contract's names and dates.",
    "契約のドメイン名と期間は、お客様専用ページでご確認ください。",
)

ENTRIES: dict[str, Entry] = {
    # EAB.
    "eab.required": Entry(
        Sentence(
            "A new account at this CA needs the EAB of a contract, and the request has none.",
            "この認証局でアカウントを新しく登録するには契約の EAB が必要ですが、指定されていません。",
        ),
        Sentence(
            "Download the EAB from the customer portal and give both its values (--eab --kid … --hmac …).",
            "お客様専用ページの EAB の MAC鍵識別子と MAC鍵を指定してください（--eab --kid … --hmac …）。",
        ),
    ),
    "eab.refused": Entry(
        Sentence(
            "The EAB was not accepted: its key identifier and its MAC key do not belong together here.",
            "EAB が受け付けられませんでした。MAC鍵識別子と MAC鍵の組み合わせが正しくありません。",
        ),
        Sentence(
            "Download the EAB file from the customer portal again and copy both values whole, without blanks.",
            "お客様専用ページから EAB ファイルをダウンロードし直し、両方の値を空白を入れずに最後まで写してください。",
        ),
    ),
    "eab.malformed": Entry(
        Sentence(
            "The external account binding (EAB) of the request is not valid: {reason}.",
            "リクエストの外部アカウント結合（EAB）が正しくありません: {reason}。",
        ),
        Sentence(
            "Please update your ACME client; if its newest version gets the same answer, report this to its authors.",
            "ACME クライアントを更新してください。最新版でも同じ場合は、クライアントの開発元へお問い合わせください。",
        ),
    ),
    "eab.disabled": Entry(
        Sentence(
            "The EAB {kid} of contract {contract} is disabled, and with it the accounts registered by it.",
            "契約 {contract} の EAB（{kid}）は無効化されており、これで登録したアカウントも利用できません。",
        ),
        Sentence(
            "Download the contract's present EAB from the customer portal and register a new account, or ask the CA.",
            "お客様専用ページの現在の EAB でアカウントを登録し直すか、認証局へお問い合わせください。",
        ),
    ),
    "eab.superseded": Entry(
        Sentence(
            "The EAB {kid} of contract {contract} was replaced by another and registers no new accounts.",
            "契約 {contract} の EAB（{kid}）は新しいものに交換されたため、アカウントの新規登録には使用できません。",
        ),
        Sentence(
            "Download the present EAB from the customer portal; accounts registered before go on as they are.",
            "お客様専用ページで現在の EAB をダウンロードしてください。登録済みのアカウントはそのまま利用できます。",
        ),
    ),
    # Contracts.
    "contract.not-started": Entry(
        Sentence("Contract {contract} begins only at {starts}.", "契約 {contract} の開始は {starts} です。"),
        Sentence("Please try again when it has begun.", "契約の開始後にもう一度お試しください。"),
    ),
    "contract.expired": Entry(
        Sentence(
            "Contract {contract} ended at {ends}; no certificates are issued under it.",
            "契約 {contract} は {ends} に満了したため、証明書を発行できません。",
        ),
        Sentence(
            "Renew the contract: the same EAB and account then go on working.",
            "契約を更新してください。更新後は同じ EAB とアカウントをそのまま利用できます。",
        ),
    ),
    "contract.suspended": Entry(
        Sentence(
            "Contract {contract} is suspended; no certificates are issued under it for now.",
            "契約 {contract} は停止中のため、現在は証明書を発行できません。",
        ),
        Sentence(
            "Please ask the CA; when it is resumed, the same EAB and account go on working.",
            "認証局へお問い合わせください。再開後は同じ EAB とアカウントをそのまま利用できます。",
        ),
    ),
    "contract.ended": Entry(
        Sentence(
            "Contract {contract} was ended early; no certificates are issued under it any more.",
            "契約 {contract} は終了しており、証明書は発行できません。",
        ),
        Sentence("A new contract is needed, with its own EAB.", "新しい契約と、その EAB が必要です。"),
    ),
    "contract.examination": Entry(
        Sentence(
            "The organization was last examined on {examined}, more than {days} days ago.",
            "組織の審査（{examined}）から {days} 日を超えています。",
        ),
        Sentence(
            "Renew the contract: the organization is examined again with it, and certificates can be had at once.",
            "契約更新をお申し込みください。審査の完了後、証明書を取得できるようになります。",
        ),
    ),
    "contract.no-acme": Entry(
        Sentence(
            "The service of contract {contract} has no ACME and no EAB.",
            "契約 {contract} のサービスは ACME に対応しておらず、EAB はありません。",
        ),
        Sentence(
            "Its certificates are made from a CSR; for ACME, another service is needed.",
            "証明書は CSR により発行します。ACME をご利用になるには、別のサービスをお申し込みください。",
        ),
    ),
    # Orders.
    "order.names": Entry(
        Sentence("These names cannot be in the certificate: {names}.", "次の名前は証明書に記載できません: {names}。"),
        Sentence(
            "Each has its own reason below; order again without them, or with the contract's own names.",
            "理由は名前ごとに示しています。該当する名前を除くか、契約のドメイン名を指定してやり直してください。",
        ),
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
            "There were {count} orders for {kind} in a short time, which is the limit.",
            "短時間の注文数が上限（{count} 件）に達しました（対象: {kind}）。",
        ),
        Sentence(
            "Try again at the time in Retry-After, and look why so many are placed: one order a certificate is enough.",
            "Retry-After の時刻以降に再度お試しのうえ、注文が多い原因をご確認ください。",
        ),
    ),
    "limits.failures": Entry(
        Sentence(
            "The validation of {name} has failed too often in a short time.",
            "{name} の認証（審査）が短時間に続けて失敗しています。",
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
            "operation.",
            "次から選んでください: 0 未指定、1 鍵の危殆化、3 所属の変更、4 証明書の差し替え、5 運用の停止。",
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
    # Customer and operator.
    "portal.login": Entry(
        Sentence("The login or the password is wrong.", "ログインIDまたはパスワードが正しくありません。"),
        Sentence(
            "Check both, capital letters included; if the password is lost, ask the CA.",
            "大文字・小文字を含めてご確認ください。パスワードをお忘れの場合は認証局へお問い合わせください。",
        ),
    ),
    "operator.unknown": Entry(
        Sentence("There is no {kind} {name}.", "{kind} {name} はありません。"),
        Sentence(
            "List what there is (tegata-ca contract list, tegata-ca cert list) and check the spelling.",
            "一覧（tegata-ca contract list、tegata-ca cert list）で確認し、正しく指定してください。",
        ),
    ),
    "operator.refused": Entry(
        Sentence("This cannot be done: {reason}.", "実行できません: {reason}。"),
        Sentence(
            "Nothing was changed; correct what was given, or look at the present state (show).",
            "何も変更していません。指定内容を修正するか、現在の状態（show）を確認してください。",
        ),
    ),
}

# Fixed phrases that errors give as their facts ``reason`` and ``kind``.
REASONS: dict[str, str] = {
    # kinds
    "contract": "契約",
    "certificate": "証明書",
    "service": "サービス",
    # names
    "wildcards are covered by the name with a dot in front": "ワイルドカードは、先頭にドットを付けた名前に含まれます",
    "ACME wants its A-label form (xn--…)": "ACME では A ラベル（xn--…）で指定する必要があります",
    "it is a public suffix, under which names are registered": "その下にドメイン名が登録される公開サフィックスです",
    "it is a name of the reverse DNS": "DNS 逆引きの名前です",
    # orders
    "the order asks for no name": "注文に名前がありません",
    "the order asks for more names than one certificate may have": "1 枚の証明書に記載できる名前の数を超えています",
    "notBefore or notAfter is no RFC 3339 time": "notBefore または notAfter が RFC 3339 の日時ではありません",
    "it is not about now": "現在の時刻から離れています",
    "it is later than the contract and the certificate's longest life allow": (
        "契約の期間または証明書の最長の有効期間を超えています"
    ),
    "it is not after the beginning": "有効期間の開始より後ではありません",
    "it has a fraction of a second": "1 秒未満の端数があります",
    # rate limits
    "this account": "このアカウント",
    "this contract": "この契約",
    "one of these names": "指定されたドメイン名のいずれか",
    "it names no certificate of this account": "このアカウントの証明書ではありません",
    "the certificate it names has none of the order's names": "その証明書には注文の名前が一つも含まれていません",
    # certification requests
    "its key is known to be compromised": "その鍵は危殆化していることが分かっています",
    "it is known to be compromised": "危殆化していることが分かっています",
    "the key has another number of certificates than was said": "その鍵の証明書の枚数が指定と異なります",
    "its names are not exactly the order's": "名前が注文の名前と完全には一致しません",
    "it asks for must-staple, which needs OCSP": "must-staple が指定されていますが、OCSP に対応していません",
    "its RSA modulus has a length that is not allowed": "RSA の法の長さが認められないものです",
    "its RSA exponent is out of range: use 65537": "RSA の公開指数が範囲外です（65537 を使用してください）",
    "its RSA modulus has a small factor": "RSA の法に小さい素因数があります",
    "its RSA modulus is a power of one number": "RSA の法が一つの数の累乗です",
    "its RSA key is of a generator with a known fault (ROCA)": "既知の欠陥（ROCA）のある方法で生成された RSA の鍵です",
    "the factors of its RSA modulus are too close together": "RSA の法の二つの素因数が近すぎます",
    # what an operator gives
    "the contract would end before it starts": "契約の終了が開始より前になります",
    "the contract lasts as long already": "契約はすでにその時点まで有効です",
    "the contract would still have ended": "更新しても契約は終了済みのままです",
    "the contract was ended, or changed a moment ago": "契約は終了しているか、直前に変更されました",
    "the contract is suspended already, or was ended": "契約はすでに停止中か、終了しています",
    "the contract is not suspended, or was ended": "契約は停止中ではないか、終了しています",
    "the contract was ended before": "契約はすでに終了しています",
    "another contract for this customer was added at the same moment": "同じお客様の契約が同時に追加されました",
    "a contract needs at least one domain": "契約にはドメイン名が少なくとも 1 つ必要です",
    "the user is no mail address": "利用者（user）がメールアドレスではありません",
    "the country is no code of two capital letters, such as JP": "国が JP のような大文字 2 文字のコードではありません",
    "a part of the organization is longer than certificates allow": (
        "組織の情報に、証明書に記載できる長さを超えるものがあります"
    ),
    "a part of the organization is empty, or no text that a certificate can show": (
        "組織の情報に、空のもの、または証明書に記載できないものがあります"
    ),
    "the EAB is disabled": "EAB は無効化されています",
    "the EAB was rotated before": "EAB はすでに交換されています",
    "the EAB is disabled already": "EAB はすでに無効化されています",
}
