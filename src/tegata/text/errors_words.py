"""Sentences about the words of the command line: commands and flags that are not there, values of another kind."""

from tegata.text.catalogue import Entry, Sentence

_SEE_HELP = Sentence("“tegata help” lists what there is.", "一覧は「tegata help」で確認できます。")

ENTRIES: dict[str, Entry] = {
    "cli.unknown-command": Entry(
        Sentence(
            "There is no command “{word}”; the commands are {known}.",
            "「{word}」というコマンドはありません。使えるのは {known} です。",
        ),
        Sentence(
            "A second name for the certificate needs a -d of its own, and a value with blanks needs quotation marks.",
            "証明書の名前は 1 つずつ -d を付け、空白を含む値は引用符で囲んでください。",
        ),
    ),
    "cli.no-command": Entry(
        Sentence("No command was given; the commands are {known}.", "コマンドがありません。使えるのは {known} です。"),
        _SEE_HELP,
    ),
    "cli.unknown-flag": Entry(
        Sentence("There is no flag “{flag}”.", "「{flag}」というオプションはありません。"),
        _SEE_HELP,
    ),
    "cli.mistyped-flag": Entry(
        Sentence("There is no flag “{flag}”.", "「{flag}」というオプションはありません。"),
        Sentence("Did you mean {near}?", "{near} ではありませんか。"),
    ),
    "cli.misplaced-flag": Entry(
        Sentence(
            "The command {command} does not take --{flag}; it belongs to {owners}.",
            "{command} コマンドでは --{flag} を使えません。{owners} のオプションです。",
        ),
        Sentence("“tegata help {command}” lists its flags.", "一覧は「tegata help {command}」で確認できます。"),
    ),
    "cli.missing-value": Entry(
        Sentence("The flag “{flag}” needs a value after it.", "オプション「{flag}」には値が必要です。"),
        Sentence(
            "A value that looks like a flag is given by an equals sign: --flag=value.",
            "オプションに見える値は「--flag=値」のように等号で指定してください。",
        ),
    ),
    "cli.swallowed-command": Entry(
        Sentence(
            "No command is left: “{word}” was taken as the value of “{flag}”.",
            "コマンドがありません。「{word}」がオプション「{flag}」の値として読まれました。",
        ),
        Sentence(
            "Give “{flag}” its value before the command, or leave it out.",
            "コマンドの前に「{flag}」の値を指定するか、このオプションを外してください。",
        ),
    ),
    "cli.bad-switch": Entry(
        Sentence("{source} has the value “{value}”.", "{source} の値が「{value}」になっています。"),
        Sentence("It can only be true or false.", "true か false だけを指定できます。"),
    ),
    "cli.bad-number": Entry(
        Sentence("{source} has the value “{value}”.", "{source} の値が「{value}」になっています。"),
        Sentence("It takes a whole number, such as 30.", "30 のような整数を半角で指定してください。"),
    ),
    "cli.bad-natural": Entry(
        Sentence("{source} has the value “{value}”.", "{source} の値が「{value}」になっています。"),
        Sentence("It takes a whole number, 0 or more.", "0 以上の整数を半角で指定してください。"),
    ),
    "cli.bad-text": Entry(
        Sentence(
            "The value of {source} is no text in UTF-8: “{value}”.",
            "{source} の値が UTF-8 のテキストではありません: 「{value}」。",
        ),
        Sentence(
            "Type it anew; the terminal or the script is perhaps in another character set.",
            "入力し直してください。端末またはスクリプトの文字コードが UTF-8 でない可能性があります。",
        ),
    ),
    "cli.printed-dash": Entry(
        Sentence(
            "“{word}” begins with a dash of print, as documents have it in place of hyphens.",
            "「{word}」の先頭が半角ハイフンではありません（文書からのコピーで記号が変わることがあります）。",
        ),
        Sentence(
            "Nothing was done. Type - or -- there.", "何も実行していません。半角の - または -- に直してください。"
        ),
    ),
    "cli.bad-reason": Entry(
        Sentence("{source} has the value “{value}”.", "{source} の値が「{value}」になっています。"),
        Sentence(
            "It takes a number, 0 or more, or one of these names: {known}.",
            "0 以上の番号か、次の名前を指定してください: {known}",
        ),
    ),
    "cli.bad-duration": Entry(
        Sentence("{source} has the value “{value}”.", "{source} の値が「{value}」になっています。"),
        Sentence(
            "It takes a span of time with its unit, such as 90s, 2m or 1h30m.",
            "90s、2m、1h30m のように単位を付けて指定してください。",
        ),
    ),
    "cli.bad-time": Entry(
        Sentence("{source} has the value “{value}”.", "{source} の値が「{value}」になっています。"),
        Sentence(
            "It takes a date and time with its offset (RFC 3339), such as 2026-01-30T12:00:00Z.",
            "2026-01-30T12:00:00+09:00 のように、日時を時差付き（RFC 3339）で指定してください。",
        ),
    ),
}
