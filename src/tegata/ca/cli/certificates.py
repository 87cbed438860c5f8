"""``tegata-ca cert``: certificates as the operator sees and revokes them."""

import json
from collections.abc import Awaitable, Callable, Sequence
from operator import itemgetter
from pathlib import Path

from tegata.ca.bootstrap import Ca
from tegata.ca.cli import shapes
from tegata.ca.cli.answers import Answer
from tegata.ca.cli.grammar import Asked
from tegata.ca.errors import Refused
from tegata.ca.model import Certificate
from tegata.ca.policy.certificates import kept

COLUMNS = ("serial", "contract", "status", "not_before", "not_after", "names")


async def listing(ca: Ca, asked: Asked) -> Answer:
    """Certificates, all or a contract's, the newest first."""
    now = ca.now()
    found = [(one.intended_at, shapes.certificate(one, now)) async for one in ca.certificates.listed(asked["contract"])]
    found.sort(key=itemgetter(0), reverse=True)
    return Answer([shape for _, shape in found], COLUMNS)


async def show(ca: Ca, asked: Asked) -> Answer:
    """One certificate, by its serial number in hex."""
    return Answer(shapes.certificate(await ca.certificates.show(_serial(asked)), ca.now()))


async def evidence(ca: Ca, asked: Asked) -> Answer:
    """What was seen when the names of a certificate were validated, as JSON for whoever audits it."""
    proofs = await ca.evidence.of_certificate(_serial(asked))
    return Answer(json.dumps([shapes.proof(one) for one in proofs], ensure_ascii=False, indent=2) + "\n")


async def revoke(ca: Ca, asked: Asked) -> Answer:
    """Revoke a certificate; when this answers, the CRL says so, or standard error that serve is left to publish it."""
    await ca.certificates.revoke_by_operator(_serial(asked), asked["reason"])
    return await show(ca, asked)


async def replace(ca: Ca, asked: Asked) -> Answer:
    """Have certificates replaced: those that are, which are all but the revoked and the expired; raises Refused."""
    serials = [*(asked["serial"] or ()), *serials_in(asked["serials"])]
    if not serials:
        raise Refused(reason="there is no serial number")
    found = await ca.certificates.replace_by_operator([kept(each) for each in serials], asked["by"], asked["page"])
    return Answer([shapes.to_be_replaced(one, ca.now()) for one in found], (*COLUMNS, "replace_by"))


async def revoke_several(ca: Ca, asked: Asked, revoke: Callable[..., Awaitable[Sequence[Certificate]]]) -> Answer:
    """Revoke the certificates of a report or a contract, or some of them, by the service of either."""
    done = await revoke(
        asked["id"],
        reason=asked["reason"],
        revoking=asked["revoking"],
        by=asked["by"],
        second=asked["second"],
        most=asked["most"],
    )
    return Answer([shapes.certificate(one, ca.now()) for one in done], COLUMNS)


def serials_in(file: str | None) -> list[str]:
    """The serial numbers in a file, if one is given; raises Refused."""
    try:
        return Path(file).read_text("ascii").split() if file else []
    except (OSError, UnicodeDecodeError):
        raise Refused(reason="the file of serial numbers cannot be read") from None


def _serial(asked: Asked) -> str:
    return kept(asked["serial"])
