"""The commands of ``tegata-ca``: every command and option once, as a table. How a line is read is ``grammar``'s."""

import argparse
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, get_args

from tegata.ca.model import Cause, Link, Source
from tegata.ca.settings import Region
from tegata.clock import parse_rfc3339

DEFAULT_HOME = "tegata-ca"
HOME_VARIABLE = "TEGATA_CA_DIR"


class Option(NamedTuple):
    """An option: ``metavar`` empty for a flag, ``many`` for one that takes several values and may be repeated."""

    name: str
    metavar: str = ""
    about: str = ""
    required: bool = False
    many: bool = False
    type: Callable[[str], Any] = str


class Command(NamedTuple):
    """A command: its words, what it does, its one argument if it has one, and its own options."""

    words: tuple[str, ...]
    about: str
    argument: str = ""
    options: tuple[Option, ...] = ()


def _instant(text: str) -> datetime:
    try:
        return parse_rfc3339(text)
    except ValueError:
        raise argparse.ArgumentTypeError("not an instant such as 2026-11-24T00:00:00Z") from None


def _link(text: str) -> Link:
    number, _, digest = text.partition(":")
    try:
        return Link(number=int(number), previous=b"", digest=bytes.fromhex(digest), events=0)
    except ValueError:
        raise argparse.ArgumentTypeError("not a link as audit verify prints it") from None


EVERYWHERE = (
    Option("dir", "DIR", f"the CA's directory (default ./{DEFAULT_HOME}, or {HOME_VARIABLE})", type=Path),
    Option("json", about="print JSON; errors too, one line on stderr"),
)
_ENDS = Option("ends", "T", "end of the contract, RFC 3339 in UTC (default: the service's term)", type=_instant)
_EXPIRES = Option("expires", "T", "end of the credential and of its accounts (default: the contract's)", type=_instant)
_BY = Option("by", "NAME", "who is there, for the transcript; may be repeated", required=True, many=True)
_ROOT_KEY = Option("key", "URI", "the root's key, file: or pkcs11: (default file:keys/root.key)")

COMMANDS = (
    Command(
        ("init",),
        "make a new CA in an empty directory: settings, keys, certificates, database",
        options=(
            Option("url", "URL", "https base URL of the ACME service and the portal", required=True),
            Option(
                "public-url", "URL", "http base URL of CRLs, issuer certificates and the sticker's page", required=True
            ),
            Option("name", "NAME", "organization in the CA's own certificates"),
            Option("tos", "URL", "terms of service"),
            Option("resolver", "HOST:PORT", "DNS server used for validation", many=True),
            Option("http01-port", "N", "port at which http-01 is looked for (default 80)", type=int),
            Option("allow-network", "CIDR", "private network that validation may enter", many=True),
            Option("smtp", "URL", "mail server for notices, smtp://host:port or smtps://host:port"),
            Option("root", "DIR", "root.pem and root.crl of an offline root; its CAs come by ceremony request"),
            Option("database", "URL", "a PostgreSQL for several nodes, postgresql://USER@HOST/NAME (default: a file)"),
        ),
    ),
    Command(
        ("serve",),
        "serve ACME and the portal (TLS), and the public files (plain HTTP)",
        options=(
            Option("listen", "HOST:PORT", "address of ACME and portal, in place of the setting"),
            Option("public-listen", "HOST:PORT", "address of the public files, in place of the setting"),
        ),
    ),
    Command(
        ("perspective", "add"),
        "make the directory of a remote perspective's agent, and name it in the settings; again: new keys for it",
        "NAME",
        (
            Option("address", "HOST:PORT", "where this CA reaches the agent", required=True),
            Option("region", "REGION", f"the registry it lies in: {', '.join(get_args(Region))}", required=True),
            Option("listen", "HOST:PORT", "where the agent listens (default: every address, the same port)"),
        ),
    ),
    Command(("perspective", "list"), "list the remote perspectives, and whether each answers now"),
    Command(("perspective", "serve"), "be the agent of a remote perspective; --dir is the directory made by add"),
    Command(("check",), "look at everything that can be wrong with the set-up, and mend nothing"),
    Command(
        ("migrate",),
        "bring the database up to date before serve does; it says what was done",
        options=(Option("finish", about="also what nodes of the release before could not live with"),),
    ),
    Command(("backup",), "copy the database to a new file, while serve runs too", "FILE"),
    Command(
        ("restore",),
        "put a backup in the database's place, while serve runs too",
        "FILE",
        (Option("force", about="even if certificates or revocations are lost that came after the backup"),),
    ),
    Command(
        ("contract", "add"),
        "record an accepted contract with its EAB credential and its customer",
        options=(
            Option("organization", "NAME", "organization in the certificates", required=True),
            Option("country", "CC", "its country, two letters", required=True),
            Option("state", "NAME", "its prefecture or state"),
            Option("locality", "NAME", "its city"),
            Option("service", "ID", "the service, by id or label", required=True),
            Option(
                "domain",
                "NAME",
                "a name (.example.com: all below it too), address or network",
                required=True,
                many=True,
            ),
            Option("user", "MAIL", "who logs in to the portal", required=True),
            Option("starts", "T", "start of the contract, RFC 3339 in UTC (default: now)", type=_instant),
            _ENDS,
        ),
    ),
    Command(("contract", "list"), "list all contracts"),
    Command(("contract", "show"), "show a contract", "ID"),
    Command(("contract", "renew"), "renew a contract", "ID", (_ENDS,)),
    Command(("contract", "suspend"), "suspend a contract: nothing is issued until it is resumed", "ID"),
    Command(("contract", "resume"), "resume a suspended contract", "ID"),
    Command(("contract", "end"), "end a contract for good", "ID"),
    Command(
        ("contract", "examine"),
        "record that the organization of an OV contract was examined; it counts once another person has released it",
        "ID",
        (
            Option("by", "NAME", "who examined it", required=True),
            Option("source", "KIND", f"by what: {', '.join(Source)}", required=True, type=Source),
            Option("evidence", "TEXT", "which record of that source, and where its copy is kept", required=True),
            Option("authority", "TEXT", "how the applicant's authority was confirmed, and with whom", required=True),
            Option("examined", "T", "when, RFC 3339 in UTC (default: now)", type=_instant),
        ),
    ),
    Command(
        ("contract", "release"),
        "release what another person has examined: the contract's certificates may name the organization",
        "ID",
        (Option("by", "NAME", "who releases it", required=True),),
    ),
    Command(("contract", "examinations"), "list the examinations of a contract, the newest first", "ID"),
    Command(
        ("customer", "password"),
        "make a new password for the portal in place of a lost one; who is logged in with the old one is logged out",
        "MAIL",
    ),
    Command(
        ("operator", "add"),
        "let a user of the portal do there what these commands do, where [portal] operator_networks are set",
        "MAIL",
        (Option("name", "NAME", "who that is, in what they record", required=True),),
    ),
    Command(("operator", "list"), "list the operators of the portal"),
    Command(
        ("operator", "remove"), "let a user of the portal be no operator any more, from the next request on", "MAIL"
    ),
    Command(("paused", "list"), "list the names of a contract that are paused for failing again and again", "CONTRACT"),
    Command(
        ("paused", "resume"),
        "let paused names of a contract be tried again",
        "CONTRACT",
        (Option("name", "NAME", "only this name"),),
    ),
    Command(("eab", "list"), "list the EAB credentials of a contract", "CONTRACT"),
    Command(
        ("eab", "add"),
        "add an EAB credential to a contract, beside those that it has",
        "CONTRACT",
        (
            Option("domain", "NAME", "only this of the contract's names (default: all)", many=True),
            Option("accounts", "N", "how many accounts it may register (default: any number)", type=int),
            _EXPIRES,
            Option("label", "TEXT", "what to call it, such as the server that it is for"),
        ),
    ),
    Command(
        ("eab", "label"),
        "call an EAB credential otherwise",
        "KID",
        (Option("label", "TEXT", "what to call it, such as the server that it is for; empty: nothing", required=True),),
    ),
    Command(("eab", "show"), "show an EAB credential, who used it last, and what depends on it", "KID"),
    Command(
        ("eab", "rotate"),
        "replace an EAB credential; accounts made with the old one stay",
        "KID",
        (
            Option("until", "T", "until when the old one registers accounts too (default: no more)", type=_instant),
            _EXPIRES,
        ),
    ),
    Command(
        ("eab", "disable"),
        "disable an EAB credential and the accounts made with it",
        "KID",
        (Option("accounts", "N", "only if so many accounts depend on it, as eab show counts them", type=int),),
    ),
    Command(
        ("eab", "file"),
        "print the EAB file of a contract",
        "CONTRACT",
        (Option("kid", "KID", "of this EAB credential (default: an active one that is not limited, if any)"),),
    ),
    Command(
        ("audit", "verify"),
        "check the audit log: that nothing of it was changed, taken out or put in",
        options=(Option("head", "N:DIGEST", "a newest link that was noted earlier, elsewhere", type=_link),),
    ),
    Command(("audit", "export"), "write the audit log to a new file, to be checked elsewhere", "FILE"),
    Command(
        ("audit", "certificates"),
        "lint all certificates again; with pkilint too, CA certificates, CRLs and OCSP, where it is installed",
    ),
    Command(
        ("audit", "show"),
        'what happened to a contract, EAB, account, order, challenge, certificate or "node HOST"',
        "ID",
    ),
    Command(("cert", "list"), "list certificates", options=(Option("contract", "ID", "only this contract's"),)),
    Command(("cert", "show"), "show a certificate", "SERIAL"),
    Command(("cert", "evidence"), "print what was seen when a certificate's names were validated, as JSON", "SERIAL"),
    Command(
        ("cert", "revoke"),
        "revoke a certificate",
        "SERIAL",
        (
            Option(
                "reason", "N", "reason of RFC 5280; 1 takes the key's other certificates too", required=True, type=int
            ),
        ),
    ),
    Command(
        ("cert", "replace"),
        "have certificates replaced by ARI, as before a mass revocation; nothing is revoked",
        options=(
            Option("serial", "SERIAL", "a certificate; may be repeated", many=True),
            Option("serials", "FILE", "a file with a serial number in each line"),
            Option("by", "T", "until when, RFC 3339 in UTC", required=True, type=_instant),
            Option("page", "URL", "a page that says why (default: the portal)"),
        ),
    ),
    Command(
        ("report", "add"),
        "take up a report of a problem with certificates; its terms are those of the Baseline Requirements",
        options=(
            Option("cause", "CAUSE", f"why they are to be revoked: {', '.join(Cause)}", required=True, type=Cause),
            Option("about", "TEXT", "what was reported", required=True),
            Option("from", "NAME", "who reported it, and where an answer goes", required=True),
            Option("serial", "SERIAL", "a certificate; may be repeated", many=True),
            Option("serials", "FILE", "a file with a serial number in each line"),
            Option("received", "T", "when it came, RFC 3339 in UTC (default: now)", type=_instant),
        ),
    ),
    Command(
        ("report", "list"),
        "list the open reports, and what is due for each",
        options=(Option("all", about="those that are closed too"),),
    ),
    Command(("report", "show"), "show a report, and which of its certificates are in use still", "ID"),
    Command(
        ("report", "answer"),
        "record the first answer to the reporter",
        "ID",
        (Option("text", "TEXT", "what was answered", required=True),),
    ),
    Command(
        ("report", "replace"),
        "have its certificates replaced by ARI until they are due to be revoked; nothing is revoked",
        "ID",
        (Option("page", "URL", "a page that says why (default: the portal)"),),
    ),
    Command(("report", "customers"), "list the customers of its certificates, to be told", "ID"),
    Command(
        ("report", "revoke"),
        "revoke its certificates, or some of them at a time",
        "ID",
        (
            Option("reason", "N", "reason of RFC 5280", required=True, type=int),
            Option("revoking", "N", "how many certificates that is, as report show counts", required=True, type=int),
            Option("by", "NAME", "who revokes", required=True),
            Option("second", "NAME", "who agrees, another person; needed for more than one certificate"),
            Option("most", "N", "only so many now (default: all)", type=int),
        ),
    ),
    Command(
        ("report", "close"),
        "close a report that was answered and whose certificates are revoked or expired",
        "ID",
        (
            Option("outcome", "TEXT", "what came of it", required=True),
            Option("unfounded", about="nothing need be revoked"),
        ),
    ),
    Command(
        ("ceremony", "root"),
        "make a root in an offline directory (--dir): its key, its certificate, its CRL",
        options=(
            Option("name", "NAME", "organization in the certificates", required=True),
            _ROOT_KEY,
            _BY,
        ),
    ),
    Command(
        ("ceremony", "request"),
        "ask for a certificate: issuing2 for the next issuing CA; issuing or services to renew with the same key",
        "CA",
        (_BY,),
    ),
    Command(
        ("ceremony", "sign"),
        "sign a request by the root in --dir",
        "FILE",
        (
            Option("sha256", "DIGEST", "of the request, as ceremony request printed it", required=True),
            _ROOT_KEY,
            _BY,
        ),
    ),
    Command(
        ("ceremony", "crl"),
        "make another CRL of the root in --dir, with one more CA revoked if that is asked",
        options=(
            Option("revoke", "FILE", "the certificate of a CA that is to be revoked"),
            Option("reason", "N", "reason of RFC 5280", type=int),
            _ROOT_KEY,
            _BY,
        ),
    ),
    Command(("ceremony", "install"), "put a certificate or CRL of the root into the CA's directory", "FILE", (_BY,)),
    Command(("ceremony", "verify"), "check that the transcript of --dir is whole"),
    Command(
        ("key", "show"),
        "show whether a key is blocked, and the certificates that would be revoked with it",
        "KEY",
    ),
    Command(
        ("key", "block"),
        "block a key that others know: its certificates are revoked, and nothing is issued for it any more",
        "KEY",
        (Option("revoking", "N", "how many certificates that is, as key show counts them", required=True, type=int),),
    ),
    Command(("key", "list"), "list the keys that are blocked, and those of the list in the settings"),
)
