"""A process of its own that adds values at a PowerDNS and takes them away again, a step for each line that it reads.

Its arguments are the API's URL and key, the name, and the values. With "alone" in the environment variable WRITING it
trusts that nobody has written over it.
"""

import os
import sys

from tegata.plugins.dns.pdns import PdnsProvider
from tegata.testing.providers import record, surroundings


def main(url: str, key: str, name: str, *values: str) -> None:
    provider = PdnsProvider(surroundings("pdns", {"PDNS_API_URL": url, "PDNS_API_KEY": key}))
    records = [record(value, name) for value in values]
    for number, _ in enumerate(sys.stdin):
        if number % 2:
            for each in records:
                provider.remove(each)
        else:
            for each in records:
                provider.add(each)
            if os.environ.get("WRITING") != "alone":
                provider.confirm()
        print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
