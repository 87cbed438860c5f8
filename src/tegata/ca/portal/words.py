"""Every word the portal's pages show, in Japanese and English.

Data only; which language a reader gets is decided in ``pages``. 契約更新 and 証明書更新 are never both called 更新.
"""

from tegata.text.catalogue import Sentence

WORDS: dict[str, Sentence] = {
    "portal": Sentence("Customer's portal", "お客様専用ページ"),
    "other-language": Sentence("日本語", "English"),
    "login": Sentence("Log in", "ログイン"),
    "logout": Sentence("Log out", "ログアウト"),
    "login.name": Sentence("Mail address", "メールアドレス"),
    "login.password": Sentence("Password", "パスワード"),
    "orders": Sentence("Orders", "お申込一覧"),
    "orders.current": Sentence("Contracts in force are shown.", "現在有効な契約を表示しています。"),
    "orders.all": Sentence("All contracts are shown.", "すべての契約を表示しています。"),
    "orders.show-all": Sentence("Show earlier contracts too", "過去の契約も表示する"),
    "orders.show-current": Sentence("Show contracts in force", "現在有効な契約を表示する"),
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
    "sort.up": Sentence("sort upwards", "昇順に並べ替え"),
    "sort.down": Sentence("sort downwards", "降順に並べ替え"),
    "order": Sentence("Order in detail", "お申込情報詳細"),
    "contract": Sentence("Contract number", "契約番号"),
    "organization": Sentence("Organization", "組織（法人）"),
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
        "This service issues certificates without ACME; it has no EAB.",
        "このサービスはACMEを利用しないため、EABはありません。",
    ),
    "download.sticker": Sentence("Download the sticker", "ステッカーをダウンロード"),
    "download.sticker.text": Sentence(
        "An SVG picture for your site; a click on it opens the page on which we vouch for this contract.",
        "サイトに掲載するSVG画像です。クリックすると、この契約の証明ページが開きます。",
    ),
    "certificates": Sentence("Certificates", "証明書一覧"),
    "certificates.none": Sentence("No certificate has been issued yet.", "証明書はまだ発行されていません。"),
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
    "back": Sentence("Back", "戻る"),
    "missing": Sentence("There is no such page.", "ページが見つかりません。"),
    "missing.text": Sentence(
        "The address may be mistyped, or the contract belongs to another customer.",
        "アドレスが誤っているか、他のお客様の契約です。",
    ),
    "reference": Sentence("Reference number", "参照番号"),
    "failed": Sentence("This could not be done", "処理できませんでした"),
    "to-orders": Sentence("To the list of orders", "お申込一覧へ"),
    "sticker.title": Sentence("Examined organization", "審査済み組織"),
    "sticker.until": Sentence("until", "有効期限"),
}
