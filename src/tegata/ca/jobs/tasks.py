"""Which service does which kind of job, and what is done on time without one.

Knows the services' names and nothing of what they do.
"""

import asyncio

from tegata.ca.errors import KEY_AWAY
from tegata.ca.jobs.runner import Handler
from tegata.ca.journal import Journal
from tegata.ca.services.alarms import ALARM, AlarmService
from tegata.ca.services.auditing import AuditService
from tegata.ca.services.certificates import CertificateService
from tegata.ca.services.challenges import VALIDATE, ChallengeService
from tegata.ca.services.clocks import Clocks
from tegata.ca.services.crls import CRL, CrlService
from tegata.ca.services.housekeeping import HousekeepingService
from tegata.ca.services.issuance import ISSUE, IssuanceService
from tegata.ca.services.issuers import Issuers
from tegata.ca.services.notices import CONTRACT_ACCEPTED, NoticeService
from tegata.ca.services.revocation import COMPROMISED_KEY
from tegata.ca.services.watching import CONTRACT_ENDING, RENEWAL_OVERDUE, WatchService

CRL_CHECK_SECONDS = 10.0
"""How often it is looked whether a new CRL is due: a read of one row."""

KEY_SECONDS = 10.0
"""How often it is looked whether the issuing keys are there: a token is asked for a public key."""

CLOCK_SECONDS = 10.0
"""How often this machine's clock is compared with the database server's."""

BIND_SECONDS = 1.0
"""How long an event of the audit log may be without its link."""
BIND_AGAIN_SECONDS = 60.0
"""How long it is waited at the most between two tries that fail."""
CLEAN_SECONDS = 60.0
"""How often what is old is dropped."""
WATCH_SECONDS = 3600.0
"""How often it is looked who is to be told that something was not renewed."""
WATCH_AGAIN_SECONDS = 60.0
"""How soon after a look that failed: another may have had the turn, or the database have been away."""
ALARM_SECONDS = 60.0
"""How often it is looked whether operators are to be told of something."""

log = Journal("jobs")


def handlers(
    *,
    challenges: ChallengeService,
    issuance: IssuanceService,
    certificates: CertificateService,
    crls: CrlService,
    notices: NoticeService | None,
    alarms: AlarmService | None = None,
) -> dict[str, Handler]:
    """The handler of every kind of job; without ``notices`` those wait until mail is set up again."""
    table: dict[str, Handler] = {
        VALIDATE: challenges.validate,
        ISSUE: issuance.resume,
        CRL: crls.publish_for,
        COMPROMISED_KEY: certificates.sweep_key,
    }
    if notices is not None:
        table[CONTRACT_ACCEPTED] = notices.contract_accepted
        table[RENEWAL_OVERDUE] = notices.renewal_overdue
        table[CONTRACT_ENDING] = notices.contract_ending
    if alarms is not None:
        table[ALARM] = alarms.tell
    return table


async def reach_in_time(issuers: Issuers) -> None:
    """Know which issuing keys are out of reach, for ever."""
    while True:
        await asyncio.sleep(KEY_SECONDS)
        try:
            await issuers.look()
        except Exception:
            log.exception("issuer.key-unusable")


async def compare_in_time(clocks: Clocks) -> None:
    """Know how far this machine's clock is from the database server's, for ever."""
    while True:
        await asyncio.sleep(CLOCK_SECONDS)
        try:
            await clocks.look()
        except Exception:
            log.exception("clock.failed")


async def bind_in_time(audit: AuditService) -> None:
    """Bind what was appended to the audit log, for ever; a failure is logged and tried again, less and less often.

    A full disk is not filled further by a traceback a second.
    """
    pause = BIND_SECONDS
    while True:
        try:
            await audit.bind()
        except Exception:
            log.exception("audit.failed")
            pause = min(2 * pause, BIND_AGAIN_SECONDS)
        else:
            pause = BIND_SECONDS
        await asyncio.sleep(pause)


async def clean_in_time(housekeeping: HousekeepingService) -> None:
    """Drop what is old, for ever; a failure is logged and tried again."""
    while True:
        try:
            dropped = await housekeeping.clean()
            if dropped:
                log.info("housekeeping.dropped", **dropped)
        except Exception:
            log.exception("housekeeping.failed")
        await asyncio.sleep(CLEAN_SECONDS)


async def watch_in_time(watch: WatchService) -> None:
    """Have customers told of what was not renewed, for ever; a failure is logged and tried again."""
    while True:
        pause = WATCH_SECONDS
        try:
            left = await watch.look()
            if left:
                log.info("notices.left", count=left)
        except Exception:
            log.exception("watch.failed")
            pause = WATCH_AGAIN_SECONDS
        await asyncio.sleep(pause)


async def alarm_in_time(alarms: AlarmService) -> None:
    """Have operators told of what is wrong, for ever; a failure is logged and tried again."""
    while True:
        await asyncio.sleep(ALARM_SECONDS)
        try:
            await alarms.look()
        except Exception:
            log.exception("alarms.failed")


async def publish_in_time(crls: CrlService) -> None:
    """Publish a CRL whenever one is due, for ever; a failure is logged and tried again."""
    while True:
        try:
            await crls.publish_when_due()
        except KEY_AWAY:
            pass  # which ones, and why, is told by then
        except Exception:
            log.exception("crl.failed")
        await asyncio.sleep(CRL_CHECK_SECONDS)
