"""The commands ``list``, ``certificates list`` and ``accounts list``: what is on the disk.

In the words and order of the lego that was spoken to, or as lego v5's JSON. Asks no CA and changes nothing.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.x509.oid import NameOID

from tegata.cli.console import WARN, Console, shown
from tegata.cli.context import Context
from tegata.cli.grammar.commands import Generation
from tegata.cli.plans.plan import List
from tegata.host import accounts, certificates, pems
from tegata.host.due import is_due, is_overdue
from tegata.host.errors import CertificateDamaged
from tegata.host.files import Tree
from tegata.pki.certs import life_of, names_of
from tegata.pki.life import Life
from tegata.pki.names import is_ip
from tegata.text.catalogue import explain


class _Certificate(msgspec.Struct, frozen=True):
    """A certificate as it is shown."""

    file: Path
    name: str
    """The common name, or where there is none the first of the other names."""
    domains: Sequence[str]
    addresses: Sequence[str]
    expires: datetime
    issuer: str
    life: Life

    @property
    def expiry(self) -> str:
        """The end as Go writes an instant."""
        return f"{self.expires:%Y-%m-%d %H:%M:%S} +0000 UTC"


def show(context: Context, plan: List) -> None:
    """Show accounts, if asked for, and certificates."""
    console, tree = context.console, Tree(plan.path)
    found = accounts.listed(tree) if plan.accounts and not plan.names_only else None
    if plan.prometheus:
        _say_gauges(context, tree)
        return
    if plan.json:
        _say_json(context, plan, found, tree)
        return
    if found is not None:
        _show_accounts(console, found, plan.generation)
    if plan.certificates and plan.names_only:
        for certificate in _certificates(context, tree):
            console.say(shown(certificate.name))
    elif plan.certificates:
        _show_certificates(context, _certificates(context, tree), plan.generation)


def _show_accounts(console: Console, found: Sequence[accounts.Listed], generation: Generation) -> None:
    v5 = generation is Generation.V5
    if not found:
        console.say("No accounts were found." if v5 else "No accounts found.")
        return
    console.say("Found the following accounts:")
    for account in found:
        if v5:
            key_type = [("Key Type", account.key_type)] if account.key_type else []
            server = ("Server", account.directory or account.server)
            _say_tree(console, account.user, [("Email", account.email), server, *key_type, ("Path", account.file)])
        else:
            facts = [("Email", account.email), ("Server", account.server), ("Path", account.folder)]
            _say_block(console, facts, "  ")


def _show_certificates(context: Context, found: Iterator[_Certificate], generation: Generation) -> None:
    console, now = context.console, context.clock.now()
    v5, first = generation is Generation.V5, next(found, None)
    if first is None:
        console.say("No certificates were found." if v5 else "No certificates found.")
        return
    console.say("Found the following certificates:" if v5 else "Found the following certs:")
    for certificate in chain([first], found):
        domains, addresses = ", ".join(certificate.domains), ", ".join(certificate.addresses)
        if v5:
            facts = [
                ("Status", "this certificate is expired." if certificate.expires <= now else ""),
                ("Domains", domains),
                ("IPs", addresses),
                ("Expiration Date", certificate.expiry),
                ("Issuer", certificate.issuer),
                ("Certificate Path", certificate.file),
            ]
            _say_tree(console, certificate.file.stem, [(name, value) for name, value in facts if value])
        else:
            ips = [("IPs", addresses)] if addresses else []
            end = [("Expiry Date", certificate.expiry), ("Certificate Path", certificate.file)]
            title = f"  Certificate Name: {shown(certificate.name)}\n"
            _say_block(console, [("Domains", domains), *ips, *end], "    ", title)


def _say_block(console: Console, facts: Sequence[tuple[str, object]], indent: str, title: str = "") -> None:
    """The form of lego v4: a line a fact, and an empty line."""
    console.say(title + "".join(f"{indent}{name}: {shown(value)}\n" for name, value in facts))


def _say_tree(console: Console, title: str, facts: Sequence[tuple[str, object]]) -> None:
    """The form of lego v5: a little tree."""
    lines = [
        f"{'└' if position == len(facts) else '├'}── {name}: {shown(value)}\n"
        for position, (name, value) in enumerate(facts, 1)
    ]
    console.say(f"{shown(title)}\n{''.join(lines)}")


def _say_json(context: Context, plan: List, found: Sequence[accounts.Listed] | None, tree: Tree) -> None:
    """An array of accounts or of certificates; an object of both where both were asked for."""
    import msgspec

    now = context.clock.now()
    shown_accounts = [
        {
            "id": _whole(each.user),
            "email": each.email,
            "keyType": each.key_type,
            "server": each.directory or each.server,
            "path": _whole(each.file),
        }
        for each in found or ()
    ]
    shown_certificates = [
        {
            "name": _whole(each.file.stem),
            "domains": each.domains,
            "ips": each.addresses,
            "expirationDate": each.expiry,
            "expired": each.expires <= now,
            "issuer": each.issuer,
            "renewalDue": is_due(tree, each.file.stem, each.life, now),
            "renewalOverdue": is_overdue(tree, each.file.stem, each.life, now),
            "path": _whole(each.file),
        }
        for each in (_certificates(context, tree) if plan.certificates else ())
    ]
    value: object = shown_certificates if found is None else shown_accounts
    if found is not None and plan.certificates:
        value = {"accounts": shown_accounts, "certificates": shown_certificates}
    context.console.say(msgspec.json.encode(value).decode())


def _whole(name: object) -> str:
    """A file's name as JSON can hold it: octets that are no text are escaped."""
    return str(name).encode(errors="backslashreplace").decode()


_GAUGES = {
    "tegata_certificate_not_after_timestamp_seconds": "When the certificate ends.",
    "tegata_certificate_renewal_due": "1: it is time to renew it.",
    "tegata_certificate_renewal_overdue": "1: nobody has renewed it for a tenth of its life, or since its revocation.",
}


def _say_gauges(context: Context, tree: Tree) -> None:
    """Prometheus' text format: the end of each certificate, and whether its renewal is due and overdue (C-14)."""
    now = context.clock.now()
    values = {
        each.file.stem: (
            int(each.expires.timestamp()),
            int(is_due(tree, each.file.stem, each.life, now)),
            int(is_overdue(tree, each.file.stem, each.life, now)),
        )
        for each in _certificates(context, tree)
    }
    for position, (gauge, told) in enumerate(_GAUGES.items()):
        context.console.say(f"# HELP {gauge} {told}\n# TYPE {gauge} gauge")
        for name, value in values.items():
            context.console.say(f'{gauge}{{name="{_label(name)}"}} {value[position]}')


def _label(text: str) -> str:
    """A file's name in the format's own spelling; what is no letter there is shown as elsewhere (S-37)."""
    return shown(text).replace("\\", "\\\\").replace('"', '\\"')


def _certificates(context: Context, tree: Tree) -> Iterator[_Certificate]:
    """Every certificate of a tree; a damaged one is told and passed over."""
    for file in certificates.listed(tree):
        try:
            certificate = pems.read_leaf(file)
        except CertificateDamaged as error:
            context.console.log(str(explain(error, context.language)), WARN)
            continue
        names = names_of(certificate)
        addresses = [each for each in names if is_ip(each)]
        yield _Certificate(
            file,
            _main_name(certificate, names),
            [each for each in names if each not in addresses],
            addresses,
            certificate.not_valid_after_utc,
            certificate.issuer.rfc4514_string(),
            life_of(certificate),
        )


def _main_name(certificate: x509.Certificate, names: Sequence[str]) -> str:
    common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else next(iter(names), "")
