"""Checks of renewal information and of orders that replace a certificate (RFC 9773). Only where the server has it."""

from tegata.acme import ari
from tegata.clock import parse_rfc3339
from tegata.conformance.answers import document, refused
from tegata.conformance.bench import Bench
from tegata.conformance.check import Checklist, NotPossible, expect
from tegata.conformance.walk import first, new_order, placed

_UNKNOWN = "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE"

check = Checklist()


@check("RFC 9773 §4.2, X-10, X-12", "証明書の更新情報に、更新時期と次に問い合わせる時刻がある。")
def renewal_info(bench: Bench) -> None:
    """A certificate's renewal information has a window and says when to ask again."""
    answer = bench.send("GET", _url(bench, _certificate_id(bench)))
    window = document(answer).get("suggestedWindow") or {}
    start, end = str(window.get("start")), str(window.get("end"))
    try:
        in_order = parse_rfc3339(start) < parse_rfc3339(end)
    except ValueError:
        in_order = False
    expect("a window whose start is before its end", window, holds=in_order)
    expect("a Retry-After", "none", holds="Retry-After" in answer.headers)


@check("RFC 9773 §4.1, X-10", "未知の証明書の更新情報は返されない。")
def renewal_info_unknown(bench: Bench) -> None:
    """An unknown certificate has no renewal information."""
    refused(bench.send("GET", _url(bench, _UNKNOWN)))
    refused(bench.send("GET", _url(bench, "no-identifier")))


# Before the next check: of a certificate that is replaced already, everybody is refused.
@check("RFC 9773 §5, X-17", "他のアカウントの証明書を置き換える注文は拒否される。")
def replaces_a_stranger_s(bench: Bench) -> None:
    """Nobody replaces another account's certificate."""
    refused(new_order(bench.stranger, bench.names(), replaces=_certificate_id(bench)))


@check("RFC 9773 §5, X-17", "注文に置き換える証明書が示され、同じ証明書を 2 回置き換えることはできない。")
def replaces(bench: Bench) -> None:
    """An order keeps which certificate it replaces, and no second one replaces the same."""
    identifier = _certificate_id(bench)
    told = placed(bench.account, replaces=identifier).order.get("replaces")
    expect(f"replaces {identifier}", told, holds=told == identifier)
    refused(new_order(bench.account, bench.names(), replaces=identifier), "alreadyReplaced", status=409)


def _certificate_id(bench: Bench) -> str:
    bench.url("renewalInfo")
    identifier = ari.cert_id(first(bench).chain[0])
    if identifier is None:
        raise NotPossible(reason="the certificate has no authority key identifier")
    return identifier


def _url(bench: Bench, identifier: str) -> str:
    return f"{bench.url('renewalInfo').rstrip('/')}/{identifier}"
