"""What a page asks for by a value has its word for every value there is."""

import re
from collections.abc import Iterable
from importlib.resources import files
from inspect import getsource

from tegata.ca.model import Application, Cause, Source
from tegata.ca.policy.certificates import OF_OPERATORS, CertificateStatus
from tegata.ca.policy.contracts import ContractStatus, CredentialStatus
from tegata.ca.portal import examining, reports
from tegata.ca.portal.words import WORDS


def test_every_value_has_its_word() -> None:
    """Or the page would be an internal error."""
    among: dict[str, Iterable[object]] = {
        "application": Application,
        "cause": Cause,
        "certificate": CertificateStatus,
        "eab.status": CredentialStatus,
        "reason": [int(one) for one in OF_OPERATORS],
        "report.due": ("answer", "revocation"),
        "source": Source,
        "status": ContractStatus,
    }
    assert {f"{kind}.{value}" for kind, values in among.items() for value in values} - set(WORDS) == set()


def test_every_step_and_its_fields_have_words() -> None:
    """What is asked back before anything is done."""
    source = getsource(reports) + getsource(examining)
    commands = set(re.findall(r'"((?:report|contract|paused|cert) [a-z]+)"', source))
    assert {"report revoke", "contract examine", "paused resume", "cert replace"} <= commands
    assert {f"do.{one}" for one in commands} - set(WORDS) == set()
    forms = "".join(
        files("tegata.ca.portal").joinpath("templates", name).read_text("utf-8")
        for name in ("operator.html", "report.html", "examining.html")
    )
    fields = set(re.findall(r' name="([a-z]+)"', forms)) | {"revoking"}
    assert {"evidence", "most", "serials", "serial"} <= fields
    untold = {"contract", "examination"}
    assert {f"field.{one}" for one in fields} - set(WORDS) == {f"field.{one}" for one in untold}
