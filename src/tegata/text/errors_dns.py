"""Errors of dns-01 in the client: settings and answers of DNS providers, look-ups, and records that do not appear."""

from tegata.text.catalogue import Entry, Sentence

ENTRIES: dict[str, Entry] = {
    "dns.missing-settings": Entry(
        Sentence(
            "The DNS provider {provider} needs these environment variables: {names}.",
            "DNS プロバイダー {provider} には、次の環境変数が必要です: {names}。",
        ),
        Sentence(
            "Set them, or name a file that holds the value in the variable with _FILE at its end; "
            "'tegata dnshelp -c {provider}' explains each.",
            "環境変数を設定するか、末尾に _FILE を付けた変数に、値を書いたファイルの名前を指定してください。"
            "各変数の説明は tegata dnshelp -c {provider} で表示できます。",
        ),
    ),
    "dns.bad-setting": Entry(
        Sentence(
            "The environment variable {variable} of the DNS provider {provider} cannot be used: {reason}.",
            "DNS プロバイダー {provider} の環境変数 {variable} を使用できません: {reason}。",
        ),
        Sentence(
            "Correct it; 'tegata dnshelp -c {provider}' explains each variable.",
            "設定を見直してください。各変数の説明は tegata dnshelp -c {provider} で表示できます。",
        ),
    ),
    "dns.provider-failed": Entry(
        Sentence(
            "The DNS provider {provider} could not change the record: {reason}.",
            "DNS プロバイダー {provider} でレコードを変更できませんでした: {reason}。",
        ),
        Sentence("Look at what it says, and try again.", "内容を確認し、もう一度お試しください。"),
    ),
    "dns.provider-unreachable": Entry(
        Sentence(
            "The service of the DNS provider {provider} at {url} cannot be reached: {reason}.",
            "DNS プロバイダー {provider} のサービス（{url}）に接続できません: {reason}。",
        ),
        Sentence(
            "Check the address and the network, a proxy or firewall included.",
            "アドレスとネットワーク（プロキシやファイアウォールを含む）を確認してください。",
        ),
    ),
    "dns.provider-refused": Entry(
        Sentence(
            "The service of the DNS provider {provider} at {url} answered with HTTP {status}: {answer}",
            "DNS プロバイダー {provider} のサービス（{url}）が HTTP {status} を返しました: {answer}",
        ),
        Sentence(
            "Check its address and credentials, and whether they may change this zone.",
            "アドレスと認証情報、およびその認証情報にゾーンを変更する権限があるかを確認してください。",
        ),
    ),
    "dns.program-failed": Entry(
        Sentence(
            "The program {program} of the DNS provider {provider} ended with status {status} for '{action}'.",
            "DNS プロバイダー {provider} のプログラム {program} が、{action} で終了コード {status} を返しました。",
        ),
        Sentence(
            "Its own words are in the log lines above; correct the program and try again.",
            "プログラムの出力は、上のログに表示されています。原因を取り除いて、もう一度お試しください。",
        ),
    ),
    "dns.program-not-started": Entry(
        Sentence(
            "The program {program} of the DNS provider {provider} could not be started: {reason}.",
            "DNS プロバイダー {provider} のプログラム {program} を起動できません: {reason}。",
        ),
        Sentence(
            "Check EXEC_PATH, and that the file exists and may be executed.",
            "EXEC_PATH の指定と、ファイルの有無および実行権限を確認してください。",
        ),
    ),
}

REASONS: dict[str, str] = {
    "the file is longer than 64 KiB": "ファイルが 64 KiB を超えています",
    "the file is not text in UTF-8": "ファイルが UTF-8 のテキストではありません",
    "it is not the name of a file": "ファイル名として使用できません",
    "it is not an http or https URL": "http または https の URL ではありません",
    "the answer is too long": "応答が長すぎます",
}
