"""What the settings say beyond their types: keys that nobody may have, and addresses that may be certified."""

import json
from contextlib import nullcontext
from ipaddress import ip_address
from pathlib import Path

import pytest

from tegata.ca.configuration import BarredNames, blocked_keys, certifiable, load_settings
from tegata.ca.policy import keys
from tegata.ca.settings import Acme, Policy, Public, Settings, Validation
from tegata.settings import BadSettings

LISTED = Policy(blocked_keys="blocked.txt")
DIGEST = bytes(range(32))
NEITHER = "is neither a SHA-256 digest nor openssl-blacklist's"


def test_without_a_list_only_the_published_keys_are_blocked(tmp_path: Path) -> None:
    """B-53"""
    assert blocked_keys(tmp_path, Policy()) == keys.PUBLISHED


@pytest.mark.parametrize(
    "product",
    [
        '[services.a]\nlabel = "a"\nkey_types = []',
        '[services.a]\nlabel = "a"\nkey_types = ["rsa2048", "rsa8192"]',
        '[profiles.a]\ndescription = "a"\ncertificate_days = 9\nkey_types = ["rsa8192"]',
    ],
)
def test_keys_that_no_certificate_can_have(tmp_path: Path, product: str) -> None:
    """B-50: a service that offers none, or one that would fail when it is signed, is told before the CA serves."""
    urls = '[acme]\nurl = "https://ca.example"\n[public]\nurl = "http://ca.example"\n'
    (tmp_path / "settings.toml").write_text(urls + product)
    with pytest.raises(BadSettings, match="key_types"):
        load_settings(tmp_path)


def test_a_list_is_read_to_its_end(tmp_path: Path) -> None:
    """B-52, B-53: comments and empty lines are for people, capitals are as good, and the published keys stay."""
    (tmp_path / "blocked.txt").write_text(f"# weak keys of 2008\n\n{DIGEST.hex()}  # a comment\n{'AB' * 32}")
    assert blocked_keys(tmp_path, LISTED) == keys.PUBLISHED | {DIGEST, b"\xab" * 32}


def test_a_list_of_debians(tmp_path: Path) -> None:
    """B-52: as the package openssl-blacklist has it, its head with it."""
    (tmp_path / "blocked.txt").write_text("# After these initial comments, each line ...\n00005890bc78bcbee3ca\n")
    assert blocked_keys(tmp_path, LISTED) == keys.PUBLISHED | {bytes.fromhex("00005890bc78bcbee3ca")}


def test_names_that_nobody_may_have_are_read_again(tmp_path: Path) -> None:
    """B-27: no restart is needed; a file that cannot be read any more counts as it was."""
    file = tmp_path / "names.txt"
    file.write_text("www.example.com\n")
    listed = BarredNames(tmp_path, Policy(high_risk="names.txt"))
    assert listed().holds("www.example.com")
    assert not listed().holds("www.example.net")
    file.write_text(".example.net  # their bank\n")
    assert listed().holds("www.example.net")
    assert not listed().holds("www.example.com")
    file.write_text("(\n/(/\n")
    assert listed().holds("www.example.net")
    file.unlink()
    assert listed().holds("www.example.net")


def test_a_list_of_names_that_cannot_be_read_at_the_start(tmp_path: Path) -> None:
    """The CA does not begin as if there were none."""
    with pytest.raises(BadSettings):
        BarredNames(tmp_path, Policy(high_risk="names.txt"))
    (tmp_path / "names.txt").write_text("good.example.com\n/(/\n")
    with pytest.raises(BadSettings) as caught:
        BarredNames(tmp_path, Policy(high_risk="names.txt"))
    assert "line 2" in str(caught.value.facts["reason"])
    assert not BarredNames(tmp_path, Policy())().holds("www.example.com")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (f"{DIGEST.hex()}\n{DIGEST.hex()[:-2]}\n".encode(), f"line 2 {NEITHER}"),
        (b"MD5\n", f"line 1 {NEITHER}"),
        (b"\xff\xfe", "it is no UTF-8 text"),
        (None, "No such file or directory"),
    ],
    ids=["short", "word", "binary", "missing"],
)
def test_a_list_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes | None, reason: str) -> None:
    """A CA with half a list would not know it."""
    if content is not None:
        (tmp_path / "blocked.txt").write_bytes(content)
    with pytest.raises(BadSettings) as caught:
        blocked_keys(tmp_path, LISTED)
    assert caught.value.facts["reason"] == reason


@pytest.mark.parametrize("is_public", [False, True])
def test_addresses_that_may_be_certified(*, is_public: bool) -> None:
    """What a private CA's settings allow, and only public ones at a publicly trusted CA (X-07)."""
    settings = Settings(
        acme=Acme(url="https://ca.example"),
        public=Public(url="http://ca.example"),
        policy=Policy(public=is_public),
        validation=Validation(allow_networks=("10.0.0.0/8",)),
    )
    found = [certifiable(settings).is_open(ip_address(text)) for text in ("1.1.1.1", "10.0.0.1", "192.168.0.1")]
    assert found == [True, not is_public, False]


@pytest.mark.parametrize(("issuers", "is_usable"), [(0, False), (1, True), (10, True), (11, False)])
def test_records_that_stay_name_the_ca(tmp_path: Path, issuers: int, *, is_usable: bool) -> None:
    """X-43"""
    names = json.dumps([f"ca{number}.example" for number in range(issuers)])
    (tmp_path / "settings.toml").write_text(
        '[acme]\nurl = "https://ca.example"\n[public]\nurl = "http://ca.example"\n'
        f'[validation]\nissuer_domains = {names}\n[services.dv]\nlabel = "DV"\nchallenges = ["dns-persist-01"]\n'
    )
    with nullcontext() if is_usable else pytest.raises(BadSettings, match="issuer_domains"):
        load_settings(tmp_path)


def test_profiles_that_are_not_there(tmp_path: Path) -> None:
    """X-40"""
    (tmp_path / "settings.toml").write_text(
        '[acme]\nurl = "https://ca.example"\n[public]\nurl = "http://ca.example"\n'
        '[services.dv]\nlabel = "DV"\nprofiles = ["short"]\n'
    )
    with pytest.raises(BadSettings, match="short"):
        load_settings(tmp_path)


@pytest.mark.parametrize(
    ("section", "setting"), [("acme", "trusted_proxies"), ("portal", "operator_networks")], ids=lambda name: name
)
def test_a_network_is_one(tmp_path: Path, section: str, setting: str) -> None:
    """A typing error there would let anybody say where a request comes from, or nobody; here also who operates."""
    sections = {"acme": 'url = "https://ca.example"\n', "public": 'url = "http://ca.example"\n', "portal": ""}
    sections[section] += f'{setting} = ["10.0.0.1/8"]\n'
    (tmp_path / "settings.toml").write_text("".join(f"[{name}]\n{text}" for name, text in sections.items()))
    with pytest.raises(BadSettings, match=setting):
        load_settings(tmp_path)


@pytest.mark.parametrize(("network", "is_usable"), [("::1/128", False), ("fd00::/64", True), ("127.0.0.1/32", True)])
def test_where_operators_come_from(tmp_path: Path, network: str, *, is_usable: bool) -> None:
    """B-96: Of IPv6 a network of 64 bits counts as one address: nobody would ever come from less."""
    text = '[acme]\nurl = "https://ca.example"\n[public]\nurl = "http://ca.example"\n'
    (tmp_path / "settings.toml").write_text(f'{text}[portal]\noperator_networks = ["{network}"]\n')
    with nullcontext() if is_usable else pytest.raises(BadSettings, match="narrower"):
        load_settings(tmp_path)


@pytest.mark.parametrize("url", ["http://old.example", "https://old.example/acme", "old.example"])
def test_former_urls_that_are_none(tmp_path: Path, url: str) -> None:
    """X-51"""
    (tmp_path / "settings.toml").write_text(
        f'[acme]\nurl = "https://ca.example"\nformer_urls = ["{url}"]\n[public]\nurl = "http://ca.example"\n'
    )
    with pytest.raises(BadSettings, match="former_urls"):
        load_settings(tmp_path)


@pytest.mark.parametrize("key", ["website", "terms_of_service"])
@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("", True),
        ("http://ca.example", True),
        ("https://ca.example:8443/terms/2026?a=b%20c#d", True),
        ("javascript:alert(1)", False),
        ("ftp://ca.example/", False),
        ("//ca.example/", False),
        ("https://", False),
        ("https:///terms", False),
        ("https://ca.example:x/", False),
        ("https://ca.example:0/", False),
        ("https://ca.example/a b", False),
        ('https://ca.example/">', False),
        (r"https://ca.example/\u001b[2J", False),
        (r"https://ca.example/\r\nX: y", False),
        (r"https://ca.example/\u0000", False),
        ("https://ca.example/\u898f\u7d04", False),
    ],
)
def test_pages_are_urls(tmp_path: Path, key: str, url: str, is_one: bool) -> None:
    """A-31: they stand in the directory, in header fields and in terminals; what is none is named by its key."""
    text = url.replace('"', '\\"')
    (tmp_path / "settings.toml").write_text(
        f'[acme]\nurl = "https://ca.example"\n{key} = "{text}"\n[public]\nurl = "http://ca.example"\n', "utf-8"
    )
    with nullcontext() if is_one else pytest.raises(BadSettings, match=rf"acme\.{key} is no URL"):
        load_settings(tmp_path)
