"""Keys made in processes of their own: good ones, side by side, and without those processes all the same."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tegata.host import keymaking
from tegata.host.keymaking import KeyMakers
from tegata.pki.forms import KeyForm
from tegata.pki.key_types import KeyType
from tegata.pki.keys import from_pem, spki, to_pem, type_of


@pytest.fixture
def makers() -> Iterator[KeyMakers]:
    with KeyMakers(2) as found:
        yield found


def children() -> set[int]:
    """The processes that make keys for this one; one that has only just begun may have no words yet."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text, words = status.read_text(), (status.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if f"PPid:\t{os.getpid()}\n" in text and b"keymaking" in words:
            found.add(int(status.parent.name))
    return found


def test_keys_are_whole_and_each_another(makers: KeyMakers) -> None:
    """They pass the check that is left out when they come: what it would find was not made here."""
    with ThreadPoolExecutor(5) as pool:
        keys = list(pool.map(makers.make, [KeyType.RSA2048] * 8))
    assert len({spki(key.public_key()) for key in keys}) == 8
    for key in keys:
        assert type_of(from_pem(to_pem(key, KeyForm.PKCS8)).public_key()) is KeyType.RSA2048
    assert len(children()) == 2


def test_what_takes_no_time_starts_no_process(makers: KeyMakers) -> None:
    assert type_of(makers.make(KeyType.EC256).public_key()) is KeyType.EC256
    assert children() == set()


def test_keys_that_were_begun_are_given_out_once(makers: KeyMakers) -> None:
    """As many as there are processes; one of another type than is wanted then is nobody's."""
    makers.begin([KeyType.EC256, KeyType.RSA2048, KeyType.RSA3072, KeyType.RSA2048])
    keys = [makers.make(KeyType.RSA2048) for _ in range(4)]
    assert {type_of(key.public_key()) for key in keys} == {KeyType.RSA2048}
    assert len({spki(key.public_key()) for key in keys}) == 4
    assert len(children()) == 2


def test_keys_are_begun_without_processes_too() -> None:
    with KeyMakers(0) as none:
        none.begin([KeyType.RSA2048])
        assert isinstance(none.make(KeyType.RSA2048), RSAPrivateKey)


@pytest.mark.parametrize("count", [0, 1])
def test_without_processes_keys_are_made_here(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a frozen program, whose interpreter runs nothing else."""
    monkeypatch.setattr(keymaking, "_SERVE", "raise SystemExit(1)")
    with KeyMakers(count) as makers:
        for _ in range(2):
            assert isinstance(makers.make(KeyType.RSA2048), RSAPrivateKey)


def test_a_process_that_is_killed_is_not_waited_for(makers: KeyMakers) -> None:
    makers.make(KeyType.RSA2048)
    for child in children():
        os.kill(child, signal.SIGKILL)
    for _ in range(3):
        assert isinstance(makers.make(KeyType.RSA2048), RSAPrivateKey)


@pytest.mark.parametrize("answer", [b"", b"\x00\x00", b"\xff\xff\xff\xff", b"\x00\x00\x00\x02xx"])
def test_what_is_no_key_is_not_taken(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keymaking, "_SERVE", f"import sys; input(); sys.stdout.buffer.write({answer!r})")
    with KeyMakers(1) as makers:
        assert isinstance(makers.make(KeyType.RSA2048), RSAPrivateKey)


def test_nobody_is_left_when_it_is_left() -> None:
    """Not even one that is at work; and nothing secret is in anybody's words (S-38)."""
    with KeyMakers(2) as makers:
        makers.make(KeyType.RSA2048)
        [child] = children()
        assert b"PRIVATE" not in Path(f"/proc/{child}/cmdline").read_bytes()
    assert children() == set()
