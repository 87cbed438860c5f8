"""Every word the portal's pages show, in Japanese and English.

Data only; which language a reader gets is decided in ``pages``. 契約更新 and 証明書更新 are never both called 更新.
"""

from tegata.ca.portal.words_of_operators import WORDS_OF_OPERATORS
from tegata.text.catalogue import Sentence

WORDS: dict[str, Sentence] = WORDS_OF_OPERATORS | {
    "portal": Sentence("Customer's portal", "お客様専用ページ"),
    "other-language": Sentence("日本語", "English"),
    "login": Sentence("Log in", "ログイン"),
    "logout": Sentence("Log out", "ログアウト"),
    "login.name": Sentence("Mail address", "メールアドレス"),
    "login.password": Sentence("Password", "パスワード"),
    "login.lost": Sentence(
        "Your session had ended, so what you sent was not done and is not kept. Log in; you are led back to its page.",
        "ログインの有効時間が過ぎていたため、送信された内容は処理も保存もされていません。"
        "ログインすると元の画面に戻りますので、もう一度入力してください。",
    ),
    "orders": Sentence("Orders", "お申込一覧"),
    "orders.current": Sentence("Contracts in force are shown.", "現在有効な契約を表示しています。"),
    "orders.all": Sentence("All contracts are shown.", "すべての契約を表示しています。"),
    "orders.show-all": Sentence("Show earlier contracts too", "過去の契約も表示する"),
    "orders.show-current": Sentence("Show contracts in force", "現在有効な契約を表示する"),
    "orders.previous": Sentence("Previous page", "前のページ"),
    "orders.next": Sentence("Next page", "次のページ"),
    "orders.none": Sentence(
        "There are no contracts here yet. A mail tells you when an application is accepted; its contract appears here.",
        "契約はまだありません。審査が完了するとメールでお知らせし、ここに表示されます。",
    ),
    "applied": Sentence("Applied on (UTC)", "お申込日"),
    "service": Sentence("Service", "サービス"),
    "status": Sentence("Status", "ステータス"),
    "application": Sentence("Application", "お申込種別"),
    "application.new": Sentence("New", "新規発行"),
    "application.renewal": Sentence("Contract renewal", "更新"),
    "status.active": Sentence("Completed", "完了"),
    "status.suspended": Sentence("Suspended", "一時停止中"),
    "status.expired": Sentence("Term over", "契約満了"),
    "status.ended": Sentence("Cancelled", "解約"),
    "details": Sentence("Details", "詳細"),
    "actions": Sentence("Actions", "操作"),
    "sort.up": Sentence("sort upwards", "昇順に並べ替え"),
    "sort.down": Sentence("sort downwards", "降順に並べ替え"),
    "order": Sentence("Order in detail", "お申込情報詳細"),
    "contract": Sentence("Contract number", "契約番号"),
    "organization": Sentence("Organization", "組織（法人）"),
    "identity-ends": Sentence("Examination of the organization (UTC)", "組織の審査（有効期間、日本時間）"),
    "names": Sentence("Common names", "コモンネーム"),
    "term": Sentence("Contract term (UTC)", "契約期間（日本時間）"),
    "download.heading": Sentence("Download of credential (EAB) and sticker", "認証情報(EAB)/ステッカーのダウンロード"),
    "download.here": Sentence("Download here", "ダウンロードはこちら"),
    "download": Sentence("Download of certificate credential and sticker", "証明書/ステッカーダウンロード"),
    "download.eab": Sentence("Download the EAB", "EABをダウンロード"),
    "download.eab.text": Sentence(
        "The EAB is what lets a client obtain certificates under this contract. Keep it like a password: whoever has "
        "it can register accounts in your name.",
        "EABはお客様が証明書を発行するための重要な情報です。パスワードと同様に管理し、公開しないでください。",
    ),
    "download.eab.none": Sentence(
        "This service does not use ACME; it has no EAB.",
        "このサービスはACMEを利用しないため、EABはありません。",
    ),
    "download.sticker": Sentence("Download the sticker", "ステッカーをダウンロード"),
    "download.sticker.text": Sentence(
        "An SVG picture for your site; a click on it opens the page on which we vouch for this contract.",
        "サイトに掲載するSVG画像です。クリックすると、この契約の証明ページが開きます。",
    ),
    "download.sticker.how": Sentence(
        "Put the file on your site, and this into the page; without the link around it, a picture cannot be clicked:",
        "ファイルをサイトに置き、ページに次の記述を加えてください。画像だけを掲載した場合、クリックしても証明ページは開きません。",
    ),
    "eab.manage": Sentence("Manage EABs", "認証情報(EAB)の管理"),
    "eab.list": Sentence("Credentials (EAB)", "認証情報(EAB)"),
    "eab.kid": Sentence("Key identifier", "MAC鍵識別子"),
    "eab.label": Sentence("Label", "名称"),
    "eab.label.change": Sentence("Change", "変更"),
    "eab.label.save": Sentence("Save", "保存"),
    "eab.last-use": Sentence("Last used (UTC)", "最終利用（日本時間）"),
    "eab.account": Sentence("account", "アカウント"),
    "eab.unused": Sentence("Never", "未使用"),
    "eab.domains": Sentence("Names allowed", "許可ドメイン"),
    "eab.domains.all": Sentence("All of the contract", "契約のすべてのドメイン"),
    "eab.registered": Sentence("Accounts registered", "使用回数"),
    "eab.expires": Sentence("Expires (UTC)", "有効期限（日本時間）"),
    "eab.with-contract": Sentence("With the contract", "契約期間まで"),
    "eab.status.active": Sentence("Active", "有効"),
    "eab.status.replacing": Sentence("Being replaced until", "ローテーション中（登録可能期限）"),
    "eab.status.superseded": Sentence("Replaced", "交換済み"),
    "eab.status.expired": Sentence("Expired", "期限切れ"),
    "eab.status.disabled": Sentence("Disabled", "無効"),
    "eab.rotate": Sentence("Replace", "ローテーション"),
    "eab.rotate.days": Sentence("The old one registers accounts for", "旧EABでの登録を続ける期間"),
    "eab.rotate.none": Sentence("no longer", "続けない"),
    "eab.rotate.days.count": Sentence("days more", "日間"),
    "eab.disable": Sentence("Disable", "無効化"),
    "eab.disable.title": Sentence("Disable a credential (EAB)", "認証情報(EAB)の無効化"),
    "eab.disable.text": Sentence(
        "The accounts that were registered with this EAB get no more certificates from the next request on; this "
        "cannot be undone. Certificates that were issued stay valid, but are no longer renewed.",
        "このEABで登録したアカウントは、直ちに証明書を取得できなくなります。この操作は取り消せません。"
        "発行済みの証明書は有効ですが、証明書更新はできなくなります。",
    ),
    "eab.impact": Sentence("Impact", "影響"),
    "eab.impact.accounts": Sentence("Accounts that stop", "停止するアカウント"),
    "eab.impact.certificates": Sentence("Valid certificates that are no longer renewed", "更新できなくなる証明書"),
    "eab.impact.first": Sentence("The first of them ends (UTC)", "最初の期限切れ（日本時間）"),
    "eab.add": Sentence("Add an EAB", "EABの追加"),
    "eab.add.text": Sentence(
        "For example one for each server or team: it can be replaced or disabled without the others.",
        "サーバーや部門ごとにEABを分けると、ほかに影響を与えずに個別に交換・無効化できます。",
    ),
    "eab.add.label": Sentence("Label, such as the server's name", "名称（利用するサーバー名など）"),
    "eab.add.domains": Sentence(
        "Names allowed (none ticked: all of the contract)", "許可ドメイン（選択しない場合は契約のすべてのドメイン）"
    ),
    "eab.add.accounts": Sentence("Accounts at most (empty: any number)", "使用回数の上限（空欄は無制限）"),
    "eab.add.expires": Sentence("Last day (UTC; empty: the contract's)", "有効期限（日本時間、空欄は契約期間まで）"),
    "eab.add.button": Sentence("Add", "追加"),
    "request": Sentence("Check a certification request (CSR)", "証明書署名要求（CSR）の確認"),
    "request.offer": Sentence(
        "Certificates for a certification request (CSR) of your own", "お手元の証明書署名要求（CSR）で発行する場合"
    ),
    "request.text": Sentence(
        "The CSR, from -----BEGIN to END-----. Never a private key; nothing of it is kept.",
        "CSRの内容（-----BEGIN から END----- まで）。秘密鍵は貼り付けないでください。内容は保存しません。",
    ),
    "request.upload": Sentence(
        "Or its file, which counts if one is chosen", "またはCSRのファイル（選択した場合はファイルを優先します）"
    ),
    "request.look": Sentence("Check it", "確認する"),
    "request.content": Sentence("What it asks for", "CSRの内容"),
    "request.key": Sentence("Key", "鍵"),
    "request.faults": Sentence(
        "With this CSR there would be no certificate. Make another one without these faults:",
        "このCSRでは証明書を発行できません。次の点を直し、CSRを作り直してください。",
    ),
    "request.good": Sentence("A certificate can be had for it", "このCSRで証明書を発行できます"),
    "request.run": Sentence(
        "Save the CSR as a file on the server, the EAB file beside it, and run this, with what is in [ ] filled in:",
        "CSRをサーバーにファイルとして保存し、同じ場所にEABファイルを置いて、[ ] を書き換えて実行してください。",
    ),
    "request.mail": Sentence("[mail address]", "[メールアドレス]"),
    "request.file": Sentence("[file of the CSR]", "[CSRのファイル名]"),
    "request.provider": Sentence("[DNS provider]", "[DNSプロバイダー]"),
    "request.dns": Sentence(
        "A wildcard is proved by a record in the DNS; the command tegata dnshelp lists the providers.",
        "ワイルドカードはDNSのレコードで検証します。プロバイダーの一覧は tegata dnshelp で表示できます。",
    ),
    "enrol": Sentence("Apply for a certificate", "証明書の発行申請"),
    "enrol.here": Sentence("Apply here", "発行申請はこちら"),
    "enrol.text": Sentence(
        "The CSR, from -----BEGIN to END-----. Never a private key. It is kept once you apply.",
        "CSRの内容（-----BEGIN から END----- まで）。秘密鍵は貼り付けないでください。申請すると、CSRを保存します。",
    ),
    "enrol.terms": Sentence(
        "By applying you agree to the terms of service:",
        "申請すると、次の利用規定に同意したことになります。",
    ),
    "enrol.terms.new": Sentence(
        "The terms of service have changed since they were shown. Nothing was applied for yet.",
        "利用規定が、表示されたものから改定されています。まだ申請されていません。",
    ),
    "enrol.order": Sentence("Apply for this certificate", "この内容で申請する"),
    "enrol.open": Sentence("Applications under way", "手続き中の発行申請"),
    "enrolment": Sentence("Application for a certificate", "証明書の発行申請（詳細）"),
    "enrolment.status.pending": Sentence("Names are to be validated", "ドメイン審査待ち"),
    "enrolment.status.ready": Sentence("Ready to be issued", "発行可能"),
    "enrolment.status.processing": Sentence("Being issued", "発行処理中"),
    "enrolment.status.valid": Sentence("Issued", "発行済"),
    "enrolment.status.invalid": Sentence("Not issued", "発行不可"),
    "enrolment.until": Sentence("Finish by (UTC)", "手続きの期限（日本時間）"),
    "enrolment.ready": Sentence(
        "All names are validated. The certificate is made for the CSR that you sent.",
        "すべてのドメイン審査が完了しました。申請時のCSRで証明書を発行します。",
    ),
    "enrolment.issue": Sentence("Issue the certificate", "証明書を発行する"),
    "enrolment.wait": Sentence("The certificate is being made.", "証明書を発行しています。しばらくお待ちください。"),
    "enrolment.expired": Sentence(
        "It was not finished in time, or was given up.", "期限までに手続きが完了しなかったか、取り消されました。"
    ),
    "enrolment.again": Sentence("Apply again with the same CSR", "同じCSRで申請し直す"),
    "enrolment.prove": Sentence(
        "Show for each name that it is yours, in one of the ways below. What is to be found may be removed once the "
        "certificate is issued.",
        "各ドメイン名について、次のいずれかの方法で利用権を確認します。設定した内容は、証明書の発行後に削除できます。",
    ),
    "enrolment.proved": Sentence("Validated.", "確認できました。"),
    "enrolment.looking": Sentence("The CA is looking.", "確認しています。しばらくお待ちください。"),
    "enrolment.http-01": Sentence("By a file (http-01)", "ファイル認証（http-01）"),
    "enrolment.http-01.text": Sentence(
        "Put a file with exactly this content on your web server (port 80), so that it is found at this address.",
        "次の内容のファイルをウェブサーバー（ポート80）に置き、下記のURLで参照できるようにしてください。",
    ),
    "enrolment.http-01.where": Sentence("Address", "URL"),
    "enrolment.dns-01": Sentence("By a record in the DNS (dns-01)", "DNS認証（dns-01）"),
    "enrolment.dns-01.text": Sentence(
        "Add this TXT record to the zone of the name, beside any others of the same name.",
        "ドメインのDNSに、次のTXTレコードを追加してください。同名のレコードがある場合も、消さずに追加します。",
    ),
    "enrolment.dns-01.where": Sentence("Name of the TXT record", "TXTレコードの名前"),
    "enrolment.content": Sentence("Content", "内容"),
    "enrolment.file": Sentence("Download the file", "ファイルをダウンロード"),
    "enrolment.look": Sentence("It is done: look now", "設定したので確認を依頼する"),
    "certificate.download": Sentence("Download the certificate", "証明書をダウンロード"),
    "certificate.download.short": Sentence("Download", "ダウンロード"),
    "certificate.download.text": Sentence(
        "The file has the certificate and the CA's own below it, as web servers want them.",
        "サーバー証明書と中間CA証明書が、ウェブサーバーで使える順に入っています。",
    ),
    "revoke": Sentence("Revoke a certificate", "証明書の失効"),
    "revoke.short": Sentence("Revoke", "失効"),
    "revoke.text": Sentence(
        "This cannot be undone: browsers will refuse the site unless another certificate is in place.",
        "失効は取り消せません。別の証明書を設置していないサイトには、ブラウザーで接続できなくなります。",
    ),
    "revoke.reason": Sentence("Reason", "失効理由"),
    "revoke.do": Sentence("Revoke it", "失効する"),
    "revoke.none": Sentence("It is revoked or has expired already.", "すでに失効しているか、有効期限が切れています。"),
    "ending": Sentence(
        "The contract ends soon, and its certificates with it. Please have the contract renewed.",
        "ご契約はまもなく満了し、証明書もご利用いただけなくなります。お早めに契約更新をお申し込みください。",
    ),
    "standing.expired": Sentence(
        "The contract's term is over, so there are no new certificates. To go on, please have the contract renewed.",
        "ご契約は満了しているため、新しい証明書は発行できません。引き続きご利用の場合は、契約更新をお申し込みください。",
    ),
    "standing.expired.eab": Sentence(
        "Then the EABs and accounts that you have go on working.",
        "更新後は、これまでの EAB とアカウントをそのままご利用いただけます。",
    ),
    "standing.ended": Sentence(
        "The contract was cancelled, so there are no new certificates. To go on, a new contract is needed.",
        "ご契約は解約されているため、新しい証明書は発行できません。引き続きご利用の場合は、新しいご契約が必要です。",
    ),
    "standing.suspended": Sentence(
        "The contract is suspended, so there are no new certificates for now. Please ask the CA.",
        "ご契約は一時停止中のため、現在、新しい証明書は発行できません。認証局へお問い合わせください。",
    ),
    "standing.not-started": Sentence(
        "The contract has not begun yet. There are certificates from the first day of its term on.",
        "ご契約はまだ開始していません。証明書の発行は、契約期間の初日から承ります。",
    ),
    "orders.ending": Sentence(
        "These contracts end soon, and their certificates with them. Please have them renewed.",
        "次のご契約はまもなく満了し、証明書もご利用いただけなくなります。お早めに契約更新をお申し込みください。",
    ),
    "overdue": Sentence(
        "These certificates should have been renewed by now, and no new one has come. Look whether the automatic "
        "renewal on your server still runs:",
        "次の証明書は更新の時期を過ぎましたが、新しい証明書が発行されていません。"
        "サーバーの自動更新が動いているか、ご確認ください。",
    ),
    "certificates": Sentence("Certificates", "証明書一覧"),
    "certificates.none": Sentence("No certificate has been issued yet.", "証明書はまだ発行されていません。"),
    "eab.newest": Sentence("Newest EABs", "最新のEABを表示する"),
    "eab.older": Sentence("Older EABs", "以前のEABを表示する"),
    "certificates.newest": Sentence("Newest certificates", "最新の証明書を表示する"),
    "certificates.older": Sentence("Older certificates", "以前の証明書を表示する"),
    "serial": Sentence("Serial number", "シリアル番号"),
    "not-after": Sentence("Valid until (UTC)", "有効期限（日本時間）"),
    "certificate.valid": Sentence("Valid", "有効"),
    "certificate.revoked": Sentence("Revoked", "失効"),
    "certificate.expired": Sentence("Expired", "期限切れ"),
    "paused": Sentence("Paused names", "一時停止中のドメイン名"),
    "paused.text": Sentence(
        "The validation of these names has failed so often in a row that it is not tried any more. Mend the cause on "
        "your server or in your DNS first, then resume.",
        "次のドメイン名は認証（審査）の失敗が続いたため、確認を停止しています。"
        "サーバーまたは DNS の原因を解消してから再開してください。",
    ),
    "paused.since": Sentence("Since (UTC)", "停止日（日本時間）"),
    "paused.failures": Sentence("Failures", "失敗回数"),
    "paused.resume": Sentence("Resume", "再開する"),
    "paused.more": Sentence(
        "There are more; they are shown as soon as some of these are resumed.",
        "ほかにもあります。再開すると続きが表示されます。",
    ),
    "terms": Sentence("New terms of service", "利用規定の改定"),
    "terms.text": Sentence(
        "The terms of service have changed. Please read them and agree, so that certificates go on being issued:",
        "利用規定が改定されました。内容をご確認のうえ同意してください。同意がないと証明書を発行できなくなります。",
    ),
    "terms.due": Sentence("To be agreed to by (UTC)", "同意の期限（日本時間）"),
    "terms.agree": Sentence("I agree", "同意する"),
    "back": Sentence("Back", "戻る"),
    "missing": Sentence("There is no such page.", "ページが見つかりません。"),
    "missing.text": Sentence(
        "The address may be mistyped, or the contract belongs to another customer.",
        "アドレスが誤っているか、他のお客様の契約です。",
    ),
    "too-large.text": Sentence(
        "The form holds more than 50,000 bytes, and nothing of it was done. ",
        "入力内容が上限（50,000バイト）を超えているため、処理していません。",
    ),
    "too-large.eab": Sentence(
        "Choose fewer names; without a choice an EAB is for all names of the contract.",
        "ドメイン名の選択を減らしてください。ドメイン名を選択しない場合、EABは契約のすべてのドメインに使用できます。",
    ),
    "reference": Sentence("Reference number", "参照番号"),
    "failed": Sentence("This could not be done", "処理できませんでした"),
    "to-orders": Sentence("To the list of orders", "お申込一覧へ"),
    "sticker": Sentence("Sticker", "ステッカー"),
    "sticker.organization": Sentence("Examined organization", "審査済み組織"),
    "sticker.names": Sentence("Validated domain names", "認証済みドメイン名"),
    "sticker.below": Sentence(" and below", " とその配下"),
    "sticker.until": Sentence("until", "有効期限"),
}
