"""What is remembered about a certificate between runs, so that a renewal that is not due needs no network.

The CA's renewal window, the instant chosen in it once and for all, when to ask next, and whether the certificate is
known to be revoked. It stands in a file of ours, where lego looks for nothing. Asking the CA and deciding are the
client's; here is what was learned.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from tegata.acme.window import Window, choose_instant
from tegata.client import renewal
from tegata.client.renewal import Cause, Due, Facts, decide
from tegata.clock import parse_rfc3339, rfc3339
from tegata.host import gojson
from tegata.host.files import Tree, forget, read
from tegata.host.files import replace as replace_file
from tegata.host.stems import stem_of
from tegata.pki.life import Life

# RFC 9773 §4.3.3: after trouble a minute, then doubling; where there is nothing to ask, and at most, six hours.
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
# §4.3.2: nobody is believed who wants to be asked later than this; such a date comes of a wrong clock.
LONGEST_SILENCE = timedelta(days=1)
# What is wrong with a new certificate is found soon, and it is revoked then: the next run must notice.
FIRST_HOUR = timedelta(hours=1)
# In the days in which lego would renew, nothing remembered is relied on, as a contract may be renewed on its last day
# and the next run must notice; before them, asking only when the CA wants it costs nobody anything.
LAST_DAYS = timedelta(days=30)


class Watch(msgspec.Struct, frozen=True):
    """What is known about one certificate."""

    certificate: str
    """SHA-256 of the certificate: what is said of another one is not believed."""
    ask_again: datetime
    window: Window | None = None
    """When the CA wants it renewed; None: it does not say."""
    instant: datetime | None = None
    """The instant in the window at which it is renewed."""
    explanation: str | None = None
    """A page of the CA's about the window."""
    contract_ends: datetime | None = None
    """When the customer's contract ended when last asked: for telling why, never for deciding, as it may be renewed."""
    revoked: bool = False
    failures: int = 0
    """How often in a row asking has failed."""
    profile: str | None = None
    """The profile it was ordered by, empty for the CA's default; None: nobody has noted it."""
    rely_from: datetime | None = None
    """When what was learned with the certificate, and since, may be relied on; None: at once."""

    def is_fresh(self, now: datetime, not_after: datetime) -> bool:
        """Whether there is no need to ask yet about the certificate, which ends at ``not_after``."""
        is_early = self.rely_from is not None and now < self.rely_from <= now + FIRST_HOUR
        return not is_early and now < self.ask_again <= now + LONGEST_SILENCE and now < not_after - LAST_DAYS

    def is_put_off(self, not_after: datetime) -> bool:
        """Whether the CA wants the certificate renewed only at its very end, as if another could not live longer."""
        return self.window is not None and self.window.end >= not_after


def unknown(digest: str, profile: str | None = None) -> Watch:
    """What is known about a certificate that nobody has asked about: nothing, so it is time to ask."""
    return Watch(digest, ask_again=datetime.fromtimestamp(0, UTC), profile=profile)


def answered(
    before: Watch, now: datetime, window: Window, *, explanation: str | None, retry_after: float, fraction: float
) -> Watch:
    """What is known after an answer; ``retry_after`` is in seconds, ``fraction`` (0 to 1, random) places the instant.

    The instant is chosen once a window: choosing again with each answer would draw it towards the window's start
    (RFC 9773 §4.2).
    """
    instant = before.instant if window == before.window else None
    return msgspec.structs.replace(
        before,
        ask_again=now + timedelta(seconds=retry_after),
        window=window,
        instant=instant or choose_instant(window, fraction),
        explanation=explanation,
        failures=0,
    )


def not_offered(before: Watch, now: datetime) -> Watch:
    """What is known once a CA turned out to have no renewal information for the certificate."""
    again = now + LONGEST_PAUSE
    return msgspec.structs.replace(
        before, rely_from=None, ask_again=again, window=None, instant=None, explanation=None, failures=0
    )


def failed(before: Watch, now: datetime) -> Watch:
    """What is known after the CA could not be asked: what was known before, and to wait longer each time (S-17)."""
    # Beyond ten doublings the pause is the longest anyway; the exponent must not grow without end.
    pause = min(FIRST_PAUSE * 2 ** min(before.failures, 10), LONGEST_PAUSE)
    return msgspec.structs.replace(before, rely_from=None, ask_again=now + pause, failures=before.failures + 1)


def learned_with(certificate: Watch, now: datetime) -> Watch:
    """What is known after the question that comes with the certificate itself: no answer is relied on for an hour."""
    return msgspec.structs.replace(certificate, rely_from=now + FIRST_HOUR)


def without_window(watch: Watch) -> Watch:
    """The same for whoever does not want to hear of the CA's renewal information."""
    return msgspec.structs.replace(watch, window=None, instant=None, explanation=None)


def facts(
    watch: Watch,
    life: Life,
    now: datetime,
    *,
    days: int | None = None,
    contract_ends: datetime | None = None,
    changed: Cause | None = None,
    dynamic: bool = False,
    patience: timedelta = timedelta(),
) -> Facts:
    """All that the decision needs; ``patience`` is how far ahead of it the instant in the window is waited for."""
    return Facts(
        now=now,
        not_before=life.not_before,
        not_after=life.not_after,
        revoked=watch.revoked,
        window=watch.window,
        window_instant=watch.instant,
        waits=watch.instant is not None and watch.instant <= now + patience,
        days=days,
        contract_ends=contract_ends,
        changed=changed,
        dynamic=dynamic,
    )


def is_due(tree: Tree, name: str, life: Life, now: datetime) -> bool:
    """Whether it is time to renew, by what is remembered alone: no CA is asked. Raises NotReadable."""
    return isinstance(decide(facts(WatchFile(tree, name).load(life.digest), life, now)), Due)


def is_overdue(tree: Tree, name: str, life: Life, now: datetime) -> bool:
    """Whether nobody has renewed it for too long, by what is remembered alone (C-14). Raises NotReadable."""
    return renewal.is_overdue(facts(WatchFile(tree, name).load(life.digest), life, now))


class WatchFile:
    """The file that keeps a watch."""

    def __init__(self, tree: Tree, name: str) -> None:
        self._tree = tree
        self._file = tree.renewals / f"{stem_of(name)}.json"

    def load(self, digest: str) -> Watch:
        """What is remembered about a certificate; a file that is missing, damaged or about another one says nothing.

        Raises NotReadable.
        """
        try:
            watch = _from_json(gojson.load(read(self._file) or b""))
        except (ValueError, TypeError, KeyError):
            return unknown(digest)
        return watch if watch.certificate == digest else unknown(digest)

    def save(self, watch: Watch) -> None:
        """Remember a watch; raises NotWritable."""
        self._tree.make_own(self._file.parent)
        replace_file(self._file, gojson.dump(_to_json(watch)), shared=True)

    def forget(self) -> None:
        """Remember nothing; raises NotWritable."""
        forget(self._file)


def _to_json(watch: Watch) -> dict[str, object]:
    value: dict[str, object] = {
        "certificate": watch.certificate,
        "askAgain": rfc3339(watch.ask_again),
        "revoked": watch.revoked,
        "failures": watch.failures,
    }
    if watch.window is not None and watch.instant is not None:
        value["window"] = {"start": rfc3339(watch.window.start), "end": rfc3339(watch.window.end)}
        value["instant"] = rfc3339(watch.instant)
        value["explanation"] = watch.explanation or ""
    if watch.contract_ends is not None:
        value["contractEnds"] = rfc3339(watch.contract_ends)
    if watch.profile is not None:
        value["profile"] = watch.profile
    if watch.rely_from is not None:
        value["relyFrom"] = rfc3339(watch.rely_from)
    return value


def _from_json(value: Mapping[str, object]) -> Watch:
    """The watch in a file; raises KeyError, TypeError or ValueError for what is none."""
    span = value.get("window")
    window = Window(_instant(span, "start"), _instant(span, "end")) if isinstance(span, dict) else None
    failures = value["failures"]
    if not isinstance(failures, int):
        raise TypeError("failures")
    return Watch(
        certificate=str(value["certificate"]),
        ask_again=_instant(value, "askAgain"),
        window=window,
        instant=_instant(value, "instant") if window else None,
        explanation=str(value.get("explanation") or "") or None,
        contract_ends=_instant(value, "contractEnds") if "contractEnds" in value else None,
        revoked=value.get("revoked") is True,
        failures=max(failures, 0),
        profile=str(value["profile"]) if "profile" in value else None,
        rely_from=_instant(value, "relyFrom") if "relyFrom" in value else None,
    )


def _instant(value: Mapping[str, object], name: str) -> datetime:
    return parse_rfc3339(str(value[name]))
