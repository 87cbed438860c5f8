"""The portal in a real browser: log in, the manual's table sorted both ways, the order's page, the two downloads."""

import json
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from tests.e2e import portal
from tests.e2e.certificates import crt, serial
from tests.e2e.customer import first_run

pytestmark = [pytest.mark.peer("chromium"), pytest.mark.forked]
NAME = "portal.example.com"
MAIL = "portal@example.com"


@pytest.fixture(scope="module")
def contracts(ca):
    """One customer with contracts that differ in each column, and one that is over."""
    first = ca.add_contract(NAME, user=MAIL)
    half = ca.add_contract("half.example.com", user=MAIL, service="ov-acme-6m")
    ca.run("contract", "renew", half["contract"]).check()
    paused = ca.add_contract("paused.example.com", user=MAIL, service="dv-acme-1y")
    ca.run("contract", "suspend", paused["contract"]).check()
    past = ca.add_contract("past.example.com", user=MAIL, starts="2025-01-01T00:00:00Z", ends="2025-12-31T00:00:00Z")
    return {"first": first, "past": past, "password": first["user"]["password"]}


@pytest.fixture
def inside(ca, contracts, page):
    """A page that has logged in."""
    page.goto(f"{ca.portal_url}")
    portal.log_in(page, MAIL, contracts["password"])
    page.wait_for_url("**/portal/orders")
    return page


def column(page, number):
    return [cell.strip() for cell in page.locator(f"tbody tr td:nth-child({number})").all_inner_texts()]


def test_a_wrong_password_is_refused(ca, contracts, page):
    """The page says that login or password is wrong, not which."""
    page.goto(f"{ca.portal_url}login")
    portal.log_in(page, MAIL, "wrong")
    assert page.locator("[role=alert]").is_visible()
    assert page.url.endswith("/portal/login")


def test_the_table_shows_contracts_in_force_and_sorts_both_ways(inside):
    """現在有効な契約 first-hand, earlier ones behind the filter; each column sorts up and down."""
    assert "現在有効な契約を表示しています" in inside.content()
    assert inside.locator("tbody tr").count() == 3
    headers = " ".join(inside.locator("thead th").all_inner_texts())
    assert all(word in headers for word in ("お申込日", "サービス", "ステータス", "お申込種別"))
    for name, number in (("お申込日", 2), ("サービス", 3), ("ステータス", 4), ("お申込種別", 5)):
        inside.locator(f"thead th:has-text('{name}') a").first.click()
        assert column(inside, number) == sorted(column(inside, number))
        upwards = column(inside, 3)
        inside.locator(f"thead th:has-text('{name}') a").last.click()
        assert column(inside, number) == sorted(column(inside, number), reverse=True)
        # Of the date only the day is shown, and all three are of today: they differ in the second.
        if name == "お申込日":
            assert upwards == list(reversed(column(inside, 3))) == ["OV (ACME) 1年", "OV (ACME) 半年", "DV (ACME) 1年"]
        else:
            assert len(set(column(inside, number))) > 1, "nothing to sort by"
    assert inside.locator("tbody td:nth-child(2)").first.inner_text().count("/") == 2
    inside.click("text=過去の契約も表示する")
    assert inside.locator("tbody tr").count() == 4


def test_contracts_that_end_soon_are_told(ca, page):
    """M9: on the table, with the day, and on the contract's page, as long as it is not renewed."""
    ends = (datetime.now(UTC) + timedelta(days=20)).strftime("%Y-%m-%dT%H:%M:%SZ")
    soon = ca.add_contract("soon.example.com", user="soon@example.com", ends=ends)
    ca.add_contract("later.example.com", user="soon@example.com")
    page.goto(ca.portal_url)
    portal.log_in(page, "soon@example.com", soon["user"]["password"])
    page.wait_for_url("**/portal/orders")
    told = page.locator("[role=alert]").inner_text()
    assert "契約更新" in told
    assert told.count(" - ") == 1
    page.click(f"[role=alert] >> text={soon['contract']}")
    assert "まもなく満了" in page.locator("[role=alert]").inner_text()
    ca.run("contract", "renew", soon["contract"]).check()
    page.goto(f"{ca.portal_url}orders")
    assert page.locator("[role=alert]").count() == 0


def test_order_page_and_downloads(ca, contracts, inside):
    """詳細, ダウンロードはこちら, then the EAB file (the exact command) and the sticker (a real SVG)."""
    first = contracts["first"]
    inside.goto(f"{ca.portal_url}orders")
    inside.locator("tbody tr:has-text('OV (ACME) 1年') >> text=詳細").click()
    inside.click("text=ダウンロードはこちら")
    with inside.expect_download() as download:
        inside.click("text=EABをダウンロード")
    assert download.value.suggested_filename == f"eab-{first['contract']}.txt"
    text = download.value.path().read_text("utf-8")
    assert text == ca.run("eab", "file", first["contract"]).check().stdout
    with inside.expect_download() as download:
        inside.click("a:has-text('ステッカーをダウンロード')")
    root = ET.fromstring(download.value.path().read_text("utf-8"))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    link = next(root.iter("{http://www.w3.org/2000/svg}a")).get("href")
    assert first["organization"]["name"] in ca.get(link).decode()


def test_eabs_are_added_replaced_and_disabled(ca, contracts, inside, tegata):
    """認証情報の管理: another with limits, one in its place with both in use, and what stops is shown first."""
    contract = contracts["first"]["contract"]
    inside.goto(f"{ca.portal_url}orders/{contract}/download")
    inside.click("text=認証情報(EAB)の管理")
    inside.fill("form.card input[name=label]", "www1 <本番>")
    inside.fill("input[name=accounts]", "2")
    last_day = (datetime.now(UTC) + timedelta(days=60)).date()
    inside.fill("input[name=expires]", last_day.isoformat())
    inside.locator("form.card button").click()
    inside.wait_for_selector("tbody tr:nth-child(2)")
    assert inside.locator("tbody tr").count() == 2
    added, own = (inside.locator("tbody tr").nth(place) for place in (0, 1))
    assert (column(inside, 4)[0], column(inside, 6)[0]) == ("0 / 2", last_day.strftime("%Y/%m/%d"))
    kid = added.locator("code").inner_text()
    assert own.locator("code").inner_text() == contracts["first"]["eab"]["kid"]
    shown = json.loads(ca.run("eab", "show", kid, "--json").check().stdout)
    assert (shown["expires"], shown["most_accounts"]) == (f"{last_day}T14:59:59Z", 2)
    assert (shown["label"], column(inside, 7)[0]) == ("www1 <本番>", "未使用")
    assert column(inside, 2)[0].startswith("www1 <本番>")
    added.locator("summary").click()
    added.locator("input[name=label]").fill("www2")
    added.locator("button:has-text('保存')").click()
    inside.wait_for_function("document.querySelector('tbody tr td:nth-child(2)').innerText.startsWith('www2')")

    with inside.expect_download() as download:
        added.locator("text=EABをダウンロード").click()
    assert f"--eab-kid {kid} " in download.value.path().read_text("utf-8")
    client = tegata.trusting(ca.ca_file)
    client.run(*first_run(ca, {**contracts["first"], "eab": shown}, NAME)).check()

    inside.locator("tbody tr").first.locator("select").select_option("7")
    inside.locator("tbody tr").first.locator("button:has-text('ローテーション')").click()
    inside.wait_for_selector("tbody tr:nth-child(3)")
    assert inside.locator("tbody tr").count() == 3
    assert [label.split()[0] for label in column(inside, 2)][:2] == ["www2", "www2"]
    old = inside.locator(f"tbody tr:has-text('{kid}')")
    used = json.loads(ca.run("eab", "show", kid, "--json").check().stdout)
    assert used["last_used"] > contracts["first"]["starts"]
    assert used["last_used_by"] in old.locator("td:nth-child(7)").inner_text()
    assert "ローテーション中" in old.inner_text()
    assert "1 / 2" in old.inner_text()

    old.locator("a:has-text('無効化')").click()
    assert "直ちに証明書を取得できなくなります" in inside.content()
    told = [text.strip() for text in inside.locator("dd").all_inner_texts()]
    assert (told[1], told[4:6]) == ("www2", ["1", "1"])
    assert used["last_used_by"] in told[3]
    inside.click("text=English")
    assert "Valid certificates that are no longer renewed" in inside.content()
    inside.click("main button")
    inside.wait_for_url("**/credentials")
    assert "Disabled" in inside.locator(f"tbody tr:has-text('{kid}')").inner_text()
    refused = client.run(*first_run(ca, {**contracts["first"], "eab": shown}, NAME))
    assert refused.code != 0
    assert kid in refused.stderr + refused.stdout


def test_more_names_than_a_form_may_have(ca, inside):
    """Told as such; an EAB for all names of the contract needs none of them ticked."""
    names = [f"{number:03}-{'a' * 56}.example.com" for number in range(800)]
    many = ca.add_contract(*names, user=MAIL)["contract"]
    here = f"{ca.portal_url}orders/{many}/credentials"
    inside.goto(here)
    inside.evaluate("document.querySelectorAll('[type=checkbox]').forEach(box => { box.checked = true })")
    inside.click("form.card button")
    assert "50,000バイト" in inside.locator("[role=alert]").inner_text()
    inside.goto(here)
    assert inside.locator("tbody tr").count() == 1
    inside.click("form.card button")
    inside.wait_for_selector("tbody tr:nth-child(2)")
    assert column(inside, 5) == ["契約のすべてのドメイン"] * 2
    inside.goto(here)
    inside.locator("[type=checkbox]").nth(1).check()
    inside.click("form.card button")
    inside.wait_for_selector("tbody tr:nth-child(3)")
    assert column(inside, 5)[0] == names[1]
    ca.run("contract", "end", many).check()


def test_pages_at_four_hundred_percent(ca, contracts, inside):
    """WCAG 1.4.10: at 320 pixels' width nothing but tables is wider than the window, and these scroll by themselves."""
    long = ca.add_contract(f"{'a' * 60}.{'b' * 60}.example.com", user=MAIL, organization="長" * 64)["contract"]
    inside.set_viewport_size({"width": 320, "height": 256})
    first = contracts["first"]["contract"]
    for path in ("orders", *(f"orders/{one}{of}" for one in (first, long) for of in ("", "/download", "/credentials"))):
        inside.goto(f"{ca.portal_url}{path}")
        assert inside.evaluate("document.documentElement.scrollWidth") == 320, path
    ca.run("contract", "end", long).check()


def test_the_table_by_its_names(ca, contracts, inside):
    """Who hears the page knows which column is sorted, and whose details are opened."""
    inside.get_by_role("link", name="お申込日: 昇順に並べ替え").click()
    assert "sort=applied&direction=asc" in inside.url
    first = contracts["first"]["contract"]
    inside.get_by_role("link", name=f"詳細 {first}").click()
    assert inside.url == f"{ca.portal_url}orders/{first}"


def test_anothers_eab_is_not_there(ca, contracts, inside):
    """In the path of one's own contract neither; nothing of it is done."""
    foreign = ca.add_contract("foreign-eab.example.com", user="other@example.com")["eab"]["kid"]
    own = contracts["first"]["contract"]
    for contract, kid in ((own, foreign), (own, "unknown")):
        response = inside.goto(f"{ca.portal_url}orders/{contract}/credentials/{kid}/disable")
        assert response.status == 404


def test_certificates_are_listed_with_their_state(ca, contracts, inside, tegata):
    """What was issued under the contract, and that it was revoked."""
    client = tegata.trusting(ca.ca_file)
    client.run(*first_run(ca, contracts["first"], NAME)).check()
    serial_number = serial(crt(client.path, NAME))
    for state in ("有効", "失効"):
        inside.goto(f"{ca.portal_url}orders/{contracts['first']['contract']}")
        row = inside.locator(f"tr:has-text('{serial_number}')").inner_text()
        assert NAME in row
        assert state in row.split()
        ca.run("cert", "revoke", serial_number, "--reason", "0")


def test_english_by_switch_and_suspension_at_once(ca, contracts, inside):
    """One click turns the page English; a contract suspended by command is so in the table at once."""
    inside.click("text=English")
    assert "Contracts in force are shown." in inside.content()
    ca.run("contract", "suspend", contracts["first"]["contract"]).check()
    inside.reload()
    assert column(inside, 4).count("Suspended") == 2
    ca.run("contract", "resume", contracts["first"]["contract"]).check()
    inside.reload()
    assert column(inside, 4).count("Suspended") == 1


def test_another_customers_contract_is_not_there(ca, inside):
    """Foreign and missing contracts look the same."""
    foreign = ca.add_contract("foreign.example.com", user="other@example.com")
    for contract in (foreign["contract"], "C0000000"):
        response = inside.goto(f"{ca.portal_url}orders/{contract}/download")
        assert response.status == 404
        assert "ページが見つかりません" in inside.content()


def test_a_session_that_has_ended_in_the_middle(ca, contracts, inside):
    """Whoever wanted a page gets it after logging in; whose form was lost is told, and is led back to it."""

    def log_in(password):
        portal.log_in(inside, MAIL, password)

    wanted = f"{ca.portal_url}orders/{contracts['first']['contract']}/credentials"
    inside.context.clear_cookies()
    inside.goto(wanted)
    assert inside.locator("[role=alert]").count() == 0
    log_in("wrong")
    inside.click("text=English")
    log_in(contracts["password"])
    inside.wait_for_url(wanted)
    rows = inside.locator("tbody tr").count()
    inside.fill("form.card input[name=label]", "typed in vain")
    inside.context.clear_cookies(name="__Host-tegata")
    inside.click("form.card button")
    assert "not done and is not kept" in inside.locator("[role=alert]").inner_text()
    log_in(contracts["password"])
    inside.wait_for_url(wanted)
    assert inside.locator("tbody tr").count() == rows


def test_logging_out_ends_the_session(ca, inside):
    """After logging out the old page leads to the log-in."""
    inside.click("text=ログアウト")
    inside.goto(f"{ca.portal_url}orders")
    assert inside.url.endswith("/portal/login")
