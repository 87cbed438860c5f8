"""``tegata-ca contract``: contracts as the operator records and changes them."""

from operator import itemgetter

from tegata.ca.bootstrap import Ca
from tegata.ca.cli import shapes
from tegata.ca.cli.answers import Answer
from tegata.ca.cli.certificates import revoke_several
from tegata.ca.cli.grammar import Asked
from tegata.ca.cli.shapes import Shape
from tegata.ca.model import Credential, Organization
from tegata.ca.services.contracts import ContractView

_EXAMINED = ("examination", "examined", "counts_until", "examiner", "source", "evidence", "releaser")
_WAITING = ("waits_for", "contract", "name", "at", "status", "examination", "order")
_COLUMNS = ("contract", "service", "status", "starts", "ends", "domains")


async def add(ca: Ca, asked: Asked) -> Answer:
    """Record an accepted contract; a new customer's password is shown this once."""
    added = await ca.contracts.add(
        organization=Organization(
            name=asked["organization"], country=asked["country"], state=asked["state"], locality=asked["locality"]
        ),
        service=asked["service"],
        domains=asked["domain"],
        user=asked["user"],
        starts=asked["starts"],
        ends=asked["ends"],
    )
    view = await ca.contracts.show(added.contract.id)
    return Answer(await _shape(ca, view, added.password))


async def listing(ca: Ca, asked: Asked) -> Answer:
    """All contracts, or one customer's; or what waits to be done about them."""
    if asked["waiting"]:
        waits = [one async for one in ca.inbox.all()]
        if asked["user"] is not None:
            theirs = {view.contract.id async for view in ca.contracts.listed(asked["user"])}
            waits = [one for one in waits if one.contract.id in theirs]
        return Answer([shapes.waiting(one) for one in waits], _WAITING)
    found = [(view.contract.applied_at, await _shape(ca, view)) async for view in ca.contracts.listed(asked["user"])]
    found.sort(key=itemgetter(0))
    return Answer([shape for _, shape in found], _COLUMNS)


async def show(ca: Ca, asked: Asked) -> Answer:
    """One contract, and how many of its certificates are valid."""
    return Answer(await _shape(ca, await ca.contracts.show(asked["id"])) | await _in_use(ca, asked["id"]))


async def renew(ca: Ca, asked: Asked) -> Answer:
    """Prolong a contract; its EAB and accounts go on."""
    return Answer(await _shape(ca, await ca.contracts.renew(asked["id"], asked["ends"])))


async def suspend(ca: Ca, asked: Asked) -> Answer:
    """Stop a contract for the time being."""
    return Answer(await _shape(ca, await ca.contracts.suspend(asked["id"])))


async def resume(ca: Ca, asked: Asked) -> Answer:
    """Let a suspended contract go on."""
    return Answer(await _shape(ca, await ca.contracts.resume(asked["id"])))


async def end(ca: Ca, asked: Asked) -> Answer:
    """End a contract for good; how many certificates outlive it is told."""
    return Answer(await _shape(ca, await ca.contracts.end(asked["id"])) | await _in_use(ca, asked["id"]))


async def revoke(ca: Ca, asked: Asked) -> Answer:
    """Revoke its certificates, or some of them."""
    return await revoke_several(ca, asked, ca.certificates.revoke_of_contract)


async def examine(ca: Ca, asked: Asked) -> Answer:
    """Record an examination of the contract's organization."""
    done = await ca.examinations.examine(
        asked["id"],
        source=asked["source"],
        evidence=asked["evidence"],
        authority=asked["authority"],
        by=asked["by"],
        examined=asked["examined"],
    )
    return Answer(shapes.examination(done))


async def release(ca: Ca, asked: Asked) -> Answer:
    """Let it count what another person has examined."""
    return Answer(shapes.examination(await ca.examinations.release(asked["id"], asked["by"], asked["examination"])))


async def examinations(ca: Ca, asked: Asked) -> Answer:
    """The examinations of a contract."""
    return Answer([shapes.examination(one) for one in await ca.examinations.of_contract(asked["id"])], _EXAMINED)


async def eab_shape(ca: Ca, credential: Credential) -> Shape:
    """A credential with its key, which only the operator and its customer are shown."""
    mac = await ca.credentials.mac(credential.kid)
    return shapes.credential(credential, mac, ca.directory_url, ca.now())


async def _in_use(ca: Ca, contract_id: str) -> Shape:
    return {"in_use": await ca.certificates.count_valid(contract_id)}


async def _shape(ca: Ca, view: ContractView, password: str | None = None) -> Shape:
    eab = await eab_shape(ca, view.credential) if view.credential else None
    return shapes.contract(view, eab=eab, password=password)
