"""Plain records for the tables: a contract in the middle of its year, its credential, a certificate under it."""

from datetime import UTC, datetime, timedelta

import msgspec

from tegata.ca.model import Application, Certificate, Contract, Credential, Organization
from tegata.ca.settings import Service

NOW = datetime(2026, 11, 24, 2, 31, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
FAR = NOW + 3650 * DAY

OV = Service(label="OV (ACME) 1年", challenges=("http-01",))
DV = Service(label="DV (ACME) 1年", validation="dv")
WITH_DNS = Service(label="OV (ACME) 1年", challenges=("http-01", "dns-01"))


def contract(**changes: object) -> Contract:
    sample = Contract(
        id="C0000001",
        customer_id="customer",
        service="ov-acme-1y",
        organization=Organization(name="Example株式会社", country="JP"),
        domains=("www.example.com", ".example.net"),
        application=Application.NEW,
        applied_at=NOW - 100 * DAY,
        starts=NOW - 100 * DAY,
        ends=NOW + 200 * DAY,
    )
    return msgspec.structs.replace(sample, **changes)


def credential(**changes: object) -> Credential:
    sample = Credential(kid="kid", contract_id="C0000001", sealed_mac=b"", created_at=NOW - 100 * DAY)
    return msgspec.structs.replace(sample, **changes)


def certificate(**changes: object) -> Certificate:
    sample = Certificate(
        serial="1a",
        order_id="order",
        account_id="account",
        contract_id="C0000001",
        names=("www.example.com",),
        not_before=NOW - 10 * DAY,
        not_after=NOW + 80 * DAY - SECOND,
        spki_digest=b"",
        tbs=b"",
        intended_at=NOW - 10 * DAY,
    )
    return msgspec.structs.replace(sample, **changes)
