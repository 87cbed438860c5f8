"""A certificate of a contract: its download, and its revocation by the customer.

Whose contract it is, is decided by the customer service; what may be done with a certificate, by the certificate
service.
"""

from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tegata.ca.errors import AlreadyRevoked
from tegata.ca.model import Certificate
from tegata.ca.policy.certificates import OF_SUBSCRIBERS, CertificateStatus, status
from tegata.ca.portal import forms
from tegata.ca.portal.downloads import attachment
from tegata.ca.portal.pages import page
from tegata.ca.portal.session import check_same_site, require_contract
from tegata.ca.services.certificates import CertificateService
from tegata.ca.services.customers import ContractView, CustomerService


class CertificatePages:
    """``/portal/orders/{contract}/certificates/{serial}`` and what can be done there."""

    def __init__(
        self, customers: CustomerService, certificates: CertificateService, now: Callable[[], datetime]
    ) -> None:
        self._customers, self._certificates, self._now = customers, certificates, now

    async def download(self, request: Request) -> Response:
        """The certificate and its issuers, as servers want them: a file in PEM."""
        _, certificate, chain = await self._one(request)
        return attachment(chain.decode("ascii"), "application/pem-certificate-chain", f"{certificate.serial}.pem")

    async def confirm(self, request: Request) -> Response:
        """What would be revoked, and the form that does it."""
        view, certificate, _ = await self._one(request)
        return page(
            request,
            "revoke.html",
            customer=view.customer,
            view=view,
            certificate=certificate,
            is_valid=status(certificate, self._now()) is CertificateStatus.VALID,
            reasons=OF_SUBSCRIBERS,
        )

    async def revoke(self, request: Request) -> Response:
        """Revoke it for the reason of the form, if it is not yet, and show the contract."""
        check_same_site(request)
        view, certificate, _ = await self._one(request)
        reason = forms.number(await request.form(), "reason", max(OF_SUBSCRIBERS))
        if reason is None:
            raise forms.BadForm
        try:
            await self._certificates.revoke_by_customer(view.customer, view.contract.id, certificate.serial, reason)
        except AlreadyRevoked:
            if (await self._certificates.show(certificate.serial)).reason != reason:
                raise
        return RedirectResponse(f"/portal/orders/{view.contract.id}#certificates", 303)

    async def _one(self, request: Request) -> tuple[ContractView, Certificate, bytes]:
        """The reader's contract and certificate that the path names; raises NotFound for another's."""
        view = await require_contract(request, self._customers)
        return view, *await self._certificates.of_contract(view.contract.id, request.path_params["serial"])
