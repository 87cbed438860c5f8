"""All checks, made one after the other, whatever comes back from a server."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from tegata.conformance import accounts, afterwards, certificates, extensions, orders, renewal, requests, revocation
from tegata.conformance.bench import Bench
from tegata.conformance.check import Check, Differs, NotPossible, Verdict
from tegata.errors import TegataError

# What comes of a document that is another than RFC 8555's, and of a certificate that is none of RFC 5280's.
_OF_ANOTHER_SHAPE = (
    *(KeyError, IndexError, TypeError, AttributeError, ValueError),
    *(x509.DuplicateExtension, x509.InvalidVersion, x509.UnsupportedGeneralNameType, UnsupportedAlgorithm),
)
# Renewal information is asked of a certificate that is not revoked yet.
_LAST = ("revocation", "revoked-by-its-key", "revoked-by-who-proved", "compromised-key")
_ALL = [
    each
    for part in (requests, accounts, orders, extensions, certificates, revocation, renewal)
    for each in part.check.checks
]
CHECKS: tuple[Check, ...] = (*sorted(_ALL, key=lambda check: check.name in _LAST), *afterwards.check.checks)


@dataclass(frozen=True)
class Result:
    """How one check ended."""

    check: Check
    verdict: Verdict
    expected: str = ""
    seen: str = ""
    """With “not possible”: why."""


def results(bench: Bench, only: Collection[str] = ()) -> Iterator[Result]:
    """Every check's result, as it comes, or those of the checks named."""
    for check in CHECKS:
        if not only or check.name in only:
            yield _result(check, bench)


def _result(check: Check, bench: Bench) -> Result:
    try:
        check.look(bench)
    except Differs as error:
        return Result(check, Verdict.DIFFERS, str(error.facts["expected"]), str(error.facts["seen"]))
    except NotPossible as error:
        return Result(check, Verdict.NOT_POSSIBLE, seen=str(error.facts["reason"]))
    except TegataError as error:  # what transport or parsers say of an answer that is none
        return Result(check, Verdict.DIFFERS, "an answer", str(error))
    except _OF_ANOTHER_SHAPE as error:
        return Result(check, Verdict.DIFFERS, "a document as in RFC 8555", f"{type(error).__name__}: {error}")
    return Result(check, Verdict.PASSED)
