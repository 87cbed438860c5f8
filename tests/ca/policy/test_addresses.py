"""The address filter: every class of address that is not the public Internet, and how settings open it."""

from ipaddress import ip_address

import pytest

from tegata.ca.errors import AddressForbidden, Refused
from tegata.ca.policy.addresses import AddressFilter, parse_networks


def refused(address: str, *allowed: str) -> bool:
    try:
        AddressFilter(parse_networks(allowed)).check("www.example.com", ip_address(address))
    except AddressForbidden:
        return True
    return False


CLASSES = {
    "this network": "0.0.0.0",
    "this network's host": "0.1.2.3",
    "private 10/8": "10.255.255.255",
    "private 172.16/12": "172.16.0.1",
    "private 172.31": "172.31.255.255",
    "private 192.168/16": "192.168.0.1",
    "carrier-grade NAT": "100.64.0.1",
    "loopback": "127.0.0.1",
    "loopback's other end": "127.255.255.254",
    "link-local": "169.254.1.1",
    "metadata of AWS, Azure, GCP": "169.254.169.254",
    "metadata of containers": "169.254.170.2",
    "metadata of Alibaba": "100.100.100.200",
    "metadata of Oracle": "192.0.0.192",
    "metadata of Azure": "168.63.129.16",
    "protocol assignments": "192.0.0.8",
    "documentation 1": "192.0.2.1",
    "documentation 2": "198.51.100.1",
    "documentation 3": "203.0.113.1",
    "6to4 relay": "192.88.99.1",
    "AS112": "192.31.196.1",
    "AS112, delegated": "192.175.48.1",
    "AMT": "192.52.193.1",
    "AS112, IPv6": "2620:4f:8000::1",
    "benchmarking": "198.19.255.255",
    "multicast": "224.0.0.251",
    "multicast's end": "239.255.255.255",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "IPv6 unspecified": "::",
    "IPv6 loopback": "::1",
    "v4-compatible": "::8.8.8.8",
    "v4-mapped private": "::ffff:10.0.0.1",
    "v4-mapped public": "::ffff:8.8.8.8",
    "NAT64 of a private address": "64:ff9b::10.0.0.1",
    "NAT64 of metadata": "64:ff9b::169.254.169.254",
    "local NAT64": "64:ff9b:1::1",
    "discard": "100::1",
    "Teredo": "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "ORCHIDv2": "2001:20::1",
    "IPv6 documentation": "2001:db8::1",
    "IPv6 documentation, new": "3fff::1",
    "6to4": "2002:0a00:0001::1",
    "unique local": "fd12:3456::1",
    "unique local fc": "fc00::1",
    "metadata of AWS, IPv6": "fd00:ec2::254",
    "metadata of GCP, IPv6": "fd20:ce::254",
    "IPv6 link-local": "fe80::1",
    "site-local": "fec0::1",
    "IPv6 multicast": "ff02::1",
    "segment routing": "5f00::1",
    "not assigned": "4000::1",
}


@pytest.mark.parametrize("address", CLASSES.values(), ids=CLASSES.keys())
def test_an_address_that_is_not_public_is_refused(address):
    """Without a word in the settings nothing but the public Internet may be entered (S-07)."""
    assert refused(address)


@pytest.mark.parametrize(
    "address",
    [
        *("8.8.8.8", "11.0.0.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "223.255.255.254"),
        *("2001:4860:4860::8888", "2a00:1450::1", "2400:cb00::1", "64:ff9b::8.8.8.8"),
    ],
)
def test_a_public_address_is_entered(address):
    """The neighbours of the closed ranges are public; NAT64 of a public address is that address."""
    assert not refused(address)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.1.2.3", "10.0.0.0/8"),
        ("10.1.2.3", "10.1.2.0/24"),
        ("192.168.1.1", "192.0.0.0/8"),
        ("127.0.0.1", "127.0.0.0/8"),
        ("127.0.0.1", "127.0.0.1/32"),
        ("169.254.169.254", "169.254.169.254/32"),
        ("::1", "::1/128"),
        ("fd12:3456::1", "fd12:3456::/32"),
        ("64:ff9b::10.1.2.3", "10.0.0.0/8"),
        ("2001:db8::1", "2001:db8::/32"),
    ],
)
def test_an_allowed_network_opens_what_it_names(address, network):
    """A private CA names the networks its names live in (S-09)."""
    assert refused(address)
    assert not refused(address, network)


@pytest.mark.parametrize(
    ("address", "networks"),
    [
        ("2002:7f00:0001::1", ["2002::/16", "127.0.0.0/8"]),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", ["2001::/32", "192.0.2.0/24"]),
    ],
    ids=["6to4", "Teredo"],
)
def test_an_address_that_carries_another_needs_both(address, networks):
    """The tunnel and what it leads to (S-09)."""
    assert not refused(address, *networks)
    for network in networks:
        assert refused(address, network)


@pytest.mark.parametrize(
    ("address", "networks"),
    [
        ("10.2.0.1", ["10.1.0.0/16", "192.168.0.0/16"]),
        ("127.0.0.1", ["0.0.0.0/0"]),
        ("127.0.0.2", ["127.0.0.1/32"]),
        ("169.254.169.254", ["169.254.0.0/16"]),
        ("169.254.169.254", ["169.254.169.254/31"]),
        ("169.254.169.254", ["0.0.0.0/0"]),
        ("100.100.100.200", ["100.64.0.0/10"]),
        ("fd00:ec2::254", ["fc00::/7"]),
        ("::1", ["::/0"]),
        ("::ffff:127.0.0.1", ["127.0.0.0/8", "::ffff:0:0/96"]),
        ("224.0.0.251", ["224.0.0.0/4"]),
        ("0.0.0.0", ["0.0.0.0/8", "127.0.0.0/8"]),
        ("255.255.255.255", ["0.0.0.0/0"]),
        ("2002:7f00:0001::1", ["2002::/16"]),
        ("2002:7f00:0001::1", ["127.0.0.0/8"]),
        ("64:ff9b::127.0.0.1", ["64:ff9b::/96"]),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", ["2001::/32"]),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", ["192.0.2.0/24"]),
        ("2001:0:4136:e378:8000:63bf:80ff:fffe", ["2001::/32", "0.0.0.0/0"]),
    ],
)
def test_an_allowed_network_opens_nothing_else(address, networks):
    """Loopback and metadata must be named, not only held; some never open (S-09)."""
    assert refused(address, *networks)


@pytest.mark.parametrize("text", ["10.0.0.1/8", "localhost", "", "10.0.0.0/33"])
def test_a_setting_that_is_no_network_is_refused(text):
    """The operator is told which entry it is."""
    with pytest.raises(Refused) as refusal:
        parse_networks(["10.0.0.0/8", text])
    assert "allow_networks" in str(refusal.value.facts["reason"])
