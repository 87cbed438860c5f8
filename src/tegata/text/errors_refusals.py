"""Sentences of what a CA refuses, by the types of problem that no other sentence of the client is about."""

from tegata.text.catalogue import Entry, Sentence
from tegata.text.errors_client import CA_SAYS

ENTRIES: dict[str, Entry] = {
    "client.nonce-refused": Entry(
        CA_SAYS,
        Sentence(
            "The CA does not know the nonces it gave out itself: perhaps several servers behind one address do not "
            "share them. Try again later; if it goes on, report it to the CA.",
            "認証局が自ら発行したノンスを受け付けません。複数のサーバー間で共有されていない可能性があります。"
            "しばらくしてから再度実行し、続く場合は認証局にお問い合わせください。",
        ),
    ),
    "client.request-refused": Entry(
        CA_SAYS,
        Sentence(
            "The CA does not understand the request. Check the flags against what the CA offers; if they are right, "
            "report it to the CA with its words.",
            "認証局が要求を解釈できませんでした。指定したオプションに認証局が対応しているか確認してください。"
            "問題がない場合は、この回答を添えて認証局にお問い合わせください。",
        ),
    ),
    "client.order-not-ready": Entry(
        CA_SAYS,
        Sentence(
            "The CA has not finished looking at all names. Run the same command again in a few minutes.",
            "認証局でのドメイン名の確認がまだ終わっていません。数分後に同じコマンドを再度実行してください。",
        ),
    ),
    "client.binding-missing": Entry(
        CA_SAYS,
        Sentence(
            "Give the EAB credential of your contract by --eab --kid and --hmac, or the CA's file by --eab-file.",
            "ご契約の EAB 情報を --eab --kid --hmac で指定するか、認証局のファイルを --eab-file で指定してください。",
        ),
    ),
    "client.caa-refused": Entry(
        CA_SAYS,
        Sentence(
            "A CAA record in the DNS of the name, or of a domain above it, names other CAs only. Have whoever runs the "
            "DNS add this CA to it.",
            "ドメイン名またはその上位ドメインの CAA レコードで、この認証局の発行が許可されていません。"
            "DNS の管理者に、この認証局の追加を依頼してください。",
        ),
    ),
    "client.names-not-proved": Entry(
        CA_SAYS,
        Sentence(
            "The CA looked at the names from outside and could not reach them, or saw something else there. Check the "
            "DNS, the firewall, and what answers on the ports in front.",
            "認証局が外部からドメイン名を確認できなかったか、応答の内容が異なっていました。"
            "DNS、ファイアウォール、前段のサーバーの応答を確認してください。",
        ),
    ),
    "client.several-refused": Entry(
        CA_SAYS,
        Sentence(
            "There are several reasons; what to do about each follows.",
            "理由が複数あります。それぞれの対処方法は次のとおりです。",
        ),
    ),
}
