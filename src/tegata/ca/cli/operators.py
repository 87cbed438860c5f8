"""``tegata-ca operator``: who may do in the portal what these commands do."""

from tegata.ca.bootstrap import Ca
from tegata.ca.cli import shapes
from tegata.ca.cli.answers import Answer
from tegata.ca.cli.grammar import Asked

_COLUMNS = ("login", "name", "added")


async def add(ca: Ca, asked: Asked) -> Answer:
    """Make a user of the portal an operator; a new user's password is shown this once."""
    operator, password = await ca.operators.add(asked["mail"], asked["name"])
    return Answer(shapes.operator(operator) | {"password": password})


async def listing(ca: Ca, _: Asked) -> Answer:
    """All operators."""
    return Answer([shapes.operator(one) for one in await ca.operators.list()], _COLUMNS)


async def remove(ca: Ca, asked: Asked) -> Answer:
    """Make a user no operator any more; who that was."""
    return Answer(shapes.operator(await ca.operators.remove(asked["mail"])))
