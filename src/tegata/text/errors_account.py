"""Sentences of the errors about ACME accounts: their keys, contacts, terms and end."""

from tegata.text.catalogue import Entry, Sentence

ENTRIES: dict[str, Entry] = {
    "account.unknown": Entry(
        Sentence(
            "There is no account with this key or URL at this CA.",
            "この鍵または URL のアカウントは、この認証局に登録されていません。",
        ),
        Sentence(
            "Register with the EAB of your contract, or name the directory that holds the account's key (--path).",
            "契約の EAB でアカウントを登録するか、アカウントの鍵があるディレクトリを --path で指定してください。",
        ),
    ),
    "account.deactivated": Entry(
        Sentence(
            "The account was deactivated, which cannot be undone.",
            "このアカウントは停止されており、元に戻すことはできません。",
        ),
        Sentence(
            "Register a new account with a new key and the EAB of your contract.",
            "新しい鍵と契約の EAB で、アカウントを登録し直してください。",
        ),
    ),
    "account.key-in-use": Entry(
        Sentence(
            "The new key is the key of an account already: {account}",
            "新しい鍵は、すでにアカウントの鍵として使われています: {account}",
        ),
        Sentence(
            "Make a new key for this change; an account's key is used for no other account.",
            "鍵を新しく作成して変更し直してください。1つの鍵を複数のアカウントで使うことはできません。",
        ),
    ),
    "account.terms": Entry(
        Sentence(
            "An account needs your agreement to the terms of service: {url}",
            "アカウントの登録には利用規定への同意が必要です: {url}",
        ),
        Sentence(
            "Read them and register again agreeing to them (tegata and lego: --accept-tos, or answer the question).",
            "利用規定に同意して登録し直してください（tegata・lego では質問に答えるか --accept-tos を指定）。",
        ),
    ),
    "account.terms-changed": Entry(
        Sentence(
            "The terms of service have changed, and this account has not agreed to them yet: {url}",
            "利用規定が改定されましたが、このアカウントはまだ同意していません: {url}",
        ),
        Sentence(
            "Read them and agree on the customer portal's page of the contract: {page}",
            "利用規定をご確認のうえ、お客様専用ページの契約画面で同意してください: {page}",
        ),
    ),
    "account.contact": Entry(
        Sentence(
            "The contact {contact} is not one plain mail address.",
            "連絡先 {contact} は 1 件のメールアドレスとして正しくありません。",
        ),
        Sentence(
            "Give each contact as mailto:name@example.com, without further fields, or give none.",
            "連絡先は mailto:name@example.com の形で 1 件ずつ指定するか、省略してください。",
        ),
    ),
    "account.contacts": Entry(
        Sentence(
            "An account has {most} contacts at the most, not {count}.",
            "連絡先は {most} 件まで指定できますが、{count} 件指定されています。",
        ),
        Sentence("Give fewer, or none.", "件数を減らすか、連絡先を省略してください。"),
    ),
    "account.contact-scheme": Entry(
        Sentence(
            "The contact {contact} is of a kind that this CA cannot use.",
            "連絡先 {contact} は、この認証局では使用できない種類です。",
        ),
        Sentence(
            "Give a mail address as mailto:name@example.com, or no contact.",
            "メールアドレスを mailto:name@example.com の形で指定するか、連絡先を省略してください。",
        ),
    ),
    "account.key": Entry(
        Sentence("The account's key cannot be used: {reason}.", "アカウントの鍵を使用できません: {reason}。"),
        Sentence(
            "Use a new account key: EC P-256 or P-384, Ed25519, or RSA from 2048 bits.",
            "EC P-256・P-384、Ed25519、または 2048 ビット以上の RSA の鍵で、アカウントを作り直してください。",
        ),
    ),
}
