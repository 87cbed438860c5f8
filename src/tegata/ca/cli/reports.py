"""``tegata-ca report``: problems with certificates, from the report to the last revocation."""

from tegata.ca.bootstrap import Ca
from tegata.ca.cli import shapes
from tegata.ca.cli.answers import Answer
from tegata.ca.cli.certificates import COLUMNS as CERTIFICATES
from tegata.ca.cli.certificates import revoke_several, serials_in
from tegata.ca.cli.grammar import Asked
from tegata.ca.policy.certificates import kept

_COLUMNS = ("report", "cause", "next", "due", "in_time", "reporter", "about")
_CUSTOMERS = ("contract", "login", "serials")


async def add(ca: Ca, asked: Asked) -> Answer:
    """Take up a report."""
    report = await ca.reports.add(
        cause=asked["cause"],
        about=asked["about"],
        reporter=asked["from"],
        serials=[kept(one) for one in (*(asked["serial"] or ()), *serials_in(asked["serials"]))],
        received=asked["received"],
    )
    return await _shown(ca, report.id)


async def listing(ca: Ca, asked: Asked) -> Answer:
    """Open reports with what is due next, or all."""
    now, are_all = ca.now(), bool(asked["all"])
    found = [shapes.report(one, now) async for one in ca.reports.reported(all_of_them=are_all)]
    return Answer(found[::-1] if are_all else found, _COLUMNS)


async def show(ca: Ca, asked: Asked) -> Answer:
    """One report."""
    return await _shown(ca, asked["id"])


async def answer(ca: Ca, asked: Asked) -> Answer:
    """Record the first answer."""
    return await _shown(ca, (await ca.reports.answer(asked["id"], asked["text"])).id)


async def replace(ca: Ca, asked: Asked) -> Answer:
    """Want its certificates replaced until they are due to be revoked."""
    found = await ca.reports.replace(asked["id"], asked["page"])
    return Answer([shapes.to_be_replaced(one, ca.now()) for one in found], CERTIFICATES)


async def customers(ca: Ca, asked: Asked) -> Answer:
    """Whom to tell."""
    return Answer([shapes.concerned(one) for one in await ca.reports.customers(asked["id"])], _CUSTOMERS)


async def revoke(ca: Ca, asked: Asked) -> Answer:
    """Revoke its certificates, or some of them."""
    return await revoke_several(ca, asked, ca.reports.revoke)


async def close(ca: Ca, asked: Asked) -> Answer:
    """Bring a report to its end."""
    report = await ca.reports.close(asked["id"], asked["outcome"], unfounded=asked["unfounded"])
    return await _shown(ca, report.id)


async def _shown(ca: Ca, report_id: str) -> Answer:
    report, in_use = await ca.reports.show(report_id)
    shape = shapes.report(report, ca.now())
    return Answer(shape | {"count": len(in_use), "certificates": [one.serial for one in in_use]})
