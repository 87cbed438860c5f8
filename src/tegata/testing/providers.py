"""The conformance suite for DNS providers, ours and anybody's, and the surroundings to make one in a test.

A provider's own test makes it, says how the values at a name are read, and calls ``check``. Knows no particular
provider and no test framework: what fails is an AssertionError.
"""

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor

from tegata.plugin_api.dns import ConfirmingProvider, DnsProvider, Environment, Surroundings, TxtRecord
from tegata.plugin_api.solver import Presentation

# Values as dns-01 has them, the letters that provoke most included.
VALUES = (
    "1fCS1lh6WLuBWbvkmdEhdymEvTR8MuI63XqlRVleM9Q",
    "-_lh6WLuBWbvkmdEhdymEvTR8MuI63XqlRVleM9Q1fC",
    "--_-WLuBWbvkmdEhdymEvTR8MuI63XqlRVleM9Q1f-_",
)


class Script:
    """A dialogue whose answers are known beforehand; ``said`` and ``logged`` keep the other side of it."""

    def __init__(self, *answers: str) -> None:
        self.said: list[str] = []
        self.logged: list[str] = []
        self._answers = list(answers)

    def say(self, text: str) -> None:
        """Keep it."""
        self.said.append(text)

    def log(self, text: str) -> None:
        """Keep it."""
        self.logged.append(text)

    def answer(self) -> str | None:
        """The next answer; None after the last."""
        return self._answers.pop(0) if self._answers else None


def surroundings(
    provider: str, variables: Mapping[str, str], *, zone: str = "example.com.", dialogue: Script | None = None
) -> Surroundings:
    """What a provider of this code is made with; every name lies in ``zone``."""
    return Surroundings(Environment(provider, variables), lambda _: zone, dialogue or Script())


def record(value: str, name: str = "_acme-challenge.www.example.com.") -> TxtRecord:
    """A value at a name, with an origin that is made up."""
    domain = name.removesuffix(".").removeprefix("_acme-challenge.")
    origin = Presentation(domain, "dns-01", "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ", "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ.key")
    return TxtRecord(name, value, origin)


def check(
    provider: DnsProvider, values_at: Callable[[str], Collection[str]], name: str = "_acme-challenge.www.example.com."
) -> None:
    """Add and remove values at ``name``, which has none; ``values_at`` reads them where the service has its own."""
    first, second, third = (record(value, name) for value in VALUES)

    def expect(what: str, *records: TxtRecord) -> None:
        there, wanted = sorted(values_at(name)), sorted(each.value for each in records)
        assert there == wanted, f"{what}: at {name} there is {there}, not {wanted}"

    expect("before the first")
    provider.add(first)
    expect("after the first was added", first)
    provider.add(second)
    expect("after a second was added beside it", first, second)
    provider.add(first)
    expect("after one was added that is there", first, second)
    if isinstance(provider, ConfirmingProvider):
        provider.confirm()
        expect("after what was added was confirmed", first, second)
    provider.remove(first)
    expect("after one of two was removed", second)
    provider.remove(first)
    expect("after it was removed again", second)
    provider.remove(third)
    expect("after one was removed that was never added", second)
    provider.remove(second)
    expect("after the last was removed")
    provider.remove(second)
    expect("after it was removed again")
    if provider.side_by_side:
        with ThreadPoolExecutor() as threads:
            for _ in threads.map(provider.add, (first, second, third)):
                pass
        expect("after three were added side by side", first, second, third)
        for each in (first, second, third):
            provider.remove(each)
        expect("after they were removed")
    assert provider.timing.timeout > 0, "no change is seen in no time"
