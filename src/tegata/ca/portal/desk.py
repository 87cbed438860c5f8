"""The operator's desk: who may come to it, the question back before anything is done, and the record of who did it.

What is done is the services'; the commands of ``tegata-ca`` call the same ones.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from secrets import token_urlsafe

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tegata.ca.errors import BadRevocationReason, LoginFailed, NotFound, Refused, UnknownObject
from tegata.ca.model import Customer, Operator
from tegata.ca.portal import forms
from tegata.ca.portal.door import Door, TooManyLogins
from tegata.ca.portal.pages import language_of, page
from tegata.ca.portal.session import check_same_site, own_page, require_customer
from tegata.ca.portal.words import WORDS
from tegata.ca.services.auditing import AuditService
from tegata.ca.services.customers import CustomerService
from tegata.ca.services.operators import OperatorService
from tegata.errors import TegataError
from tegata.text.catalogue import explain
from tegata.text.language import Language

DESK = "/portal/operator"
_CONFIRMED, _ONCE, _SECOND, _PASSWORD = "confirmed", "once", "second", "password"
_REFUSALS = (BadRevocationReason, LoginFailed, Refused, TooManyLogins, UnknownObject)


@dataclass(frozen=True)
class Persons:
    """Who does it, and who agrees, another operator, where that is needed and was proved by a password."""

    operator: Operator
    second: Operator | None


Do = Callable[[Persons], Awaitable[object]]


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something that an operator does: the command that does the same, and what it is about (``of``).

    ``fields`` are the form's, of which those ``untold`` say nothing to a person. ``read`` takes them, raises BadForm,
    and gives what does it. ``told`` is what else is shown before, and sent with the answer, by its field;
    ``needs_second`` that another operator has to agree. ``back`` is the page on which it is seen to be done.
    """

    command: str
    of: str | None
    fields: Sequence[str]
    read: Callable[[FormData], Do]
    back: str
    told: Mapping[str, str] | None = None
    untold: Collection[str] = ()
    needs_second: bool = False


class Desk:
    """Where operators come in: from these ``networks``, with a session of the portal."""

    def __init__(
        self,
        *,
        customers: CustomerService,
        operators: OperatorService,
        audit: AuditService,
        door: Door,
        networks: Sequence[str],
    ) -> None:
        self._customers, self._operators, self._audit, self._door = customers, operators, audit, door
        self._networks = [ip_network(one) for one in networks]

    async def enter(self, request: Request) -> Operator:
        """The operator who asks; raises NotLoggedIn, and for anybody else NotFound, as if there were no such pages."""
        if not self._is_inside(request):
            raise NotFound
        operator = await self.knows(request, await require_customer(request, self._customers))
        if operator is None:
            raise NotFound
        return operator

    async def knows(self, request: Request, customer: Customer) -> Operator | None:
        """The operator that a user of the portal is here, or None."""
        return await self._operators.of(customer) if self._is_inside(request) else None

    async def take(self, request: Request, step: Callable[[FormData], Awaitable[Step]]) -> Response:
        """Show what a form would do, and do it once that was confirmed; raises what the step raises."""
        operator = await self.enter(request)
        if request.method != "POST":  # who chose the other language when asked back
            return RedirectResponse(own_page(f"{request.url.path.rpartition('/')[0]}?{request.url.query}"), 303)
        check_same_site(request)
        async with request.form(max_files=0) as form:
            asked = await step(form)
            do = asked.read(form)
            if not forms.text(form, _CONFIRMED):
                return self._ask_back(request, operator, form, asked)
            once = forms.text(form, _ONCE)
            if not await self._operators.begin(once):
                return RedirectResponse(asked.back, 303)
            is_done = False
            try:
                second = await self._second(request, form) if asked.needs_second else None
                await self._audit.commanded(operator.login, asked.command, asked.of)
                await do(Persons(operator, second))
                is_done = True
                await self._operators.done(once)
            except _REFUSALS as error:
                # What was typed is shown once more: no browser goes back to it.
                return self._ask_back(request, operator, form, asked, error)
            finally:
                if not is_done:
                    await self._operators.give_back(once)
        return RedirectResponse(asked.back, 303)

    def _ask_back(
        self, request: Request, operator: Operator, form: FormData, step: Step, error: TegataError | None = None
    ) -> Response:
        given = [(name, value) for name in step.fields for value in forms.texts(form, name) if value.strip()]
        given += list((step.told or {}).items())
        language = language_of(request)
        return page(
            request,
            "confirm.html",
            status=409 if error else 200,
            customer=operator,
            error=str(explain(error, language)) if error else None,
            is_about_second=isinstance(error, LoginFailed | TooManyLogins),
            step=step,
            once=token_urlsafe(),
            given=[(name, value, _word(name, value, language)) for name, value in given],
        )

    async def _second(self, request: Request, form: FormData) -> Operator:
        """The operator who agrees, by login and password; raises LoginFailed, TooManyLogins."""
        said = forms.text(form, _SECOND), str(form.get(_PASSWORD) or "")
        operator = await self._operators.of(await self._door.open(request, *said, self._customers.check))
        if operator is None:
            raise LoginFailed
        return operator

    def _is_inside(self, request: Request) -> bool:
        """Whether the request comes from one of the networks, of IPv6 with its whole network of 64 bits."""
        address = self._door.address(request.scope)
        if not address:
            return False
        found = ip_network(address)
        return any(found.network_address in one and found.broadcast_address in one for one in self._networks)


def _word(field: str, value: str, language: Language) -> str:
    """The word for a field's value, where it is one of a few; otherwise the value."""
    word = WORDS.get(f"{field}.{value}")
    return word.fill(language, {}) if word else value
