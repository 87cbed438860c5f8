"""Making pages: templates, the reader's language, dates, and the headers every page carries.

Decides nothing about contracts; shows what it is given.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from tegata.ca.policy.contracts import ContractStatus
from tegata.ca.portal.words import WORDS
from tegata.ca.services.contracts import ContractView
from tegata.pki import names
from tegata.text import dates
from tegata.text.language import Language, from_accept_language

MOST_PAUSED = 100
OVER = (ContractStatus.EXPIRED, ContractStatus.ENDED)
"""So many paused names a page shows; there may be thousands, and more come up as those are resumed."""
LANGUAGE_COOKIE = "tegata-lang"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

_environment = jinja2.Environment(
    loader=jinja2.PackageLoader("tegata.ca.portal"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters["shown"] = names.shown


def language_of(request: Request) -> Language:
    """The reader's language: ``?lang=``, else the cookie it left, else Accept-Language, else Japanese."""
    for chosen in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if chosen in tuple(Language):
            return Language(chosen)
    return from_accept_language(request.headers.get("accept-language"), default=Language.JA)


def words(language: Language) -> Callable[[str], str]:
    """The function that templates call for a word."""
    return lambda key: WORDS[key].fill(language, {})


def standing(view: ContractView, now: datetime) -> str | None:
    """Which words say why a contract gives no certificate now, and what to do; None where it may give one."""
    if view.status is not ContractStatus.ACTIVE:
        return str(view.status)
    return "not-started" if now < view.contract.starts else None


def page(request: Request, template: str, *, status: int = 200, **values: object) -> Response:
    """Fill a template for this reader."""
    language = language_of(request)
    other = Language.EN if language is Language.JA else Language.JA
    text = _environment.get_template(template).render(
        t=words(language),
        date=partial(dates.day, language=language),
        minute=partial(dates.minute, language=language),
        language=language,
        other_language=other,
        switch_language="?" + request.url.include_query_params(lang=other).query,
        **values,
    )
    response = HTMLResponse(text, status, HEADERS)
    if request.query_params.get("lang") == language:
        response.set_cookie(LANGUAGE_COOKIE, language, max_age=31_536_000, secure=True, httponly=True, samesite="lax")
    return response
