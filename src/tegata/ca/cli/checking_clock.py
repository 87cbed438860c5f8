"""Whether somebody keeps this machine's clock right, as its kernel was told (B-03): every date that is signed is its.

Asks the kernel, and the database's server where there is one, and changes nothing.
"""

import ctypes

from tegata.ca.cli.findings import ERROR, OK, WARNING, Finding
from tegata.ca.errors import StoreFailed
from tegata.ca.services.clocks import TOLD, Clocks
from tegata.text.catalogue import Sentence, explain
from tegata.text.language import Language

_FREE = Sentence(
    "nothing keeps this machine's clock right (NTP), and every date that is signed is by it",
    "このサーバーの時計は NTP などで同期されていません。証明書の日時はこの時計で決まります",
)
_UNKNOWN = Sentence(
    "this system does not say whether anything keeps its clock right", "時計が同期されているかどうかを取得できません"
)
_DIFFER = Sentence(
    "this machine's clock is {seconds} s off the database server's (below zero: behind): set both by NTP",
    "このサーバーの時計はデータベースサーバーの時計と {seconds} 秒ずれています（負の値は遅れ）。"
    "両方を NTP で合わせてください",
)
# More than struct timex has; all zero, it asks and sets nothing.
_TIMEX_OCTETS = 512
# TIME_ERROR of adjtimex(2): the clock is not synchronized.
_FREE_RUNNING = 5


def finding(language: Language) -> Finding:
    """What is to be said of the clock."""
    kept = is_kept()
    if kept is None:
        return Finding("clock", OK, _UNKNOWN.fill(language, {}))
    return Finding("clock") if kept else Finding("clock", WARNING, _FREE.fill(language, {}))


async def beside_the_databases(clocks: Clocks, language: Language) -> Finding:
    """Whether it and the database server's agree: by one that is a minute off nothing is dated."""
    try:
        await clocks.compare()
        clocks.require()
    except StoreFailed as error:
        return Finding("database's clock", ERROR, str(explain(error, language)))
    if abs(clocks.ahead) > TOLD:
        facts: dict[str, object] = {"seconds": round(clocks.ahead.total_seconds(), 1)}
        return Finding("database's clock", WARNING, _DIFFER.fill(language, facts))
    return Finding("database's clock")


def is_kept() -> bool | None:
    """Whether the kernel holds the clock for synchronized; None where it cannot be asked."""
    try:
        state: int = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_OCTETS))
    except (OSError, AttributeError, TypeError):
        return None
    return state != _FREE_RUNNING if state >= 0 else None
