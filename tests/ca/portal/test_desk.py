"""The operator's pages: what was shown is what is done."""

import pytest
from tests.ca.portal.conftest import Portal, hidden
from tests.ca.services.house import SECOND

from tegata.ca.model import Source

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
    assert (await browser.post(f"{page}/release", ("confirmed", "yes"))).status == 409
