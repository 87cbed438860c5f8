"""The part of a plan that says what the certificate is to be and which files are made of it.

Pure, as the plan is: flags that exclude each other are told here, before anything is touched.
"""

import os
import re

import msgspec

from tegata.cli.errors import BadFileName, Contradiction, NoKeyToWrite, PfxFormatRefused, UnknownPfxFormat
from tegata.cli.grammar import flags
from tegata.cli.grammar.commands import Generation
from tegata.cli.grammar.words import Invocation
from tegata.cli.plans.material import Material
from tegata.client.options import Options
from tegata.host.hooks import TIMEOUT_SECONDS, command_line
from tegata.pki.forms import EmptyPassword, PfxForm
from tegata.pki.names import normalise

# As lego v5 cleans a name; nothing is cleaned away here, because two names must not become one.
_FILE_NAME = r"(?:\*\.)?[A-Za-z0-9_@][A-Za-z0-9_.@-]{0,199}"
# Pairs of which lego lets one count in silence are none (--dynamic before --days, a request or key that is brought
# before --reuse-key); but a wish for the certificate that could not come true is told.
_ONCE = (
    ("domains", "csr"),
    ("csr", "force-cert-domains"),
    ("csr", "must-staple"),
    ("disable-cn", "enable-cn"),
    ("profile", "preferred-profile"),
    ("ipv4only", "ipv6only"),
)


class Pfx(msgspec.Struct, frozen=True):
    """The PKCS#12 file asked for."""

    password: str
    form: PfxForm
    form_was_given: bool

    def __repr__(self) -> str:
        return f"Pfx({self.form!s})"  # the password is never shown


class Outputs(msgspec.Struct, frozen=True):
    """The files made of a certificate."""

    bundle: bool = True
    """Whether the .crt file holds the issuers' certificates too."""
    pem: bool = False
    pfx: Pfx | None = None


class Hook(msgspec.Struct, frozen=True):
    """A command to start, and for how long it may run. Its text may hold secrets."""

    text: str
    seconds: float = TIMEOUT_SECONDS

    def __repr__(self) -> str:
        return f"Hook({self.seconds})"


class Hooks(msgspec.Struct, frozen=True):
    """The commands around an order."""

    pre: Hook | None = None
    deploy: tuple[Hook, ...] = ()
    post: Hook | None = None


def hooks(invocation: Invocation) -> Hooks:
    """The hooks of the command; raises MalformedHook, before anything is ordered."""
    own = {"run": "run-hook", "renew": "renew-hook"}.get(invocation.command or "")
    deploy = (_hook(invocation, name) for name in (own, "deploy-hook") if name)
    return Hooks(
        pre=_hook(invocation, "pre-hook"),
        deploy=tuple(hook for hook in deploy if hook),
        post=_hook(invocation, "post-hook"),
    )


def _hook(invocation: Invocation, name: str) -> Hook | None:
    text = invocation.text(name)
    if not text:
        return None
    command_line(text, windows=os.name == "nt")
    given = invocation.duration(f"{name}-timeout")
    seconds = given.total_seconds() if given else 0.0
    return Hook(text, seconds if seconds > 0 else TIMEOUT_SECONDS)


def check(invocation: Invocation) -> None:
    """Pass if no two flags exclude each other; raises Contradiction."""
    for first, second in _ONCE:
        if invocation.given.get(first) and invocation.given.get(second):
            raise Contradiction(first=first, second=second)
    begin, end = invocation.time("not-before"), invocation.time("not-after")
    if begin and end and end <= begin:
        raise Contradiction(first="not-before", second="not-after")


def options(invocation: Invocation) -> Options:
    """What is asked of the CA besides names and a key."""
    return Options(
        common_name=_common_name(invocation),
        must_staple=invocation.switch("must-staple"),
        not_before=invocation.time("not-before"),
        not_after=invocation.time("not-after"),
        profile=invocation.text("profile") or None,
        preferred_profile=invocation.text("preferred-profile") or None,
        preferred_chain=invocation.text("preferred-chain") or None,
        ancestor_domains=tuple(dict.fromkeys(map(normalise, invocation.list("ancestor-domain")))),
        release=invocation.switch("always-deactivate-authorizations"),
        issuing_seconds=invocation.number("cert.timeout") or None,
    )


def _common_name(invocation: Invocation) -> bool:
    """Lego v4 asks for a common name unless told not to, v5 only if told to."""
    if invocation.generation is Generation.V5:
        return invocation.switch("enable-cn")
    return not invocation.switch("disable-cn")


def outputs(invocation: Invocation, material: Material) -> Outputs:
    """The files; raises what concerns PKCS#12, and NoKeyToWrite."""
    made = Outputs(
        bundle=not invocation.switch("no-bundle"),
        pem=invocation.switch("pem"),
        pfx=_pfx(invocation) if invocation.switch("pfx") else None,
    )
    if material.csr and not material.key and (made.pem or made.pfx):
        raise NoKeyToWrite(flag="pem" if made.pem else "pfx")
    return made


def file_names(invocation: Invocation) -> tuple[str, ...]:
    """What the files are to be called, where somebody said so; raises BadFileName."""
    names = invocation.list("filename")
    for name in names:
        if not re.fullmatch(_FILE_NAME, name) or name.endswith((".", ".issuer")):
            raise BadFileName(name=name)
    return names


def _pfx(invocation: Invocation) -> Pfx:
    password = invocation.text("pfx.pass")
    if password == "":
        raise EmptyPassword  # told before anything is ordered
    word = invocation.text("pfx.format")
    return Pfx(
        password=flags.DEFAULT_PFX_PASSWORD if password is None else password,
        form=_pfx_form(word) if word else PfxForm.DES,
        form_was_given=bool(word),
    )


def _pfx_form(word: str) -> PfxForm:
    if word.upper() in ("RC2", "PBMAC1"):
        raise PfxFormatRefused(word=word.upper())
    try:
        return PfxForm(word.upper())
    except ValueError:
        raise UnknownPfxFormat(word=word, known=", ".join(PfxForm)) from None
