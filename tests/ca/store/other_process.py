"""Another process on the same store; run as ``python -m tests.ca.store.other_process PLACE VERB [NUMBER]``.

``stream``: commits orders from eight tasks for ever, and prints each one's name once it is acknowledged.
``orders``: commits NUMBER orders named ``other-…`` from eight tasks.
``job``: leaves a job for whoever is free.
``open``: opens the store, reads, and closes it.
"""

import asyncio
import sys

from tegata.ca.ports import Work
from tests.ca.store.conftest import Place
from tests.ca.store.records import job, place_order, populate


async def main(place: str, verb: str, number: int = 0) -> None:
    store = Place(place).open()

    async def stream(task: int) -> None:
        count = 0
        while True:
            name = f"stream-{task}-{count}"
            await place_order(store, name)
            print(name, flush=True)
            count += 1

    match verb:
        case "stream":
            await populate(store)
            await asyncio.gather(*(stream(task) for task in range(8)))
        case "orders":
            gate = asyncio.Semaphore(8)

            async def one(count: int) -> None:
                async with gate:
                    await place_order(store, f"other-{count}")

            await asyncio.gather(*(one(count) for count in range(number)))
        case "job":
            work = Work()
            store.jobs.add(work, job())
            await store.commit(work)
        case "open":
            await store.accounts.get("account")
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])))
