"""Keys made while other work goes on: each another, each given out once, and made all the same where none was begun."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tegata.cli import keymaking
from tegata.cli.keymaking import KeyMakers
from tegata.pki.forms import KeyForm
from tegata.pki.key_types import KeyType
from tegata.pki.keys import PrivateKey, from_pem, generate, spki, to_pem, type_of


class Making:
    """Stands for the library: counts what is made, and how much at once; waits where it is told to."""

    def __init__(self) -> None:
        self.made: list[KeyType] = []
        self.most = self._now = 0
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self._lock = threading.Lock()

    def __call__(self, key_type: KeyType) -> PrivateKey:
        with self._lock:
            self.made.append(key_type)
            self._now += 1
            self.most = max(self.most, self._now)
        self.may_go_on.wait()
        key = generate(key_type)
        with self._lock:
            self._now -= 1
        return key


@pytest.fixture
def making(monkeypatch: pytest.MonkeyPatch) -> Iterator[Making]:
    found = Making()
    monkeypatch.setattr(keymaking, "generate", found)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    yield found
    found.may_go_on.set()


@pytest.mark.usefixtures("making")
def test_keys_are_whole_and_each_another() -> None:
    makers = KeyMakers()
    makers.begin([KeyType.RSA2048])
    with ThreadPoolExecutor(5) as pool:
        keys = list(pool.map(makers.make, [KeyType.RSA2048] * 6))
    assert len({spki(key.public_key()) for key in keys}) == 6
    for key in keys:
        assert type_of(from_pem(to_pem(key, KeyForm.PKCS8)).public_key()) is KeyType.RSA2048


def test_no_more_at_once_than_processors(making: Making) -> None:
    """Begun or not: each that is begun is there soon, and nothing else has to wait for the lot."""
    makers = KeyMakers()
    makers.begin([KeyType.RSA2048] * 3)
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(makers.make, [KeyType.RSA2048] * 6))
    assert making.most == 2
    assert len(making.made) == 6


def test_keys_that_were_begun_are_given_out_once(making: Making) -> None:
    """As many as can be made at once; one of another type than is wanted then is nobody's."""
    makers = KeyMakers()
    makers.begin([KeyType.EC256, KeyType.RSA2048, KeyType.RSA3072, KeyType.RSA2048])
    keys = [makers.make(KeyType.RSA2048) for _ in range(3)]
    assert {type_of(key.public_key()) for key in keys} == {KeyType.RSA2048}
    assert len({spki(key.public_key()) for key in keys}) == 3
    assert sorted(making.made) == [KeyType.RSA2048] * 3 + [KeyType.RSA3072]


def test_a_key_is_begun_beside_other_work(making: Making) -> None:
    making.may_go_on.clear()
    makers = KeyMakers()
    makers.begin([KeyType.RSA2048])  # comes back at once
    making.may_go_on.set()
    makers.make(KeyType.RSA2048)
    assert making.made == [KeyType.RSA2048]


@pytest.mark.parametrize("key_type", [KeyType.EC256, KeyType.ED25519, KeyType.RSA8192])
def test_what_is_not_worth_it_is_not_begun(making: Making, key_type: KeyType) -> None:
    """No time to be gained, or too much to be lost by whoever ends early: the process ends once the thread does."""
    KeyMakers().begin([key_type])
    assert making.made == []


def test_without_threads_keys_are_made_when_they_are_wanted(making: Making, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none_left)
    makers = KeyMakers()
    makers.begin([KeyType.RSA2048])
    assert making.made == []
    assert type_of(makers.make(KeyType.RSA2048).public_key()) is KeyType.RSA2048


def test_a_key_that_could_not_be_made_is_tried_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """And whoever wants it is told what is wrong."""
    told: list[str] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: told.append(str(args.exc_value)))

    def no_memory(_: KeyType) -> PrivateKey:
        raise MemoryError("no more memory")

    monkeypatch.setattr(keymaking, "generate", no_memory)
    makers = KeyMakers()
    makers.begin([KeyType.RSA2048])
    with pytest.raises(MemoryError):
        makers.make(KeyType.RSA2048)
    assert told == ["no more memory"]
