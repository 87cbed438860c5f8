"""``tegata-ca paused``: names that are not tried any more because they failed again and again."""

from tegata.ca.bootstrap import Ca
from tegata.ca.cli import shapes
from tegata.ca.cli.answers import Answer
from tegata.ca.cli.grammar import Asked

_COLUMNS = ("name", "account", "failures", "paused_at")


async def listing(ca: Ca, asked: Asked) -> Answer:
    """The paused names of a contract."""
    view = await ca.contracts.show(asked["contract"])
    return Answer([shapes.paused(one) for one in await ca.limits.paused(view.contract.id)], _COLUMNS)


async def resume(ca: Ca, asked: Asked) -> Answer:
    """Let them be tried again; which those were."""
    view = await ca.contracts.show(asked["contract"])
    done = await ca.limits.resume_all(view.contract.id, asked["name"])
    return Answer([shapes.paused(one) for one in done], _COLUMNS)
