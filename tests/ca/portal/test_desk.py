"""The operator's pages: what was shown is what is done."""

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from tests.ca.portal.conftest import Browser, Portal, hidden, portal_of
from tests.ca.services.house import CERTIFICATE_KEY, DAY, NOW, SECOND

from tegata.acme.wire import Response
from tegata.ca.model import Cause, Certificate, Limit, Source
from tegata.ca.portal import examining, orders
from tegata.ca.ports import Work
from tegata.pki import csr

pytestmark = pytest.mark.anyio

AUTHORITY = "called back by the number in the register"


async def test_only_what_was_looked_at_is_released(portal: Portal) -> None:
    """B-64: what another operator recorded after the page was opened, or after the question back, nobody has seen."""
    contract = (await portal.house.sell(is_examined=False)).contract.id
    page = f"/portal/operator/contracts/{contract}"
    browser = await portal.operator("Baba")

    async def examine(evidence: str) -> None:
        portal.house.clock.advance(SECOND)
        await portal.house.examinations.examine(
            contract, source=Source.GOVERNMENT, evidence=evidence, authority=AUTHORITY, by="Aoki"
        )

    await examine("scan 17")
    asked = hidden(await browser.get(page))
    confirm = await browser.post(f"{page}/release", *asked)
    text = confirm.body.decode()
    assert (confirm.status, text.count("<dd")) == (200, 2)
    assert "scan 17</dd>" in text
    await examine("scan of another company")
    refused = await browser.post(f"{page}/release", *hidden(confirm), ("confirmed", "yes"))
    assert refused.status == 409
    assert "別の審査が記録されています" in refused.body.decode()
    assert not any(one.released_at for one in await portal.house.examinations.of_contract(contract))
    done = await browser.post(f"{page}/release", *hidden(await browser.get(page)), ("confirmed", "yes"))
    assert done.status == 303
    newest = (await portal.house.examinations.of_contract(contract))[0]
    assert (newest.evidence, newest.releaser) == ("scan of another company", "Baba")
    assert (await browser.post(f"{page}/release", ("confirmed", "yes"))).status == 400


async def test_what_a_later_one_has_overtaken_is_not_offered(portal: Portal) -> None:
    """B-64: It would be refused for ever."""
    house = portal.house
    contract = (await house.sell(is_examined=False)).contract.id
    page, browser = f"/portal/operator/contracts/{contract}", await portal.operator("Baba")

    async def examine(examined: datetime) -> bytes:
        house.clock.advance(SECOND)
        await house.examinations.examine(
            contract, source=Source.GOVERNMENT, evidence="scan", authority=AUTHORITY, by="Aoki", examined=examined
        )
        return (await browser.get(page)).body

    button = b"/release"
    assert button in await examine(NOW - DAY)
    await house.examinations.release(contract, "Baba")
    assert button not in (await browser.get(page)).body
    overtaken = await examine(NOW - 2 * DAY)
    assert button not in overtaken
    assert "承認なし" in overtaken.decode()
    assert button in await examine(NOW)


async def test_full_width_input_and_line_ends(portal: Portal) -> None:
    """What a Japanese keyboard gives is understood, and a text that fits its field is not too long for its lines."""
    house = portal.house
    added = await house.sell()
    serial = (await house.issue(await house.register(added))).serial
    browser = await portal.operator("Baba")
    wide = {ord("0") + digit: chr(ord("０") + digit) for digit in range(10)} | {ord("C"): "Ｃ", ord(" "): "\u3000"}
    found = await browser.get(
        f"/portal/operator/contracts?{urlencode({'contract': added.contract.id.translate(wide)})}"
    )
    assert found.headers.get("location") == f"/portal/operator/contracts/{added.contract.id}"
    about = "x\r\n" * 998 + "end"
    fields = {
        "cause": "misuse",
        "about": about,
        "reporter": "Kato",
        "serials": f"\u3000{serial.translate(wide)}\u3000",
    }
    asked = await browser.post("/portal/operator/reports", *fields.items())
    assert (asked.status, dict(hidden(asked))["about"]) == (200, about.replace("\r\n", "\n"))
    confirmed = fields | {"confirmed": "yes"}
    assert (await browser.post("/portal/operator/reports", *confirmed.items())).status == 303
    (report,) = [one async for one in house.reports.reported()]
    assert (report.serials, report.about) == ((serial,), about.replace("\r\n", "\n"))


async def test_how_many_accounts_in_full_width(portal: Portal) -> None:
    """The field takes them, and so does what is behind it."""
    added = await portal.house.sell()
    browser = await portal.enter(added.customer.login, added.password or "")
    page = f"/portal/orders/{added.contract.id}/credentials"
    (pattern,) = re.findall(r'name="accounts"[^>]* pattern="([^"]*)"', (await browser.get(page)).body.decode())
    assert re.fullmatch(pattern, "１2０")
    assert not re.fullmatch(pattern, "０1")
    assert (await browser.post(page, ("accounts", "１2０"))).status == 303
    limits = {one.most_accounts for one in await portal.house.credentials.of_contract(added.contract.id)}
    assert limits == {None, 120}


async def test_a_time_is_of_the_place_that_the_page_said(portal: Portal) -> None:
    """Whatever language another tab has been turned to since: nine hours lie between."""
    browser = await portal.operator("Baba")
    fields = {"cause": "misuse", "about": "x", "reporter": "Kato", "serials": "", "received": "2026-11-24T09:15"}
    confirm = await browser.post("/portal/operator/reports", *fields.items())
    assert "（日本時間" in confirm.body.decode()
    turned = Browser(browser.app, browser.cookie.replace("lang=ja", "lang=en"))
    (action,) = re.findall('<form class="card" method="post" action="([^"]*)"', confirm.body.decode())
    await turned.post(f"/portal/operator/reports{action}", *hidden(confirm), ("confirmed", "yes"))
    (report,) = [one async for one in portal.house.reports.reported()]
    assert report.received_at == datetime(2026, 11, 24, 0, 15, tzinfo=UTC)


async def test_an_end_is_of_the_place_that_the_page_said(portal: Portal) -> None:
    """As above, for the customer's EAB, which is added without being asked back."""
    added = await portal.house.sell()
    browser = await portal.enter(added.customer.login, added.password or "")
    page = await browser.get(f"/portal/orders/{added.contract.id}/credentials")
    turned = Browser(browser.app, browser.cookie.replace("lang=ja", "lang=en"))
    (action,) = re.findall('<form class="card" method="post" action="([^"]*)"', page.body.decode())
    await turned.post(action, ("expires", "2026-12-24"))
    ends = {one.expires_at for one in await portal.house.credentials.of_contract(added.contract.id)}
    assert ends == {None, datetime(2026, 12, 24, 14, 59, 59, tzinfo=UTC)}


def action_of(page: Response, field: str) -> str:
    """Where the form goes that has this field."""
    (form,) = [one for one in re.findall("<form .*?</form>", page.body.decode(), re.DOTALL) if f'name="{field}"' in one]
    (action,) = re.findall('<form [^>]*action="([^"]*)"', form)
    return str(action)


async def test_a_day_is_of_the_place_that_its_form_said(portal: Portal) -> None:
    """As above, for what an operator types first: it is asked back in the language that its form had."""
    house = portal.house
    added = await house.sell(is_examined=False)
    serial = (await house.issue(await house.register(added))).serial
    browser = await portal.operator("Baba")
    turned = Browser(browser.app, browser.cookie.replace("lang=ja", "lang=en"))

    async def take(page: str, **fields: str) -> None:
        action = action_of(await browser.get(page), list(fields)[-1])
        confirm = await turned.post(action, *fields.items())
        step = action.partition("?")[0] + action_of(confirm, "confirmed")
        assert (await turned.post(step, *hidden(confirm), ("confirmed", "yes"))).status == 303

    await take("/portal/operator", cause="misuse", about="x", reporter="Kato", received="2026-11-24T09:15")
    (report,) = [one async for one in house.reports.reported()]
    assert report.received_at == datetime(2026, 11, 24, 0, 15, tzinfo=UTC)
    page = f"/portal/operator/contracts/{added.contract.id}"
    await take(page, source=Source.GOVERNMENT.value, evidence="scan", authority=AUTHORITY, examined="2026-11-24")
    (examination,) = await house.examinations.of_contract(added.contract.id)
    assert examination.examined_at == datetime(2026, 11, 23, 15, tzinfo=UTC)
    await take(page, serial=serial, by="2026-12-24")
    replacement = (await house.certificates.show(serial)).replacement
    assert replacement is not None
    assert replacement.ends == datetime(2026, 12, 24, 14, 59, 59, tzinfo=UTC)


async def test_the_other_language_keeps_a_request(portal: Portal) -> None:
    """What was pasted is sent with the wish; a page that has nothing to lose has a link as any other."""
    added = await portal.house.sell()
    browser = await portal.enter(added.customer.login, added.password or "")
    page = f"/portal/orders/{added.contract.id}/request"
    link = '<a href="?lang=en" lang="en">English</a>'
    button = '<button class="plain" form="csr" formaction="?lang=en" lang="en">English</button>'
    empty = (await browser.get(page)).body.decode()
    assert (link in empty, button in empty) == (True, False)
    looked = (await browser.post(page, ("csr", "no request"))).body.decode()
    assert (link in looked, button in looked) == (False, True)
    assert re.search('<form [^>]*id="csr">\\n<label>[^<]*<textarea name="csr"[^>]*>no request</textarea>', looked)
    secret = (await browser.post(page, ("csr", "-----BEGIN PRIVATE KEY-----"))).body.decode()
    assert (link in secret, button in secret) == (True, False)


async def test_a_refusal_leads_back_to_its_form(portal: Portal) -> None:
    """In either language; the address that the form was sent to has no page of its own."""
    added = await portal.house.sell()
    browser = await portal.enter(added.customer.login, added.password or "")
    assert added.credential is not None
    page = f"/portal/orders/{added.contract.id}/credentials"
    form = f"{page}/{added.credential.kid}/label"
    refused = await browser.post(form, ("label", "x" * 65), referer=f"https://ca.example.com{page}")
    assert refused.status == 409
    for link in (f'href="{page}"', f'href="{page}?lang=en"'):
        assert link in refused.body.decode()
    assert (await browser.get(f"{page}?lang=en")).status == 200
    astray = await browser.post(form, ("label", "x" * 65), referer="//evil.example/")
    assert "evil" not in astray.body.decode()
    assert 'href="/portal/orders?lang=en"' in astray.body.decode()


async def test_a_contract_that_is_not_there_leads_back_to_the_desk(portal: Portal) -> None:
    """Where its number is typed once more; whoever is no operator is shown no way there."""
    operator = await portal.operator("Baba")
    added = await portal.house.sell()
    for path in ("contracts?contract=zzz", "contracts/C0", "reports/R0"):
        refused = await operator.get(f"/portal/operator/{path}")
        assert (refused.status, '<a href="/portal/operator">' in refused.body.decode()) == (409, True)
        customer = await portal.enter(added.customer.login, added.password or "")
        hidden_from = await customer.get(f"/portal/operator/{path}")
        assert (hidden_from.status, '<a href="/portal/operator">' in hidden_from.body.decode()) == (404, False)


async def test_a_step_is_hidden_as_its_page_is(portal: Portal) -> None:
    """B-96: from whom the pages are hidden, and who is nobody, they get no other answer at the addresses of forms."""
    added = await portal.house.sell()
    operator, customer = await portal.operator("Baba"), await portal.enter(added.customer.login, added.password or "")
    for path in ("/portal/operator/reports", "/portal/operator/contracts/C0/release"):
        assert (await operator.get(path)).status == 303
        assert (await customer.get(path)).status == 404
        location = (await Browser(portal.app, "").get(path)).headers.get("location")
        assert location is not None
        assert location.startswith("/portal/login?")


async def test_certificates_are_of_the_contract_that_is_on_record(portal: Portal) -> None:
    """B-93: What is wanted at one contract's page is recorded as done there, and reaches no other's certificate."""
    house = portal.house
    page = f"/portal/operator/contracts/{(await house.sell()).contract.id}"
    other = await house.sell(user="other@example.org")
    serial = (await house.issue(await house.register(other))).serial
    browser = await portal.operator("Baba")
    answer = ("serial", serial), ("by", (NOW + 30 * DAY).date().isoformat()), ("confirmed", "yes")
    refused = await browser.post(f"{page}/replace", *answer)
    assert (refused.status, "指定した契約のものではない" in refused.body.decode()) == (409, True)
    assert (await house.certificates.show(serial)).replacement is None
    page = f"/portal/operator/contracts/{other.contract.id}"
    assert (await browser.post(f"{page}/replace", *answer)).status == 303
    assert (await house.certificates.show(serial)).replacement is not None


@pytest.mark.parametrize("said", ["a\0b", "a\x1b[2Jb", "a\x85b"])
async def test_what_nobody_can_type_is_refused_by_its_form(portal: Portal, said: str) -> None:
    """As a bad form, before anything is done: no database need keep it, and PostgreSQL keeps no NUL."""
    house = portal.house
    added = await house.sell()
    operator, customer = await portal.operator("Baba"), await portal.enter(added.customer.login, added.password or "")
    report = {"cause": "misuse", "about": "x", "reporter": "Kato", "serials": "", "received": ""}
    desk, eabs = "/portal/operator", f"/portal/orders/{added.contract.id}/credentials"
    for field in ("about", "reporter", "once", "confirmed"):
        sent = report | {"confirmed": "yes", field: said}
        assert (await operator.post(f"{desk}/reports", *sent.items())).status == 400
    resumed = ("account", "x"), ("name", said)
    assert (await operator.post(f"{desk}/contracts/{added.contract.id}/resume", *resumed)).status == 400
    assert (await customer.post(f"/portal/orders/{added.contract.id}/resume", *resumed)).status == 400
    assert (await customer.post(eabs, ("domain", said))).status == 400
    assert "表示できない文字" in (await customer.post(eabs, ("label", said))).body.decode()
    request = await customer.post(f"/portal/orders/{added.contract.id}/request", ("csr", said))
    assert (request.status, 'id="faults"' in request.body.decode()) == (200, True)
    assert [one async for one in house.reports.reported()] == []
    assert len(await house.credentials.of_contract(added.contract.id)) == 1


async def test_a_second_click_does_nothing(portal: Portal) -> None:
    """It sends the same answer again, also while the first is being done, whichever node it comes to, or much later.

    Another of the same words is another.
    """
    browser, page = await portal.operator("Baba"), "/portal/operator/reports"
    nodes = (browser, Browser(portal_of(portal.house).app, browser.cookie))
    fields = {"cause": "misuse", "about": "x", "reporter": "Kato", "serials": "", "received": ""}
    for number in (1, 2):
        answer = [*hidden(await browser.post(page, *fields.items())), ("confirmed", "yes")]
        done = await asyncio.gather(*(node.post(page, *answer) for node in nodes))
        portal.house.clock.advance(3600 * SECOND)
        done.append(await browser.post(page, *answer))
        assert [(one.status, one.headers.get("location")) for one in done] == [(303, "/portal/operator")] * 3
        assert len([one async for one in portal.house.reports.reported()]) == number


async def test_a_second_click_adds_no_second_eab(portal: Portal) -> None:
    """Whichever node it comes to; the same words in another form are another EAB."""
    house = portal.house
    added = await house.sell()
    browser = await portal.enter(added.customer.login, added.password or "")
    page = f"/portal/orders/{added.contract.id}/credentials"
    for number in (2, 3):
        form = [*hidden(await browser.get(page), "once"), ("label", "web1")]
        done = await asyncio.gather(*(browser.post(page, *form) for _ in range(2)), browser.post(page, *form))
        assert [(one.status, one.headers.get("location")) for one in done] == [(303, page)] * 3
        assert len(await house.credentials.of_contract(added.contract.id)) == number
    refused = await browser.post(page, *hidden(await browser.get(page), "once"), ("label", "x" * 65))
    assert refused.status == 409


async def test_a_second_click_rotates_no_eab_again(portal: Portal) -> None:
    """It leads where the first one did; another wish for an EAB that was rotated before is refused as ever."""
    house = portal.house
    added = await house.sell()
    assert added.credential is not None
    browser = await portal.enter(added.customer.login, added.password or "")
    page = f"/portal/orders/{added.contract.id}/credentials"
    step, form = f"{page}/{added.credential.kid}/rotate", hidden(await browser.get(page), "once")[:1]
    done = await asyncio.gather(*(browser.post(step, *form, ("days", "7")) for _ in range(2)))
    done.append(await browser.post(step, *form, ("days", "7")))
    assert [(one.status, one.headers.get("location")) for one in done] == [(303, page)] * 3
    assert len(await house.credentials.of_contract(added.contract.id)) == 2
    other = hidden(await browser.get(page), "once")[:1]
    assert (await browser.post(step, *other, ("days", "0"))).status == 409
    (new,) = {one.kid for one in await house.credentials.of_contract(added.contract.id)} - {added.credential.kid}
    assert (await browser.post(f"{page}/{new}/rotate", *other, ("days", "0"))).status == 303
    assert len(await house.credentials.of_contract(added.contract.id)) == 3


async def test_a_second_click_disables_no_eab_again(portal: Portal) -> None:
    """It leads where the first one did, though no accounts depend on the EAB any more."""
    added = await portal.house.sell()
    assert added.credential is not None
    await portal.house.register(added)
    browser = await portal.enter(added.customer.login, added.password or "")
    page = f"/portal/orders/{added.contract.id}/credentials"
    step = f"{page}/{added.credential.kid}/disable"
    form = hidden(await browser.get(step), "accounts")
    assert (await browser.post(step, ("accounts", "2"))).status == 409
    done = [await browser.post(step, *form), *await asyncio.gather(*(browser.post(step, *form) for _ in range(2)))]
    assert [(one.status, one.headers.get("location")) for one in done] == [(303, page)] * 3
    assert (await portal.house.credentials.show(added.credential.kid)).disabled_at is not None


async def test_a_second_click_resumes_nothing_more(portal: Portal) -> None:
    """It leads where the first one did, and so it does for an operator who comes after the customer."""
    house = portal.house
    added = await house.sell()
    account = (await house.register(added)).account.id
    work = Work()
    house.store.limits.failed(work, account, "www.example.com", Limit(1, DAY), NOW, pause_after=1)
    await house.store.commit(work)
    customer, operator = await portal.enter(added.customer.login, added.password or ""), await portal.operator("Baba")
    page, desk = (f"/portal/{place}/{added.contract.id}" for place in ("orders", "operator/contracts"))
    form = hidden(await customer.get(page), "account", "name")
    confirm = hidden(await operator.post(f"{desk}/resume", *hidden(await operator.get(desk), "account", "name")))
    done = await asyncio.gather(*(customer.post(f"{page}/resume", *form) for _ in range(2)))
    assert [(one.status, one.headers.get("location")) for one in done] == [(303, page)] * 2
    assert await house.limits.paused(added.contract.id) == []
    late = await operator.post(f"{desk}/resume", *confirm, ("confirmed", "yes"))
    assert (late.status, late.headers.get("location")) == (303, desk)
    assert (await customer.post("/portal/orders/C0/resume", *form)).status == 404


async def test_not_every_paused_name_is_on_a_page(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """There may be thousands; the page says that there are more, which come up as those that it shows are resumed."""
    house = portal.house
    for pages in (orders, examining):
        monkeypatch.setattr(pages, "MOST_PAUSED", 2)
    added = await house.sell()
    account = (await house.register(added)).account.id
    for name in ("a.example.com", "b.example.com", "c.example.com"):
        work = Work()
        house.store.limits.failed(work, account, name, Limit(1, DAY), NOW, pause_after=1)
        await house.store.commit(work)
    customer, operator = await portal.enter(added.customer.login, added.password or ""), await portal.operator("Baba")
    places = [
        (customer, f"/portal/orders/{added.contract.id}"),
        (operator, f"/portal/operator/contracts/{added.contract.id}"),
    ]

    async def shown() -> list[tuple[list[str], bool]]:
        found = [await browser.get(page) for browser, page in places]
        return [
            ([name for _, name in hidden(page, "name")], "ほかにもあります" in page.body.decode()) for page in found
        ]

    assert await shown() == [(["a.example.com", "b.example.com"], True)] * 2
    await house.limits.resume(added.contract.id, account, "a.example.com")
    assert await shown() == [(["b.example.com", "c.example.com"], False)] * 2


async def test_what_was_refused_can_be_sent_again(portal: Portal) -> None:
    """The question back has what was typed, and an answer of its own."""
    browser, page = await portal.operator("Baba"), "/portal/operator/reports"
    fields = {"cause": "misuse", "about": "x", "reporter": "Kato", "serials": "ff", "received": ""}
    confirm = await browser.post(page, *fields.items())
    for _ in range(2):
        confirm = await browser.post(page, *hidden(confirm), ("confirmed", "yes"))
        assert confirm.status == 409
        confirmed = [*hidden(confirm), ("confirmed", "yes")]
        assert [(await browser.post(page, *confirmed)).status for _ in range(2)] == [409, 409]
    kept = [one for one in hidden(confirm) if one[0] != "serials"]
    assert (await browser.post(page, *kept, ("confirmed", "yes"))).status == 303


async def test_a_report_is_read_once_for_its_page(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be about very many certificates; so for the question back before they are revoked."""
    house = portal.house
    serials = [(await house.issue(await house.register(await house.sell()))).serial for _ in range(2)]
    report = await house.reports.add(cause=Cause.MISUSE, about="x", reporter="Kato", serials=serials)
    browser, many, read = await portal.operator("Baba"), house.store.certificates.many, list[Sequence[str]]()

    async def counted(serials: Sequence[str]) -> list[Certificate]:
        read.append(serials)
        return await many(serials)

    monkeypatch.setattr(house.store.certificates, "many", counted)
    page = f"/portal/operator/reports/{report.id}"
    text = (await browser.get(page)).body.decode()
    assert text.count("/portal/operator/contracts/") == 2
    assert len(read) == 1
    assert (await browser.post(f"{page}/revoke", ("reason", "1"))).status == 200
    assert len(read) == 2


async def test_a_second_click_that_issues_or_revokes(portal: Portal) -> None:
    """It is the second answer that the browser shows: it leads where the first did, and nothing is done twice."""
    house = portal.house
    added = await house.sell(service="ov-csr-6m")
    browser = await portal.enter(added.customer.login, added.password or "")
    view, page = await house.contracts.show(added.contract.id), f"/portal/orders/{added.contract.id}"
    der = csr.build(CERTIFICATE_KEY, ["www.example.com"], common_name=None)
    order = (await house.enrolments.place(view, der)).order.id
    [name] = (await house.enrolments.show(view, order)).names
    await house.enrolments.prove(view, name.ways[0].challenge.id)
    await house.work()

    async def twice(path: str, *fields: tuple[str, str]) -> set[tuple[int, str | None]]:
        at_once = await asyncio.gather(*(browser.post(path, *fields) for _ in range(2)))
        done = [*at_once, await browser.post(path, *fields)]
        return {(one.status, one.headers.get("location")) for one in done}

    assert await twice(f"{page}/requests/{order}/issue") == {(303, f"{page}/requests/{order}")}
    [certificate] = await house.issued(added.contract.id)
    revoke = f"{page}/certificates/{certificate.serial}/revoke"
    assert await twice(revoke, ("reason", "4")) == {(303, f"{page}#certificates")}
    assert (await browser.post(revoke, ("reason", "1"))).status == 409
    assert (await house.certificates.show(certificate.serial)).reason == 4
