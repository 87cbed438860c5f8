"""Sentences of the errors raised by the host floor (files, hooks)."""

from tegata.text.catalogue import Entry, Sentence

ENTRIES: dict[str, Entry] = {
    "host.not-writable": Entry(
        Sentence("{path} cannot be written: {reason}.", "{path} に書き込めません: {reason}。"),
        Sentence(
            "Choose another folder by --path, or run this command as a user who may write there.",
            "--path で別のフォルダーを指定するか、書き込み権限のあるユーザーで実行してください。",
        ),
    ),
    "host.link-not-followed": Entry(
        Sentence(
            "{path} is a link to {target}, where nothing is written: {reason}.",
            "{path} は {target} へのリンクですが、そこには書き込みません: {reason}。",
        ),
        Sentence(
            "Remove the link, and link the other way: from where the file is wanted to this one. Or see that the link "
            "is yours or root's, and that only its owner or group may write to the folder it leads to.",
            "リンクを削除し、逆に、必要な場所からこのファイルへリンクしてください。または、リンクの所有者を自分か "
            "root にし、リンク先のフォルダーに所有者とグループだけが書き込めるようにしてください。",
        ),
    ),
    "host.disk-full": Entry(
        Sentence("There is no room for {path}: {reason}.", "{path} を書き込む空き容量がありません: {reason}。"),
        Sentence(
            "Free some space on that disk (or in that quota), or choose a folder elsewhere by --path, and run the same "
            "command again.",
            "ディスク（または割り当て）の空き容量を増やすか、--path で別のフォルダーを指定し、"
            "同じコマンドをもう一度実行してください。",
        ),
    ),
    "host.not-readable": Entry(
        Sentence("{path} cannot be read: {reason}.", "{path} を読めません: {reason}。"),
        Sentence(
            "Run this command as the user who owns that file.",
            "このファイルの所有者であるユーザーで実行してください。",
        ),
    ),
    "host.unsafe-user": Entry(
        Sentence("“{email}” cannot be used as a mail address here.", "「{email}」はメールアドレスとして使えません。"),
        Sentence("Give an address without slashes by -m.", "スラッシュを含まないアドレスを -m で指定してください。"),
    ),
    "host.account-not-found": Entry(
        Sentence(
            "There is no account of {email} at {server} in {folder}.",
            "{folder} に、{server} の {email} のアカウントがありません。",
        ),
        Sentence(
            "The directory searched is {path}: if the account is kept elsewhere (cron, for one, runs in another "
            "current directory), name it by --path; otherwise check -s and -m, or use the command run first.",
            "検索したディレクトリは {path} です。別の場所に保存している場合は（cron は別のディレクトリで実行されます）"
            "--path で指定してください。そうでなければ -s と -m を確認するか、先に run コマンドを実行してください。",
        ),
    ),
    "host.account-key-lost": Entry(
        Sentence(
            "The account of {email} at {server} is there, but its key {file} is missing.",
            "{server} の {email} のアカウントはありますが、その鍵 {file} がありません。",
        ),
        Sentence(
            "Restore the key from a backup. Without one, nobody can act for this account any more: use the command run "
            "with the EAB of your contract, which makes a new key and a new account.",
            "鍵をバックアップから戻してください。バックアップがなければ、このアカウントはもう使えません。"
            "ご契約の EAB を指定して run コマンドを実行すると、新しい鍵とアカウントが作成されます。",
        ),
    ),
    "host.account-damaged": Entry(
        Sentence(
            "The account's file {file} is damaged: {reason}.", "アカウントのファイル {file} が壊れています: {reason}。"
        ),
        Sentence(
            "Restore it from a backup, or register anew with run --new-account. A certificate can be revoked by its "
            "own key too: revoke --private-key FILE.",
            "バックアップから戻すか、run --new-account で新しく登録してください。"
            "証明書の失効だけなら、証明書自身の鍵でも行えます（revoke --private-key ファイル）。",
        ),
    ),
    "host.certificate-not-found": Entry(
        Sentence("There is no certificate for {name}: {file} does not exist.", "{name} の証明書がありません: {file}。"),
        Sentence(
            "The directory searched is {path}: if the certificate is kept elsewhere (cron, for one, runs in another "
            "current directory), name it by --path; otherwise check -d, whose first name names the files, or use the "
            "command run first.",
            "検索したディレクトリは {path} です。別の場所に保存している場合は（cron は別のディレクトリで実行されます）"
            "--path で指定してください。そうでなければ、先頭の -d（ファイル名になります）を確認するか、"
            "先に run コマンドを実行してください。",
        ),
    ),
    "host.certificate-damaged": Entry(
        Sentence(
            "The certificate's file {file} cannot be used: {reason}.",
            "証明書のファイル {file} を使えません: {reason}。",
        ),
        Sentence(
            "Restore it from a backup, or obtain a new certificate with the command run.",
            "バックアップから戻すか、run コマンドで新しい証明書を発行してください。",
        ),
    ),
    "host.certificate-key-lost": Entry(
        Sentence(
            "The private key of {name} is not at {file}, so it cannot be used again.",
            "{name} の秘密鍵が {file} にないため、再利用できません。",
        ),
        Sentence(
            "Leave --reuse-key out for a new key, or give the key with --private-key.",
            "--reuse-key を外して新しい鍵を作るか、--private-key で鍵を指定してください。",
        ),
    ),
    "host.archive-not-found": Entry(
        Sentence("There is no archive “{name}” in {folder}.", "{folder} にアーカイブ「{name}」がありません。"),
        Sentence("“tegata archives list” shows what there is.", "一覧は「tegata archives list」で確認できます。"),
    ),
    "host.archive-damaged": Entry(
        Sentence("The archive {file} cannot be restored: {reason}.", "アーカイブ {file} を復元できません: {reason}。"),
        Sentence(
            "Nothing was changed. Take the files from a backup.",
            "何も変更していません。バックアップから戻してください。",
        ),
    ),
    "host.in-the-way": Entry(
        Sentence("{path} exists already.", "{path} がすでにあります。"),
        Sentence(
            "Nothing was changed. Move it away first if the archived one is to take its place.",
            "何も変更していません。アーカイブの内容に戻す場合は、先にこれを移動してください。",
        ),
    ),
    "host.held-back": Entry(
        Sentence(
            "This certificate's order has failed, {failures} in a row ({reason}): nothing is ordered before {until}.",
            "この証明書の注文は直近 {failures} 回続けて失敗しています（{reason}）。{until} までは注文しません。",
        ),
        Sentence(
            "See above or in earlier logs why it failed. On a terminal, with --no-back-off, or asked for something "
            "else (other names, another type of key or way of proving), it is tried at once.",
            "失敗の理由は以前のログで確認してください。端末から実行するか、--no-back-off を付けるか、"
            "ドメイン名・鍵の種類・検証方式などの指定を直すと、すぐに試行します。",
        ),
    ),
    "host.registration-held-back": Entry(
        Sentence(
            "This account's registration has failed, {failures} in a row ({reason}): it is not tried before {until}.",
            "このアカウントの登録は直近 {failures} 回続けて失敗しています（{reason}）。{until} までは登録しません。",
        ),
        Sentence(
            "See above or in earlier logs why it failed. On a terminal, with --no-back-off, or with another EAB, mail "
            "address or type of key, it is tried at once.",
            "失敗の理由は以前のログで確認してください。端末から実行するか、--no-back-off を付けるか、"
            "EAB・メールアドレス・鍵の種類の指定を直すと、すぐに試行します。",
        ),
    ),
    "host.malformed-hook": Entry(
        Sentence("The hook's command cannot be understood: {reason}.", "フックのコマンドを解釈できません: {reason}。"),
        Sentence(
            "No shell reads it; quote words as in a shell, or put the commands into a script and name that.",
            "シェルは使われません。引用符を確認するか、コマンドをスクリプトにして、そのファイルを指定してください。",
        ),
    ),
    "host.hook-not-started": Entry(
        Sentence(
            "The hook's program {program} cannot be started: {reason}.",
            "フックの {program} を起動できません: {reason}。",
        ),
        Sentence(
            "Give its full path. A certificate that was obtained is saved; the next renew starts its hook again.",
            "プログラムをフルパスで指定してください。発行済みの証明書は保存されており、"
            "次回の renew でフックを再実行します。",
        ),
    ),
    "host.hook-timed-out": Entry(
        Sentence(
            "The hook ran longer than {seconds} seconds and was ended.",
            "フックが {seconds} 秒以内に終わらず、停止しました。",
        ),
        Sentence(
            "See why it takes so long. After a pre hook that fails nothing is ordered; a certificate that was "
            "obtained is saved, and the next renew starts its hook again.",
            "時間がかかる原因を確認してください。--pre-hook の失敗時は注文していません。"
            "発行済みの証明書は保存されており、次回の renew でフックを再実行します。",
        ),
    ),
    "host.hook-failed": Entry(
        Sentence("The hook ended with status {status}.", "フックが終了コード {status} で終わりました。"),
        Sentence(
            "Its output says why. After a pre hook that fails nothing is ordered; a certificate that was obtained is "
            "saved, and the next renew starts its hook again.",
            "原因はフックの出力で確認してください。--pre-hook の失敗時は注文していません。"
            "発行済みの証明書は保存されており、次回の renew でフックを再実行します。",
        ),
    ),
}

REASONS: dict[str, str] = {
    "it holds more than an archive has": "アーカイブとしては中身が多すぎます",
    "it is no ZIP file that can be read": "ZIP ファイルとして読み取れません",
    "a path in it leads elsewhere": "フォルダー外へのパスが含まれています",
    "it has a key of each generation": "両方の形式の鍵があります",
    "a change of its key was cut off": "鍵の交換が途中で止まっています。先に accounts keyrollover を実行してください",
    "its file cannot be understood": "ファイルを読み取れません",
    "it does not say where its files belong": "ファイルの復元先が記録されていません",
}
