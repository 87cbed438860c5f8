"""A name that fails again and again: paused, told with the page that resumes it, resumed there or by the operator."""

import re

import pytest

from tests.e2e import portal
from tests.e2e.customer import first_run
from tests.peers.ca import TegataCA
from tests.peers.ports import free_port

pytestmark = pytest.mark.forked

NAME = "paused.example.com"
MAIL = "paused@example.com"


@pytest.fixture
def ca(tmp_path):
    """A CA that is soon out of patience."""
    with TegataCA(tmp_path / "ca") as server:
        settings = server.home / "settings.toml"
        text = settings.read_text("utf-8").replace("pause_after = 500", "pause_after = 2")
        settings.write_text(text.replace("[validation]", "[validation]\nattempts = 1"), "utf-8")
        server.restart()
        yield server


def failing(ca, contract):
    """A first run whose answer is somebody else's."""
    words = first_run(ca, contract, NAME)
    words[words.index("--http.port") + 1] = f"127.0.0.1:{free_port()}"
    return words


@pytest.mark.peer("chromium")
def test_it_is_paused_and_resumed_in_the_portal(ca, tegata, page):
    """C-18: the client's line has the page's address; there the customer resumes it, and the next run issues (C-17)."""
    contract = ca.add_contract(NAME, user=MAIL)
    tegata = tegata.trusting(ca.ca_file)
    for _ in range(2):
        assert tegata.run(*failing(ca, contract)).code == 1
    done = tegata.run(*first_run(ca, contract, NAME))
    assert done.code == 1
    assert "userActionRequired" in done.output
    url = f"{ca.portal_url}orders/{contract['contract']}"
    assert url in done.output
    page.goto(ca.portal_url)
    portal.log_in(page, MAIL, contract["user"]["password"])
    page.goto(url)
    assert re.search(rf"{NAME}.*2", page.locator("tr:has(form)").inner_text(), re.DOTALL)
    page.click("text=再開する")
    page.wait_for_url(url)
    assert page.locator("tr:has(form)").count() == 0
    tegata.run(*first_run(ca, contract, NAME)).check()


def test_the_operator_sees_and_resumes_it(ca, tegata):
    """``paused list`` and ``paused resume``; the audit log keeps who was let go on."""
    contract = ca.add_contract(NAME, user=MAIL)
    tegata = tegata.trusting(ca.ca_file)
    for _ in range(2):
        assert tegata.run(*failing(ca, contract)).code == 1
    [paused] = ca.json("paused", "list", contract["contract"])
    assert (paused["name"], paused["failures"]) == (NAME, 2)
    assert ca.json("paused", "resume", contract["contract"], "--name", "other.example.com") == []
    assert ca.json("paused", "resume", contract["contract"]) == [paused]
    assert ca.json("paused", "list", contract["contract"]) == []
    assert [event["kind"] for event in ca.json("audit", "show", paused["account"])][-1] == "name.resumed"
    tegata.run(*first_run(ca, contract, NAME)).check()


@pytest.mark.peer("chromium")
def test_an_operator_resumes_it_in_the_portal(ca, tegata, page):
    """As the command does, after one question; the audit log has who."""
    contract = ca.add_contract(NAME, user=MAIL)
    operator = ca.json("operator", "add", "aoki@example.com", "--name", "Aoki")
    tegata = tegata.trusting(ca.ca_file)
    for _ in range(2):
        assert tegata.run(*failing(ca, contract)).code == 1
    url = f"{ca.portal_url}operator/contracts/{contract['contract']}"
    page.goto(url)
    portal.log_in(page, operator["login"], operator["password"])
    page.wait_for_url(url)
    page.click("text=再開する")
    page.wait_for_selector("button:has-text('実行する')")
    assert NAME in page.locator("dl").inner_text()
    assert len(ca.json("paused", "list", contract["contract"])) == 1
    page.click("text=実行する")
    page.wait_for_url(url)
    assert ca.json("paused", "list", contract["contract"]) == []
    done = [event["facts"] for event in ca.json("audit", "show", "operator aoki@example.com")]
    assert done == [{"command": "paused resume", "of": contract["contract"]}]
    tegata.run(*first_run(ca, contract, NAME)).check()
