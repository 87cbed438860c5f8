"""Contracts in force that have no certificates, or soon none, for what is on record of their organization.

Told by ``tegata-ca check``, with as many contracts as there are; the rules themselves are ``policy.baseline``.
"""

from datetime import timedelta

from tegata.ca.bootstrap import Ca
from tegata.ca.cli.findings import ERROR, WARNING, Finding
from tegata.ca.policy import baseline
from tegata.ca.policy.contracts import ContractStatus
from tegata.text.catalogue import Sentence
from tegata.text.language import Language

_EXAMINED_AHEAD = timedelta(days=30)

_UNEXAMINED = Sentence(
    "no examination, or none in {days} days: {contracts}; see contract examine",
    "審査がないか、{days} 日以内に審査の有効期限が切れます: {contracts}。contract examine を実行してください",
)
_NOWHERE = Sentence(
    "neither state nor locality, without which no certificate is issued: {contracts}; end them with contract end, and"
    " take them up anew with contract add",
    "組織の都道府県も市区町村もないため、証明書を発行できません: {contracts}。"
    "contract end で終了し、contract add で登録し直してください",
)


async def findings(ca: Ca, language: Language) -> list[Finding]:
    """What is asked for by this CA's settings: examinations (B-64), and where organizations are (B-63)."""
    policy, lint, until = ca.settings.policy, ca.settings.lint, ca.now() + _EXAMINED_AHEAD
    unexamined, nowhere = list[str](), list[str]()
    async for view in ca.contracts.listed():
        if view.status is not ContractStatus.ACTIVE:
            continue
        is_late = view.identity_ends is None or view.identity_ends <= until
        if is_late and baseline.needs_examination(view.service, policy):
            unexamined.append(view.contract.id)
        if baseline.needs_place(view.service, policy, lint) and not view.contract.organization.has_place:
            nowhere.append(view.contract.id)
    found = []
    if unexamined:
        facts: dict[str, object] = {"days": _EXAMINED_AHEAD.days, "contracts": ", ".join(unexamined)}
        found.append(Finding("examinations", WARNING, _UNEXAMINED.fill(language, facts)))
    elif policy.public or policy.examinations:
        found.append(Finding("examinations"))
    if nowhere:
        found.append(Finding("organizations", ERROR, _NOWHERE.fill(language, {"contracts": ", ".join(nowhere)})))
    return found
