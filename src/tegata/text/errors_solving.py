"""Sentences of the errors of proving names: what a CA says of a proof, and what solvers meet with."""

from tegata.text.catalogue import Entry, Sentence

_NOT_VALIDATED = Sentence(
    "The CA could not validate {names}: {detail}.", "認証局が {names} を確認できませんでした: {detail}。"
)

ENTRIES: dict[str, Entry] = {
    "client.validation": Entry(
        _NOT_VALIDATED,
        Sentence(
            "For --http, http://NAME/.well-known/acme-challenge/ must lead to this machine on port 80 for every name, "
            "from every country: check DNS, the firewall, and other web servers and redirects in front.",
            "--http の場合、すべてのドメイン名の http://ドメイン名/.well-known/acme-challenge/ が、"
            "国内外からポート 80 でこのマシンに届く必要があります。"
            "DNS、ファイアウォール、前段の Web サーバーやリダイレクトを確認してください。",
        ),
    ),
    "client.validation-caa": Entry(
        _NOT_VALIDATED,
        Sentence(
            "A CAA record in the DNS of the name, or of a domain above it, names other CAs only. Have whoever runs the "
            "DNS add this CA to it (CAA 0 issue), then run the same command again.",
            "ドメインまたは上位ドメインの CAA レコードが、この認証局による発行を許可していません。"
            "この認証局を許可する CAA レコード（0 issue）を DNS に追加してから、同じコマンドを再度実行してください。",
        ),
    ),
    "client.validation-connection": Entry(
        _NOT_VALIDATED,
        Sentence(
            "The CA got no connection: port 80 (--http) or 443 (--tls) of the address in the DNS must lead to this "
            "machine from everywhere, by IPv6 too if there is an AAAA record. Check the firewall and country blocks.",
            "認証局から接続できません。DNS に登録された IP アドレスのポート 80（--http）または 443（--tls）が、"
            "国内外からこのマシンに届く必要があります（AAAA レコードがあれば IPv6 も）。"
            "ファイアウォールや国別の接続制限を確認してください。",
        ),
    ),
    "client.validation-address": Entry(
        _NOT_VALIDATED,
        Sentence(
            "The CA's look-up of the name's address failed. Check that it is in the public DNS as an A or AAAA "
            "record, that all of its name servers answer alike, and that DNSSEC is in order.",
            "認証局がドメイン名の IP アドレスを確認できません。公開 DNS に A または AAAA レコードがあるか、"
            "すべてのネームサーバーで内容が一致しているか、DNSSEC の設定に問題がないかを確認してください。",
        ),
    ),
    "client.validation-dns": Entry(
        _NOT_VALIDATED,
        Sentence(
            "The CA looks by itself for the TXT record at _acme-challenge.NAME: the zone that was changed must be the "
            "one that the internet sees, the same at all of its servers, and its DNSSEC and CAA records in order.",
            "認証局は _acme-challenge.ドメイン名 の TXT レコードを直接確認します。"
            "インターネットから見えるゾーンにレコードが追加されたか、ゾーンのすべてのネームサーバーで内容が一致しているか、"
            "DNSSEC と CAA の設定に問題がないかを確認してください。",
        ),
    ),
    "client.validation-dns-account": Entry(
        _NOT_VALIDATED,
        Sentence(
            "The CA looks by itself for the TXT record at _LABEL._acme-challenge.NAME, where the label is made of the "
            "account's URL: an alias (CNAME) must stand at that very name, not at dns-01's. The zone that was changed "
            "must be the one that the internet sees, the same at all of its servers, its DNSSEC and CAA in order.",
            "認証局は _ラベル._acme-challenge.ドメイン名 の TXT レコードを直接確認します。"
            "ラベルはアカウントの URL から計算されます。"
            "別名（CNAME）を使う場合は、dns-01 の名前ではなくこの名前に設定してください。"
            "インターネットから見えるゾーンにレコードが追加されたか、ゾーンのすべてのネームサーバーで内容が一致しているか、"
            "DNSSEC と CAA の設定に問題がないかを確認してください。",
        ),
    ),
    "client.validation-persist": Entry(
        _NOT_VALIDATED,
        Sentence(
            "The CA looks by itself for the TXT record at _validation-persist.NAME: it must name this CA and account, "
            "for a wildcard with policy=wildcard, and its persistUntil must be to come.",
            "認証局は _validation-persist.ドメイン名 の TXT レコードを直接確認します。"
            "レコードには、この認証局とこのアカウントを書く必要があります。"
            "ワイルドカードの場合は policy=wildcard も必要です。"
            "persistUntil が過去の日時でないことも確認してください。",
        ),
    ),
    "client.validation-tls": Entry(
        _NOT_VALIDATED,
        Sentence(
            "For --tls, port 443 of every name must lead to this machine, from every country, and nothing in front may "
            "end TLS: check DNS, the firewall, and proxies and load balancers in front.",
            "--tls の場合、すべてのドメイン名のポート 443 が国内外からこのマシンに届き、"
            "前段で TLS が終端されていないことが必要です。"
            "DNS、ファイアウォール、前段のプロキシやロードバランサーを確認してください。",
        ),
    ),
    "solver.bad-address": Entry(
        Sentence("{address} is no address to listen on.", "{address} は待ち受けアドレスとして使用できません。"),
        Sentence(
            "Give --{flag}.port as :PORT or ADDRESS:PORT.",
            "--{flag}.port は :ポート または アドレス:ポート の形式で指定してください。",
        ),
    ),
    "solver.port-in-use": Entry(
        Sentence(
            "Port {port} ({address}) is taken by another program.",
            "ポート {port}（{address}）は他のプログラムが使用中です。",
        ),
        Sentence(
            "If it is your web server, use --http.webroot with its root directory instead. `ss -ltnp sport = :{port}` "
            "(Windows: `netstat -ano`) shows the program.",
            "Web サーバーが使用している場合は、--http.webroot でその公開フォルダーを指定してください。"
            "使用中のプログラムは `ss -ltnp sport = :{port}`（Windows は `netstat -ano`）で確認できます。",
        ),
    ),
    "solver.port-denied": Entry(
        Sentence(
            "This user may not listen on port {port} ({address}).",
            "このユーザーにはポート {port}（{address}）で待ち受ける権限がありません。",
        ),
        Sentence(
            "Run it with sudo (as administrator), or use --http.webroot.",
            "sudo（管理者権限）で実行するか、--http.webroot を使用してください。",
        ),
    ),
    "solver.address-unavailable": Entry(
        Sentence("{address} cannot be listened on: {reason}.", "{address} で待ち受けできません: {reason}。"),
        Sentence(
            "The address in --{flag}.port must be one of this machine; without one, as in :80, it is all of them.",
            "--{flag}.port のアドレスはこのマシンのものである必要があります。"
            ":80 のように省略するとすべてのアドレスになります。",
        ),
    ),
    "solver.memcached-host": Entry(
        Sentence("“{host}” is no memcached server.", "「{host}」は memcached サーバーの指定ではありません。"),
        Sentence(
            "Give --http.memcached-host a host, or a host and its port: cache.example:11211.",
            "--http.memcached-host には cache.example:11211 のようにホスト（とポート）を指定してください。",
        ),
    ),
    "solver.memcached": Entry(
        Sentence(
            "No memcached server has taken the challenge: {reason}.", "memcached に登録できませんでした: {reason}。"
        ),
        Sentence(
            "Check the servers given with --http.memcached-host, and that this machine may reach them.",
            "--http.memcached-host のサーバーが稼働し、この機器から接続できるか確認してください。",
        ),
    ),
    "solver.s3-not-installed": Entry(
        Sentence("--http.s3-bucket needs the library boto3.", "--http.s3-bucket には boto3 が必要です。"),
        Sentence(
            "Install it as an extra: pip install 'tegata[s3]'.",
            "追加パッケージをインストールしてください: pip install 'tegata[s3]'",
        ),
    ),
    "solver.s3": Entry(
        Sentence(
            "The challenge's object in the bucket {bucket} cannot be written or removed: {reason}.",
            "バケット {bucket} のチャレンジ用オブジェクトを作成または削除できません: {reason}。",
        ),
        Sentence(
            "Check the bucket, its region, the AWS_* variables, and that public objects are allowed in it.",
            "バケット名、リージョン、AWS_* 環境変数、公開オブジェクトの許可設定を確認してください。",
        ),
    ),
    "solver.webroot-missing": Entry(
        Sentence("{path} is not a directory.", "{path} はフォルダーではありません。"),
        Sentence(
            "Give --http.webroot the existing root directory of your web server.",
            "--http.webroot に、Web サーバーの既存の公開フォルダーを指定してください。",
        ),
    ),
    "solver.no-temporary-file": Entry(
        Sentence(
            "No file can be written to the folder for temporary files, which tls-alpn-01 needs for a moment: {reason}.",
            "tls-alpn-01 に必要な一時ファイルを作成できません: {reason}。",
        ),
        Sentence(
            "Make room on its disk, or name another folder in the variable TMPDIR.",
            "一時フォルダーのディスクに空きを作るか、環境変数 TMPDIR で別のフォルダーを指定してください。",
        ),
    ),
    "solver.webroot-unwritable": Entry(
        Sentence("{path} cannot be written or removed: {reason}.", "{path} の作成または削除ができません: {reason}。"),
        Sentence(
            "Check the owner and rights of the directory given with --http.webroot, and the space on its disk.",
            "--http.webroot のフォルダーの所有者と権限、ディスクの空き容量を確認してください。",
        ),
    ),
}
