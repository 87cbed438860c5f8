"""From an understood command line to a plan: names normalised, flags that need each other checked, defaults filled in.

Pure: reads no file and no environment, asks nobody; whether accounts, certificates or folders exist is found out later.
"""

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from tegata.cli.errors import AddressInDns, BadExitCode, BadServer, NoChallenge, NoNames, NoServer
from tegata.cli.grammar import flags
from tegata.cli.grammar.commands import Generation
from tegata.cli.grammar.values import TRUE
from tegata.cli.grammar.words import PREFIXES, Invocation
from tegata.cli.plans import dns as dnsplan
from tegata.cli.plans import upkeep, ways, wishes
from tegata.cli.plans.eabfile import EabFile
from tegata.cli.plans.material import NOTHING, Material
from tegata.cli.plans.plan import (
    ALWAYS,
    OFFLINE,
    AccountPlan,
    Conformance,
    DnsHelp,
    DnsPersist,
    Doctor,
    Eab,
    Ensure,
    IssuePlan,
    KeyRollover,
    List,
    Plan,
    Recover,
    Register,
    Renew,
    Revoke,
    Run,
    Trust,
    Wire,
)
from tegata.cli.plans.servers import DIRECTORIES, directory_of
from tegata.pki.key_types import KeyType, parse_key_type
from tegata.pki.names import is_ip, normalise

_GREATEST_EXIT_CODE = 255


def make(
    invocation: Invocation,
    environ: Mapping[str, str],
    eab_file: EabFile | None,
    directory: Path,
    material: Material = NOTHING,
) -> Plan:
    """Turn an understood command line into a plan.

    ``environ`` is asked only for lego's variables that have no flag; ``directory`` is the current one. Raises the
    errors of ``tegata.cli.errors`` that concern values, and UnknownKeyType, BadName and MalformedHook of the floors
    below.
    """
    path = directory / (invocation.text("path") or ".lego")
    if invocation.command in OFFLINE:
        return upkeep.make(invocation, path) if invocation.command in upkeep.COMMANDS else _show(invocation, path)
    wishes.check(invocation)
    account = _account(invocation, environ, eab_file)
    if invocation.command in ("conformance", "dnspersist", "doctor"):
        return _look(invocation, environ, path, account, eab_file=eab_file, material=material)
    if invocation.command in ("accounts register", "accounts keyrollover", "accounts recover"):
        return _of_account(invocation, path, account, material)
    if invocation.command == "revoke":
        return Revoke(
            path,
            account,
            wishes.file_names(invocation) or _names(invocation, eab_file, material),
            reason=invocation.number("reason") or 0,
            keep=invocation.switch("keep"),
            key=material.key,
        )
    if invocation.command == "renew":
        return _renew(invocation, path, account, _issue(invocation, environ, eab_file, material))
    issue = _issue(invocation, environ, eab_file, material)
    ari = not invocation.switch("ari-disable")
    run = Run(path, account, issue, new_account=invocation.switch("new-account"), ari=ari)
    return Ensure(run, _renew(invocation, path, account, issue)) if invocation.generation is Generation.V5 else run


def _of_account(
    invocation: Invocation, path: Path, account: AccountPlan, material: Material
) -> Register | KeyRollover | Recover:
    if invocation.command == "accounts register":
        return Register(path, account, new_account=invocation.switch("new-account"))
    kind = KeyRollover if invocation.command == "accounts keyrollover" else Recover
    return kind(path, account, material.key, agreed=invocation.switch("yes"))


def _look(
    invocation: Invocation,
    environ: Mapping[str, str],
    path: Path,
    account: AccountPlan,
    *,
    eab_file: EabFile | None,
    material: Material,
) -> Conformance | DnsPersist | Doctor:
    if invocation.command == "doctor":
        asked, looking = ways.make(invocation, environ), dnsplan.looking(invocation, environ)
        names = _names(invocation, eab_file, material)
        if asked:
            asked.check_wildcards(names)
        return Doctor(path, account, names, asked, looking, json=invocation.switch("json"))
    persist = dnsplan.persistent(invocation, environ) if invocation.command == "dnspersist" else None
    if persist:
        wanted = _names(invocation, eab_file, material)
        addresses = [name for name in wanted if is_ip(name)]
        if addresses:
            raise AddressInDns(names=", ".join(addresses))
        return DnsPersist(path, account, wanted, persist)
    names = invocation.list("domains") or (eab_file.names if eab_file else ())
    return Conformance(
        account=account,
        names=tuple(dict.fromkeys(normalise(name) for name in names)),
        key_type=parse_key_type(invocation.text("key-type") or KeyType.RSA2048),
        ways=ways.make(invocation, environ),
        only=invocation.list("only"),
        known=invocation.list("except"),
        json=invocation.switch("json"),
    )


def _renew(invocation: Invocation, path: Path, account: AccountPlan, issue: IssuePlan) -> Renew:
    by_v5 = invocation.command == "run"
    forced = invocation.switch("renew-force")
    not_due_code = invocation.number("exit-code-not-due") or 0
    if not_due_code > _GREATEST_EXIT_CODE:
        raise BadExitCode(value=not_due_code)
    return Renew(
        path,
        account,
        issue,
        days=ALWAYS if forced else None if invocation.switch("dynamic") else invocation.number("days"),
        random_sleep=not (forced or invocation.switch("no-random-sleep")),
        dynamic=invocation.switch("dynamic") or invocation.generation is Generation.V5,
        ari=not invocation.switch("ari-disable"),
        longest_wait=invocation.duration("ari-wait-to-renew-duration") or timedelta(),
        not_due_code=not_due_code,
        back_off=not (forced or invocation.switch("no-back-off")),
        reuse_key=invocation.switch("reuse-key"),
        exact_names=invocation.switch("force-cert-domains") and bool(issue.names),
        as_wished=by_v5,
        wished_key=issue.key_type if by_v5 and _wishes_key(invocation, issue) else None,
    )


def _wishes_key(invocation: Invocation, issue: IssuePlan) -> bool:
    """Whether somebody said what type of key the certificate is to have, and it gets a new one."""
    brought = issue.material.csr or issue.material.key
    return bool(invocation.text("key-type")) and not brought and not invocation.switch("reuse-key")


def _show(invocation: Invocation, path: Path) -> List | DnsHelp:
    if invocation.command == "dnshelp":
        return DnsHelp(invocation.text("code"))
    accounts_alone = invocation.command == "accounts list"
    by_v4 = invocation.spoken == "list"  # --json is v5's, and changes nothing about the words
    return List(
        path,
        accounts=accounts_alone or invocation.switch("accounts"),
        certificates=not accounts_alone,
        names_only=invocation.switch("names"),
        json=invocation.switch("json"),
        prometheus=invocation.switch("prometheus"),
        generation=Generation.V4 if by_v4 else Generation.V5,
    )


def _account(invocation: Invocation, environ: Mapping[str, str], eab_file: EabFile | None) -> AccountPlan:
    server = directory_of(_server(invocation) or (eab_file.server if eab_file else flags.DEFAULT_SERVER))
    try:
        host = urlsplit(server).hostname
    except ValueError:
        host = None
    if not host or not host.strip("."):
        raise BadServer(server=server, known=", ".join(DIRECTORIES))
    return AccountPlan(
        server=server,
        trust=_trust(environ),
        wire=_wire(invocation),
        email=invocation.text("email") or None,
        key_type=_account_key_type(_key_type(invocation, eab_file)),
        accept_terms=invocation.switch("accept-tos"),
        eab=_eab(invocation, eab_file),
        called=invocation.text("account-id") or None,
    )


def _server(invocation: Invocation) -> str | None:
    """The server's URL as it was given; ``conformance`` has it as a word, and never takes one that nobody named."""
    if invocation.command != "conformance":
        return invocation.text("server")
    server = next(iter(invocation.extra), None) or invocation.text("server")
    if not server:
        raise NoServer
    return server


# Whoever asks what is wrong is to hear of an outage, not to sit it out.
_DIAGNOSES = frozenset({"doctor", "conformance"})


def _wire(invocation: Invocation) -> Wire:
    outage = invocation.number("outage-wait")
    if outage is None and invocation.command in _DIAGNOSES:
        outage = 0
    families = [family for family in (4, 6) if invocation.switch(f"ipv{family}only")]
    return Wire(
        user_agent=invocation.text("user-agent") or "",
        timeout=min(invocation.number("http-timeout") or 0, dnsplan.LONGEST_TIMEOUT) or None,
        outage=None if outage is None else min(outage, dnsplan.LONGEST_TIMEOUT),
        verify=not invocation.switch("tls-skip-verify"),
        family=families[0] if families else None,
        requests_per_second=invocation.number("overall-request-limit") or None,
    )


def _trust(environ: Mapping[str, str]) -> Trust:
    def variable(name: str) -> str:
        return next((environ[prefix + name] for prefix in PREFIXES if environ.get(prefix + name)), "")

    return Trust(
        roots=tuple(Path(file) for file in variable("CA_CERTIFICATES").split(os.pathsep) if file),
        system_roots_too=variable("CA_SYSTEM_CERT_POOL") in TRUE,
        server_name=variable("CA_SERVER_NAME") or None,
        hosts=frozenset(host.strip().lower() for host in variable("CA_HOSTS").split(",") if host.strip()),
    )


def _eab(invocation: Invocation, eab_file: EabFile | None) -> Eab | None:
    """The binding to register with; either value means it too, unlike lego's, unless it is denied."""
    asked = invocation.given.get("eab")
    eab = Eab(
        kid=invocation.text("kid") or (eab_file.kid if eab_file else None),
        hmac=invocation.text("hmac") or (eab_file.hmac if eab_file else None),
        replaces=invocation.switch("change-eab"),
    )
    return eab if asked is not False and (asked or eab.kid or eab.hmac) else None


def _key_type(invocation: Invocation, eab_file: EabFile | None) -> KeyType:
    from_file = eab_file.key_type if eab_file else None
    return parse_key_type(invocation.text("key-type") or from_file or flags.DEFAULT_KEY_TYPE)


def _account_key_type(key_type: KeyType) -> KeyType:
    """As lego, that of the certificate; but not one that few CAs sign requests with (RFC 8555 §6.2)."""
    return KeyType.EC256 if key_type in (KeyType.EC521, KeyType.ED25519) else key_type


def _names(invocation: Invocation, eab_file: EabFile | None, material: Material) -> tuple[str, ...]:
    if material.csr:
        return material.csr.names
    names = invocation.list("domains") or (eab_file.names if eab_file else ())
    if not names:
        raise NoNames(command=invocation.command)
    return tuple(dict.fromkeys(normalise(name) for name in names))


def _issue(
    invocation: Invocation, environ: Mapping[str, str], eab_file: EabFile | None, material: Material
) -> IssuePlan:
    called = next(reversed(wishes.file_names(invocation)), None)
    may_be_known = called and not (invocation.list("domains") or material.csr) and _may_renew(invocation, eab_file)
    names = () if may_be_known else _names(invocation, eab_file, material)
    asked = ways.make(invocation, environ)
    if not asked:
        raise NoChallenge
    asked.check_wildcards(names)
    options = wishes.options(invocation)
    asked.check_ancestors(options.ancestor_domains)
    return IssuePlan(
        names=names,
        file_name=called or names[0],
        key_type=_key_type(invocation, eab_file),
        material=material,
        options=options,
        ways=asked,
        outputs=wishes.outputs(invocation, material),
        hooks=wishes.hooks(invocation),
    )


def _may_renew(invocation: Invocation, eab_file: EabFile | None) -> bool:
    """Whether the names may be those of a certificate that is there; a file that has names is for a first one."""
    if invocation.command == "renew":
        return True
    return invocation.generation is Generation.V5 and not (eab_file and eab_file.names)
