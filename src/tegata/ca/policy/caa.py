"""Whether CAA records permit this CA to issue: the judgement of ``acme.caa``, as the refusal that a customer is told.

Pure: where the records were found is told, never looked up.
"""

from collections.abc import Sequence

from tegata.acme.caa import ACCOUNT, MALFORMED, METHOD, CaaRecord, CaaRequest, advised, objection
from tegata.ca.errors import CaaForbids, CaaForbidsNameless

_MOST_SHOWN = 5


def check(records: Sequence[CaaRecord], domain: str, request: CaaRequest) -> None:
    """Pass if the records found at ``domain`` permit the request.

    A set without the property that counts permits everybody. An issuer without a domain name (a private CA in a closed
    network) is permitted by no property at all. Raises CaaForbids, or CaaForbidsNameless for such an issuer.
    """
    found = objection(records, request)
    if found is not None:
        raise _refusal(records, domain, request, *found)


def _refusal(
    records: Sequence[CaaRecord], domain: str, request: CaaRequest, tag: str, reason: str
) -> CaaForbids | CaaForbidsNameless:
    shown = ", ".join(str(record) for record in records[:_MOST_SHOWN])
    if len(records) > _MOST_SHOWN:
        shown += f", … (+{len(records) - _MOST_SHOWN})"
    name = f"*.{request.name}" if request.wildcard else request.name
    facts = {"name": name, "domain": domain, "records": shown, "reason": reason}
    if not request.issuers:
        return CaaForbidsNameless(**facts)
    narrow = reason in (ACCOUNT, METHOD, MALFORMED)
    return CaaForbids(**facts, wanted=advised(domain, request, tag=tag, narrow=narrow))
