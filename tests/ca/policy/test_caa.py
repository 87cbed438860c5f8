"""What a set of CAA records permits, case by case of RFC 8659 and RFC 8657."""

from time import process_time

import msgspec
import pytest

from tegata.acme.caa import ACCOUNT as ANOTHER_ACCOUNT
from tegata.acme.caa import CaaRecord, CaaRequest
from tegata.ca.errors import CaaForbids, CaaForbidsNameless
from tegata.ca.policy import caa
from tegata.text.catalogue import explain
from tegata.text.errors_validation import REASONS
from tegata.text.language import Language

ACCOUNT = "https://ca.example.com/acme/account/7"
REQUEST = CaaRequest(
    issuers=("ca.example.com", "ca.example.net"),
    name="www.example.org",
    wildcard=False,
    method="http-01",
    account_uri=ACCOUNT,
)


def records(*texts):
    """Records from ``TAG VALUE`` or ``FLAGS TAG VALUE``."""
    found = []
    for text in texts:
        flags, tag, value = text.split(" ", 2) if text[0].isdigit() else ("0", *text.split(" ", 1))
        found.append(CaaRecord(int(flags), tag, value.encode("latin-1")))
    return found


def reason(*texts, error=CaaForbids, **changes):
    """Why these records refuse, which has its Japanese."""
    with pytest.raises(error) as refusal:
        caa.check(records(*texts), "example.org", msgspec.structs.replace(REQUEST, **changes))
    assert refusal.value.facts["reason"] in REASONS
    return refusal.value.facts["reason"]


@pytest.mark.parametrize(
    "texts",
    [
        ["issue ca.example.com"],
        ["issue \t CA.Example.COM \t"],
        ["ISSUE ca.example.net"],
        ["issue other.example", "issue ca.example.com"],
        ["issue ca.example.com;"],
        ["issue ca.example.com; \t"],
        ["issue ca.example.com; policy=ev; x=y"],
        ["128 issue ca.example.com"],
        ["iodef mailto:security@example.org"],
        ["issuemail ;"],
        ["issuewild ;"],
        ["128 iodef mailto:security@example.org"],
        ["128 issuewild ;"],
        ["128 issuemail ;"],
        ["128 issuevmc ;"],
        ["128 contactemail a@example.org"],
        ["128 contactphone +81-3-0000-0000"],
        ["0 unknown something"],
        [],
    ],
)
def test_permitted(texts):
    """A property that names us, or none that speaks of plain names; known properties mean no harm (X-26, X-27)."""
    caa.check(records(*texts), "example.org", REQUEST)


@pytest.mark.parametrize(
    "texts",
    [
        ["issue other.example"],
        ["issue ;"],
        ["issue  "],
        ["issue ca.example.com.evil.example"],
        ["issue sub.ca.example.com"],
        ["issue ca.example.com."],
        ["issue ca.example.com policy=ev"],
        ["issue ca..example.com"],
        ["issue -ca.example.com"],
        ["issue ca.example.com\x00"],
        ["issue ca.example.com\xe9"],
        ["issue \u0085ca.example.com"],
        ["issuewild ca.example.com", "issue other.example"],
    ],
)
def test_not_named(texts):
    """A value that names somebody else, nobody, or follows no grammar never authorises us (X-26)."""
    assert reason(*texts) == "they do not name this CA"


@pytest.mark.parametrize(
    ("texts", "passes"),
    [
        (["issuewild ca.example.com"], True),
        (["issue ca.example.com"], True),
        (["issuewild ca.example.com", "issue other.example"], True),
        (["iodef mailto:a@example.org"], True),
        (["issuewild other.example", "issue ca.example.com"], False),
        (["issuewild ;", "issue ca.example.com"], False),
        (["issue other.example"], False),
    ],
)
def test_wildcards(texts, passes):
    """They go by issuewild if there is any, else by issue (X-26)."""
    if passes:
        caa.check(records(*texts), "example.org", msgspec.structs.replace(REQUEST, wildcard=True))
    else:
        assert reason(*texts, wildcard=True) == "they do not name this CA"


@pytest.mark.parametrize("flags", [128, 129, 1, 255])
@pytest.mark.parametrize("tag", ["tbs", "auth", "Unknown1"])
def test_a_critical_unknown_property_refuses(flags, tag):
    """Even beside one that names us; the bit once taken for the flag counts too (X-27)."""
    told = reason("issue ca.example.com", f"{flags} {tag} Unknown")
    assert told == "a critical property in them is unknown to this CA"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (f"ca.example.com; accounturi={ACCOUNT}", None),
        (f"ca.example.com;accounturi = {ACCOUNT} ; validationmethods=dns-01,http-01", None),
        (f"ca.example.com; AccountURI={ACCOUNT}", None),
        (f"ca.example.com; accounturi={ACCOUNT}0", "they name another account of this CA"),
        (f"ca.example.com; accounturi={ACCOUNT}/", "they name another account of this CA"),
        (f"ca.example.com; accounturi={ACCOUNT.upper()}", "they name another account of this CA"),
        ("ca.example.com; accounturi=", "they name another account of this CA"),
        (f"ca.example.com; accounturi={ACCOUNT}; accounturi={ACCOUNT}", "they name another account of this CA"),
        ("ca.example.com; validationmethods=http-01", None),
        ("ca.example.com; validationmethods=no-such-01,http-01", None),
        ("ca.example.com; validationmethods=ca-tbr-19", None),
        ("ca.example.com; validationmethods=ca-tbr-7", "they do not allow this method of validation"),
        ("ca.example.com; validationmethods=dns-01", "they do not allow this method of validation"),
        ("ca.example.com; validationmethods=HTTP-01", "they do not allow this method of validation"),
        ("ca.example.com; validationmethods=", "they do not allow this method of validation"),
        ("ca.example.com; validationmethods=http-01,", "they do not allow this method of validation"),
        ("ca.example.com; validationmethods=http-01,,dns-01", "they do not allow this method of validation"),
        (
            "ca.example.com; validationmethods=http-01; validationmethods=http-01",
            "they do not allow this method of validation",
        ),
        ("ca.example.com; policy", "a parameter of the one that names this CA is malformed"),
        ("ca.example.com; policy=a b", "a parameter of the one that names this CA is malformed"),
        ("ca.example.com; =x", "a parameter of the one that names this CA is malformed"),
        (f"ca.example.com; accounturi={ACCOUNT};", "a parameter of the one that names this CA is malformed"),
    ],
)
def test_parameters(value, told):
    """The account is this one to the letter, the method listed; malformed or doubled, none is. X-29, X-30, X-31.

    F-10.
    """
    if told is None:
        caa.check(records(f"issue {value}"), "example.org", REQUEST)
    else:
        assert reason(f"issue {value}", "issue other.example") == told
        assert reason("issue other.example", f"issue {value}") == told


LABELS = {
    "http-01": "ca-tbr-19",
    "dns-01": "ca-tbr-7",
    "tls-alpn-01": "ca-tbr-20",
    "dns-account-01": "ca-tbr-21",
    "dns-persist-01": "ca-tbr-22",
}


@pytest.mark.parametrize("value", ["{}!", "ca.example.com{}!", "ca.example.com; a={}\x01", "ca.example.com; {}!"])
def test_a_value_of_blanks_takes_no_time(value):
    """S-20: a record has 64 KiB if its owner likes, and everybody waits for it; in their square it took minutes."""
    began = process_time()
    assert reason(f"issue {value.format(' ' * 60_000)}")
    assert process_time() - began < 2


@pytest.mark.parametrize("method", LABELS)
def test_each_method_by_its_two_names(method):
    """ACME's, and the Baseline Requirements' by the number of the method; no other's (X-31)."""
    request = msgspec.structs.replace(REQUEST, method=method)
    for name in (method, LABELS[method]):
        caa.check(records(f"issue ca.example.com; validationmethods={name}"), "example.org", request)
    others = ",".join([*(set(LABELS) - {method}), *(set(LABELS.values()) - {LABELS[method]}), "ca-tbr-1"])
    assert reason(f"issue ca.example.com; validationmethods={others}", method=method) == (
        "they do not allow this method of validation"
    )


def test_the_account_of_a_ca_that_has_moved():
    """By a former URL as good as by today's, and by no other (X-51)."""
    moved = msgspec.structs.replace(REQUEST, account_uri="https://new.example/acme/account/1", former_uris=(ACCOUNT,))
    caa.check(records(f"issue ca.example.com; accounturi={ACCOUNT}"), "example.org", moved)
    with pytest.raises(CaaForbids):
        caa.check(records(f"issue ca.example.com; accounturi={ACCOUNT}0"), "example.org", moved)


def test_nobody_has_no_account():
    """A question that names no account, as Open MPIC's, is permitted by no property that names one, be it empty."""
    for value in ("accounturi=", f"accounturi={ACCOUNT}"):
        assert reason(f"issue ca.example.com; {value}", account_uri="") == ANOTHER_ACCOUNT


def test_another_property_may_permit():
    """One for each account or method is how RFC 8657 is used (X-29, F-10)."""
    texts = [f"issue ca.example.com; accounturi={ACCOUNT}9", f"issue ca.example.com; accounturi={ACCOUNT}"]
    caa.check(records(*texts), "example.org", REQUEST)


@pytest.mark.parametrize("texts", [["issue other.example"], ["issue ca.example.com"], ["issue ;"]])
def test_a_ca_without_a_domain_name(texts):
    """Any issue property forbids it; where none speaks, it may issue."""
    assert reason(*texts, error=CaaForbidsNameless, issuers=()) == "they do not name this CA"
    caa.check(records("iodef mailto:a@example.org"), "example.org", msgspec.structs.replace(REQUEST, issuers=()))


def test_the_refusal_gives_the_record_that_would_permit():
    """Where it belongs, and as narrow as the one that was there (X-33)."""
    with pytest.raises(CaaForbids) as plain:
        caa.check(records("issue other.example"), "example.org", REQUEST)
    assert explain(plain.value, Language.EN).remedy.endswith(': example.org. CAA 0 issue "ca.example.com"')
    with pytest.raises(CaaForbids) as narrow:
        caa.check(records("issue ca.example.com; validationmethods=dns-01"), "example.org", REQUEST)
    wanted = f'0 issue "ca.example.com; accounturi={ACCOUNT}; validationmethods=http-01"'
    assert wanted in explain(narrow.value, Language.JA).remedy
    [permitting] = records(wanted.removeprefix("0 ").replace('"', ""))
    caa.check([permitting], "example.org", REQUEST)
    for one in (f"accounturi={ACCOUNT}0", "x"):
        with pytest.raises(CaaForbids) as other:
            caa.check(records(f"issue ca.example.com; {one}"), "example.org", REQUEST)
        assert (other.value.facts["domain"], other.value.facts["wanted"]) == (
            "example.org",
            f"example.org. CAA {wanted}",
        )
    with pytest.raises(CaaForbids) as wild:
        caa.check(records("issuewild ;"), "example.org", msgspec.structs.replace(REQUEST, wildcard=True))
    assert wild.value.facts["wanted"] == 'example.org. CAA 0 issuewild "ca.example.com"'
    assert wild.value.facts["name"] == "*.www.example.org"


def test_a_record_as_it_is_shown():
    """As in a zone file; what is longer than 120 octets is cut, and says so."""
    assert str(CaaRecord(128, "issue", b"ca.example.com")) == '128 issue "ca.example.com"'
    assert str(CaaRecord(0, "issue", b"x" * 120)) == f'0 issue "{"x" * 120}"'
    assert str(CaaRecord(0, "issue", b"x" * 121)) == f'0 issue "{"x" * 120}…"'


def test_hostile_records_are_shortened_and_escaped():
    """No control character and no flood gets into a sentence (S-19)."""
    with pytest.raises(CaaForbids) as refusal:
        caa.check(records(*["issue \x1b[2J" + "x" * 500] * 50), "example.org", REQUEST)
    shown = str(refusal.value.facts["records"])
    assert shown.isprintable()
    assert len(shown) < 1000
    assert shown.endswith("… (+45)")
