"""Checks of what not every server has: authorizations before orders, addresses, profiles, records, domains above.

A server without them passes where it says so as the standard has it, or the check is not possible.
"""

from typing import Any

from tegata.acme import challenges
from tegata.acme.wire import Response
from tegata.conformance.answers import document, has_status, is_refusal, refused, said, same, text
from tegata.conformance.bench import Account, Bench
from tegata.conformance.check import Checklist, NotPossible, expect
from tegata.conformance.walk import challenge_of, new_order, placed

_WITH_TOKEN = ("http-01", "dns-01", "tls-alpn-01", "dns-account-01")

check = Checklist()


@check("RFC 8555 §7.4.1, A-64", "注文の前に、名前の認可を得られる。ワイルドカードは拒否される。")
def pre_authorization(bench: Bench) -> None:
    """A name is authorized before any order; a wildcard is not."""
    account = bench.new_account()
    name = bench.names()[0].removeprefix("*.")
    created = _authorize(account, {"type": "dns", "value": name})
    has_status(created, 201)
    authorization = document(created)
    value = authorization.get("identifier", {}).get("value")
    expect(f"the identifier {name}", value, holds=value == name)
    url = text({"Location": created.headers.get("Location")}, "Location")
    again = account.read(url)
    for member in ("identifier", "status"):
        expect(f"{member} as before", again.get(member), holds=again.get(member) == authorization.get(member))
    is_same = same(authorization.get("challenges"), again.get("challenges"))
    expect("challenges as before", again.get("challenges"), holds=is_same)
    refused(_authorize(account, {"type": "dns", "value": f"*.{name}"}), what="a wildcard")


@check("RFC 8738 §3, §7, X-05, X-06", "IP アドレスは正規の表記でのみ受け付けられ、dns-01 では検証されない。")
def address(bench: Bench) -> None:
    """An address is taken in its canonical text only, and not to be proved in the DNS."""
    for other in ("2001:DB8::1", "2001:db8:0::1", "192.0.2.001", "192.0.2.1/32", "www.example.com"):
        refused(_for_address(bench, other), what=f"the address {other}")
    answer = _for_address(bench, "192.0.2.1")
    if is_refusal(answer):
        refused(answer, "unsupportedIdentifier", "rejectedIdentifier")
        return
    authorization = bench.account.read(str(document(answer)["authorizations"][0]))
    expect("no dns-01", authorization.get("challenges"), holds=challenge_of(authorization, "dns-01") is None)


@check("draft-ietf-acme-profiles §4, X-40", "注文に求めたプロファイルが示され、未知のプロファイルは拒否される。")
def profile(bench: Bench) -> None:
    """An order has the profile that it was asked for, and an unknown one is refused where there are profiles."""
    profiles = bench.meta.get("profiles") or {}
    unknown = new_order(bench.account, bench.names(), profile="x-unknown")
    if profiles or is_refusal(unknown):  # whoever has none may also not know the member
        refused(unknown, "invalidProfile")
    for name in profiles:
        answer = new_order(bench.account, bench.names(), profile=name)
        if is_refusal(answer):  # an account need not have them all
            refused(answer, "invalidProfile")
        else:
            found = document(answer).get("profile")
            expect(f"the profile {name}", found, holds=found == name)


@check(
    "RFC 9444 §4.1, §4.3, X-60",
    "上位ドメインの認証は指定の範囲に限られ、その認可が下位への適用を示す。",
)
def ancestor_domain(bench: Bench) -> None:
    """What is proved for a name is no more than the domain above it that was said, and tells that it counts below."""
    if bench.meta.get("subdomainAuthAllowed") is not True:
        raise NotPossible(reason="the server does not offer to prove a domain for the names below it")
    name = bench.names()[0].removeprefix("*.")
    below = f"a.b.{name}"
    answer = _under(bench, below, name)
    if is_refusal(answer):
        raise NotPossible(reason=f"the server does not take {below}: {said(answer)}")
    authorization = _first(bench, answer)
    value = authorization.get("identifier", {}).get("value")
    expect(f"a name from {below} up to {name}", value, holds=value in (below, f"b.{name}", name))
    flag = authorization.get("subdomainAuthAllowed")
    expect(f"subdomainAuthAllowed at {value}", flag, holds=flag is True or value == below)
    for stranger in (below, f"c.{name}", f"b.{name[1:]}", f"c.{below}"):
        answer = _under(bench, below, stranger)
        if is_refusal(answer):
            refused(answer, what=f"{stranger} above {below}")
        else:  # it may have passed over what is no domain above
            value = _first(bench, answer).get("identifier", {}).get("value")
            expect(f"{below} itself, for {stranger} is not above it", value, holds=value == below)


@check("RFC 8555 §8, draft-ietf-acme-dns-persist §3, X-43", "チャレンジに、その種類に必要な項目がある。")
def challenge_members(bench: Bench) -> None:
    """A challenge has the members of its type: a token, or the account and the names of the CA."""
    for authorization in placed(bench.account).authorizations():
        for challenge in authorization["challenges"]:
            for member in ("type", "url", "status"):
                text(challenge, member)
            if challenge["type"] in _WITH_TOKEN:
                text(challenge, "token")
            if challenge["type"] == "dns-persist-01":
                _names_account_and_ca(challenge, bench.account)


def _names_account_and_ca(challenge: dict[str, Any], account: Account) -> None:
    expect("no token", challenge.get("token"), holds="token" not in challenge)
    for spelling in ("issuer-domain-names", "issuerDomainNames"):
        if (issuers := challenge.get(spelling)) is not None:
            are_names = isinstance(issuers, list) and all(isinstance(each, str) for each in issuers)
            expect(f"one to ten {spelling}", issuers, holds=are_names and 0 < len(issuers) <= challenges.MOST_ISSUERS)
            expect(f"{spelling} in lower case", issuers, holds=all(each == each.lower() for each in issuers))
    # Since draft 02 the account is known by the prefix in the directory.
    if "issuerDomainNames" not in challenge:
        uri = challenge.get("accounturi")
        expect(f"the accounturi {account.url}", uri, holds=uri == account.url)
        expect("issuer-domain-names", uri, holds="issuer-domain-names" in challenge)


def _authorize(account: Account, identifier: dict[str, str]) -> Response:
    return account.post(account.bench.url("newAuthz"), {"identifier": identifier})


def _under(bench: Bench, name: str, ancestor: str) -> Response:
    identifier = {"type": "dns", "value": name, "ancestorDomain": ancestor}
    return bench.account.post(bench.url("newOrder"), {"identifiers": [identifier]})


def _first(bench: Bench, answer: Response) -> dict[str, Any]:
    return bench.account.read(str(document(answer)["authorizations"][0]))


def _for_address(bench: Bench, value: str) -> Response:
    return bench.account.post(bench.url("newOrder"), {"identifiers": [{"type": "ip", "value": value}]})
