"""A runner in another process; run as ``python -m tests.ca.jobs.other_runner FILE SECONDS``.

SECONDS is its lease. Its work never ends; it prints the subject of each job it has begun.
"""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from tegata.ca.jobs.runner import Runner
from tegata.ca.model import Job
from tegata.ca.store.sqlite import open_store
from tegata.clock import SystemClock


async def hang(job: Job) -> None:
    print(job.subject, flush=True)
    await asyncio.Event().wait()


async def main(path: Path, lease: timedelta) -> None:
    store = open_store(path)
    await Runner(
        store=store, handlers={"work": hang}, owner="other process", clock=SystemClock().now, lease=lease
    ).run()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), timedelta(seconds=float(sys.argv[2]))))
