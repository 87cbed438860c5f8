"""``tegata-ca eab``: the EAB credentials of contracts."""

from tegata.ca.bootstrap import Ca
from tegata.ca.cli.answers import Answer
from tegata.ca.cli.contracts import eab_shape
from tegata.ca.cli.grammar import Asked


async def show(ca: Ca, asked: Asked) -> Answer:
    """One credential with its key."""
    return Answer(await eab_shape(ca, await ca.credentials.show(asked["kid"])))


async def rotate(ca: Ca, asked: Asked) -> Answer:
    """The new credential in the old one's place."""
    return Answer(await eab_shape(ca, await ca.credentials.rotate(asked["kid"])))


async def disable(ca: Ca, asked: Asked) -> Answer:
    """Stop a credential with the accounts made by it."""
    return Answer(await eab_shape(ca, await ca.credentials.disable(asked["kid"])))


async def file(ca: Ca, asked: Asked) -> Answer:
    """The EAB file's text as the portal hands it out."""
    _, text = await ca.credentials.eab_file(asked["contract"])
    return Answer(text)
