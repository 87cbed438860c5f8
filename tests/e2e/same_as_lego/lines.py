"""The command lines that lego 4.9.1 and tegata are both given, and what of the outcome may differ. Data only.

In the words ``{url}`` is Pebble's directory, ``{port}`` the port it asks for http-01, ``{kid}`` and ``{mac}`` its
external account binding, and ``{home}`` the folder of the run. ``hook`` there notes what a hook is told.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple

from tests.peers.tegata import IMPATIENT

MAIL = "test@example.com"
CA = f"-s {{url}} -m {MAIL}"
ANYWHERE = "-s https://127.0.0.1:1/dir -m test@example.com -d www.example.com --http --key-type ec256"
ONE = f"{CA} -d www.example.com --http --http.port :{{port}} --key-type ec256"
RSA = f"{CA} -d www.example.com --http --http.port :{{port}} --key-type rsa2048"
EAB = "--eab --kid {kid} --hmac {mac}"
NOW = "--days 9999 --no-random-sleep"

# First cells of docs/lego-divergences.md.
ORDER = "a flag must stand on its own side of the command"
NO_COMMAND = "flags without a command show the help, exit 0"
SWALLOWED = "a flag that took the command for its value shows the help, exit 0"
USAGE = "a usage error prints all the help on standard output"
TRACES = "`renew` and `revoke` without an account make a key first; every command makes `.lego`"
WILDCARD = "a wildcard without `--dns` fails after the order"
EARLY_KEY = "a `run` that cannot go on leaves the account's new key behind"
LIST_ACCOUNTS = "`list --accounts` ends with an error (fixed in 4.13)"
NOTHING_TO_REVOKE = "`revoke` without a name does nothing, exit 0"
TWO_FORMS = "a flag given by both its names is an error"
RSA3072 = "`rsa3072` is an unknown key type (known since 4.11)"
COMMA = "`-d a,b` is one name (as built by Debian)"
HELP = "the help speaks of lego and of Let's Encrypt"
EAB_ALWAYS = "EAB is demanded at every command of a CA that requires it"
EAB_IMPLIED = "`--kid` and `--hmac` without `--eab` are ignored"
KEEP = "`revoke --keep` stops after the first name"
MAIL_NEEDED = "`-m` is required"
HOOK_TOLD = "`LEGO_CERT_PFX_PATH` and `LEGO_CERT_PEM_PATH` always at `renew`, never at `run`"
CSR_PEM = "with `--csr`, `--pem` and `--pfx` fail after the certificate was issued"
PROVIDERS = "`dnshelp` lists over a hundred codes and links to a web page each"
QUOTES = "words are split at blanks, quotation marks are letters"
MALFORMED_HOOK = "a malformed hook fails after the order"


class Start(Enum):
    """What there is before the line is run."""

    EMPTY = "nothing"
    ONE = "an account and a certificate, EC keys"
    RSA = "an account and a certificate, RSA keys"
    TWO = "an account, and certificates of www.example.com and of www2.example.com with a second name"
    BOUND = "an account bound to an external one, and a certificate, at a CA that requires that"


class Line(NamedTuple):
    """One command line; ``same`` are phrases that both must print, on the same stream."""

    words: str
    start: Start = Start.EMPTY
    same: tuple[str, ...] = ()
    unlike: Mapping[str, str] = MappingProxyType({})
    """What differs (code, files, stdout, stderr, hook), with the row of docs/lego-divergences.md that says so."""
    stdin: str = ""
    variables: Mapping[str, str] = MappingProxyType({})
    eab: bool = False
    """Whether it is for the CA that requires an external account binding."""
    spends: bool = False
    """Whether it needs a start of its own, because what it does to the certificate can be done once only."""


WORDS = (
    # Help, version, and command lines that cannot be meant.
    Line("", same=("USAGE:", "COMMANDS:"), unlike={"stdout": HELP}),
    Line("help", same=("USAGE:", "COMMANDS:"), unlike={"stdout": HELP}),
    Line("--help", same=("USAGE:",), unlike={"stdout": HELP}),
    Line("-h", same=("USAGE:",), unlike={"stdout": HELP}),
    Line("run --help", same=("USAGE:", "--run-hook"), unlike={"stdout": HELP}),
    Line("renew -h", same=("USAGE:", "--days", "--renew-hook"), unlike={"stdout": HELP}),
    Line("revoke --help", same=("USAGE:", "--keep", "--reason"), unlike={"stdout": HELP}),
    Line("help list", same=("USAGE:", "--accounts", "--names"), unlike={"stdout": HELP}),
    Line("--version", same=(" version ",), unlike={"stdout": HELP}),
    Line("-v", same=(" version ",), unlike={"stdout": HELP}),
    Line("frobnicate", same=("No help topic for 'frobnicate'",)),
    Line("-d www.example.com", unlike={"code": NO_COMMAND, "stdout": NO_COMMAND}),
    Line("--frob run", same=("flag provided but not defined: -frob",), unlike={"stdout": USAGE}),
    Line("-d", same=("flag needs an argument: -d",), unlike={"stdout": USAGE}),
    Line("--http=maybe run", same=('invalid boolean value "maybe" for -http: parse error',), unlike={"stdout": USAGE}),
    Line("renew --days x", same=('invalid value "x" for flag -days: parse error',), unlike={"stdout": USAGE}),
    Line("revoke --reason -1", same=('invalid value "-1" for flag -reason: parse error',), unlike={"stdout": USAGE}),
    Line("revoke --reason x", same=('invalid value "x" for flag -reason: parse error',), unlike={"stdout": USAGE}),
    Line("-s {url} -d www.example.com -m run", unlike={"code": SWALLOWED, "stdout": SWALLOWED}),
    Line("run", same=("Please specify --domains/-d",)),
    Line("renew", same=("Please specify --domains/-d",)),
    Line(f"{CA} revoke", Start.ONE, unlike={"code": NOTHING_TO_REVOKE}),
    Line(f"{CA} -d www.example.com run", same=("No challenge selected.",), unlike={"files": EARLY_KEY}),
    Line(f"{ONE} --key-type rsa1024 run", same=("Unsupported KeyType: rsa1024",)),
    Line(
        f"{ONE} --http.port 80 -a run",
        same=("The --http switch only accepts interface:port or :port for its argument.",),
        unlike={"files": EARLY_KEY},
    ),
    Line(
        f"{ONE} --http.webroot /nonexistent -a run", same=("webroot path does not exist",), unlike={"files": EARLY_KEY}
    ),
    Line(
        f"{ANYWHERE} -a run",
        variables=IMPATIENT,
        same=("Could not create client: get directory at 'https://127.0.0.1:1/dir'", "onnection refused"),
        unlike={"files": EARLY_KEY},
    ),
    # What is on the disk.
    Line("list", same=("No certificates found.",)),
    Line("list --names"),
    Line("list -n", Start.TWO, same=("www.example.com\n", "www2.example.com\n")),
    Line(
        "list",
        Start.TWO,
        same=(
            "Found the following certs:",
            "  Certificate Name: www2.example.com\n",
            "    Domains: www2.example.com, www3.example.com\n",
            "    Expiry Date: ",
            "    Certificate Path: {home}/.lego/certificates/www.example.com.crt\n",
        ),
    ),
    Line("list --accounts", Start.ONE, unlike={"code": LIST_ACCOUNTS, "stdout": LIST_ACCOUNTS}),
    Line("--path elsewhere list", Start.ONE, same=("No certificates found.",)),
    # The first certificate.
    Line(
        f"{ONE} -a run",
        same=(
            "No key found for account test@example.com. Generating a P256 key.",
            "Saved key to {home}/.lego/accounts/",
            "[INFO] acme: Registering account for " + MAIL,
            "!!!! HEADS UP !!!!",
            "{home}/.lego/accounts",
            "[INFO] [www.example.com] acme: Obtaining bundled SAN certificate",
            "[INFO] [www.example.com] AuthURL: https://",
            "[INFO] [www.example.com] acme: use http-01 solver",
            "[INFO] [www.example.com] acme: Trying to solve HTTP-01",
            "[INFO] [www.example.com] The server validated our request",
            "[INFO] [www.example.com] acme: Validations succeeded; requesting certificates",
            "[INFO] [www.example.com] Server responded with a certificate.",
        ),
    ),
    Line(f"{RSA} -a run", same=("Generating a 2048 key.", "Server responded with a certificate.")),
    Line(f"{CA} -a -d www.example.com --http --http.port :{{port}} run", same=("Generating a P256 key.",)),
    Line(f"{ONE} -a -k EC384 run", unlike={"code": TWO_FORMS, "files": TWO_FORMS}),
    Line(f"{CA} -a -d www.example.com --http --http.port :{{port}} -k EC384 run", same=("Generating a P384 key.",)),
    Line(
        f"{CA} -a -d www.example.com --http --http.port :{{port}} -key-type=RSA3072 run",
        unlike={"code": RSA3072, "files": RSA3072},
    ),
    Line(f"{CA} --accept-tos=true --domains=www.example.com -http=1 -http.port=:{{port}} run"),
    Line(f"{ONE} -d www2.example.com -d WWW3.example.com -a run", same=("[www.example.com, www2.example.com, ",)),
    Line(
        f"{CA} -d 日本語.example.com --http --http.port :{{port}} -a run",
        same=("Server responded with a certificate.",),
    ),
    Line(f"{CA} -d *.example.com --http --http.port :{{port}} -a run", unlike={"files": WILDCARD}),
    Line(
        f"{CA} -d www.example.com -d www2.example.com,www3.example.com --http --http.port :{{port}} -a run",
        unlike={"code": COMMA, "files": COMMA},
    ),
    Line(f"{ONE} --tls --tls.port :{{port}} -a run", same=("[www.example.com] acme: use tls-alpn-01 solver",)),
    Line(f"{ONE} --path {{home}}/deep/lego -a run", same=("{home}/deep/lego/accounts",)),
    Line(f"{ONE} -a run", variables={"LEGO_PATH": "by/variable"}, same=("Server responded with a certificate.",)),
    Line(f"{ONE} -a run extra words", same=("Server responded with a certificate.",)),
    Line(
        "-s {url} -d www.example.com --http --http.port :{port} -a run",
        unlike={"code": MAIL_NEEDED, "files": MAIL_NEEDED},
    ),
    Line(f"{ONE} run -a", unlike={"code": ORDER, "files": ORDER, "stdout": USAGE}),
    # The question about the terms.
    Line(f"{ONE} run", stdin="y\n", same=("Please review the TOS at ", "Do you accept the TOS? Y/n")),
    Line(f"{ONE} run", stdin="\n", same=("Do you accept the TOS? Y/n",)),
    Line(
        f"{ONE} run",
        stdin="maybe\nY\n",
        same=("Your input was invalid. Please answer with one of Y/y, n/N or by pressing enter.",),
    ),
    Line(f"{ONE} run", stdin="n\n", same=("You did not accept the TOS. Unable to proceed.",)),
    Line(f"{ONE} run", same=("Could not read from console: EOF",)),
    # A certificate that is there.
    Line(f"{ONE} run", Start.ONE, same=("Server responded with a certificate.",)),
    Line(f"{ONE} -d www4.example.com run", Start.ONE, same=("[www.example.com, www4.example.com] acme: Obtaining",)),
    Line(
        f"{ONE} renew",
        Start.ONE,
        same=(
            "[www.example.com] The certificate expires in 1825 days, ",
            "the number of days defined to perform the renewal is 30: no renewal.",
        ),
    ),
    Line(
        f"{ONE} renew --days 10",
        Start.ONE,
        same=("the number of days defined to perform the renewal is 10: no renewal.",),
    ),
    Line(f"{CA} -d www.example.com --dns nobody renew", Start.ONE, same=("unrecognized DNS provider: nobody",)),
    Line(f"{ONE} --http.webroot /nonexistent renew", Start.ONE, same=("webroot path does not exist",)),
    Line(f"{ONE} renew {NOW}", Start.ONE, same=("[www.example.com] acme: Trying renewal with 438",)),
    Line(f"{RSA} renew -days 9999 -no-random-sleep", Start.RSA, same=("acme: Trying renewal with",)),
    Line(f"{ONE} renew --days -1 --no-random-sleep", Start.ONE, same=("acme: Trying renewal with",)),
    Line(
        f"{ONE} -d www4.example.com renew {NOW}",
        Start.ONE,
        same=("[www.example.com, www4.example.com] acme: Obtaining",),
    ),
    Line(
        f"{ONE} renew",
        same=("Account test@example.com is not registered. Use 'run' to register a new account.",),
        unlike={"files": TRACES},
    ),
    Line(
        f"{CA} -d other.example.com --http renew",
        Start.ONE,
        same=("Error while loading the certificate for domain other.example.com",),
    ),
    Line(
        f"{ONE} --path elsewhere renew",
        Start.ONE,
        same=("is not registered. Use 'run' to register",),
        unlike={"files": TRACES},
    ),
    Line(f"{ONE} --days 9999 renew --no-random-sleep", Start.ONE, unlike={"code": ORDER, "stdout": USAGE}),
    # What the certificate is to be, and which files are made of it.
    Line(f"{ONE} --pem -a run"),
    Line(f"{ONE} --pem renew {NOW}", Start.ONE),
    Line(f"{ONE} -a run --no-bundle", same=("[www.example.com] acme: Obtaining SAN certificate",)),
    Line(f"{ONE} -a run --must-staple", same=("Server responded with a certificate.",)),
    Line(f"{ONE} -a run --preferred-chain nobody"),
    Line(f"{ONE} --cert.timeout 20 --http-timeout 20 --user-agent me/1 -a run", same=("Server responded",)),
    Line(f"{ONE} renew {NOW} --reuse-key", Start.ONE, same=("Server responded with a certificate.",)),
    Line(f"{CA} --csr {{home}}/request.pem --http --http.port :{{port}} -a run", same=("given a CSR",)),
    Line(f"{CA} -c {{home}}/request.pem --pem --http --http.port :{{port}} -a run", unlike={"files": CSR_PEM}),
    Line(f"{CA} --csr {{home}}/none.pem --http -a run", unlike={"files": EARLY_KEY}),
    Line(f"{ONE} --csr {{home}}/request.pem -a run"),
    # DNS providers.
    Line("dnshelp", same=("acme-dns", "exec", "httpreq", "manual", "pdns", "rfc2136"), unlike={"stdout": PROVIDERS}),
    Line(
        "dnshelp -c exec", same=("Configuration for External program.", "Code:   'exec'"), unlike={"stdout": PROVIDERS}
    ),
    Line("dnshelp -c nobody", same=('"nobody" is not yet supported',)),
    Line(
        f"{CA} -d www.example.com --dns exec -a run",
        same=("some credentials information are missing: EXEC_PATH",),
        unlike={"files": EARLY_KEY},
    ),
    Line(f"{CA} -d www.example.com --dns nobody -a run", unlike={"files": EARLY_KEY}),
    # Hooks.
    Line(f"{ONE} -a run --run-hook {{home}}/hook", unlike={"hook": HOOK_TOLD}),
    Line(f"{ONE} renew {NOW} --renew-hook {{home}}/hook", Start.ONE, unlike={"hook": HOOK_TOLD}),
    Line(f"{ONE} renew --renew-hook {{home}}/hook", Start.ONE),
    Line(f"{ONE} renew {NOW} --renew-hook '{{home}}/hook 7'", Start.ONE, unlike={"hook": HOOK_TOLD}),
    Line(f"{ONE} renew {NOW} --renew-hook {{home}}/nothing", Start.ONE),
    Line(f"{ONE} renew {NOW} --renew-hook '{{home}}/hook \"a b\"'", Start.ONE, unlike={"hook": QUOTES}),
    Line(
        f"{ONE} renew {NOW} --renew-hook '{{home}}/hook \"a'",
        Start.ONE,
        unlike={"code": MALFORMED_HOOK, "hook": MALFORMED_HOOK},
    ),
    # External account binding.
    Line(f"{ONE} {EAB} -a run", eab=True, same=("Server responded with a certificate.",)),
    Line(
        f"{ONE} -a run",
        eab=True,
        same=("Server requires External Account Binding. Use --eab with --kid and --hmac.",),
    ),
    Line(f"{ONE} --eab --kid {{kid}} -a run", eab=True, same=("Requires arguments --kid and --hmac.",)),
    Line(f"{ONE} --eab --kid unknown --hmac {{mac}} -a run", eab=True, same=("Could not complete registration",)),
    Line(
        f"{ONE} --eab --kid {{kid}} --hmac !! -a run",
        eab=True,
        same=("Could not complete registration", "could not decode hmac key: "),
    ),
    Line(f"{ONE} --kid {{kid}} --hmac {{mac}} -a run", eab=True, unlike={"code": EAB_IMPLIED, "files": EAB_IMPLIED}),
    Line(f"{ONE} --eab renew", Start.BOUND, eab=True, same=("no renewal.",)),
    Line(f"{ONE} renew", Start.BOUND, eab=True, unlike={"code": EAB_ALWAYS}),
    Line(f"{CA} -d www.example.com revoke", Start.BOUND, eab=True, unlike={"code": EAB_ALWAYS, "files": EAB_ALWAYS}),
    # Revocation.
    Line(
        f"{CA} -d www.example.com revoke",
        Start.ONE,
        spends=True,
        same=(
            "Trying to revoke certificate for domain www.example.com",
            "Certificate was revoked.",
            "Certificate was archived for domain: www.example.com",
        ),
    ),
    Line(f"{CA} -d www.example.com revoke --reason 4", Start.ONE, spends=True, same=("Certificate was revoked.",)),
    Line(f"{CA} -d www.example.com revoke -reason=1 -keep", Start.ONE, spends=True, same=("Certificate was revoked.",)),
    Line(
        f"{CA} -d www.example.com -d www2.example.com revoke", Start.TWO, spends=True, same=("domain www2.example.com",)
    ),
    Line(f"{CA} -d www.example.com -d www2.example.com revoke --keep", Start.TWO, spends=True, unlike={"stderr": KEEP}),
    Line(f"{CA} -d www.example.com revoke --reason 99", Start.ONE, same=("badRevocationReason",)),
    Line(
        f"{CA} -d other.example.com revoke",
        Start.ONE,
        same=("Error while revoking the certificate for domain other.example.com",),
    ),
    Line(
        f"{CA} -d www.example.com revoke", same=("is not registered. Use 'run' to register",), unlike={"files": TRACES}
    ),
    Line(
        f"{CA} -d www.example.com --reason 5 revoke",
        Start.ONE,
        spends=True,
        unlike={"code": ORDER, "files": ORDER, "stdout": USAGE},
    ),
)
