"""The download page: the EAB file and the sticker of a contract.

Whose contract it is, is decided by the customer service; the text of the file by the credential service.
"""

from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from tegata.ca.portal.pages import OVER, language_of, page, standing
from tegata.ca.portal.session import check_same_site, require_contract
from tegata.ca.portal.sticker import sticker
from tegata.ca.services.credentials import CredentialService
from tegata.ca.services.customers import CustomerService


class DownloadPages:
    """``/portal/orders/{contract}/download`` and what it offers; stickers lead to ``seal_url`` plus the contract."""

    def __init__(
        self, customers: CustomerService, credentials: CredentialService, seal_url: str, now: Callable[[], datetime]
    ) -> None:
        self._customers, self._credentials, self._seal_url, self._now = customers, credentials, seal_url, now

    async def choose(self, request: Request) -> Response:
        """A button each for the EAB and the sticker."""
        view = await require_contract(request, self._customers)
        return page(
            request,
            "download.html",
            customer=view.customer,
            view=view,
            standing=standing(view, self._now()),
            is_over=view.status in OVER,
            seal_url=self._seal_url + view.contract.id,
        )

    async def eab(self, request: Request) -> Response:
        """The EAB file, exactly one command on one line; by POST, so that no link or history entry fetches it."""
        check_same_site(request)
        view = await require_contract(request, self._customers)
        name, text = await self._credentials.eab_file(view.contract.id)
        return attachment(text, "text/plain; charset=utf-8", name)

    async def sticker(self, request: Request) -> Response:
        """The sticker in the reader's language."""
        view = await require_contract(request, self._customers)
        text = sticker(view, self._seal_url + view.contract.id, language_of(request))
        return Response(text, media_type="image/svg+xml")


def attachment(text: str, media_type: str, name: str) -> Response:
    """A file that the browser keeps, by this name."""
    return Response(text, headers={"Content-Type": media_type, "Content-Disposition": f'attachment; filename="{name}"'})
