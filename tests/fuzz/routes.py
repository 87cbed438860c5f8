"""Which requests must have been made when a target's time is over: each method of each route of the CA and its agent.

Read from the applications' own tables, so a new route is wanted as soon as it is there.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from tegata.ca.api.routes import ROUTES, allowed
from tegata.ca.issuing import layout
from tegata.ca.portal import app as portal_app
from tegata.ca.public import app as public_app
from tegata.ca.public.ocsp import OcspPages
from tegata.ca.public.seal import SealPage
from tegata.ca.validation import messages, openmpic

_ANY: Any = None
_NOT_ALLOWED = 405
# That a path is there is asked by these too; they have no handler of their own.
_BESIDE = ("HEAD", "OPTIONS")


class Wanted(NamedTuple):
    """A method, and the paths of one route."""

    method: str
    path: re.Pattern[str]


def acme() -> list[Wanted]:
    """The ACME resources."""
    return [
        Wanted(method, re.compile(re.escape(route.path).replace(r"\{id\}", "[^/]+") + "$"))
        for route in ROUTES
        for method in allowed(route)
        if method not in _BESIDE
    ]


def portal() -> list[Wanted]:
    """The customer's pages."""
    pages = portal_app.build(
        customers=_ANY,
        address=_ANY,
        certificates=_ANY,
        credentials=_ANY,
        limits=_ANY,
        terms=_ANY,
        watch=_ANY,
        requests=_ANY,
        enrolments=_ANY,
        operators=_ANY,
        contracts=_ANY,
        examinations=_ANY,
        inbox=_ANY,
        sealer=_ANY,
        reports=_ANY,
        audit=_ANY,
        operator_networks=(),
        seal_url="",
        only_https=True,
        new_reference=str,
        now=_ANY,
        monotonic=_ANY,
    )
    return _of(pages)


def public() -> list[Wanted]:
    """The public listener's files and answers."""
    seal = SealPage(_ANY, _ANY, issuer="", now=_ANY)
    paths = (layout.ROOT_URL_PATH, layout.SERVICES_URL_PATH, layout.ROOT_CRL_URL_PATH)
    fixed = {path: public_app.File(bytes, "text/plain") for path in paths}
    pages = public_app.build(
        fixed=fixed,
        crl_folder=layout.CRL_URL_FOLDER,
        revocation_lists=_ANY,
        publishes=_ANY,
        missing=_ANY,
        away=_ANY,
        clock_is_apart=_ANY,
        seal=seal,
        now=_ANY,
        ocsp=OcspPages(_ANY, _ANY),
    )
    return _of(pages)


def agent() -> list[Wanted]:
    """What an agent answers, Open MPIC's words too."""
    posts = (messages.PATH, openmpic.DCV_PATH, openmpic.CAA_PATH)
    wanted = [("GET", messages.READY_PATH), *(("POST", path) for path in posts)]
    return [Wanted(method, re.compile(re.escape(path) + "$")) for method, path in wanted]


def never_called(wanted: Collection[Wanted], asked: Mapping[tuple[str, str], set[int]]) -> list[str]:
    """The wanted ones that no request came to; one that is refused for its method has not."""
    return [
        f"{each.method} {each.path.pattern}"
        for each in wanted
        if not any(
            method == each.method and each.path.match(path) and statuses - {_NOT_ALLOWED}
            for (method, path), statuses in asked.items()
        )
    ]


def _of(app: ASGIApp) -> list[Wanted]:
    assert isinstance(app, Starlette)
    found: list[Wanted] = []
    for route in app.routes:
        if isinstance(route, Mount):
            found.append(Wanted("GET", re.compile(re.escape(route.path) + "/.")))
        elif isinstance(route, Route):
            found += [Wanted(each, route.path_regex) for each in sorted(route.methods or ()) if each not in _BESIDE]
    return found
