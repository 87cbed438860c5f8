"""``tegata-ca customer``: who logs in to the portal, and by what."""

from tegata.ca.bootstrap import Ca
from tegata.ca.cli.answers import Answer
from tegata.ca.cli.grammar import Asked


async def rename(ca: Ca, asked: Asked) -> Answer:
    """Another mail address in place of a wrong or former one."""
    return Answer({"login": (await ca.customers.rename(asked["mail"], asked["to"])).login})


async def password(ca: Ca, asked: Asked) -> Answer:
    """A new password in place of a lost one, shown this once."""
    customer, made = await ca.customers.new_password(asked["mail"])
    return Answer({"login": customer.login, "password": made})
