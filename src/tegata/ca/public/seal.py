"""The page a sticker (ステッカー) leads to: what the CA vouches for about a contract, now.

Shows what the certificates make public anyway: organization, names, whether the contract is in force and how many
certificates are valid under it. Nothing of the customer, the credential or the orders.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from tegata.ca.errors import UnknownObject
from tegata.ca.policy.contracts import ContractStatus
from tegata.ca.services.certificates import CertificateService
from tegata.ca.services.contracts import ContractService
from tegata.pki import names
from tegata.text.catalogue import Sentence
from tegata.text.dates import day, minute
from tegata.text.language import Language, from_accept_language

_WORDS = {
    "title": Sentence("Site seal", "サイトシール（ステッカー）"),
    "other": Sentence("日本語", "English"),
    "vouched": Sentence(
        "{issuer} confirms the following about the site that shows this sticker.",
        "{issuer} は、このステッカーを掲載しているサイトについて、次のことを証明します。",
    ),
    "compare": Sentence(
        "Check that the address bar of the site shows one of these names.",
        "サイトのアドレスバーに、次のドメイン名のいずれかが表示されていることをご確認ください。",
    ),
    "organization": Sentence("Organization", "組織（法人）"),
    "names": Sentence("Names", "ドメイン名"),
    "contract": Sentence("Contract", "契約"),
    "in-force": Sentence("in force", "有効"),
    "not-in-force": Sentence("not in force", "有効ではありません"),
    "until": Sentence("until {date} (UTC)", "{date}（日本時間）まで"),
    "certificates": Sentence("Valid certificates", "有効な証明書"),
    "count": Sentence("{count}", "{count} 枚"),
    "at": Sentence("As of {time} (UTC)", "{time}（日本時間）現在"),
    "below": Sentence("{name} and all names below it", "{name} とその配下のすべての名前"),
    "unknown": Sentence(
        "There is no such sticker. If a site led you here, do not trust its sticker.",
        "このステッカーは存在しません。サイトからここへ来られた場合、そのステッカーを信用しないでください。",
    ),
}
COUNT_SECONDS = 10
"""How long a count of certificates is shown: strangers may ask for the page as often as they like, and a contract may
have many thousands."""
_MOST_COUNTS = 1000
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
_template = jinja2.Environment(
    loader=jinja2.PackageLoader("tegata.ca.public"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
).get_template("seal.html")


class SealPage:
    """``/seal/{contract}``, Japanese first; ``issuer`` is the CA's name."""

    def __init__(
        self,
        contracts: ContractService,
        certificates: CertificateService,
        *,
        issuer: str,
        now: Callable[[], datetime],
    ) -> None:
        self._contracts, self._certificates = contracts, certificates
        self._issuer, self._now = issuer, now
        self._counts: dict[str, tuple[datetime, int]] = {}

    async def show(self, request: Request) -> Response:
        """The page for one contract."""
        language = _language(request)
        now = self._now()
        try:
            view = await self._contracts.show(request.path_params["contract"])
        except UnknownObject:
            return _page(language, 404, contract=None)
        contract = view.contract
        in_force = view.status is ContractStatus.ACTIVE and now >= contract.starts
        return _page(
            language,
            200,
            contract=contract,
            issuer=self._issuer,
            examined=view.vouches_for_organization,
            in_force=in_force,
            valid=await self._valid(contract.id, now),
            ends=day(contract.ends, language),
            now=minute(now, language),
        )

    async def _valid(self, contract_id: str, now: datetime) -> int:
        """How many certificates are valid, as it was counted some seconds ago at the most."""
        at, count = self._counts.get(contract_id, (None, 0))
        if at is None or not at <= now < at + timedelta(seconds=COUNT_SECONDS):
            count = await self._certificates.count_valid(contract_id)
            if len(self._counts) >= _MOST_COUNTS:
                self._counts.clear()
            self._counts[contract_id] = now, count
        return count


def _language(request: Request) -> Language:
    chosen = request.query_params.get("lang")
    if chosen in tuple(Language):
        return Language(chosen)
    return from_accept_language(request.headers.get("Accept-Language"), Language.JA)


def _page(language: Language, status: int, **values: object) -> Response:
    def word(key: str, **facts: object) -> str:
        return _WORDS[key].fill(language, facts)

    other = Language.EN if language is Language.JA else Language.JA
    return HTMLResponse(
        _template.render(t=word, shown=names.shown, language=language, other=other, **values), status, _HEADERS
    )
