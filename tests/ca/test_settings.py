"""What ``settings.toml`` cannot ask of the CA, whoever writes it."""

import json
import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from tegata.ca.settings import DAY, Policy, Profile, Retention, Service, Settings, Validation
from tegata.settings import BadSettings, load


def loaded(tmp_path: Path, text: str, shape: type[msgspec.Struct]) -> msgspec.Struct:
    file = tmp_path / "settings.toml"
    file.write_text(text)
    return load(file, shape)


@pytest.mark.parametrize(
    "method", ["email-01", "email-reply-00", "whois-01", "domain-contact", "http-02", "dns-account-02", "HTTP-01", ""]
)
def test_what_a_service_cannot_be(tmp_path: Path, method: str):
    """A method there is not, or that is retired, is refused when the file is read (B-20, B-32)."""
    with pytest.raises(BadSettings, match="challenges"):
        loaded(tmp_path, f'label = "x"\nchallenges = ["dns-01", "{method}"]', Service)
    assert loaded(tmp_path, 'label = "x"\nchallenges = ["dns-01"]', Service) == Service(
        label="x", challenges=("dns-01",)
    )


def test_domains_prove_names_below_by_records_only(tmp_path: Path):
    """Off by default; a service that has it has a challenge in the DNS (X-60, B-21)."""
    assert not Service(label="x").subdomains
    with pytest.raises(BadSettings, match="a challenge in the DNS"):
        loaded(tmp_path, 'label = "x"\nsubdomains = true\nchallenges = ["http-01", "tls-alpn-01"]', Service)
    for kind in ("dns-01", "dns-account-01", "dns-persist-01"):
        text = f'label = "x"\nsubdomains = true\nchallenges = ["http-01", "{kind}"]'
        assert loaded(tmp_path, text, Service) == Service(label="x", subdomains=True, challenges=("http-01", kind))


def test_a_short_life_is_a_week_at_the_most(tmp_path: Path):
    """B-69: certificates that name no CRL live seven days."""
    with pytest.raises(BadSettings, match="7 at the most"):
        loaded(tmp_path, 'label = "x"\ncertificate_days = 8\nshort_lived = true', Service)
    with pytest.raises(BadSettings, match="profile is 7 at the most"):
        loaded(tmp_path, 'description = "x"\ncertificate_days = 8\nshort_lived = true', Profile)
    week = loaded(tmp_path, 'label = "x"\ncertificate_days = 7\nshort_lived = true', Service)
    assert week == Service(label="x", certificate_days=7, short_lived=True)


@pytest.mark.parametrize("seconds", [30 * DAY + 1, 59, -1])
def test_how_long_a_token_cannot_live(tmp_path: Path, seconds: int):
    """B-24"""
    with pytest.raises(BadSettings, match="pending_authorization_seconds"):
        loaded(tmp_path, f"pending_authorization_seconds = {seconds}", Policy)
    longest = loaded(tmp_path, f"pending_authorization_seconds = {30 * DAY}", Policy)
    assert longest == Policy(pending_authorization_seconds=30 * DAY)


@pytest.mark.parametrize(
    ("shape", "setting", "values"),
    [
        (Validation, "http01_port", (0, 65_536, -1)),
        (Validation, "tlsalpn01_port", (0, 65_536)),
        (Validation, "attempts", (0, 21)),
        (Validation, "reuse_seconds", (0, 3599, 398 * DAY + 1, 10**15)),
        (Policy, "order_seconds", (-1, 0, 10**14)),
        (Policy, "names_per_order", (0, 1001)),
        (Policy, "reissues_at_contract_end", (-1,)),
        (Policy, "crl_seconds", (0, 1, 7 * DAY + 1, 8 * DAY)),
        (Retention, "evidence_days", (0, 7)),
        (Service, "certificate_days", (0, -90, 399, 10**10)),
        (Service, "term_days", (0, -3, 10**8)),
        (Profile, "certificate_days", (0, 399)),
    ],
)
def test_what_would_fail_only_with_the_first_order(tmp_path: Path, shape: type[msgspec.Struct], setting, values):
    """A CA does not serve by a value that stops every certificate or its CRL later (B-50, B-88)."""
    rest = {Service: 'label = "x"\n', Profile: 'description = "x"\n'}.get(shape, "")
    for value in values:
        with pytest.raises(BadSettings, match=setting):
            loaded(tmp_path, f"{rest}{setting} = {json.dumps(value)}", shape)


def test_no_setting_passes_over_validation():
    """S-16: nothing that is written in a file lets a name into a certificate that was not proved."""

    def names(shape: type[msgspec.Struct]) -> set[str]:
        found = set()
        for field in msgspec.structs.fields(shape):
            found.add(field.name)
            for inner in (field.type, *get_args(field.type)):
                if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
                    found |= names(inner)
        return found

    every = names(Settings)
    assert {"challenges", "dnssec", "allow_networks", "http01_port"} <= every, "it finds them at any depth"
    assert not [one for one in every if re.search("skip|bypass|insecure|unsafe|disable|fake|trust_all|testing", one)]
