"""Terms of service that have changed: the client is told where to agree, the customer agrees in the portal, once."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from tegata.clock import rfc3339
from tests.e2e import portal
from tests.e2e.customer import first_run, renewal
from tests.peers.ca import TegataCA

pytestmark = pytest.mark.forked

NAME = "terms.example.com"
MAIL = "terms@example.com"
TERMS = "https://ca.example.com/terms-2"


@pytest.mark.peer("chromium")
def test_the_customer_agrees_in_the_portal(tmp_path, tegata, page):
    """A-38: refused with the terms and the page; after one click the next run issues."""
    with TegataCA(tmp_path / "ca") as ca:
        contract = ca.add_contract(NAME, user=MAIL)
        tegata = tegata.trusting(ca.ca_file)
        tegata.run(*first_run(ca, contract, NAME)).check()
        changed = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
        settings = ca.home / "settings.toml"
        lines = [line for line in settings.read_text("utf-8").splitlines() if not line.startswith("terms_")]
        told = [
            f'terms_of_service = "{TERMS}"',
            *(f'{name} = "{rfc3339(changed)}"' for name in ("terms_changed", "terms_due")),
        ]
        at = lines.index("[acme]") + 1
        settings.write_text("\n".join([*lines[:at], *told, *lines[at:]]), "utf-8")
        ca.restart()
        time.sleep(max(0.0, (changed - datetime.now(UTC)).total_seconds()))
        again = renewal(ca, NAME, more=["--days", "9999", "--no-random-sleep", "--no-back-off"])
        done = tegata.run(*again)
        assert done.code == 1
        url = f"{ca.portal_url}orders/{contract['contract']}"
        for said in ("userActionRequired", TERMS, url):
            assert said in done.output
        page.goto(ca.portal_url)
        portal.log_in(page, MAIL, contract["user"]["password"])
        page.goto(url)
        assert page.get_attribute("main dl ~ p a", "href") == TERMS
        page.click("text=同意する")
        page.wait_for_url(url)
        assert page.locator("text=同意する").count() == 0
        tegata.run(*again).check()
