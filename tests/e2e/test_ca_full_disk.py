"""The disk below the CA's records is full (a mount): what is said, and that it goes on once there is room."""

import json
import time

from tests.chaos.customers import Customers, Site
from tests.peers.ca import TegataCA
from tests.peers.mounts import disk

SECONDS = 60.0


def test_a_full_disk(tmp_path):
    """Changes are answered 503 and come again, reading goes on, ``check`` names it; all that is to be done is room."""
    folder = tmp_path / "disk"
    folder.mkdir()
    with disk(folder, "12m"):
        ca = TegataCA(folder / "ca", limits_orders=False)
        ca.log = tmp_path / "tegata-ca.log"
        with ca, Site(ca.http_port) as site:
            assert room(ca)["status"] == "error", "twelve megabytes are few"
            credential = ca.add_contract(".example.com")["eab"]
            with Customers(ca.directory_url, ca.ca_file, credential, site, count=2) as customers:
                until(lambda: len(customers.seen.chains) > 1)
                fill(folder / "fill")
                until(lambda: customers.seen.retried["CaFailed 503"] > 1)
                before = len(customers.seen.chains)
                told = room(ca)
                assert (told["status"], str(ca.home) in told["detail"]) == ("error", True)
                assert " 0 MiB" in f" {told['detail']}"
                assert ca.run("cert", "list").code == 0
                assert ca.get(f"{ca.public_url}/healthz")
                (folder / "fill").unlink()
                until(lambda: len(customers.seen.chains) > before + 1)
            assert customers.seen.failed == []
            ca.run("audit", "verify").check()


def room(ca):
    """What ``check`` says of the disk."""
    (found,) = [one for one in json.loads(ca.run("check", "--json").stdout) if one["check"] == "disk"]
    return found


def fill(path):
    """Until there is no octet left."""
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return


def until(is_so):
    """Wait for it."""
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)
