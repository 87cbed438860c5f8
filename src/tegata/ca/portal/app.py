"""The portal's routes on one screen, its answers to errors, and the headers every page carries."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tegata.ca.errors import NotFound, Refused
from tegata.ca.journal import Journal
from tegata.ca.portal.certificates import CertificatePages
from tegata.ca.portal.credentials import CredentialPages
from tegata.ca.portal.desk import DESK, Desk
from tegata.ca.portal.devices import Devices
from tegata.ca.portal.door import Address, Door
from tegata.ca.portal.downloads import DownloadPages
from tegata.ca.portal.enrolments import EnrolmentPages
from tegata.ca.portal.examining import ExaminationPages
from tegata.ca.portal.forms import BadForm
from tegata.ca.portal.inbox import InboxPages
from tegata.ca.portal.logins import LoginPages
from tegata.ca.portal.orders import OrderPages
from tegata.ca.portal.pages import HEADERS, language_of, page, words
from tegata.ca.portal.reports import ReportPages
from tegata.ca.portal.requests import RequestPages
from tegata.ca.portal.session import ORDERS, CrossSiteRequest, NotLoggedIn, form_page, to_login
from tegata.ca.ports import Sealer
from tegata.ca.services.auditing import AuditService
from tegata.ca.services.certificates import CertificateService
from tegata.ca.services.contracts import ContractService
from tegata.ca.services.credentials import CredentialService
from tegata.ca.services.customers import CustomerService
from tegata.ca.services.enrolment import EnrolmentService
from tegata.ca.services.examinations import ExaminationService
from tegata.ca.services.inbox import InboxService
from tegata.ca.services.limits import LimitService
from tegata.ca.services.operators import OperatorService
from tegata.ca.services.reports import ReportService
from tegata.ca.services.requests import RequestService
from tegata.ca.services.terms import TermsService
from tegata.ca.services.watching import WatchService
from tegata.errors import TegataError
from tegata.text.catalogue import explain

STATIC = Path(__file__).with_name("static")
MOST_BODY_BYTES = 50_000
TOO_LARGE = 413
_HSTS = {"Strict-Transport-Security": "max-age=31536000"}
log = Journal("portal")


def build(
    *,
    customers: CustomerService,
    certificates: CertificateService,
    credentials: CredentialService,
    limits: LimitService,
    terms: TermsService,
    watch: WatchService,
    requests: RequestService,
    enrolments: EnrolmentService,
    operators: OperatorService,
    contracts: ContractService,
    examinations: ExaminationService,
    inbox: InboxService,
    reports: ReportService,
    audit: AuditService,
    operator_networks: Sequence[str],
    seal_url: str,
    only_https: bool,
    address: Address,
    sealer: Sealer,
    new_reference: Callable[[], str],
    now: Callable[[], datetime],
    monotonic: Callable[[], float],
) -> ASGIApp:
    """The portal as an ASGI application for paths below ``/portal``.

    ``seal_url`` is the address stickers lead to, less the contract; ``only_https`` says that nothing of this host is
    served without TLS, which browsers are then told to remember, whatever the port (RFC 6797 §8.3); ``address`` says
    whose a request is, ``operator_networks`` from where operators' pages are there; by ``sealer`` browsers are known
    again; ``new_reference`` gives a fresh reference number.
    """
    door = Door(address, Devices(sealer), monotonic)
    logins = LoginPages(customers, door)
    downloads = DownloadPages(customers, credentials, seal_url, now)
    eabs = CredentialPages(customers, credentials, now)
    enrolled, issued = EnrolmentPages(customers, enrolments), CertificatePages(customers, certificates, now)
    desk = Desk(customers=customers, operators=operators, audit=audit, door=door, networks=operator_networks)
    orders = OrderPages(
        customers=customers,
        certificates=certificates,
        limits=limits,
        terms=terms,
        watch=watch,
        desk=desk,
        now=now,
    )
    problems = ReportPages(desk, reports, inbox, now)
    examining = ExaminationPages(
        desk, contracts=contracts, examinations=examinations, limits=limits, certificates=certificates, now=now
    )
    order = "/portal/orders/{contract:str}"
    enrolment, certificate = f"{order}/requests/{{order:str}}", f"{order}/certificates/{{serial:str}}"
    portal = Starlette(
        routes=[
            Route("/portal", _to_orders),
            Route("/portal/", _to_orders),
            Route("/portal/login", logins.form, methods=["GET"]),
            Route("/portal/login", logins.log_in, methods=["POST"]),
            Route("/portal/logout", logins.log_out, methods=["POST"]),
            Route("/portal/orders", orders.table, methods=["GET"]),
            Route(order, orders.order, methods=["GET"]),
            Route(f"{order}/resume", orders.resume, methods=["POST"]),
            Route(f"{order}/terms", orders.agree, methods=["POST"]),
            Route(f"{order}/download", downloads.choose, methods=["GET"]),
            # The two downloads answer below the contract as well as below its download page.
            Route(f"{order}/download/eab", downloads.eab, methods=["POST"]),
            Route(f"{order}/eab", downloads.eab, methods=["POST"]),
            Route(f"{order}/download/sticker", downloads.sticker, methods=["GET"]),
            Route(f"{order}/sticker", downloads.sticker, methods=["GET"]),
            Route(
                f"{order}/request", RequestPages(customers, requests, enrolments, terms).look, methods=["GET", "POST"]
            ),
            Route(enrolment, enrolled.show, methods=["GET"]),
            Route(f"{enrolment}/files/{{challenge:str}}", enrolled.file, methods=["GET"]),
            Route(f"{enrolment}/prove", enrolled.prove, methods=["POST"]),
            Route(f"{enrolment}/issue", enrolled.issue, methods=["POST"]),
            Route(f"{enrolment}/again", enrolled.again, methods=["POST"]),
            Route(certificate, issued.download, methods=["GET"]),
            Route(f"{certificate}/revoke", issued.confirm, methods=["GET"]),
            Route(f"{certificate}/revoke", issued.revoke, methods=["POST"]),
            Route(f"{order}/credentials", eabs.table, methods=["GET"]),
            Route(f"{order}/credentials", eabs.add, methods=["POST"]),
            Route(f"{order}/credentials/{{kid:str}}/eab", eabs.eab, methods=["POST"]),
            Route(f"{order}/credentials/{{kid:str}}/label", eabs.label, methods=["POST"]),
            Route(f"{order}/credentials/{{kid:str}}/rotate", eabs.rotate, methods=["POST"]),
            Route(f"{order}/credentials/{{kid:str}}/disable", eabs.confirm, methods=["GET"]),
            Route(f"{order}/credentials/{{kid:str}}/disable", eabs.disable, methods=["POST"]),
            *_of_operators(problems, examining, InboxPages(desk, inbox)),
            Mount("/portal/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[Middleware(_Guard, headers=HEADERS | (_HSTS if only_https else {}))],
        exception_handlers={
            NotLoggedIn: _to_login,
            CrossSiteRequest: _missing,
            NotFound: _missing,
            HTTPException: _missing,
            ClientDisconnect: _gone,
            TegataError: _Refused(new_reference),
            Exception: _Refused(new_reference),
        },
    )
    # It would lead to where the Host header says (S-29).
    portal.router.redirect_slashes = False
    return portal


def _of_operators(problems: ReportPages, examining: ExaminationPages, inbox: InboxPages) -> list[Route]:
    report, contract = f"{DESK}/reports/{{report:str}}", f"{DESK}/contracts/{{contract:str}}"
    steps = {
        f"{DESK}/reports": problems.add,
        f"{report}/answer": problems.answer,
        f"{report}/replace": problems.replace,
        f"{report}/revoke": problems.revoke,
        f"{report}/close": problems.close,
        f"{contract}/examine": examining.examine,
        f"{contract}/release": examining.release,
        f"{contract}/resume": examining.resume,
        f"{contract}/replace": examining.replace,
    }
    return [
        Route(DESK, problems.table, methods=["GET"]),
        Route(f"{DESK}/waiting/{{kind:str}}", inbox.table, methods=["GET"]),
        Route(report, problems.report, methods=["GET"]),
        Route(f"{DESK}/contracts", examining.find, methods=["GET"]),
        Route(contract, examining.contract, methods=["GET"]),
        *(Route(path, step, methods=["GET", "POST"]) for path, step in steps.items()),
    ]


async def _to_orders(_: Request) -> Response:
    return RedirectResponse(ORDERS, 303)


async def _to_login(request: Request, _: Exception) -> Response:
    return to_login(request)


async def _missing(request: Request, error: Exception) -> Response:
    """One page for what is not there, what is another's and what another site asked for: they must look alike."""
    t = words(language_of(request))
    if isinstance(error, HTTPException) and error.status_code == TOO_LARGE:
        path = request.url.path
        more = "too-large.desk" if path.startswith(DESK) else "too-large.eab" if path.endswith("/credentials") else None
        text = t("too-large.text") + (t(more) if more else "")
        return _problem(request, TOO_LARGE, t("failed"), text)
    status = (
        error.status_code if isinstance(error, HTTPException) else 403 if isinstance(error, CrossSiteRequest) else 404
    )
    return _problem(request, status, t("missing"), t("missing.text"))


def _problem(request: Request, status: int, title: str, text: str, reference: str | None = None) -> Response:
    """A page with a way back; the address that a form was sent to may have no page.

    What has a ``reference`` was refused to somebody who may be where they are: an operator goes on at the desk.
    """
    back = DESK if reference and request.url.path.startswith(DESK) else None
    if request.method not in ("GET", "HEAD"):
        back = form_page(request)
    return page(
        request, "problem.html", status=status, title=title, text=text, reference=reference, back=back, lists=ORDERS
    )


async def _gone(_: Request, __: Exception) -> Response:
    """For who went away in the middle of a form: nobody is there to read it."""
    return Response(status_code=400)


class _NotDone(TegataError):
    """The customer's wish cannot be done: ``reason``; what an operator would be told speaks of commands."""

    code = "portal.refused"


class _Refused:
    """The page for a refusal, or for an error nobody foresaw; the reference number leads to the log."""

    def __init__(self, new_reference: Callable[[], str]) -> None:
        self._new_reference = new_reference

    async def __call__(self, request: Request, error: Exception) -> Response:
        reference = self._new_reference()
        language = language_of(request)
        foreseen = isinstance(error, TegataError)
        said = _NotDone(**error.facts) if isinstance(error, Refused) else error
        log.log(30 if foreseen else 40, "portal.refused", reference=reference, error=str(error), exc_info=not foreseen)
        text = str(explain(said if isinstance(said, TegataError) else TegataError(), language))
        status = 400 if isinstance(error, BadForm) else 409 if foreseen else 500
        return _problem(request, status, words(language)("failed"), text, reference)


class _Guard:
    """Puts the security headers on every answer and refuses bodies no form of ours has."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app, self._headers = app, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        read = 0

        async def limited() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > MOST_BODY_BYTES:
                raise HTTPException(TOO_LARGE)
            return message

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, limited, with_headers)
