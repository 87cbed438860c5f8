"""Sentences of the errors raised by the command line tegata-ca."""

from tegata.text.catalogue import Entry, Sentence

ENTRIES: dict[str, Entry] = {
    "settings.bad": Entry(
        Sentence("{path} cannot be used: {reason}.", "{path} を使用できません: {reason}。"),
        Sentence(
            "Please correct the file; a new CA is made with tegata-ca init, and --dir names the directory of another.",
            "ファイルを修正してください。新しい認証局は tegata-ca init で作成します。"
            "別のディレクトリは --dir で指定します。",
        ),
    ),
    "operator.usage": Entry(
        Sentence("The command line is wrong: {reason}.", "コマンドの書き方が正しくありません: {reason}。"),
        Sentence("It is written so: {usage}", "書き方: {usage}"),
    ),
    "operator.answer-lost": Entry(
        Sentence(
            "What was asked for is done, but standard output does not take the answer: {reason}.",
            "処理は完了しましたが、結果を標準出力に書き込めません: {reason}。",
        ),
        Sentence(
            "Look at the result by the list or show command. A password that was in the answer is kept nowhere;"
            " tegata-ca customer password MAIL makes a new one.",
            "list または show コマンドで結果を確認してください。表示されるはずだったパスワードは保存されていません。"
            "tegata-ca customer password メールアドレス で再発行してください。",
        ),
    ),
    "operator.listen-address": Entry(
        Sentence(
            "{address} is no address to listen at.",
            "{address} は待ち受けアドレスとして正しくありません。",
        ),
        Sentence(
            "Please write HOST:PORT, such as 127.0.0.1:8443, [::1]:8443, or :8443 for all addresses.",
            "127.0.0.1:8443、[::1]:8443、:8443（全アドレス）のように ホスト:ポート で指定してください。",
        ),
    ),
    "operator.listen": Entry(
        Sentence("The CA cannot listen at {address}: {reason}.", "{address} で待ち受けできません: {reason}。"),
        Sentence(
            "Please stop what uses the port (ss -ltnp shows it), or choose another address"
            " with --listen or --public-listen.",
            "そのポートを使っているプログラムを停止するか（ss -ltnp で確認できます）、"
            "--listen または --public-listen で別のアドレスを指定してください。",
        ),
    ),
    "operator.served": Entry(
        Sentence(
            "Another tegata-ca serve runs on {home}.", "{home} では、すでに別の tegata-ca serve が動作しています。"
        ),
        Sentence(
            "Please stop that one first (systemctl stop tegata-ca; fuser {home}/serve.lock shows its number). For"
            " several nodes at once put the records on PostgreSQL ([database] url).",
            "先に停止してください（systemctl stop tegata-ca。プロセス番号は fuser {home}/serve.lock で確認できます）。"
            "複数のノードで稼働させるには、データベースに PostgreSQL を使用してください（[database] url）。",
        ),
    ),
    "operator.backup": Entry(
        Sentence(
            "The backup is older than the database. Nothing would be known any more of what it lacks (certificates: "
            "{certificates}, revocations: {revocations}).",
            "バックアップはデータベースより古く、証明書 {certificates} 件と失効 {revocations} 件が含まれていません。"
            "復元するとこれらの記録が失われます。",
        ),
        Sentence(
            "Keep the database, or make a backup of it first and then restore with --force.",
            "現在のデータベースを使い続けるか、先にバックアップを取ってから --force を付けて復元してください。",
        ),
    ),
    "operator.audit": Entry(
        Sentence(
            "The audit log does not hold from link {link} on: {reason}.",
            "監査ログはリンク {link} 以降が一致しません: {reason}。",
        ),
        Sentence(
            "Somebody or something has changed the database. Keep it as it is, compare it with a backup, and find out"
            " who could write to it.",
            "データベースが変更されています。現状を保存し、バックアップと比較のうえ、書き込みが可能だった者を"
            "調査してください。",
        ),
    ),
    "store.unusable": Entry(
        Sentence(
            "The CA's database {path} cannot be opened: {reason}.",
            "認証局のデータベース {path} を開けません: {reason}。",
        ),
        Sentence(
            "For a file, please check that it is the CA's, that its directory exists, and that the user who runs"
            " tegata-ca may write to both; where it is lost, or damaged and moved away, put a backup in its place"
            " (tegata-ca restore). For a server, that it runs, and [database] in settings.toml.",
            "ファイルの場合は、認証局のものであること、ディレクトリが存在すること、tegata-ca を実行するユーザーが"
            "両方に書き込めることを確認してください。失われた場合は tegata-ca restore で復元してください"
            "（破損した場合は、先に別の場所へ移してください）。"
            "サーバーの場合は、稼働状況と settings.toml の [database] を"
            "確認してください。",
        ),
    ),
    "store.too-new": Entry(
        Sentence(
            "The database {path} was made by a newer version of tegata-ca: its schema is number {found}, this version"
            " knows up to {known}.",
            "データベース {path} は新しいバージョンの tegata-ca で作成されています（スキーマ番号 {found}、"
            "このバージョンの対応は {known} まで）。",
        ),
        Sentence(
            "Please run the newer version, or restore the backup made before it was installed.",
            "新しいバージョンを使用するか、導入前のバックアップから復元してください。",
        ),
    ),
    "store.altered": Entry(
        Sentence(
            "The database {path} was made with another text of {migration} than this version of tegata-ca has.",
            "データベース {path} に適用された {migration} の内容が、このバージョンの tegata-ca のものと異なります。",
        ),
        Sentence(
            "Please install an unchanged release of tegata-ca.",
            "変更されていない正式版の tegata-ca をインストールしてください。",
        ),
    ),
    "store.clock": Entry(
        Sentence(
            "This machine's clock is {seconds} s off the database server's (below zero: behind): "
            "nothing is issued by it.",
            "このサーバーの時計はデータベースサーバーの時計と {seconds} 秒ずれているため（負の値は遅れ）、"
            "発行を停止しています。",
        ),
        Sentence(
            "Set both clocks by NTP; what waits is done once they agree.",
            "両方の時計を NTP で合わせてください。時刻が一致すれば、保留中の処理は再開されます。",
        ),
    ),
    "store.commit": Entry(
        Sentence(
            "The CA's database could not store the change: {reason}.",
            "認証局のデータベースに変更を保存できませんでした: {reason}。",
        ),
        Sentence(
            "Please check that the database has space and answers and that no other program holds it, and try again;"
            " a change that was stored after all is not made twice.",
            "データベースの空き容量と応答、他のプログラムが占有していないことを確認し、もう一度お試しください。"
            "すでに保存されていた変更が二重に行われることはありません。",
        ),
    ),
    "store.unavailable": Entry(
        Sentence("The CA's database does not answer: {reason}.", "認証局のデータベースが応答しません: {reason}。"),
        Sentence(
            "Please check that the database server runs and can be reached, and try again.",
            "データベースサーバーが稼働していて接続できることを確認し、もう一度お試しください。",
        ),
    ),
}

REASONS: dict[str, str] = {
    "there is no serial number": "シリアル番号がありません",
    "the file of serial numbers cannot be read": "シリアル番号のファイルを読み込めません",
    "the name of who revokes or agrees says nothing, or is no name": (
        "失効を行う担当者、または同意する担当者の名前が正しくありません"
    ),
    "the page is no https URL": "ページが https の URL ではありません",
    "the records are on PostgreSQL: use pg_dump and pg_restore": (
        "記録は PostgreSQL にあります。pg_dump と pg_restore を使用してください"
    ),
    "there is a file of that name": "同じ名前のファイルがすでにあります",
    "the database changed meanwhile: try again, or end serve before": (
        "その間にデータベースが変更されました。再度実行するか、serve を停止してから実行してください"
    ),
    "it is no backup of a CA": "認証局のバックアップではありません",
    "it is damaged": "破損しています",
    "it is not the link that was noted": "控えておいたリンクと異なります",
    "the link that was noted is gone": "控えておいたリンクがありません",
    "it does not follow the link before it": "直前のリンクとつながっていません",
    "it is not there, but events of it are": "リンクがないのに、そのイベントが残っています",
    "the links before it were not dropped by house-keeping": "以前のリンクが、保存期間の経過によらずに失われています",
    "its events are not what they were": "イベントが記録時と異なります",
    "the database is closed": "データベースは閉じられています",
    "there is a CA in it already": "すでに認証局が作成されています",
    "there is no CA in it": "認証局の記録がありません",
    "another process brings it up to date: try again later": (
        "別のプロセスがデータベースを更新しています。しばらくしてから再度実行してください"
    ),
    "its tables are in use for long, as by a dump: try again after that": (
        "ダンプなどがテーブルを長時間使用しています。終了してから再度実行してください"
    ),
    "an index has to wait for older transactions, as a dump's: try again after that": (
        "インデックスの作成が、ダンプなど先に始まったトランザクションの終了を待っています。終了してから再度実行してください"
    ),
    "the URL holds a password": "URLにパスワードが含まれています",
    "it is no URL of the form postgresql://USER@HOST/DATABASE": (
        "postgresql://ユーザー@ホスト/データベース の形式ではありません"
    ),
    "acme.url is not of the form https://HOST[:PORT]": "acme.url が https://ホスト[:ポート] の形式ではありません",
    "public.url is not of the form http://HOST[:PORT]": "public.url が http://ホスト[:ポート] の形式ではありません",
    "install what tracing needs: pip install 'tegata[otel]'": (
        "トレースの送信に必要なものをインストールしてください: pip install 'tegata[otel]'"
    ),
    "the directory for the new CA is not empty": "認証局を作成するディレクトリが空ではありません",
    "acme.terms_of_service is no URL such as https://ca.example/page": (
        "acme.terms_of_service が https://ca.example/page のような URL ではありません"
    ),
    "acme.website is no URL such as https://ca.example/page": (
        "acme.website が https://ca.example/page のような URL ではありません"
    ),
    "--tos is no URL such as https://ca.example/page": "--tos が https://ca.example/page のような URL ではありません",
    "--url is not of the form https://HOST[:PORT]": "--url が https://ホスト[:ポート] の形式ではありません",
    "--public-url is not of the form http://HOST[:PORT]": "--public-url が http://ホスト[:ポート] の形式ではありません",
    "--http01-port is no port number": "--http01-port がポート番号ではありません",
    "an option holds a control character": "オプションに制御文字が含まれています",
    "no address": "アドレスがありません",
    "settings.toml has another address or region for this perspective": (
        "settings.toml では、この地点のアドレスまたは地域が異なります"
    ),
    "the name of a perspective is of small letters, digits and hyphens": (
        "地点の名前に使えるのは、英小文字、数字、ハイフンだけです"
    ),
    "a perspective is being added by another command, or a ceremony is under way": (
        "別のコマンドが地点を追加しているか、セレモニーが進行中です"
    ),
    "the address of a perspective has a host": "地点のアドレスにはホストが必要です",
    "validation.perspectives: a name is there twice": "validation.perspectives に同じ名前が二度あります",
    "dns-persist-01 needs one to ten validation.issuer_domains": (
        "dns-persist-01 には validation.issuer_domains が 1 個から 10 個必要です"
    ),
    "it is no UTF-8 text": "UTF-8 のテキストではありません",
    "it is no OCSP request": "OCSP のリクエストではありません",
    "mail.smtp is smtp://HOST:PORT or smtps://HOST:PORT, with USER@ at most; a password goes into mail.password_file": (
        "mail.smtp は smtp://ホスト:ポート または smtps://ホスト:ポート の形式です（ユーザー@ は付けられます）。"
        "パスワードは mail.password_file で指定します"
    ),
    "resolvers: they do not validate DNSSEC, as the setting dnssec says": (
        "resolvers のサーバーが、設定 dnssec のとおりに DNSSEC を検証していません"
    ),
    "resolvers: none is set, and this system has none": "resolvers の指定がなく、このシステムにも設定されていません",
    "resolvers: with dnssec they are on this machine, or asked by TLS (tls://IP#NAME)": (
        "dnssec を有効にする場合、resolvers はこの機器のものか、TLS（tls://IP#NAME）で問い合わせるものに限ります"
    ),
}
