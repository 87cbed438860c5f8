"""Every flag of the command line ``tegata`` once, as data: spellings of both generations, kind, variable, help.

A flag of lego's is one row, whatever v4 and v5 call it. How words are parsed is ``words``' matter, what the values
mean is ``plans``'.
"""

import re
from enum import Enum
from typing import NamedTuple

from tegata.cli.grammar.commands import Generation
from tegata.text.catalogue import Sentence


class Kind(Enum):
    """What a flag takes; the kinds are those of Go's ``flag`` package, which lego uses."""

    SWITCH = "true or false"
    TEXT = "text"
    LIST = "text, repeated or separated by commas"
    INTEGER = "a whole number"
    NATURAL = "a whole number, 0 or more"
    SPOKEN = "true or false, also as a word of its own"
    REASON = "a reason of revocation, by number or name"
    DURATION = "a span of time: 90s, 2m, 1h30m"
    TIME = "an instant: 2026-01-30T12:00:00Z"

    @property
    def takes_value(self) -> bool:
        """Whether the next word is the value; a switch takes one by ``=`` only."""
        return self not in (Kind.SWITCH, Kind.SPOKEN)


class Flag(NamedTuple):
    """One flag."""

    names: tuple[str, ...]
    """The spellings that lego v4 has, both legos have or only we have, without dashes."""
    kind: Kind
    help: Sentence
    variable: str = ""
    """The environment variable without its prefix (``TEGATA_`` before ``LEGO_``); empty: none."""
    commands: frozenset[str] = frozenset()
    """The commands that take it, by what they are called in code; empty: all of them."""
    default: str = ""
    """What help shows as the default."""
    v5: tuple[str, ...] = ()
    """Further spellings that lego v5 has and v4 has not, or not for this flag (``-c``)."""
    v5_commands: frozenset[str] = frozenset()
    """Further commands that take it, where lego v5 is spoken to."""
    secret: bool = False
    """Whether its value is never shown."""
    octets: bool = False
    """Whether its value, a file's name or a command, may be no text."""

    @property
    def name(self) -> str:
        """What the flag is called in code and messages."""
        return self.spellings[0]

    def belongs(self, command: str, generation: Generation) -> bool:
        """Whether a command takes it, by what the command is called in code."""
        further = self.v5_commands if generation is Generation.V5 else frozenset()
        return not self.commands or command in self.commands or command in further

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every spelling, without dashes."""
        return self.names + self.v5

    @property
    def variables(self) -> tuple[str, ...]:
        """Every variable without its prefix: ours and v4's, and v5's, which is made from the flag's name there."""
        made = [_NO_LETTERS.sub("_", name).upper() for name in self.v5 if len(name) > 1]
        return tuple(dict.fromkeys((self.variable, *made))) if self.variable else ()


_NO_LETTERS = re.compile("[^a-z0-9]")

DEFAULT_OUTAGE_WAIT = "90"
DEFAULT_SERVER = "https://acme-v02.api.letsencrypt.org/directory"
DEFAULT_KEY_TYPE = "ec256"
DEFAULT_PFX_PASSWORD = "changeit"  # noqa: S105 - lego's published default, kept so that scripts go on working
DEFAULT_HTTP_PORT = ":80"
DEFAULT_TLS_PORT = ":443"
DEFAULT_DNS_TIMEOUT = 10

_RUN = frozenset({"run"})
_RENEW = frozenset({"renew"})
_REVOKE = frozenset({"revoke"})
_ISSUE = _RUN | _RENEW
_LIST = frozenset({"list"})
_REGISTER = frozenset({"accounts register"})
_ACCOUNT_KEYS = frozenset({"accounts keyrollover", "accounts recover"})
_DNSHELP = frozenset({"dnshelp"})
_DNSPERSIST = frozenset({"dnspersist"})
_MIGRATE = frozenset({"migrate"})
_CONFORMANCE = frozenset({"conformance"})
_DOCTOR = frozenset({"doctor"})

FLAGS: tuple[Flag, ...] = (
    Flag(
        ("domains", "d"),
        Kind.LIST,
        Sentence(
            "A name for the certificate; repeat it for several. The first one names the files.",
            "証明書に登録するコモンネーム。複数は繰り返して指定します。先頭がファイル名になります。",
        ),
        "DOMAINS",
    ),
    Flag(
        ("server", "s"),
        Kind.TEXT,
        Sentence(
            "URL of the CA's ACME directory, or a short name such as letsencrypt, zerossl, secom, jprs.",
            "認証局の URL（サーバーホスト）、または letsencrypt、zerossl、secom、jprs などの短縮名。",
        ),
        "SERVER",
        default=DEFAULT_SERVER,
    ),
    Flag(
        ("accept-tos", "a"),
        Kind.SWITCH,
        Sentence("Agree to the CA's terms of service without being asked.", "利用規定に同意し、質問を省略します。"),
        "ACCEPT_TOS",
    ),
    Flag(
        ("email", "m"),
        Kind.TEXT,
        Sentence("Mail address of the account.", "アカウントのメールアドレス。"),
        "EMAIL",
    ),
    Flag(
        (),
        Kind.TEXT,
        Sentence(
            "What the account is called here, in place of its mail address.",
            "このディレクトリでのアカウント名。指定しなければメールアドレスになります。",
        ),
        "ACCOUNT_ID",
        v5=("account-id",),
    ),
    Flag(
        ("eab",),
        Kind.SWITCH,
        Sentence(
            "Bind the new account to an external one; needs --kid and --hmac, or --eab-file.",
            "外部アカウントと紐づけて登録します。--kid と --hmac、または --eab-file が必要です。",
        ),
        "EAB",
    ),
    Flag(
        ("kid",),
        Kind.TEXT,
        Sentence("Key identifier of the EAB.", "EAB の MAC 鍵識別子。"),
        "EAB_KID",
        v5=("eab.kid",),
    ),
    Flag(
        ("hmac",),
        Kind.TEXT,
        Sentence("MAC key of the EAB, in base64url.", "EAB の MAC 鍵（base64url）。"),
        "EAB_HMAC",
        v5=("eab.hmac",),
        secret=True,
    ),
    Flag(
        ("eab-file",),
        Kind.TEXT,
        Sentence(
            "The CA's EAB file, or - for standard input: server, key identifier, MAC key and names are read from it "
            "where "
            "no flag gives them.",
            "認証局の EAB ファイル（- は標準入力）。オプションで指定のないサーバーホスト、MAC 鍵識別子、MAC 鍵、"
            "名前を読み取ります。",
        ),
        "EAB_FILE",
        octets=True,
    ),
    Flag(
        ("new-account",),
        Kind.SWITCH,
        Sentence(
            "Move the stored account of this CA and mail address to the archives and register a new one.",
            "この認証局とメールアドレスの既存アカウントを archives へ移し、新しく登録します。",
        ),
        commands=_RUN | _REGISTER,
    ),
    Flag(
        ("change-eab",),
        Kind.SWITCH,
        Sentence(
            "Put the stored account under the EAB of --kid and --hmac, at a CA that lets it change.",
            "既存のアカウントを --kid と --hmac の EAB に移します。対応する認証局でのみ使用できます。",
        ),
        commands=_RUN | _REGISTER,
    ),
    Flag(
        ("key-type", "k"),
        Kind.TEXT,
        Sentence(
            "Type of new private keys: rsa2048, rsa3072, rsa4096, rsa8192, ec256, ec384, ec521 or ed25519.",
            "新しい秘密鍵の種類。rsa2048、rsa3072、rsa4096、rsa8192、ec256、ec384、ec521、ed25519。",
        ),
        "KEY_TYPE",
        default=DEFAULT_KEY_TYPE,
    ),
    Flag(
        ("path",),
        Kind.TEXT,
        Sentence("Folder of accounts and certificates.", "アカウントと証明書の保存先。"),
        "PATH",
        default="./.lego",
        octets=True,
    ),
    Flag(
        ("http",),
        Kind.SWITCH,
        Sentence("Prove control of the names by http-01.", "ファイル認証（http-01）を使います。"),
        "HTTP",
    ),
    Flag(
        ("http.port",),
        Kind.TEXT,
        Sentence(
            "Where the listener for http-01 listens: interface:port or :port.",
            "http-01 の待ち受け。interface:port または :port。",
        ),
        "HTTP_PORT",
        default=DEFAULT_HTTP_PORT,
        v5=("http.address",),
    ),
    Flag(
        ("http.webroot",),
        Kind.TEXT,
        Sentence(
            "Document root of a running web server: files are put there in place of an own listener.",
            "稼働中の Web サーバーの公開フォルダー。待ち受けの代わりにここへファイルを置きます。",
        ),
        "HTTP_WEBROOT",
        octets=True,
    ),
    Flag(
        ("http.delay",),
        Kind.DURATION,
        Sentence(
            "How long to wait before the CA is told to look at http-01, such as 5s.",
            "http-01 の準備ができてから認証局に確認を求めるまでの待ち時間（5s など）。",
        ),
        "HTTP_DELAY",
    ),
    Flag(
        ("http.proxy-header",),
        Kind.TEXT,
        Sentence(
            "Header in which a proxy in front of the listener leaves the host: Host, X-Forwarded-Host, Forwarded.",
            "待ち受けの前段のプロキシが元のホスト名を渡すヘッダー。Host、X-Forwarded-Host、Forwarded など。",
        ),
        "HTTP_PROXY_HEADER",
        default="Host",
    ),
    Flag(
        ("http.memcached-host",),
        Kind.LIST,
        Sentence(
            "memcached server (host or host:port) from which a running web server answers; repeat it for several.",
            "稼働中の Web サーバーが応答に使う memcached（host または host:port）。複数は繰り返して指定します。",
        ),
        "HTTP_MEMCACHED_HOST",
    ),
    Flag(
        ("http.s3-bucket",),
        Kind.TEXT,
        Sentence(
            "Amazon S3 bucket from which the challenges are answered; needs the extra tegata[s3], and AWS_* variables.",
            "チャレンジの応答に使う Amazon S3 のバケット。追加パッケージ tegata[s3] と AWS_* 環境変数が必要です。",
        ),
        "HTTP_S3_BUCKET",
    ),
    Flag(
        ("tls",),
        Kind.SWITCH,
        Sentence("Prove control of the names by tls-alpn-01.", "TLS 認証（tls-alpn-01）を使います。"),
        "TLS",
    ),
    Flag(
        ("tls.port",),
        Kind.TEXT,
        Sentence(
            "Where the listener for tls-alpn-01 listens: interface:port or :port.",
            "tls-alpn-01 の待ち受け。interface:port または :port。",
        ),
        "TLS_PORT",
        default=DEFAULT_TLS_PORT,
        v5=("tls.address",),
    ),
    Flag(
        ("dns",),
        Kind.TEXT,
        Sentence(
            "Prove control of the names by dns-01, with this DNS provider; 'tegata dnshelp' lists them.",
            "指定した DNS プロバイダーで DNS 認証（dns-01）を使います。一覧は tegata dnshelp で表示できます。",
        ),
        "DNS",
    ),
    Flag(
        ("dns-account",),
        Kind.SWITCH,
        Sentence(
            "Prove control of the names by records at the account's own name (dns-account-01, a draft), where the CA "
            "offers it; --dns makes them, or you do.",
            "認証局が対応していれば、アカウント専用の名前に置くレコード（dns-account-01、ドラフト仕様）で認証します。"
            "登録は --dns のプロバイダーまたは手動です。",
        ),
        "DNS_ACCOUNT",
        _ISSUE | _CONFORMANCE | _DOCTOR,
    ),
    Flag(
        ("ancestor-domain",),
        Kind.LIST,
        Sentence(
            "Prove this domain once in the DNS for all names below it (RFC 9444), where the CA offers that.",
            "認証局が対応していれば、このドメインを DNS で一度認証し、その下位のすべての名前に適用します（RFC 9444）。",
        ),
        "ANCESTOR_DOMAIN",
        _ISSUE,
    ),
    Flag(
        (),
        Kind.SWITCH,
        Sentence(
            "Prove control of the names by records that stay (dns-persist-01, a draft); --dns makes them, or you do.",
            "永続レコード（dns-persist-01、ドラフト仕様）で認証します。登録は --dns のプロバイダーまたは手動です。",
        ),
        "DNS_PERSIST",
        _ISSUE | _CONFORMANCE | _DOCTOR,
        v5=("dns-persist",),
    ),
    Flag(
        (),
        Kind.TEXT,
        Sentence(
            "Of the names that the CA has in such records, the one to use (default: its first).",
            "レコードに書く認証局のドメイン名（既定値は認証局が示す先頭の名前）。",
        ),
        "DNS_PERSIST_ISSUER_DOMAIN_NAME",
        _ISSUE | _DNSPERSIST | _CONFORMANCE,
        v5=("dns-persist.issuer-domain-name",),
    ),
    Flag(
        (),
        Kind.TIME,
        Sentence(
            "When a record that is made shall count no longer (RFC 3339; default: it has no end).",
            "登録するレコードの有効期限（RFC 3339。既定値は無期限）。",
        ),
        "DNS_PERSIST_PERSIST_UNTIL",
        _ISSUE | _DNSPERSIST | _CONFORMANCE,
        v5=("dns-persist.persist-until",),
    ),
    Flag(
        ("dns.resolvers",),
        Kind.LIST,
        Sentence(
            "DNS servers for look-ups, host or host:port, in place of the system's.",
            "名前解決に使う DNS サーバー（host または host:port）。指定がなければシステムの設定に従います。",
        ),
        "DNS_RESOLVERS",
        v5=("dns-persist.resolvers",),
    ),
    Flag(
        ("dns-timeout",),
        Kind.NATURAL,
        Sentence("Seconds to wait for a DNS server's answer.", "DNS サーバーの応答を待つ時間（秒）。"),
        "DNS_TIMEOUT",
        default=str(DEFAULT_DNS_TIMEOUT),
        v5=("dns.timeout", "dns-persist.timeout"),
    ),
    Flag(
        ("dns.propagation-wait",),
        Kind.DURATION,
        Sentence(
            "Wait this long (as 30s or 2m) in place of looking for the records.",
            "レコードの反映を確認せず、指定した時間（30s、2m など）だけ待ちます。",
        ),
        "DNS_PROPAGATION_WAIT",
        v5=("dns.propagation.wait", "dns-persist.propagation.wait"),
    ),
    Flag(
        ("dns.propagation-disable-ans", "dns.disable-cp"),
        Kind.SWITCH,
        Sentence(
            "Do not look for the records at the zones' authoritative servers.",
            "ゾーンの権威 DNS サーバーでの反映確認を省きます。",
        ),
        "DNS_PROPAGATION_DISABLE_ANS",
        v5=("dns.propagation.disable-ans", "dns-persist.propagation.disable-ans"),
    ),
    Flag(
        ("dns.propagation-rns",),
        Kind.SWITCH,
        Sentence(
            "Look for the records at the recursive servers too.",
            "名前解決に使う DNS サーバーでも反映を確認します。",
        ),
        "DNS_PROPAGATION_RNS",
    ),
    Flag(
        (),
        Kind.SWITCH,
        Sentence(
            "Do not look for the records at the recursive servers; that is so anyhow unless it is asked for.",
            "名前解決に使う DNS サーバーでは反映を確認しません（指定がなければ確認しません）。",
        ),
        "DNS_PROPAGATION_DISABLE_RNS",
        v5=("dns.propagation.disable-rns", "dns-persist.propagation.disable-rns"),
    ),
    Flag(
        ("csr", "c"),
        Kind.TEXT,
        Sentence(
            "Certification request to use (PEM or DER) in place of --domains; its names count, and no key is made.",
            "--domains の代わりに使う CSR ファイル（PEM または DER）。名前は CSR から読み取り、秘密鍵は作りません。",
        ),
        "CSR",
        octets=True,
    ),
    Flag(
        ("private-key",),
        Kind.TEXT,
        Sentence(
            "File of a private key (PKCS#1, SEC1 or PKCS#8), used in place of a new one: the certificate's, with "
            "accounts keyrollover the account's; with accounts recover the account's key that the CA knows; with "
            "revoke the certificate's, to show the right to revoke without an account.",
            "新しい秘密鍵の代わりに使う鍵ファイル（PKCS#1、SEC1、PKCS#8）。accounts keyrollover ではアカウントの鍵、"
            "accounts recover では認証局に登録済みのアカウントの鍵、revoke では失効する証明書の鍵。",
        ),
        "PRIVATE_KEY",
        _ISSUE | _REVOKE | _ACCOUNT_KEYS,
        octets=True,
    ),
    Flag(
        ("yes", "y"),
        Kind.SWITCH,
        Sentence("Go on without being asked.", "確認の質問を省略します。"),
        commands=_ACCOUNT_KEYS | _MIGRATE,
    ),
    Flag(
        ("account-only",),
        Kind.SWITCH,
        Sentence("Leave the certificates as they are.", "証明書は変換しません。"),
        commands=_MIGRATE,
    ),
    Flag(
        ("undo",),
        Kind.SWITCH,
        Sentence("Take a migration back.", "変換を元に戻します。"),
        commands=_MIGRATE,
    ),
    Flag(
        ("archive",),
        Kind.TEXT,
        Sentence("Name of the archive, as the list shows it.", "一覧に表示されるアーカイブの名前。"),
        commands=frozenset({"archives restore"}),
    ),
    Flag(
        ("filename",),
        Kind.LIST,
        Sentence(
            "What the certificate's files are called, in place of its first name.",
            "証明書のファイル名。指定しなければ先頭の名前になります。",
        ),
        "CERT_NAME",
        v5=("cert.name", "c"),
    ),
    Flag(
        ("must-staple",),
        Kind.SWITCH,
        Sentence(
            "Ask for the OCSP must-staple extension. Only if the CA runs OCSP.",
            "OCSP Must-Staple 拡張を要求します。OCSP を提供する認証局に限ります。",
        ),
        "MUST_STAPLE",
        _ISSUE,
    ),
    Flag(
        ("not-before",),
        Kind.TIME,
        Sentence("When the certificate's life should begin (RFC 3339).", "証明書の有効期間の開始日時（RFC 3339）。"),
        "NOT_BEFORE",
        _ISSUE,
    ),
    Flag(
        ("not-after",),
        Kind.TIME,
        Sentence("When the certificate's life should end (RFC 3339).", "証明書の有効期間の終了日時（RFC 3339）。"),
        "NOT_AFTER",
        _ISSUE,
    ),
    Flag(
        ("preferred-chain",),
        Kind.TEXT,
        Sentence(
            "Of the chains the CA offers, take the one whose topmost certificate has this issuer's common name.",
            "認証局が複数のチェーンを提示した場合、最上位の証明書の発行者の CN がこの値のものを使います。",
        ),
        "PREFERRED_CHAIN",
        _ISSUE,
    ),
    Flag(
        ("profile", "required-profile"),
        Kind.TEXT,
        Sentence(
            "The CA's certificate profile to order by; nothing is ordered where the CA does not offer it.",
            "注文に使う認証局の証明書プロファイル。認証局が提供していなければ注文しません。",
        ),
        "PROFILE",
        _ISSUE,
    ),
    Flag(
        ("preferred-profile",),
        Kind.TEXT,
        Sentence(
            "The same, but where the CA does not offer it, its default is ordered.",
            "同上。ただし認証局が提供していなければ既定のプロファイルで注文します。",
        ),
        "PREFERRED_PROFILE",
        _ISSUE,
    ),
    Flag(
        ("disable-cn",),
        Kind.SWITCH,
        Sentence("Ask for a certificate without a common name.", "コモンネームのない証明書を要求します。"),
        "DISABLE_CN",
    ),
    Flag(
        (),
        Kind.SWITCH,
        Sentence(
            "Ask for the first name as the common name (the default).", "先頭の名前をコモンネームにします（既定）。"
        ),
        "ENABLE_CN",
        v5=("enable-cn",),
    ),
    Flag(
        ("always-deactivate-authorizations",),
        Kind.SPOKEN,
        Sentence(
            "Give up the authorizations after the order, so that the names are proved anew each time.",
            "発行後に認可を破棄します。名前の確認は毎回行われます。",
        ),
        "ALWAYS_DEACTIVATE_AUTHORIZATIONS",
        _ISSUE,
    ),
    Flag(
        ("reuse-key",),
        Kind.SWITCH,
        Sentence("Renew with the key there is.", "更新時に今の秘密鍵をそのまま使います。"),
        "REUSE_KEY",
        _RENEW,
        v5_commands=_RUN,
    ),
    Flag(
        ("force-cert-domains",),
        Kind.SWITCH,
        Sentence(
            "Make the renewed certificate for exactly the names given, and renew at once if they differ.",
            "更新後の証明書を指定した名前だけにし、今の証明書と異なればすぐに更新します。",
        ),
        "FORCE_CERT_DOMAINS",
        _RENEW,
        v5_commands=_RUN,
    ),
    Flag(
        ("no-bundle",),
        Kind.SWITCH,
        Sentence(
            "Write the certificate alone to the .crt file, without the issuers'.",
            ".crt ファイルに中間証明書を含めません。",
        ),
        "NO_BUNDLE",
        _ISSUE,
    ),
    Flag(
        ("pem",),
        Kind.SWITCH,
        Sentence(
            "Also write a .pem file: the .crt file and the key in one.",
            "PEM 形式（.crt と秘密鍵を 1 つにしたもの）でも出力します。",
        ),
        "PEM",
    ),
    Flag(
        ("tls.delay",),
        Kind.DURATION,
        Sentence(
            "How long to wait before the CA is told to look at tls-alpn-01, such as 5s.",
            "tls-alpn-01 の準備ができてから認証局に確認を求めるまでの待ち時間（5s など）。",
        ),
        "TLS_DELAY",
    ),
    Flag(
        ("pfx",),
        Kind.SWITCH,
        Sentence("Also write a .pfx (PKCS#12) file.", "PFX（PKCS#12）形式でも出力します。"),
        "PFX",
    ),
    Flag(
        ("pfx.pass",),
        Kind.TEXT,
        Sentence("Password of the .pfx file.", "PFX ファイルのパスワード。"),
        "PFX_PASSWORD",
        default=DEFAULT_PFX_PASSWORD,
        v5=("pfx.password",),
        secret=True,
    ),
    Flag(
        ("pfx.format",),
        Kind.TEXT,
        Sentence(
            "Encryption of the .pfx file: DES (every Windows) or SHA256 (Windows Server 2019 and later).",
            "PFX ファイルの暗号化方式。DES（すべての Windows）または SHA256（Windows Server 2019 以降）。",
        ),
        "PFX_FORMAT",
        default="DES",
    ),
    Flag(
        ("cert.timeout",),
        Kind.NATURAL,
        Sentence(
            "Seconds the CA may take from the request to the certificate; without it, as long as the whole order may.",
            "証明書の要求から受け取りまでに認証局を待つ秒数。指定しなければ注文全体の上限まで待ちます。",
        ),
        "CERT_TIMEOUT",
    ),
    Flag(
        ("http-timeout",),
        Kind.NATURAL,
        Sentence(
            "Seconds to wait for each answer of the CA; 0 is the default, 30.",
            "認証局の応答を待つ秒数。0 は既定（30 秒）。",
        ),
        "HTTP_TIMEOUT",
    ),
    Flag(
        ("outage-wait",),
        Kind.NATURAL,
        Sentence(
            "Seconds for which a CA that is out of order or cannot be reached is tried again; 0, as doctor and "
            "conformance have it: five tries at once.",
            "認証局に接続できない、または障害中のときに再試行を続ける秒数。0（doctor と conformance の既定）なら"
            "続けて 5 回だけ試します。",
        ),
        "OUTAGE_WAIT",
        default=DEFAULT_OUTAGE_WAIT,
    ),
    Flag(
        ("overall-request-limit",),
        Kind.NATURAL,
        Sentence(
            "Requests a second to the CA at most; without it, or with 0, one after the other without a pause.",
            "認証局への 1 秒あたりの最大要求数。指定しないか 0 なら、間を置かずに 1 つずつ送ります。",
        ),
        "OVERALL_REQUEST_LIMIT",
    ),
    Flag(
        ("user-agent",),
        Kind.TEXT,
        Sentence("Text in front of our own User-Agent.", "User-Agent の先頭に加える文字列。"),
        "USER_AGENT",
    ),
    Flag(
        ("tls-skip-verify",),
        Kind.SWITCH,
        Sentence(
            "Do not check the CA's TLS certificate. Whoever is on the way can then issue in your name.",
            "認証局の TLS 証明書を検証しません。通信経路上の第三者になりすまされるおそれがあります。",
        ),
        "TLS_SKIP_VERIFY",
    ),
    Flag(
        (),
        Kind.SWITCH,
        Sentence("Reach the CA by IPv4 only.", "認証局へは IPv4 だけで接続します。"),
        "IPV4ONLY",
        v5=("ipv4only", "4"),
    ),
    Flag(
        (),
        Kind.SWITCH,
        Sentence("Reach the CA by IPv6 only.", "認証局へは IPv6 だけで接続します。"),
        "IPV6ONLY",
        v5=("ipv6only", "6"),
    ),
    Flag(
        ("run-hook",),
        Kind.TEXT,
        Sentence("Command to start when a certificate was obtained.", "証明書の発行後に実行するコマンド。"),
        "RUN_HOOK",
        _RUN,
        octets=True,
    ),
    Flag(
        ("run-hook-timeout",),
        Kind.DURATION,
        Sentence("How long that command may run.", "上記コマンドの制限時間。"),
        "RUN_HOOK_TIMEOUT",
        _RUN,
        default="2m",
    ),
    Flag(
        ("days",),
        Kind.INTEGER,
        Sentence(
            "Renew when this many days or fewer are left. Without it the CA's renewal information decides, and where "
            "there is none 30 days, or a third of the life if that is less.",
            "残り日数がこの値以下なら更新します。指定がなければ認証局の更新情報（ARI）に従い、それもなければ"
            "30 日（有効期間の 3 分の 1 の方が短ければその日数）前から更新します。",
        ),
        "DAYS",
        _RENEW,
        v5=("renew-days",),
        v5_commands=_RUN,
    ),
    Flag(
        (),
        Kind.SWITCH,
        Sentence("Renew whatever is left of the present certificate.", "残りの有効期間にかかわらず更新します。"),
        "RENEW_FORCE",
        _RUN | _RENEW,
        v5=("renew-force",),
    ),
    Flag(
        ("dynamic",),
        Kind.SWITCH,
        Sentence(
            "Where the CA does not say when: renew with a third of the life left, half of one of ten days or less.",
            "認証局の指定がない場合、有効期間の残り 3 分の 1（10 日以下なら残り半分）で更新します。",
        ),
        "DYNAMIC",
        _RENEW,
    ),
    Flag(
        ("ari-disable",),
        Kind.SWITCH,
        Sentence(
            "Do not ask the CA when to renew (renewal information, RFC 9773).",
            "認証局の更新情報（ARI、RFC 9773）を使いません。",
        ),
        "ARI_DISABLE",
        _RENEW,
        v5_commands=_RUN,
    ),
    Flag(
        ("ari-wait-to-renew-duration",),
        Kind.DURATION,
        Sentence(
            "Wait for the instant at which the CA wants it renewed, if that comes within this span, such as 30m.",
            "認証局の指定する更新時刻がこの時間以内なら、その時刻まで待って更新します（30m など）。",
        ),
        "ARI_WAIT_TO_RENEW_DURATION",
        _RENEW,
        v5_commands=_RUN,
    ),
    Flag(
        ("exit-code-not-due",),
        Kind.NATURAL,
        Sentence(
            "Exit code when there was nothing to renew, for scripts that want to tell.",
            "更新の必要がなかったときの終了コード。スクリプトで区別する場合に指定します。",
        ),
        "EXIT_CODE_NOT_DUE",
        _RENEW,
        v5_commands=_RUN,
        default="0",
    ),
    Flag(
        ("no-back-off",),
        Kind.SWITCH,
        Sentence(
            "Order although the last orders have failed a moment ago; at a terminal this needs no flag.",
            "直前の注文が失敗していてもすぐに再試行します。端末からの実行では不要です。",
        ),
        "NO_BACK_OFF",
        _RENEW,
        v5_commands=_RUN,
    ),
    Flag(
        ("renew-hook",),
        Kind.TEXT,
        Sentence("Command to start when the certificate was renewed.", "証明書の更新後に実行するコマンド。"),
        "RENEW_HOOK",
        _RENEW,
        octets=True,
    ),
    Flag(
        ("renew-hook-timeout",),
        Kind.DURATION,
        Sentence("How long that command may run.", "上記コマンドの制限時間。"),
        "RENEW_HOOK_TIMEOUT",
        _RENEW,
        default="2m",
    ),
    Flag(
        (),
        Kind.TEXT,
        Sentence(
            "Command to start before an order; if it fails, nothing is ordered.",
            "注文の前に実行するコマンド。失敗した場合は注文しません。",
        ),
        "PRE_HOOK",
        _ISSUE,
        v5=("pre-hook",),
        octets=True,
    ),
    Flag(
        (),
        Kind.DURATION,
        Sentence("How long that command may run.", "上記コマンドの制限時間。"),
        "PRE_HOOK_TIMEOUT",
        _ISSUE,
        default="2m",
        v5=("pre-hook-timeout",),
    ),
    Flag(
        (),
        Kind.TEXT,
        Sentence("Command to start when there is a new certificate.", "新しい証明書を取得したときに実行するコマンド。"),
        "DEPLOY_HOOK",
        _ISSUE,
        v5=("deploy-hook",),
        octets=True,
    ),
    Flag(
        (),
        Kind.DURATION,
        Sentence("How long that command may run.", "上記コマンドの制限時間。"),
        "DEPLOY_HOOK_TIMEOUT",
        _ISSUE,
        default="2m",
        v5=("deploy-hook-timeout",),
    ),
    Flag(
        (),
        Kind.TEXT,
        Sentence(
            "Command to start at the end of an order, whatever came of it.",
            "注文の終了後、結果にかかわらず実行するコマンド。",
        ),
        "POST_HOOK",
        _ISSUE,
        v5=("post-hook",),
        octets=True,
    ),
    Flag(
        (),
        Kind.DURATION,
        Sentence("How long that command may run.", "上記コマンドの制限時間。"),
        "POST_HOOK_TIMEOUT",
        _ISSUE,
        default="2m",
        v5=("post-hook-timeout",),
    ),
    Flag(
        ("no-random-sleep",),
        Kind.SWITCH,
        Sentence(
            "Do not wait up to 8 minutes before an unattended renewal that no CA has spread over time.",
            "無人更新の前のランダムな待ち時間（最大 8 分）を省きます。",
        ),
        "NO_RANDOM_SLEEP",
        _RENEW,
        v5_commands=_RUN,
    ),
    Flag(
        ("reason",),
        Kind.REASON,
        Sentence(
            "Reason of the revocation (RFC 5280), by number or name: 0 unspecified, 1 keyCompromise, "
            "3 affiliationChanged, 4 superseded, 5 cessationOfOperation, and what else the CA takes.",
            "失効理由（RFC 5280 の番号または名前）。0 その他、1 秘密鍵の危殆化、3 記載情報の変更、4 証明書の入れ替え、"
            "5 ウェブサイトの閉鎖。ほかに認証局が認める番号。",
        ),
        commands=_REVOKE,
        default="0",
    ),
    Flag(
        ("keep", "k"),
        Kind.SWITCH,
        Sentence(
            "Leave the files where they are after the revocation instead of archiving them.",
            "失効後もファイルを archives へ移さずに残します。",
        ),
        commands=_REVOKE,
    ),
    Flag(("accounts", "a"), Kind.SWITCH, Sentence("Show accounts too.", "アカウントも表示します。"), commands=_LIST),
    Flag(
        ("names", "n"),
        Kind.SWITCH,
        Sentence("Show names only, one a line.", "名前だけを 1 行に 1 つ表示します。"),
        commands=_LIST,
    ),
    Flag(
        (),
        Kind.SWITCH,
        Sentence("Show it as JSON.", "JSON で表示します。"),
        commands=_LIST | _CONFORMANCE | _DOCTOR | frozenset({"accounts list", "archives list"}),
        v5=("json",),
    ),
    Flag(
        ("prometheus",),
        Kind.SWITCH,
        Sentence(
            "Show certificates as gauges for Prometheus (a file for node_exporter's textfile collector).",
            "証明書を Prometheus のゲージとして表示します（node_exporter の textfile collector 用）。",
        ),
        commands=_LIST,
    ),
    Flag(
        ("except",),
        Kind.LIST,
        Sentence(
            "A check in which the server is known to differ; repeat it for several. It does not count as a failure.",
            "サーバーが規格と異なると分かっている項目。複数は繰り返して指定します。失敗として数えません。",
        ),
        commands=_CONFORMANCE,
    ),
    Flag(
        ("only",),
        Kind.LIST,
        Sentence("A check to make, and no other; repeat it for several.", "実行する項目。複数は繰り返して指定します。"),
        commands=_CONFORMANCE,
    ),
    Flag(
        (),
        Kind.TEXT,
        Sentence(
            "Process a configuration file, all certificates of it; stands alone. Without any word, .lego.yml or "
            ".lego.yaml in the current folder is processed.",
            "設定ファイルのすべての証明書を処理します。単独で指定します。引数なしで実行した場合は、"
            "現在のフォルダーの .lego.yml か .lego.yaml を処理します。",
        ),
        "CONFIG",
        v5=("config",),
        octets=True,
    ),
    Flag(
        (),
        Kind.TEXT,
        Sentence(
            "File of further environment variables (NAME=value); those of the environment itself count more.",
            "環境変数を追加するファイル（NAME=値）。実際の環境変数が優先されます。",
        ),
        "ENV_FILE",
        v5=("env-file",),
        octets=True,
    ),
    Flag(
        ("explain",),
        Kind.SWITCH,
        Sentence(
            "Do nothing, but say how every word of this command line is understood and where each value comes from.",
            "何も実行せず、このコマンドラインの各語の解釈と、値ごとの指定元を表示します。",
        ),
    ),
    Flag(
        ("code", "c"),
        Kind.TEXT,
        Sentence("Show the variables of this provider.", "このプロバイダーの環境変数を表示します。"),
        commands=_DNSHELP,
    ),
    Flag(
        (),
        Kind.TEXT,
        Sentence(
            "Which log lines are written: debug, info, warn or error, and those above.",
            "出力するログの下限。debug、info、warn、error。",
        ),
        "LOG_LEVEL",
        default="info",
        v5=("log.level",),
    ),
    Flag(
        (),
        Kind.TEXT,
        Sentence(
            "How log lines are written: text, json (an object a line), or colored, which is text here.",
            "ログの形式。text、json（1 行に 1 オブジェクト）、colored（text と同じ）。",
        ),
        "LOG_FORMAT",
        default="text",
        v5=("log.format",),
    ),
    Flag(("help", "h"), Kind.SWITCH, Sentence("Show this help.", "このヘルプを表示します。")),
    Flag(("version", "v"), Kind.SWITCH, Sentence("Show the version.", "バージョンを表示します。")),
)
