"""TSIG keys from files: everything tsig-keygen or a person writes, and what is no such file."""

import os
import subprocess
from pathlib import Path

import pytest

from tegata.plugin_api.dns import Environment
from tegata.plugin_api.environment import BadSetting
from tegata.plugins.dns._tsig import ALGORITHMS, TsigKey, tsig_key
from tests.peers.command import which

SECRET = "//8Aaz+bRw=="  # as a comment begins
KEY = TsigKey("tegata.example", "hmac-sha256", SECRET)


def read(tmp_path: Path, text: str) -> TsigKey | None:
    file = tmp_path / "key"
    file.write_bytes(text.encode())
    return tsig_key(Environment("rfc2136", {"RFC2136_TSIG_FILE": str(file)}), "RFC2136")


@pytest.mark.parametrize(
    "text",
    [
        f'key "tegata.example" {{\n\talgorithm hmac-sha256;\n\tsecret "{SECRET}";\n}};\n',
        f'key tegata.example{{secret "{SECRET}";algorithm HMAC-SHA256;}};',
        f'/* key a {{ */ # {{\r\nkey tegata.example {{ // x\r\nalgorithm "hmac-sha256.";\r\nsecret "{SECRET}"; }};',
        f'key tegata.example {{ algorithm hmac-sha256; secret "{SECRET}"; }};\nkey b {{ algorithm x; secret y; }};',
    ],
    ids=["tsig-keygen", "dense", "comments", "two"],
)
def test_forms(tmp_path: Path, text: str):
    assert read(tmp_path, text) == KEY


@pytest.mark.peer("tsig-keygen")
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_program_s_own(tmp_path: Path, algorithm: str):
    words = [which("tsig-keygen") or "", "-a", algorithm, "tegata.example"]
    key = read(tmp_path, subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    assert key is not None
    assert (key.name, key.algorithm) == ("tegata.example", algorithm)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "key",
        'key "a"',
        'key "a" {',
        'key "a" { algorithm }',
        'key "a" { algorithm hmac-sha256; };',
        f'key "a" {{ secret "{SECRET}"; }};',
        "\udcff\udcfe",
        f'key "a" {{ algorithm hmac-md5; secret "{SECRET}"; }};',
        'key "a" { algorithm hmac-sha256; secret "secret, not base64"; };',
    ],
)
def test_what_is_no_key(tmp_path: Path, text: str):
    """No exception but our own, and nothing of the file in it."""
    file = tmp_path / "key"
    file.write_bytes(os.fsencode(text))
    with pytest.raises(BadSetting) as caught:
        tsig_key(Environment("rfc2136", {"RFC2136_TSIG_FILE": str(file)}), "RFC2136")
    assert caught.value.facts["variable"] == "RFC2136_TSIG_FILE"
    assert "secret, not" not in str(caught.value.facts)


@pytest.mark.parametrize("variables", [{}, {"RFC2136_TSIG_KEY": "a"}, {"RFC2136_TSIG_SECRET": SECRET}])
def test_half_a_key_is_none(variables: dict[str, str]):
    """As with lego; a server that wants one says so."""
    assert tsig_key(Environment("rfc2136", variables), "RFC2136") is None
