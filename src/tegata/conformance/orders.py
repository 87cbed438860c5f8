"""Checks of orders, authorizations and challenges before anything is proved (RFC 8555 §7.1, §7.4, §7.5, §8)."""

import re
from datetime import UTC, timedelta

from tegata.acme import b64
from tegata.acme.challenges import DNS_PERSIST_01
from tegata.acme.wire import links
from tegata.clock import parse_rfc3339, rfc3339
from tegata.conformance.accounts import change_key
from tegata.conformance.answers import (
    document,
    has_status,
    is_ahead,
    is_refusal,
    members,
    problem,
    refused,
    said,
    same,
    text,
)
from tegata.conformance.bench import Account, Bench
from tegata.conformance.check import Checklist, NotPossible, expect
from tegata.conformance.walk import challenge_of, give_up, new_order, placed, shown, solvable, until
from tegata.pki import csr
from tegata.pki.key_types import KeyType
from tegata.pki.keys import generate

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,}")
# Seconds in which a validation that has begun would have failed: nothing is shown to it.
_TIME_TO_FAIL = 1.0
# Pages of a list of orders that are read at the most: the newest may come last.
_MOST_PAGES = 20
# Servers that count have others' orders between two of the checks'.
_NUMBERED_IN_TURN = 10_000

check = Checklist()


@check("RFC 8555 §7.4, A-50", "注文に、求めた識別子、認可、finalize の URL がある。")
def order_object(bench: Bench) -> None:
    """An order names what was asked for, its authorizations and where to finalize."""
    order = placed(bench.account)
    asked = sorted(name.lower() for name in bench.names())
    found = sorted(each.get("value", "") for each in order.order.get("identifiers", []))
    expect(f"the identifiers {asked}", found, holds=found == asked)
    text(order.order, "finalize")
    again = order.read()
    expect("finalize as before", again.get("finalize"), holds=again.get("finalize") == order.order.get("finalize"))
    for member in ("identifiers", "authorizations"):  # in whatever order (RFC 8555 §7.1.3)
        expect(f"{member} as before", again.get(member), holds=same(order.order.get(member), again.get(member)))


@check("RFC 8555 §7.1.3, §7.1.6, A-54", "証明前の注文は pending であり、証明書もエラーも示されない。")
def pending_order(bench: Bench) -> None:
    """An order whose names are not proved is pending, and has neither certificate nor error."""
    order = placed(bench.new_account())
    if all(each.get("status") == "valid" for each in order.authorizations()):
        raise NotPossible(reason="the names are proved already")
    for read in (order.order, order.read()):
        expect("the status pending", read.get("status"), holds=read.get("status") == "pending")
        extra = sorted({"certificate", "error"} & read.keys())
        expect("neither certificate nor error", extra, holds=not extra)


@check("RFC 8555 §7.1.2.1, A-44", "アカウントの注文一覧に pending の注文がある。")
def listed_order(bench: Bench) -> None:
    """The account's list of orders has one that is pending."""
    order = placed(bench.new_account())
    url: str | None = text(order.account.read(order.account.url), "orders")
    for _ in range(_MOST_PAGES):
        answer = order.account.post(str(url), None)
        listed = document(answer).get("orders")
        url = next((each for rel, each in links(answer) if rel == "next"), None)
        if url is None or order.url in (listed or ()):
            break
    expect(f"the order {order.url} in the list", listed, holds=isinstance(listed, list) and order.url in listed)


@check("RFC 8555 §7.1.3, A-55", "pending の注文に RFC 3339 の有効期限がある。")
def expiry(bench: Bench) -> None:
    """A pending order says when it expires, by RFC 3339."""
    told = placed(bench.account).order.get("expires")
    expect("an instant in the future", told, holds=is_ahead(told, bench.clock.now()))


@check("RFC 8555 §7.4, A-51", "名前の大文字と小文字は区別されない。")
def upper_case(bench: Bench) -> None:
    """Letters' case does not matter in names."""
    names = bench.names()
    answer = new_order(bench.account, [names[0].upper()])
    if not is_refusal(answer):  # a server may also refuse them
        found = [each.get("value") for each in document(answer).get("identifiers", [])]
        expect(f"the identifier {names[0]}", found, holds=found == [names[0]])
    else:
        refused(answer, "malformed", "rejectedIdentifier")


@check("RFC 8555 §7.1.3, A-51", "同じ名前を 2 回求めても、注文に 2 つはない。")
def duplicates(bench: Bench) -> None:
    """A name that is asked for twice is in the order once."""
    name = bench.names()[0]
    answer = new_order(bench.account, [name, name.upper()])
    if is_refusal(answer):  # a server may also refuse them
        refused(answer, "malformed", "rejectedIdentifier", "compound")
        return
    order = document(answer)
    found = [each.get("value") for each in order.get("identifiers", [])]
    expect(f"the identifier {name} once", found, holds=found == [name])
    expect("one authorization", order.get("authorizations"), holds=len(order.get("authorizations", [])) == 1)


@check("RFC 8555 §7.1.4, A-51", "ホスト名として正しくない名前は拒否される。")
def no_names(bench: Bench) -> None:
    """What is no host name is refused."""
    # Below a name that the server would issue for, if one is known: others it may refuse for what they are.
    base = (bench.means.names or ("example.com",))[0].removeprefix("*.")
    long = [f"{'a' * 64}.{base}", f"{'a.' * 125}{base}"]
    for name in ("", f"a b.{base}", f"-.{base}", "*", f"x.*.{base}", f"*.*.{base}", f"a..{base}", f"{base}.", *long):
        refused(new_order(bench.account, [name]), "malformed", "rejectedIdentifier", what=f"the name {name}")


@check("RFC 8555 §6.7.1, A-23", "複数の名前が拒否されるとき、副問題は名前ごとに示され、identifier は副問題にのみある。")
def subproblems(bench: Bench) -> None:
    """Where several names are refused, subproblems say which; identifiers stand nowhere else."""
    names = ["a.tegata.invalid", "b.tegata.invalid"]
    answer = new_order(bench.account, names)
    if not is_refusal(answer):
        raise NotPossible(reason="the server takes names below .invalid")
    told = members(answer)
    expect("no identifier beside the subproblems", told.get("identifier"), holds="identifier" not in told)
    found = told.get("subproblems") or []
    named = sorted(str((each.get("identifier") or {}).get("value")) for each in found)
    expect(f"a subproblem for each of {names}", named or "none", holds=named == names)


@check("RFC 8555 §7.4, A-52", "IP アドレスは DNS 名として受け付けられない。")
def address_as_name(bench: Bench) -> None:
    """An IP address is no DNS name."""
    refused(new_order(bench.account, ["192.0.2.1"]), "malformed", "rejectedIdentifier", "unsupportedIdentifier")


@check("RFC 8555 §6.7, A-52", "未知の種類の識別子は拒否される。")
def unknown_identifier(bench: Bench) -> None:
    """An unknown type of identifier is refused so."""
    identifiers = [{"type": "x-unknown", "value": "x"}]
    answer = bench.account.post(bench.url("newOrder"), {"identifiers": identifiers})
    refused(answer, "unsupportedIdentifier", "malformed")


@check("RFC 8555 §7.4, A-50", "識別子のない注文は拒否される。")
def no_identifiers(bench: Bench) -> None:
    """An order without identifiers is refused."""
    refused(bench.account.post(bench.url("newOrder"), {"identifiers": []}), "malformed")


@check("RFC 8555 §7.4, A-53", "notAfter は要求どおり守られるか、注文が拒否される。")
def not_after(bench: Bench) -> None:
    """The notAfter asked for is kept, or the order is refused."""
    _keeps(bench, "notAfter", timedelta(days=3))


@check("RFC 8555 §7.4, A-53", "notBefore は要求どおり守られるか、注文が拒否される。")
def not_before(bench: Bench) -> None:
    """The notBefore asked for is kept, or the order is refused."""
    _keeps(bench, "notBefore", timedelta(minutes=5))
    _keeps(bench, "notBefore", timedelta(days=-400))


@check("RFC 8555 §10.5, A-28", "他のアカウントのものへの応答は、存在しないものへの応答と同じである。")
def foreign_as_missing(bench: Bench) -> None:
    """What is another account's is answered as what is not there."""
    order = placed(bench.account)
    for url in (order.url, str(order.order["authorizations"][0])):
        foreign, missing = (bench.stranger.post(each, None) for each in (url, f"{url}0"))
        refused(foreign)
        refused(missing)
        is_same = (foreign.status, problem(foreign).type) == (missing.status, problem(missing).type)
        expect(f"{said(missing)}, as for an unknown one, to {url}", said(foreign), holds=is_same)


@check("RFC 8555 §10.5, A-28", "注文と認可の URL は推測できない。")
def unguessable_urls(bench: Bench) -> None:
    """The URLs of orders and authorizations do not lead to the next ones."""
    one, other = (placed(bench.new_account()) for _ in range(2))
    pairs = [(one.url, other.url), tuple(str(order.order["authorizations"][0]) for order in (one, other))]
    for former, latter in pairs:
        distance = _distance(former, latter)
        told = f"{former} and {latter}"
        expect("URLs that are not numbered in turn", told, holds=distance is None or distance > _NUMBERED_IN_TURN)


@check("RFC 8555 §10.5, A-49", "注文とその内容は、所有するアカウントにだけ示される。")
def owner_only(bench: Bench) -> None:
    """An order and its parts are shown to its account only."""
    order = placed(bench.account)
    authorization = order.authorizations()[0]
    challenges = [text(each, "url") for each in authorization["challenges"]]
    authorizations = [str(url) for url in order.order["authorizations"]]
    for url in (order.url, *authorizations, *challenges):
        refused(bench.stranger.post(url, None), what=url)
    for url in challenges:
        refused(bench.stranger.post(url, {}), what=f"an answer to {url}")
    for url in authorizations:
        refused(bench.stranger.post(url, {"status": "deactivated"}), what=f"the end of {url}")
    status = order.read().get("status")
    expect("the order's status as before", status, holds=status == order.order.get("status"))
    key = generate(bench.means.key_type)
    request = {"csr": b64.encode(csr.build(key, bench.names(), common_name=None))}
    refused(bench.stranger.post(text(order.order, "finalize"), request))


@check("RFC 8555 §6.3, A-13", "注文への署名のない GET は 405 で拒否される。")
def order_by_get(bench: Bench) -> None:
    """A plain GET of an order is refused."""
    refused(bench.send("GET", placed(bench.account).url), "malformed", status=405)


@check("RFC 8555 §8.3, A-65", "トークンは 128 ビット以上の base64url で、同じものはない。")
def tokens(bench: Bench) -> None:
    """Tokens have 128 bits in base64url, and are never the same."""
    # Challenges of one authorization may share theirs (RFC 8555 §8 asks only that it is not guessed).
    found = [
        {str(challenge["token"]) for challenge in authorization["challenges"] if "token" in challenge}
        for _ in range(2)
        for authorization in placed(bench.new_account()).authorizations()
    ]
    there = set[str]().union(*found)
    if not there:
        raise NotPossible(reason="no challenge that is offered has a token")
    expect("tokens that are good", there, holds=all(_TOKEN.fullmatch(token) for token in there))
    expect("no token of two authorizations", found, holds=len(there) == sum(map(len, found)))


@check("RFC 8555 §7.1, A-27", "チャレンジに認可へのリンクがある。")
def link_up(bench: Bench) -> None:
    """A challenge leads up to its authorization."""
    order = placed(bench.account)
    challenge = text(order.authorizations()[0]["challenges"][0], "url")
    found = [url for rel, url in links(bench.account.post(challenge, None)) if rel == "up"]
    expect(f"a Link up to {order.order['authorizations'][0]}", found, holds=order.order["authorizations"][0] in found)


@check("RFC 8555 §7.5.1, A-14", "チャレンジを読むだけでは検証は始まらない。")
def reading_begins_nothing(bench: Bench) -> None:
    """Reading a challenge does not begin it."""
    account = bench.new_account()
    authorization = placed(account).authorizations()[0]
    if authorization.get("status") != "pending":
        raise NotPossible(reason="the name is proved already")
    url = text(authorization["challenges"][0], "url")
    for pause in (0, _TIME_TO_FAIL):
        bench.clock.sleep(pause)
        status = account.read(url).get("status")
        expect("the status pending", status, holds=status == "pending")


@check("RFC 8555 §7.4, A-80", "ready でない注文の finalize は orderNotReady で拒否される。")
def not_ready(bench: Bench) -> None:
    """An order that is not ready is not finalized."""
    order = placed(bench.new_account())
    if order.order.get("status") != "pending":
        raise NotPossible(reason="the name is proved already")
    request = csr.build(generate(bench.means.key_type), bench.names(), common_name=None)
    refused(order.finalize(request), "orderNotReady", status=403)


@check(
    "RFC 8555 §7.1.4, A-56, A-71",
    "ワイルドカードの認可は wildcard と示され、http-01 と tls-alpn-01 は使えない。",
)
def wildcard(bench: Bench) -> None:
    """A wildcard's authorization is marked so, and not to be proved by http-01 or tls-alpn-01."""
    name = next((name for name in bench.names() if name.startswith("*.")), None)
    name = name or f"*.{bench.names()[0]}"
    answer = new_order(bench.account, [name])
    if is_refusal(answer):
        raise NotPossible(reason=f"the server does not take the wildcard: {said(answer)}")
    authorization = bench.account.read(str(document(answer)["authorizations"][0]))
    value = authorization.get("identifier", {}).get("value")
    expect(f"the identifier {name[2:]}", value, holds=value == name[2:])
    expect("wildcard: true", authorization.get("wildcard"), holds=authorization.get("wildcard") is True)
    wrong = [kind for kind in ("http-01", "tls-alpn-01") if challenge_of(authorization, kind)]
    expect("no http-01 and no tls-alpn-01", wrong, holds=not wrong)


@check("RFC 8555 §7.1.4, A-56", "ワイルドカードでない認可に wildcard は示されない。")
def no_wildcard(bench: Bench) -> None:
    """Only a wildcard's authorization has the member wildcard."""
    name = bench.names()[0].removeprefix("*.")
    for authorization in placed(bench.account, [name]).authorizations():
        expect("no member wildcard", authorization.get("wildcard"), holds="wildcard" not in authorization)


@check("RFC 8555 §7.3.5, A-45", "鍵の変更後も、注文は新しい鍵で読める。")
def order_after_key_change(bench: Bench) -> None:
    """An order is still there for the key that its account has after a change."""
    order, new = placed(bench.new_account()), generate(KeyType.EC256)
    has_status(change_key(order.account, new), 200)
    again = Account(bench, new, order.account.url, order.account.answer)
    status = again.read(order.url).get("status")
    expect("the order's status as before", status, holds=status == order.order.get("status"))
    status = again.read(str(order.order["authorizations"][0])).get("status")
    expect("an authorization that is not lost", status, holds=status in ("pending", "valid"))


@check("RFC 8555 §7.5.2, A-63", "認可を無効化すると、注文は invalid になる。")
def deactivated_authorization(bench: Bench) -> None:
    """A deactivated authorization ends its order."""
    give_up(placed(bench.new_account()))


@check("RFC 8555 §7.1.6, §8, A-57, A-70", "失敗したチャレンジには理由が示され、認可と注文は invalid になる。")
def failure(bench: Bench) -> None:
    """A failed challenge says why, and ends its authorization and order."""
    account = bench.new_account()
    order = placed(account)
    authorization = order.authorizations()[0]
    if authorization.get("status") != "pending":
        raise NotPossible(reason="the name is proved already")
    challenge = solvable(account, authorization)
    wrong = [(authorization, {**challenge, "token": b64.encode(bytes(32))})]
    # So that something listens, but does not know the token; a record that stays has none, and would do.
    with shown(account, [] if challenge["type"] == DNS_PERSIST_01 else wrong):
        document(account.post(text(challenge, "url"), {}))
        found = until(account, str(order.order["authorizations"][0]), lambda found: found.get("status") != "pending")
    expect("the authorization's status invalid", found.get("status"), holds=found.get("status") == "invalid")
    failed = challenge_of(found, str(challenge["type"])) or {}
    kind = str((failed.get("error") or {}).get("type"))
    expect("the challenge's error with an ACME type", kind, holds=kind.startswith("urn:ietf:params:acme:error:"))
    status = order.read().get("status")
    expect("the order's status invalid", status, holds=status == "invalid")


def _keeps(bench: Bench, member: str, ahead: timedelta) -> None:
    """Expect the date in the order, or no order."""
    wanted = (bench.clock.now() + ahead).replace(microsecond=0)
    answer = new_order(bench.account, bench.names(), **{member: rfc3339(wanted)})
    if is_refusal(answer):
        refused(answer)
        return
    told = str(document(answer).get(member))
    expect(f"{member} {rfc3339(wanted)}", told, holds=told != "None" and parse_rfc3339(told).astimezone(UTC) == wanted)


def _distance(former: str, latter: str) -> int | None:
    """How far two URLs are apart that differ in one number or in nothing; None for any others."""
    if former == latter:
        return 0
    pairs = zip(former.split("/"), latter.split("/"), strict=False)
    different = [pair for pair in pairs if pair[0] != pair[1]]
    if len(different) != 1 or not all(each.isascii() and each.isdigit() for each in different[0]):
        return None
    return abs(int(different[0][0]) - int(different[0][1]))
