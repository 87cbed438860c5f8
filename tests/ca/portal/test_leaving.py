"""Who goes away in the middle of a form is no error of the portal's: the log would be full of strangers' tracebacks."""

from typing import Any

import pytest
from tests.ca.api.asgi import call

from tegata.ca.portal import app

FORM = ("content-type", "application/x-www-form-urlencoded")
NOBODY: Any = None


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
async def test_who_goes_away_in_the_middle_of_a_form() -> None:
    """No reference number is given, as it is to every refusal that is logged."""

    def reference() -> str:
        raise AssertionError("it was logged")

    portal = app.build(
        customers=NOBODY,
        certificates=NOBODY,
        credentials=NOBODY,
        limits=NOBODY,
        seal_url="",
        only_https=True,
        terms=NOBODY,
        watch=NOBODY,
        requests=NOBODY,
        enrolments=NOBODY,
        operators=NOBODY,
        contracts=NOBODY,
        examinations=NOBODY,
        inbox=NOBODY,
        sealer=NOBODY,
        reports=NOBODY,
        audit=NOBODY,
        operator_networks=(),
        address=lambda _: "",
        new_reference=reference,
        now=NOBODY,
        monotonic=lambda: 0.0,
    )
    assert (await call(portal, "POST", "/portal/login", headers=[FORM], chunks=())).status == 400
