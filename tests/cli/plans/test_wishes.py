"""Flags that say what the certificate is to be: defaults, contradictions, and what is told before anything happens."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tegata.cli.errors import (
    BadFileName,
    BadMaterial,
    BadTime,
    Contradiction,
    KeyDoesNotFit,
    NoKeyToWrite,
    PfxFormatRefused,
)
from tegata.cli.grammar.words import parse
from tegata.cli.plans.making import make
from tegata.cli.plans.material import NOTHING, Material, read
from tegata.cli.plans.plan import Ensure, Plan, Renew, Revoke, Run, Wire
from tegata.cli.plans.wishes import Outputs
from tegata.client.options import Options
from tegata.pki import csr, csr_file, keys
from tegata.pki.forms import KeyForm
from tegata.pki.key_types import KeyType

KEY = ec.generate_private_key(ec.SECP256R1())
DER = csr.build(KEY, ("csr.example", "b.example"), common_name="csr.example")
REQUEST = csr_file.read(DER)


def plan(line: str, material: Material = NOTHING) -> Plan:
    return make(parse(line.split(), {}), {}, None, Path("/here"), material)


def run_plan(line: str, material: Material = NOTHING) -> Run:
    made = plan(f"{line} --http run", material)
    if isinstance(made, Ensure):  # run, by a word of v5's
        made = made.run
    assert isinstance(made, Run)
    return made


def renew_plan(line: str) -> Renew:
    made = plan(f"{line} --http renew")
    assert isinstance(made, Renew)
    return made


def test_defaults() -> None:
    """lego v4's: a bundle, a common name, nothing else."""
    made = run_plan("-d x.example")
    assert made.issue.options == Options()
    assert made.issue.outputs == Outputs()
    assert made.issue.file_name == "x.example"
    assert made.issue.material == NOTHING
    assert made.account.wire == Wire("", None, None, verify=True, family=None, requests_per_second=None)


def test_every_wish() -> None:
    """By lego's flags of both generations."""
    made = run_plan(
        "-d x.example --must-staple --not-before 2026-12-01T00:00:00Z --not-after 2026-12-31T09:00:00+09:00 "
        "--preferred-chain=Root --profile short --disable-cn --always-deactivate-authorizations true "
        "--cert.timeout 45 --no-bundle --pem --dns exec --ancestor-domain Example --ancestor-domain x.example,example"
    ).issue
    assert made.options == Options(
        common_name=False,
        must_staple=True,
        not_before=datetime(2026, 12, 1, tzinfo=UTC),
        not_after=datetime(2026, 12, 31, tzinfo=UTC),
        profile="short",
        preferred_chain="Root",
        ancestor_domains=("example", "x.example"),
        release=True,
        issuing_seconds=45,
    )
    assert made.outputs == Outputs(bundle=False, pem=True)
    assert run_plan("-d x.example --preferred-profile short").issue.options.preferred_profile == "short"
    assert run_plan("-d x.example --required-profile short").issue.options.profile == "short"


@pytest.mark.parametrize(
    ("words", "release"),
    [
        ("--always-deactivate-authorizations", True),
        ("--always-deactivate-authorizations true", True),
        ("--always-deactivate-authorizations false", False),
        ("--always-deactivate-authorizations=false", False),
    ],
)
def test_a_switch_that_lego_v4_wants_spoken(words: str, release: bool) -> None:
    """A word in v4, a switch in v5; both are understood, before the command too."""
    assert run_plan(f"{words} -d x.example").issue.options.release is release


def test_the_common_name() -> None:
    """There unless denied in v4's words, denied unless asked for in v5's."""
    assert run_plan("-d x.example").issue.options.common_name
    assert not run_plan("-d x.example --http.address :80").issue.options.common_name
    assert run_plan("-d x.example --enable-cn").issue.options.common_name


def test_how_the_ca_is_reached() -> None:
    """0 is the default, as with lego."""
    made = run_plan(
        "-d x.example --user-agent acme/1 --http-timeout 7 --outage-wait 0 --tls-skip-verify -4"
        " --overall-request-limit 18"
    )
    assert made.account.wire == Wire("acme/1", 7, 0, verify=False, family=4, requests_per_second=18)
    made = run_plan("-d x.example --http-timeout 0 --ipv6only --overall-request-limit 0")
    assert made.account.wire == Wire("", None, None, verify=True, family=6, requests_per_second=None)


def test_a_request_brings_its_names() -> None:
    """Common name first; nobody has to repeat them."""
    made = run_plan("--csr f.csr", Material(REQUEST))
    assert made.issue.names == ("csr.example", "b.example")
    assert made.issue.file_name == "csr.example"


def test_a_name_for_the_files() -> None:
    """With it, renew and revoke need no name at all: those of the certificate are meant."""
    assert run_plan("-d x.example --cert.name web").issue.file_name == "web"
    assert run_plan("-d x.example --filename web").issue.file_name == "web"
    renew = renew_plan("--cert.name web")
    assert (renew.issue.file_name, renew.issue.names) == ("web", ())
    revoke = plan("--cert.name web revoke")
    assert isinstance(revoke, Revoke)
    assert revoke.names == ("web",)


def test_when_to_renew() -> None:
    """Each by its flag; in v5's words the life alone is the rule."""
    made = renew_plan("-d x.example")
    assert (made.dynamic, made.ari, made.longest_wait, made.not_due_code, made.back_off) == (
        False,
        True,
        timedelta(),
        0,
        True,
    )
    made = renew_plan("-d x.example --dynamic --ari-wait-to-renew-duration 1h --exit-code-not-due 3 --no-back-off")
    assert (made.dynamic, made.ari, made.longest_wait, made.not_due_code, made.back_off) == (
        True,
        True,
        timedelta(hours=1),
        3,
        False,
    )
    assert not renew_plan("-d x.example --ari-disable").ari
    assert not renew_plan("-d x.example --ari-disable --ari-wait-to-renew-duration 1h").ari
    both = renew_plan("-d x.example --days 45 --dynamic")
    assert (both.days, both.dynamic) == (None, True)
    assert renew_plan("-d x.example --http.address :80").dynamic


def test_renewals() -> None:
    """The key and the names of the one before."""
    assert not renew_plan("-d x.example").reuse_key
    assert renew_plan("-d x.example --reuse-key").reuse_key
    assert renew_plan("-d x.example --force-cert-domains").exact_names


@pytest.mark.parametrize("word", ["ec521", "Ed25519"])
def test_the_account_of_a_certificate_with_a_rare_key(word: str) -> None:
    """The account's key is one that every CA takes (RFC 8555 §6.2)."""
    made = run_plan(f"-d x.example -k {word}")
    assert made.issue.key_type is KeyType(word.lower())
    assert made.account.key_type is KeyType.EC256


@pytest.mark.parametrize(
    ("line", "material", "error"),
    [
        ("-d x.example --csr f --http run", Material(REQUEST), Contradiction),
        ("--csr f --http renew --force-cert-domains", Material(REQUEST), Contradiction),
        ("--csr f --http renew --must-staple", Material(REQUEST), Contradiction),
        ("-d x.example --http --disable-cn --enable-cn run", NOTHING, Contradiction),
        ("-d x.example --http -4 -6 run", NOTHING, Contradiction),
        ("-d x.example --http run --profile a --preferred-profile b", NOTHING, Contradiction),
        (
            "-d x.example --http run --not-before 2026-12-01T00:00:00Z --not-after 2026-12-01T00:00:00Z",
            NOTHING,
            Contradiction,
        ),
        ("-d x.example --http run --not-after tomorrow", NOTHING, BadTime),
        ("-d x.example --http --cert.name ../x run", NOTHING, BadFileName),
        ("-d x.example --http --cert.name .x run", NOTHING, BadFileName),
        ("-d x.example --http --cert.name x.issuer run", NOTHING, BadFileName),
        ("--csr f --pem --http run", Material(REQUEST), NoKeyToWrite),
        ("--csr f --pfx --http run", Material(REQUEST), NoKeyToWrite),
        ("-d x.example --http --pfx --pfx.format pbmac1 run", NOTHING, PfxFormatRefused),
    ],
)
def test_what_cannot_be_done(line: str, material: Material, error: type[Exception]) -> None:
    """Every fault that the words show is told before anything is touched."""
    with pytest.raises(error):
        plan(line, material)


@pytest.mark.parametrize(
    ("line", "material"),
    [
        ("--csr f --http renew --reuse-key", Material(REQUEST)),
        ("-d x.example --http run --private-key f --reuse-key --renew-days 9", Material(key=KEY)),
    ],
)
def test_pairs_that_lego_takes(line: str, material: Material) -> None:
    """What is brought counts: a line for cron may say both."""
    made = plan(line, material)
    assert isinstance(made, Renew | Ensure)
    assert made.renew.issue.material == material if isinstance(made, Ensure) else made.issue.material == material


def test_files_that_are_brought(tmp_path: Path) -> None:
    """A request in either form, and a key that fits it."""
    request, key = tmp_path / "a.csr", tmp_path / "a.key"
    request.write_bytes(DER)
    key.write_bytes(keys.to_pem(KEY, KeyForm.PKCS8))
    brought = read(parse(["--csr", str(request), "--private-key", str(key), "run"], {}))
    assert brought.csr == REQUEST
    assert brought.key is not None
    key.write_bytes(keys.to_pem(keys.generate(KeyType.EC256), KeyForm.TRADITIONAL))
    with pytest.raises(KeyDoesNotFit):
        read(parse(["--csr", str(request), "--private-key", str(key), "run"], {}))


@pytest.mark.parametrize("flag", ["csr", "private-key"])
def test_files_that_cannot_be_used(tmp_path: Path, flag: str) -> None:
    """Missing or rubbish: the flag and the file are named."""
    file = tmp_path / "file"
    for _ in range(2):
        with pytest.raises(BadMaterial) as caught:
            read(parse([f"--{flag}", str(file), "run"], {}))
        assert (caught.value.facts["flag"], caught.value.facts["file"]) == (flag, str(file))
        file.write_bytes(b"rubbish")
