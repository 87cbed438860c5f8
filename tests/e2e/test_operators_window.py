"""Certificates that the CA's operator wants replaced: ``cert replace``, and the client that hears of it (RFC 9773)."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from tegata.clock import parse_rfc3339, rfc3339
from tests.e2e.certificates import crt, serial
from tests.e2e.customer import first_run, renewal

pytestmark = pytest.mark.forked

NAME = "replaced.example.com"
PAGE = "https://ca.example.com/incident"


@pytest.mark.parametrize("hours", [72, 1])
def test_a_file_of_serial_numbers(ca, tegata, tmp_path, hours):
    """X-18: in the operator's own spelling; the client, asked in the certificate's first hour, hears of it.

    What is to be replaced within the day it replaces now, as a nightly schedule looks again too late (X-13).
    """
    contract = ca.add_contract(NAME)
    tegata = tegata.trusting(ca.ca_file)
    tegata.run(*first_run(ca, contract, NAME)).check()
    before = serial(crt(tegata.path, NAME))
    serials = tmp_path / "serials"
    octets = before.rjust(len(before) + len(before) % 2, "0").upper()
    serials.write_text(":".join(octets[at : at + 2] for at in range(0, len(octets), 2)) + "\n")
    words = ["cert", "replace", "--serials", str(serials), "--page", PAGE, "--by"]
    done = ca.run(*words, rfc3339(datetime.now(UTC)))
    assert done.code == 1
    assert "not ahead" in done.stderr
    by = datetime.now(UTC) + timedelta(hours=hours)
    [wanted] = ca.json(*words, rfc3339(by))
    assert (wanted["names"], wanted["status"], wanted["replace_by"]) == ([NAME], "valid", rfc3339(by))
    told = tegata.run(*renewal(ca, NAME)).check().stderr
    found = re.search(r"the time to renew it is (\S+): no renewal", told)
    assert (found is None) is (hours == 1), told
    assert found is None or parse_rfc3339(found[1]) <= by
    assert (serial(crt(tegata.path, NAME)) == before) is (hours == 72)
    kinds = [event["kind"] for event in ca.json("audit", "show", wanted["serial"])]
    assert "certificate.to-be-replaced" in kinds
