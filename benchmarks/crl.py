"""How long a CRL takes and how much memory: from revoked certificates in the store to the published list.

Each size is a process of its own, for its peak memory; the list is read back by the X.509 library and verified.
"""

import argparse
import asyncio
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from tegata.ca.issuing import hierarchy, profiles
from tegata.ca.issuing.authority import SoftwareAuthority
from tegata.ca.services.crls import CrlService
from tegata.ca.services.issuers import Issuers
from tegata.ca.settings import WHOLE_CRL
from tegata.ca.store.columns import micros
from tegata.ca.store.sqlite import open_store

URL = "http://ca.example.com"
NOW = datetime.now(UTC)
# A certificate's row is as long as one of an organization with a few names.
_ROW = """INSERT INTO certificates (serial, order_id, account_id, contract_id, names, names_digest, not_before,
    not_after, spki_digest, tbs, intended_at, chain_pem, issued_at, revoked_at, reason)
VALUES (?, ?, 'a', 'c', '["www.example.com"]', x'00', ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


def fill(path: Path, count: int) -> None:
    """Put revoked certificates into a new store."""
    asyncio.run(open_store(path).close())
    at, ends = micros(NOW), micros(NOW + timedelta(days=60))
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    connection.executemany(
        _ROW,
        (
            (
                *(f"{(1 << 126) + n * 0x9E3779B97F4A7C15:032x}", f"o{n}", at, ends, n.to_bytes(32), b"t" * 900),
                *(at, b"p" * 3000, at, at, (1, 3, 4, 5, 9)[n % 5]),
            )
            for n in range(count)
        ),
    )
    connection.execute("COMMIT")
    connection.close()


async def publish(home: Path) -> dict[str, float]:
    """Publish the CRL once; seconds, octets and entries."""
    store = open_store(home / "tegata-ca.db")
    authority = SoftwareAuthority.load(home, b"secret")
    crls = CrlService(
        store=store,
        issuers=Issuers({WHOLE_CRL: authority}, lambda: NOW),
        life=timedelta(days=4),
        names=[WHOLE_CRL],
        url=lambda name: profiles.crl_url(URL, name),
        clock=lambda: NOW,
        require_clock=lambda: None,
    )
    began, cpu, longest = time.perf_counter(), time.process_time(), 0.0
    task = asyncio.create_task(crls.publish())
    while not task.done():
        before = time.perf_counter()
        await asyncio.sleep(0.002)
        longest = max(longest, time.perf_counter() - before - 0.002)
    await task
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    latest = await store.revocation_lists.latest()
    await store.close()
    assert latest is not None, "it was published"
    read = x509.load_der_x509_crl(latest.der)
    key = authority.certificate.public_key()
    assert read.is_signature_valid(key), "it verifies"  # type: ignore[arg-type]  # the key of a CA
    return {
        "seconds": seconds,
        "cpu": cpu,
        "longest": longest,
        "mib": peak,
        "octets": len(latest.der),
        "entries": len(read),
    }


def main() -> None:
    """Print a table, one row a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.home:
        print(json.dumps(asyncio.run(publish(asked.home))))
        return
    print("| entries | time, s | CPU, s | longest turn of the event loop, ms | peak memory, MiB | size, MB |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for size in asked.sizes:
        with tempfile.TemporaryDirectory() as name:
            home = Path(name)
            hierarchy.create(home, name="CA", url="https://ca.example.com", public_url=URL, secret=b"secret", now=NOW)
            fill(home / "tegata-ca.db", size)
            argv = [sys.executable, __file__, "--home", name]
            found = json.loads(subprocess.run(argv, check=True, capture_output=True, text=True).stdout)
        assert found["entries"] == size, "every revoked certificate is on it"
        print(
            f"| {size:,} | {found['seconds']:.2f} | {found['cpu']:.2f} | {found['longest'] * 1000:.0f} "
            f"| {found['mib']:.0f} | {found['octets'] / 1e6:.1f} |"
        )


if __name__ == "__main__":
    main()
