"""EAB files as portals hand them out and as people pass them on."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tegata.cli.errors import BadEabFile
from tegata.cli.plans.eabfile import EabFile, read

PORTAL = (
    "sudo certbot --server https://ca.example/acme/ --eab-hmac-key 1aMIni2bcdefgJQFZUfTVSAxndrp3A1ExSy4Sv5W6ic "
    "--eab-kid UoRVx1AaBBCC -d www.example.com --key-type rsa\n"
)
MAC = "1aMIni2bcdefgJQFZUfTVSAxndrp3A1ExSy4Sv5W6ic"
EXPECTED = EabFile("https://ca.example/acme/", "UoRVx1AaBBCC", MAC, ("www.example.com",), "rsa2048")


@pytest.mark.parametrize(
    "content",
    [
        PORTAL.encode(),
        PORTAL.strip().encode(),
        PORTAL.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + PORTAL.encode(),
        PORTAL.encode("utf-16"),
        PORTAL.replace(" --", "\n--").encode(),
        PORTAL.replace(" --", " \\\n  --").encode(),
        PORTAL.replace(" --", " \\\r\n  --").encode(),
        PORTAL.replace(" ", "\n").encode(),
        PORTAL.removeprefix("sudo ").encode(),
        PORTAL.replace("certbot", "certbot certonly --standalone -m admin@example.com --non-interactive").encode(),
        (
            f"certbot --key-type=rsa --eab-kid=UoRVx1AaBBCC --domain=www.example.com --eab-hmac-key={MAC} "
            "--server=https://ca.example/acme/"
        ).encode(),
        PORTAL.replace("https://ca.example/acme/", "'https://ca.example/acme/'").encode(),
        f"lego -s https://ca.example/acme/ --hmac {MAC} --kid UoRVx1AaBBCC -d www.example.com --key-type rsa".encode(),
    ],
)
def test_forms(content: bytes) -> None:
    """The portal's own form, line ends, byte order marks, wrapped lines, other orders, equals signs, other tools."""
    assert read(content, "eab.txt") == EXPECTED


def test_several_names() -> None:
    """-d repeated, certbot's lists with commas, and its flag for addresses."""
    flags = "-d a.example -d b.example,c.example --domains d.example --ip-address 192.0.2.1"
    content = PORTAL.replace("-d www.example.com", flags).encode()
    assert set(read(content, "eab.txt").names) == {"a.example", "b.example", "c.example", "d.example", "192.0.2.1"}


@pytest.mark.parametrize(
    ("words", "key_type"),
    [
        ("--key-type rsa", "rsa2048"),
        ("--key-type rsa --rsa-key-size 4096", "rsa4096"),
        ("--key-type ecdsa", "ec256"),
        ("--key-type ecdsa --elliptic-curve secp384r1", "ec384"),
        ("--key-type ecdsa --elliptic-curve secp521r1", None),
        ("", None),
    ],
)
def test_key_types(words: str, key_type: str | None) -> None:
    """certbot's words for keys become lego's."""
    assert read(PORTAL.replace("--key-type rsa", words).encode(), "eab.txt").key_type == key_type


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it has no --server"),
        (PORTAL.replace("--eab-kid UoRVx1AaBBCC", "").encode(), "it has no --eab-kid"),
        (PORTAL.replace("--eab-kid UoRVx1AaBBCC ", "--eab-kid= ").encode(), "it has no --eab-kid"),
        (PORTAL.replace(f"--eab-hmac-key {MAC}", "").encode(), "it has no --eab-hmac-key"),
        ((PORTAL + "--eab-kid other").encode(), "it has more than one --eab-kid"),
        (PORTAL.replace("-d", "'-d").encode(), "a quotation mark in it is not closed"),
        (b"\xff\xfe\x00", "it is not text in UTF-8 or UTF-16"),
        (b"\x80", "it is not text in UTF-8 or UTF-16"),
        (b"x" * 65537, "it is longer than 64 KiB"),
    ],
)
def test_what_is_no_eab_file(content: bytes, reason: str) -> None:
    """The error names the file and what it lacks, and never shows what is in it."""
    with pytest.raises(BadEabFile) as caught:
        read(content, "eab.txt")
    assert caught.value.facts == {"file": "eab.txt", "reason": reason}


def test_the_mac_key_is_not_shown() -> None:
    """Neither in a traceback nor in a log."""
    assert MAC not in repr(read(PORTAL.encode(), "eab.txt"))


@given(st.binary(max_size=300))
def test_any_file_is_read_or_refused(content: bytes) -> None:
    """Whatever somebody names by --eab-file, nothing else is raised."""
    with contextlib.suppress(BadEabFile):
        read(content, "eab.txt")
