"""Aliases followed, zones found by their SOA record, and their name servers, with a DNS that may be hostile."""

from collections.abc import Iterator

import dns.message
import dns.rcode
import dns.rrset
import pytest
from dns.rdataclass import RdataClass
from dns.rdatatype import RdataType

from tegata.client.dnserrors import BadAlias, LookupFailed, NoNameServers, ZoneNotFound
from tegata.client.dnszones import MOST_ALIASES
from tests.client.dns_zone import NAME, ZONE, TwoServers


@pytest.fixture
def site() -> Iterator[TwoServers]:
    with TwoServers() as servers:
        yield servers


def test_a_name_that_is_no_alias(site: TwoServers):
    assert site.zones().end_of(NAME) == NAME


def test_aliases_are_followed_to_their_end(site: TwoServers):
    site.set(NAME, "CNAME", "One.Example.net.")
    site.resolver.set("one.example.net", "CNAME", "_two.example.org.")
    assert site.zones().end_of(NAME) == "_two.example.org."
    assert site.zones(follow=False).end_of(NAME) == NAME


@pytest.mark.parametrize("down", [[], ["ns1"], ["ns2"]])
def test_the_resolver_is_not_asked_about_the_name(site: TwoServers, down: list[str]):
    """It would remember for a while that there is nothing; one of the zone's servers is enough."""
    for name in down:
        getattr(site, name).__exit__()
    zones = site.zones()
    assert (zones.end_of(NAME), zones.zone_of(NAME)) == (NAME, ZONE)
    assert site.resolver.count(NAME) == 0
    for name in down:
        getattr(site, name).__enter__()


def test_the_resolver_knows_where_the_zones_own_servers_cannot_be_asked(site: TwoServers):
    """They are told of by a flag, or do not answer."""
    site.resolver.set(NAME, "CNAME", "_one.example.org.")
    assert site.zones(direct=False).end_of(NAME) == "_one.example.org."
    assert site.ns1.count(NAME) == site.ns2.count(NAME) == 0
    site.ns1.__exit__()
    site.ns2.__exit__()
    assert site.zones().end_of(NAME) == "_one.example.org."
    site.ns1.__enter__()
    site.ns2.__enter__()


def test_a_server_that_is_not_the_zones(site: TwoServers, monkeypatch: pytest.MonkeyPatch):
    """It answers from what it happens to remember, or refuses: the next one is asked."""

    def lame(query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query, recursion_available=True)
        response.set_rcode(dns.rcode.REFUSED)
        return response

    monkeypatch.setattr(site.ns1, "respond", lame)
    site.ns2.set(NAME, "CNAME", "_two.example.org.")
    assert site.zones().end_of(NAME) == "_two.example.org."


def test_records_of_another_class_say_nothing(site: TwoServers, monkeypatch: pytest.MonkeyPatch):
    """An A record of a class that nobody knows has no address (found by fuzzing; S-20)."""
    honest = site.resolver.respond

    def foreign(query: dns.message.Message) -> dns.message.Message:
        response = honest(query)
        if query.question[0].rdtype == RdataType.A:
            name = query.question[0].name
            response.answer = [dns.rrset.from_text(name, 1, RdataClass(65), "A", r"\# 4 7f000002")]
        return response

    monkeypatch.setattr(site.resolver, "respond", foreign)
    with pytest.raises(NoNameServers):
        site.zones().servers_of(ZONE)


def test_a_look_up_that_fails_costs_an_address_and_no_server(site: TwoServers, monkeypatch: pytest.MonkeyPatch):
    """As at servers that fail for every AAAA record; those that there are do."""
    honest = site.resolver.respond

    def without_ipv6(query: dns.message.Message) -> dns.message.Message:
        response = honest(query)
        if query.question[0].rdtype == RdataType.AAAA:
            response.set_rcode(dns.rcode.SERVFAIL)
        return response

    monkeypatch.setattr(site.resolver, "respond", without_ipv6)
    assert [server.name for server in site.zones().servers_of(ZONE)] == ["ns1.example.com.", "ns2.example.com."]


def test_a_challenge_name_that_is_a_zone_of_its_own(site: TwoServers, monkeypatch: pytest.MonkeyPatch):
    """The zone above refers to its servers; or has it at the same server, and says its SOA record."""

    def referring(query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query)
        response.authority.append(dns.rrset.from_text(NAME, 0, "IN", "NS", "ns.example.net."))
        return response

    with monkeypatch.context() as patch:
        patch.setattr(site.ns1, "respond", referring)
        assert (site.zones().end_of(NAME), site.zones().zone_of(NAME)) == (NAME, NAME)
    assert site.zones().zone_of(NAME) == ZONE
    site.set(NAME, "SOA", "ns1.example.com. hostmaster.example.com. 1 3600 600 86400 1")
    assert site.zones().zone_of(NAME) == NAME


def test_an_alias_of_many_links(site: TwoServers):
    """Up to 50, as lego."""
    site.set(NAME, "CNAME", "a1.example.com.")
    for number in range(1, MOST_ALIASES):
        site.set(f"a{number}.example.com", "CNAME", f"a{number + 1}.example.com.")
    assert site.zones().end_of(NAME) == f"a{MOST_ALIASES}.example.com."
    site.set(f"a{MOST_ALIASES}.example.com", "CNAME", "end.example.com.")
    with pytest.raises(BadAlias) as caught:
        site.zones().end_of(NAME)
    assert caught.value.facts == {"name": NAME, "reason": "it has more than 50 links"}


def test_an_alias_in_a_circle(site: TwoServers):
    site.set(NAME, "CNAME", "a.example.com.")
    site.set("a.example.com", "CNAME", NAME.upper())
    with pytest.raises(BadAlias) as caught:
        site.zones().end_of(NAME)
    assert caught.value.facts["reason"] == "it leads in a circle"


@pytest.mark.parametrize("target", [r"\032.example.net.", "-rf.example.net.", r"a\;b.example.net.", ".", "a$b.net."])
def test_an_alias_to_what_is_no_name(site: TwoServers, target: str):
    """It would become an argument of a program, a line on a terminal or a part of a URL (S-23)."""
    site.set(NAME, "CNAME", target)
    with pytest.raises(BadAlias):
        site.zones().end_of(NAME)


def test_the_nearest_zone_upwards(site: TwoServers):
    assert site.zones().zone_of(NAME) == ZONE
    site.resolver.set("www.example.com", "SOA", "ns1.example.com. hostmaster.example.com. 1 3600 600 86400 1")
    assert site.zones().zone_of(NAME) == "www.example.com."


def test_a_zone_is_asked_for_once(site: TwoServers):
    zones = site.zones()
    for name in (NAME, NAME, "_acme-challenge.www2.example.com."):
        assert zones.zone_of(name) == ZONE
    assert site.resolver.count(ZONE, "SOA") == 1


def test_a_zone_behind_an_alias_is_not_taken_for_the_names_own(site: TwoServers):
    """The answer about www.example.com then holds the SOA record of another name."""
    site.resolver.set("www.example.com", "CNAME", "example.net.")
    site.resolver.set("example.net", "SOA", "ns1.example.com. hostmaster.example.com. 1 3600 600 86400 1")
    assert site.zones().zone_of(NAME) == ZONE


def test_no_zone(site: TwoServers):
    with pytest.raises(ZoneNotFound) as caught:
        site.zones().zone_of("_acme-challenge.www.example.org.")
    assert caught.value.facts == {"name": "_acme-challenge.www.example.org."}


def test_a_name_that_is_too_long(site: TwoServers):
    with pytest.raises(LookupFailed):
        site.zones().end_of("_acme-challenge." + "a." * 125)


def test_the_name_servers(site: TwoServers):
    servers = site.zones().servers_of(ZONE)
    assert [(each.name, [str(address) for address in each.addresses]) for each in servers] == [
        ("ns1.example.com.", [site.ns1.address]),
        ("ns2.example.com.", [site.ns2.address]),
    ]


def test_a_zone_without_name_servers(site: TwoServers):
    """One whose name has no address is passed over; when none is left there is nobody to ask."""
    site.resolver.remove("ns1.example.com")
    assert [each.name for each in site.zones().servers_of(ZONE)] == ["ns2.example.com."]
    site.resolver.remove("ns2.example.com")
    with pytest.raises(NoNameServers):
        site.zones().servers_of(ZONE)
