"""Sentences of the errors raised by the CA's issuing, its keys and its notices, and their reasons in Japanese."""

from tegata.text.catalogue import Entry, Sentence

ENTRIES: dict[str, Entry] = {
    "issuing.lint": Entry(
        Sentence(
            "A certificate was not signed because it breaks the rule that {rule}: {found}",
            "証明書が次の規則に反するため署名しませんでした: {rule}: {found}",
        ),
        Sentence(
            "Check the contract's organization and the settings of its service; otherwise report this.",
            "契約の組織情報とサービスの設定を確認してください。問題がなければ、この内容をお知らせください。",
        ),
    ),
    "keys.passphrase-missing": Entry(
        Sentence(
            "The pass phrase of the CA's keys cannot be read from {path}: {reason}.",
            "認証局の鍵のパスフレーズを {path} から読み取れません: {reason}。",
        ),
        Sentence(
            "Set TEGATA_CA_PASSPHRASE, or TEGATA_CA_PASSPHRASE_FILE, or the setting keys.passphrase_file.",
            "環境変数 TEGATA_CA_PASSPHRASE または TEGATA_CA_PASSPHRASE_FILE、"
            "または設定 keys.passphrase_file を指定してください。",
        ),
    ),
    "keys.file": Entry(
        Sentence("{path} cannot be used: {reason}.", "{path} を使用できません: {reason}。"),
        Sentence(
            "Check the pass phrase and the file, and restore it from the backup if it is damaged.",
            "パスフレーズとファイルを確認し、破損している場合はバックアップから復元してください。",
        ),
    ),
    "notice.undelivered": Entry(
        Sentence(
            "The mail to {recipient} was not delivered: {reason}",
            "{recipient} へのメールを送信できませんでした: {reason}",
        ),
        Sentence(
            "It is tried again; check the settings in [mail] and the mail server.",
            "自動的に再送します。設定の [mail] とメールサーバーを確認してください。",
        ),
    ),
}

REASONS: dict[str, str] = {
    "the file is empty": "ファイルが空です",
    "it is not encrypted": "暗号化されていません",
    "the pass phrase is wrong or the file is damaged": "パスフレーズが正しくないか、ファイルが破損しています",
    "it is not the key of the CA's certificate": "認証局の証明書の鍵ではありません",
    "it is not a PEM certificate": "PEM 形式の証明書ではありません",
    "it was made for another host than the one of acme.url": "設定 acme.url とは別のホスト用に作成されたものです",
}
