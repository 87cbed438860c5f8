"""``tegata-ca eab``: the EAB credentials of contracts."""

from tegata.ca.bootstrap import Ca
from tegata.ca.cli import shapes
from tegata.ca.cli.answers import Answer
from tegata.ca.cli.contracts import eab_shape
from tegata.ca.cli.grammar import Asked
from tegata.ca.cli.shapes import Shape
from tegata.ca.errors import CredentialDisabled, CredentialExpired, CredentialSuperseded, NoEabFile
from tegata.ca.model import Credential
from tegata.ca.policy.contracts import ContractStatus

_COLUMNS = (
    "kid",
    "label",
    "status",
    "contract_status",
    "registered",
    "most_accounts",
    "domains",
    "expires",
    "last_used",
    "last_used_by",
)


async def listing(ca: Ca, asked: Asked) -> Answer:
    """The credentials of a contract, newest first."""
    found = await ca.credentials.of_contract(asked["contract"])
    status = (await ca.contracts.show(asked["contract"])).status
    return Answer([await _shape(ca, credential, status) for credential in found], _COLUMNS)


async def add(ca: Ca, asked: Asked) -> Answer:
    """One more credential of a contract."""
    added = await ca.credentials.add(
        asked["contract"],
        domains=asked["domain"] or (),
        expires_at=asked["expires"],
        most_accounts=asked["accounts"],
        label=asked["label"] or "",
    )
    return Answer(await _shape(ca, added))


async def show(ca: Ca, asked: Asked) -> Answer:
    """One credential with its key, and what would stop with it."""
    return Answer(await _shape(ca, await ca.credentials.show(asked["kid"])))


async def label(ca: Ca, asked: Asked) -> Answer:
    """What the credential is called from now on."""
    return Answer(await _shape(ca, await ca.credentials.label(asked["kid"], asked["label"])))


async def rotate(ca: Ca, asked: Asked) -> Answer:
    """The new credential in the old one's place."""
    new = await ca.credentials.rotate(asked["kid"], until=asked["until"], expires_at=asked["expires"])
    return Answer(await _shape(ca, new))


async def disable(ca: Ca, asked: Asked) -> Answer:
    """Stop a credential with the accounts made by it."""
    return Answer(await _shape(ca, await ca.credentials.disable(asked["kid"], accounts=asked["accounts"])))


async def file(ca: Ca, asked: Asked) -> Answer:
    """The EAB file's text as the portal hands it out."""
    try:
        _, text = await ca.credentials.eab_file(asked["contract"], asked["kid"])
    except (CredentialDisabled, CredentialExpired, CredentialSuperseded) as error:
        # Its own sentences tell the customer what to do.
        raise NoEabFile(kid=error.facts["kid"], contract=error.facts["contract"]) from None
    return Answer(text)


async def _shape(ca: Ca, credential: Credential, contract: ContractStatus | None = None) -> Shape:
    status = contract or (await ca.contracts.show(credential.contract_id)).status
    usage = await ca.credentials.usage(credential)
    return (await eab_shape(ca, credential)) | {"contract_status": status} | shapes.usage(credential, usage)
