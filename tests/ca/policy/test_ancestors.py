"""Domains above a name: what a client may say of them, and for which names a proof counts (RFC 9444, X-60)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tegata.acme import identifiers
from tegata.acme.identifiers import Identifier
from tegata.acme.messages import AskedIdentifier
from tegata.ca.errors import BadAncestor, NamesRefused
from tegata.ca.policy import ancestors
from tests.ca.store.records import authorization

LABELS = st.lists(st.sampled_from(["a", "b", "xa", "example", "jp", "co"]), min_size=1, max_size=5)


def wide(domain, name="wide", **changes):
    return authorization(name, domain, subdomains=True, **changes)


def dns(name):
    return Identifier("dns", name)


def asked(name, above, kind="dns"):
    return AskedIdentifier(kind, name, ancestor_domain=above)


def test_a_domain_above_in_its_one_form():
    """Whatever case it was written in; a wildcard is below its base name, and who says nothing has none (§4.3)."""
    wanted = [asked("Foo.Bar.example.org", "EXAMPLE.org"), asked("*.example.org", "example.org"), asked("x.jp", None)]
    assert ancestors.asked(wanted) == {
        dns("foo.bar.example.org"): dns("example.org"),
        dns("*.example.org"): dns("example.org"),
    }


@pytest.mark.parametrize(
    ("name", "above"),
    [
        ("www.example.org", "www.example.org"),
        ("www.example.org", "a.www.example.org"),
        ("www.example.org", "ample.org"),
        ("www.example.org", "example.com"),
        ("www.example.org", ""),
        ("www.example.org", "."),
        ("www.example.org", ".example.org"),
        ("www.example.org", "example.org."),
        ("a.www.example.org", "*.example.org"),
        ("*.example.org", "*.example.org"),
        ("www.日本語.jp", "日本語.jp"),
        ("www.example.org", "192.0.2.1"),
        ("www.example.org", "x" * 300),
    ],
)
def test_what_is_no_domain_above(name, above):
    """It is told beside the identifier of the order (RFC 8555 §6.7.1, X-60)."""
    name = name.encode("idna").decode()
    with pytest.raises(NamesRefused) as caught:
        ancestors.asked([asked("ok.example.org", "example.org"), asked(name, above)])
    [(identifier, refusal)] = caught.value.refusals
    assert identifier == dns(name)
    assert isinstance(refusal, BadAncestor)
    assert len(str(refusal.facts["ancestor"])) <= 253


@pytest.mark.parametrize("above", ["example.org", "2.1", "0.2.1"])
def test_an_address_has_no_domain_above(above):
    """Whatever its text ends in (X-60)."""
    with pytest.raises(NamesRefused) as caught:
        ancestors.asked([asked("192.0.2.1", above, kind="ip")])
    [(_, refusal)] = caught.value.refusals
    assert isinstance(refusal, BadAncestor)
    assert refusal.facts["reason"] == "an address is below no domain"


@given(st.text(max_size=300) | st.from_regex(r"[a-z0-9.*-]{0,30}example\.org\.?", fullmatch=True))
def test_whatever_is_said(above):
    """It is a domain above the name in its one form, or refused in few words (S-35)."""
    try:
        [(name, ancestor)] = ancestors.asked([asked("a.b.example.org", above)]).items()
    except NamesRefused as caught:
        [(_, refusal)] = caught.refusals
        assert isinstance(refusal, BadAncestor)
        assert len(str(refusal.facts["ancestor"])) <= 253
    else:
        assert name.value.endswith(f".{ancestor.value}")
        assert ancestor == identifiers.of(ancestor.value)
        assert above.lower() == ancestor.value


def test_an_address_is_below_nothing():
    with pytest.raises(NamesRefused):
        ancestors.asked([asked("192.0.2.1", "2.1", "ip")])
    assert ancestors.bases([Identifier("ip", "192.0.2.1")]) == [Identifier("ip", "192.0.2.1")]


def test_what_a_proof_may_be_of():
    """The names themselves and what is above, up to the domain that is registered, and no further (BR 3.2.2.6)."""
    found = ancestors.bases(map(dns, ["*.a.b.example.co.jp", "b.example.co.jp", "www.example.net", "co.jp"]))
    assert [one.value for one in found] == [
        *("a.b.example.co.jp", "b.example.co.jp", "co.jp", "www.example.net"),
        *("example.net", "example.co.jp"),
    ]


def test_names_of_a_hundred_labels():
    """They cost no more than any: the domains of the fewest labels are looked at (S-30)."""
    wanted = [dns(f"{'a.' * 100}n{number}.example.net") for number in range(50)]
    own, above = (found := ancestors.bases(wanted))[:50], found[50:]
    assert own == sorted(wanted)
    assert len(above) == ancestors.MOST_ABOVE
    assert above[0] == dns("example.net")
    assert max(one.value.count(".") for one in above) == 3


@given(LABELS, LABELS, st.booleans(), st.booleans())
def test_an_ancestor_proves_nothing_but_what_is_below_it(domain, name, is_wildcard, is_wide):
    """By whole labels: exactly the names that end with all of the domain's (RFC 9444 §2, RFC 8499, X-60)."""
    proof = authorization(host=".".join(domain), subdomains=is_wide)
    identifier = dns(("*." if is_wildcard else "") + ".".join(name))
    is_below = name[-len(domain) :] == domain
    assert ancestors.counts_for(proof, identifier) == (is_wide and is_below)
    found = ancestors.proofs([identifier], [proof])
    assert set(found) <= {identifier}
    is_own = name == domain and not is_wildcard
    assert (identifier in found) == (is_own or (is_wide and is_below))


@given(LABELS, LABELS)
def test_what_may_be_said_is_what_a_proof_counts_for(above, name):
    """No order is placed that its proof would not do for at the end."""
    try:
        found = ancestors.asked([asked(".".join(name), ".".join(above))])
    except NamesRefused:
        assert len(name) <= len(above) or name[-len(above) :] != above
    else:
        assert ancestors.counts_for(wide(".".join(above)), dns(".".join(name)))
        assert found == {dns(".".join(name)): dns(".".join(above))}


def test_an_address_is_proved_by_its_own_alone():
    address = Identifier("ip", "192.0.2.1")
    odd = authorization("odd", subdomains=True, identifier=Identifier("ip", "2.1"))
    assert not ancestors.counts_for(odd, address)
    assert ancestors.proofs([address], [odd, wide("example.com")]) == {}


def test_the_nearest_proof_counts():
    """An identifier's own goes before all, then the domain with most labels, then the last of those for one name."""
    own, far = authorization("own", "www.a.example.com"), wide("example.com", "far")
    near, later = wide("a.example.com", "near"), wide("a.example.com", "later")
    wanted = [dns("www.a.example.com"), dns("*.www.a.example.com"), dns("example.com"), dns("b.example.com")]
    found = ancestors.proofs(wanted, [far, near, own, later])
    assert [found[each].id for each in wanted] == ["own", "later", "far", "far"]
    assert ancestors.proofs([dns("*.www.a.example.com")], [own]) == {}


def test_a_wildcards_own_proof_is_not_one_for_all_below():
    """It is of the wildcard alone (A-56, S-32)."""
    proof = authorization("wildcard", "example.com", wildcard=True)
    assert ancestors.proofs([identifiers.dns("a.example.com"), identifiers.dns("example.com")], [proof]) == {}
