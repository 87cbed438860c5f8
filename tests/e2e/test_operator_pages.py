"""The operator's pages in a real browser: reports, examinations and replacements, as the commands do them."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e import portal
from tests.e2e.certificates import crt, serial
from tests.e2e.customer import first_run

pytestmark = [pytest.mark.peer("chromium"), pytest.mark.forked]
NAMES = ("one.example.com", "two.example.com")
AOKI, BABA, CUSTOMER = "aoki@example.com", "baba@example.com", "customer@example.com"
HOSTILE = "</dd><script>alert(1)</script>"


@pytest.fixture(scope="module")
def passwords(ca):
    """Of two operators and a customer."""
    found = {
        mail: ca.json("operator", "add", mail, "--name", mail.split("@")[0].title())["password"]
        for mail in (AOKI, BABA)
    }
    return found | {CUSTOMER: ca.add_contract("customer.example.com", user=CUSTOMER)["user"]["password"]}


@pytest.fixture
def serials(ca, tegata):
    """Two certificates of one contract."""
    client, contract = tegata.trusting(ca.ca_file), ca.add_contract(*NAMES, user=CUSTOMER)
    for name in NAMES:
        client.run(*first_run(ca, contract, name)).check()
    return [serial(crt(client.path, name)) for name in NAMES]


def log_in(page, ca, mail, password):
    """To the operator's first page, as the log-in leads there."""
    page.goto(f"{ca.portal_url}operator")
    portal.log_in(page, mail, password)


def do(page):
    """What is shown before, and then do it."""
    shown = page.locator("main").inner_text()
    page.click("button:has-text('実行する')")
    page.wait_for_load_state()
    return shown


def form(page, action):
    return page.locator(f"form[action$='/{action}'], form[action*='/{action}?']")


def test_a_report_from_receipt_to_revocation(ca, passwords, serials, page):
    """B-86, S-34: taken up, answered, replaced, revoked with another operator's password, closed; on record by whom."""
    log_in(page, ca, AOKI, passwords[AOKI])
    page.wait_for_url("**/portal/operator")
    page.goto(f"{ca.portal_url}orders")
    page.click("text=運用者ページ")
    page.wait_for_url("**/portal/operator")
    page.select_option("select[name=cause]", "key-compromise")
    page.fill("textarea[name=about]", HOSTILE)
    page.fill("input[name=reporter]", "Kato <kato@example.org>")
    page.fill("textarea[name=serials]", "\n".join(one.upper() for one in serials))
    form(page, "operator/reports").locator("button").click()
    shown = do(page)
    assert HOSTILE in shown
    assert "鍵の危殆化" in shown
    report = page.locator("tbody a").inner_text()
    assert page.locator(".wide").evaluate("table => table.scrollWidth <= table.clientWidth"), "a column is cut off"
    page.click("tbody a")
    assert HOSTILE in page.locator("main").inner_text()
    assert page.locator("tbody tr").count() == 2
    assert CUSTOMER in page.locator("main li").inner_text()

    form(page, "answer").locator("textarea").fill("Thank you.")
    form(page, "answer").locator("button").click()
    do(page)
    assert form(page, "answer").count() == 0
    form(page, "replace").locator("input").fill("http://plain.example/")
    form(page, "replace").locator("button").click()
    do(page)
    assert "実行できません" in page.locator("[role=alert]").inner_text()
    page.goto(f"{ca.portal_url}operator/reports/{report}")
    form(page, "replace").locator("button").click()
    do(page)
    due = datetime.fromisoformat(ca.json("report", "show", report)["revoke_by"]) + timedelta(hours=9)
    assert page.locator("tbody td:nth-child(4)").first.inner_text() == due.strftime("%Y/%m/%d %H:%M")

    form(page, "revoke").locator("select").select_option("1")
    form(page, "revoke").locator("button").click()
    for second, password, refusal in (
        (AOKI, passwords[AOKI], "実行できません"),
        (CUSTOMER, passwords[CUSTOMER], "正しくありません"),
        (BABA, "wrong", "正しくありません"),
    ):
        page.fill("input[name=second]", second)
        page.fill("input[name=password]", password)
        do(page)
        assert refusal in page.locator("[role=alert]").inner_text()
    assert ca.json("report", "show", report)["count"] == 2
    page.fill("input[name=second]", BABA)
    page.fill("input[name=password]", passwords[BABA])
    assert "失効する証明書の枚数\n2" in do(page)
    assert page.locator("tbody tr").count() == 0
    form(page, "close").locator("textarea").fill("revoked")
    form(page, "close").locator("button").click()
    do(page)
    shown = ca.json("report", "show", report)
    assert (shown["outcome"], shown["count"], shown["about"]) == ("revoked", 0, HOSTILE)
    for each in serials:
        assert ca.json("cert", "show", each)["reason"] == 1
    (revoking,) = [one for one in ca.json("audit", "show", report) if one["kind"] == "report.revoking"]
    assert (revoking["facts"]["by"], revoking["facts"]["second"]) == ("Aoki", "Baba")
    done = [one["facts"] for one in ca.json("audit", "show", f"operator {AOKI}")]
    assert {"command": "report revoke", "of": report} in done
    assert {"command": "report close", "of": report} in done


def test_an_examination_by_two(ca, passwords, browser):
    """B-64: who examined cannot release; another can. Wishes that were not confirmed are not done."""
    contract = ca.add_contract("examined.example.com", user=CUSTOMER)["contract"]
    for mail in (AOKI, BABA):
        page = browser.new_page()
        log_in(page, ca, mail, passwords[mail])
        page.fill("input[name=contract]", f" {contract.lower()} ")
        page.click("form[action$=contracts] button")
        page.wait_for_url(f"**/contracts/{contract}")
        if mail == AOKI:
            page.fill("input[name=evidence]", "登記簿, scan 17")
            page.fill("input[name=authority]", "called back")
            form(page, "examine").locator("button").click()
            assert ca.json("contract", "examinations", contract) == []
            assert "公的機関の記録" in do(page)
        form(page, "release").locator("button").click()
        do(page)
        assert (page.locator("[role=alert]").count() == 1) is (mail == AOKI)
    (examination,) = ca.json("contract", "examinations", contract)
    told = {name: examination[name] for name in ("examiner", "releaser", "evidence", "source")}
    assert told == {"examiner": "Aoki", "releaser": "Baba", "evidence": "登記簿, scan 17", "source": "government"}


def test_certificates_to_be_replaced(ca, passwords, serials, page):
    """X-18: those that were ticked, until the end of that day in Japan; the other language stays on the same page."""
    contract = ca.json("cert", "show", serials[0])["contract"]
    log_in(page, ca, AOKI, passwords[AOKI])
    page.goto(f"{ca.portal_url}operator/contracts/{contract}")
    page.check(f"input[value='{serials[0]}']")
    day = (datetime.now(UTC) + timedelta(days=3)).date()
    page.fill("input[name=by]", day.isoformat())
    form(page, "replace").locator("button").click()
    page.click("text=English")
    page.wait_for_url(f"**/contracts/{contract}?lang=en")
    page.click("text=日本語")
    page.check(f"input[value='{serials[0]}']")
    page.fill("input[name=by]", day.isoformat())
    form(page, "replace").locator("button").click()
    do(page)
    wanted = {
        row.locator("code").inner_text(): row.locator("td").last.inner_text() for row in page.locator("tbody tr").all()
    }
    assert wanted == {serials[0]: f"{day:%Y/%m/%d} 23:59", serials[1]: ""}


def test_pages_at_four_hundred_percent(ca, passwords, page):
    """WCAG 1.4.10, as the customer's pages."""
    long = ca.add_contract(f"{'a' * 60}.{'b' * 60}.example.com", user=CUSTOMER, organization="長" * 64)["contract"]
    ca.run(
        "contract",
        "examine",
        long,
        "--by",
        "長" * 99,
        "--source",
        "visit",
        "--evidence",
        "e" * 99,
        "--authority",
        "a" * 99,
    ).check()
    report = ca.json("report", "add", "--cause", "misuse", "--about", "a" * 99, "--from", "f" * 99)["report"]
    page.set_viewport_size({"width": 320, "height": 256})
    log_in(page, ca, AOKI, passwords[AOKI])
    for path in ("", f"/reports/{report}", f"/contracts/{long}"):
        page.goto(f"{ca.portal_url}operator{path}")
        assert page.evaluate("document.documentElement.scrollWidth") == 320, path
    form(page, "examine").locator("[name=evidence]").fill("e" * 400)
    form(page, "examine").locator("[name=authority]").fill("a" * 400)
    form(page, "examine").locator("button").click()
    page.wait_for_selector("button:has-text('実行する')")
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_nobody_else_comes_in(ca, passwords, page):
    """B-96: A customer finds no such page, nor does who is no operator any more; another site's form does nothing."""
    log_in(page, ca, CUSTOMER, passwords[CUSTOMER])
    assert "ページが見つかりません" in page.content()
    page.click("text=お申込一覧へ")
    page.wait_for_url("**/portal/orders")
    assert page.locator("a[href='/portal/operator']").count() == 0
    page.context.clear_cookies()
    left = ca.json("operator", "add", "left@example.com", "--name", "Left")
    log_in(page, ca, "left@example.com", left["password"])
    page.wait_for_url("**/portal/operator")
    answer = page.request.post(
        f"{ca.portal_url}operator/reports",
        headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        form={"cause": "misuse", "about": "x", "reporter": "x", "serials": "", "received": "", "confirmed": "yes"},
    )
    assert answer.status == 403
    ca.run("operator", "remove", "left@example.com").check()
    assert page.reload().status == 404
    assert not [one for one in ca.json("report", "list", "--all") if one["about"] == "x"]


def test_only_from_the_networks_of_the_settings(ca, passwords, page):
    """B-96: Without any, the pages are nobody's, and nobody is asked to log in there."""
    settings = ca.home / "settings.toml"
    text = settings.read_text("utf-8")
    try:
        settings.write_text(text.replace('operator_networks = ["127.0.0.0/8"]', "operator_networks = []"), "utf-8")
        ca.restart()
        answer = page.goto(f"{ca.portal_url}operator")
        assert (answer.status, page.url) == (404, f"{ca.portal_url}operator")
    finally:
        settings.write_text(text, "utf-8")
        ca.restart()
    assert json.loads(ca.run("operator", "list", "--json").check().stdout)[0]["login"] == AOKI
