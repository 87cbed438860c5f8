"""``tegata-ca init``: a new CA, complete or not at all.

Everything is made in a directory beside the wanted one, which takes its name when it is finished.
"""

import asyncio
import os
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from tegata.ca import adapters, bootstrap, configuration, upkeep
from tegata.ca.cli import carried, listening, settings_file
from tegata.ca.cli.answers import Answer, refused_by_disk
from tegata.ca.cli.grammar import Asked
from tegata.ca.errors import Refused
from tegata.ca.issuing import hierarchy, keys, layout, transcript
from tegata.ca.making import making
from tegata.ca.policy.barred import is_of_the_internet
from tegata.ca.settings import INTERNAL_NAME, SETTINGS_FILE, Acme, Database, Lint, Mail, Public, Settings, Validation
from tegata.ca.store import opening
from tegata.ca.validation.check import NetworkValidator
from tegata.clock import SystemClock
from tegata.errors import TegataError
from tegata.pki import names
from tegata.text.catalogue import Sentence, is_printable

_DONE = Sentence(
    "The CA is in {dir}. Its ACME directory will be {server}, and its root certificate is {root}.\n"
    "The pass phrase of its keys is in {passphrase}; keep a copy of it elsewhere.\n"
    "Next: tegata-ca --dir {dir} serve",
    "認証局を {dir} に作成しました。ACMEのディレクトリは {server}、ルート証明書は {root} です。\n"
    "鍵のパスフレーズは {passphrase} にあります。別の場所にも控えを保管してください。\n"
    "次のコマンドで起動します: tegata-ca --dir {dir} serve",
)

_ROOTED = Sentence(
    "The CA is in {dir}. Its ACME directory will be {server}, and its root certificate is {root}.\n"
    "The pass phrase of its keys is in {passphrase}; keep a copy of it elsewhere.\n"
    "Next, for its two CAs:\n"
    "tegata-ca --dir {dir} ceremony request issuing --by NAME\n"
    "tegata-ca --dir {dir} ceremony request services --by NAME",
    "認証局を {dir} に作成しました。ACMEのディレクトリは {server}、ルート証明書は {root} です。\n"
    "鍵のパスフレーズは {passphrase} にあります。別の場所にも控えを保管してください。\n"
    "次に、2つの下位認証局の証明書を要求します:\n"
    "tegata-ca --dir {dir} ceremony request issuing --by 氏名\n"
    "tegata-ca --dir {dir} ceremony request services --by 氏名",
)


def run(asked: Asked) -> Answer:
    """Make the CA; raises Refused for a directory that is not empty and for options that cannot be used."""
    home = asked.home.absolute()
    settings = _settings(asked)
    _check(home, settings)
    if asked["root"] and asked["country"]:
        raise Refused(reason="--country is in the root's certificate: --root has it already")
    hierarchy.check_country(asked["country"] or hierarchy.COUNTRY)
    if home.exists() and not (home.is_dir() and not any(home.iterdir())):
        raise Refused(reason="the directory for the new CA is not empty")
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        with making(home.parent) as made:
            country = asked["country"] or hierarchy.COUNTRY
            passphrase = _fill(made, settings, country, asked["root"] and Path(asked["root"]))
            made.chmod(0o755)
            if home.exists():
                home.rmdir()
            made.rename(home)
            keys.keep_names(home.parent)
        _note(home)
    except OSError as error:
        raise refused_by_disk(error, home.parent) from error
    return Answer(
        {
            "dir": str(home),
            "server": bootstrap.directory_url(settings),
            "root": str(home / layout.ROOT_CERTIFICATE),
            "passphrase": passphrase,
        },
        told=_ROOTED if asked["root"] else _DONE,
    )


def _note(home: Path) -> None:
    """Tell the audit log that the CA is made, which nobody can make anew in its database from then on.

    It is there whole, also where that cannot be told any more; the first command or ``serve`` is told again.
    """
    with suppress(TegataError):
        asyncio.run(
            upkeep.commanded(home, os.environ, who=transcript.operator(os.environ), command="init", of=str(home))
        )


def _check_root(root: Path) -> None:
    """Pass a root that has not ended, whose CRL is its own and good now: with another nobody accepts what comes.

    Raises FileUnusable, and Refused for what is not good now.
    """
    now = SystemClock().now()
    certificate = keys.load_certificate(root / layout.ROOT_CERTIFICATE)
    crl = carried.load_crl(root / layout.ROOT_CRL, certificate)
    carried.check_now(certificate.not_valid_before_utc, certificate.not_valid_after_utc, now)
    carried.check_now(crl.last_update_utc, crl.next_update_utc, now)


def _settings(asked: Asked) -> Settings:
    """The first settings: what was asked, and where to listen."""
    url = _base(asked["url"], "https", "--url is not of the form https://HOST[:PORT]")
    public_url = _base(asked["public_url"], "http", "--public-url is not of the form http://HOST[:PORT]")
    defaults = Settings(acme=Acme(url=url), public=Public(url=public_url))
    return Settings(
        name=asked["name"] or defaults.name,
        acme=Acme(url=url, listen=listening.default_for(url), terms_of_service=asked["tos"] or ""),
        public=Public(url=public_url, listen=listening.default_for(public_url)),
        validation=Validation(
            resolvers=tuple(asked["resolver"]),
            issuer_domains=() if names.is_ip(hierarchy.host_of(url)) else (hierarchy.host_of(url),),
            http01_port=defaults.validation.http01_port if asked["http01_port"] is None else asked["http01_port"],
            allow_networks=tuple(asked["allow_network"]),
        ),
        mail=Mail(smtp=asked["smtp"] or ""),
        database=Database(url=asked["database"] or ""),
        lint=_lint(public_url),
    )


def _lint(public_url: str) -> Lint:
    """The second lint, which takes the CA's own URLs as they are, also where their host is a closed network's."""
    if is_of_the_internet(urlsplit(public_url).hostname or ""):
        return Lint()
    return Lint(accepted=(*Lint().accepted, INTERNAL_NAME))


def _base(url: str, scheme: str, otherwise: str) -> str:
    """The base URL that was meant; raises Refused with the reason ``otherwise``."""
    base = url.lower().rstrip("/")
    if not configuration.is_base_url(base, scheme):
        raise Refused(reason=otherwise)
    return base


def _check(home: Path, settings: Settings) -> None:
    """Refuse what would only fail later."""
    terms = settings.acme.terms_of_service
    if terms and not configuration.is_page_url(terms):
        raise Refused(reason="--tos is no URL such as https://ca.example/page")
    texts = (settings.mail.smtp, settings.database.url)
    if not is_printable(settings.name) or not all(text.isprintable() for text in texts):
        raise Refused(reason="an option holds a control character")
    if not 0 < settings.validation.http01_port < 65_536:
        raise Refused(reason="--http01-port is no port number")
    hierarchy.check_name(settings.name)
    hierarchy.host_of(settings.acme.url)
    NetworkValidator(settings.validation, forbidden=(), clock=SystemClock().now)
    adapters.notifier(home, settings, SystemClock().now)
    opening.require_unused(home, settings.database, os.environ)


def _fill(home: Path, settings: Settings, country: str, root: Path | None) -> str:
    """Make keys, certificates, database and settings; says where the pass phrase is."""
    secret, written = keys.first_passphrase(home, settings.keys, os.environ)
    if root is None:
        hierarchy.create(
            home,
            name=settings.name,
            url=settings.acme.url,
            public_url=settings.public.url,
            secret=secret,
            now=SystemClock().now(),
            country=country,
        )
    else:
        _check_root(root)
        for name in (layout.ROOT_CERTIFICATE, layout.ROOT_CRL):
            keys.put(home / name, (root / name).read_bytes())
    keys.create_sealing_key(home, secret)
    opening.make(home, settings.database, os.environ)
    keys.write_new(home / SETTINGS_FILE, settings_file.text_of(settings).encode(), mode=0o644)
    if written is None:
        return keys.PASSPHRASE_VARIABLE if os.environ.get(keys.PASSPHRASE_VARIABLE) else keys.PASSPHRASE_FILE_VARIABLE
    return settings.keys.passphrase_file if written.is_relative_to(home) else str(written)
