"""What is known of a renewal as its command line wants it seen: wishes that no longer hold, and windows not wanted."""

from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tegata.acme.window import Window
from tegata.cli.grammar.words import parse
from tegata.cli.plans.making import make
from tegata.cli.plans.material import NOTHING
from tegata.cli.plans.plan import Renew
from tegata.cli.steps import timing
from tegata.client.options import Options
from tegata.client.renewal import Cause, Due, NotDue
from tegata.host.certificates import CertificateFiles
from tegata.host.due import Watch, WatchFile, unknown
from tegata.host.files import Tree
from tegata.pki.key_types import KeyType
from tests.host.issued import NOW
from tests.host.test_layout import a_set, save

NAMES = ("www.example.com", "b.example.com")


@pytest.fixture
def files(tmp_path: Path) -> CertificateFiles:
    """A certificate for two names, with a P-256 key."""
    files = CertificateFiles(Tree(tmp_path), NAMES[0])
    save(files, a_set(*NAMES))
    return files


def plan(**wishes: object) -> Renew:
    made = make(parse(["-d", NAMES[0], "--http", "renew"], {}), {}, None, Path("/here"), NOTHING)
    assert isinstance(made, Renew)
    return replace(made, **wishes)


def ordering(*names: str, profile: str | None = None, **wishes: object) -> Renew:
    return plan(issue=replace(plan().issue, names=names, options=Options(profile=profile)), **wishes)


def changed(wanted: Renew, files: CertificateFiles, profile: str | None = None) -> Cause | None:
    life = files.existing_life()
    return timing.facts(wanted, files, unknown(life.digest, profile), life, NOW).changed


def test_names(files: CertificateFiles) -> None:
    """In any order; one more or less counts only where exactly these are wanted."""
    assert changed(ordering(*reversed(NAMES), exact_names=True), files) is None
    assert changed(ordering(NAMES[0], exact_names=True), files) is Cause.NAMES
    assert changed(ordering(*NAMES, "c.example.com", exact_names=True), files) is Cause.NAMES
    assert changed(ordering(NAMES[0]), files) is None


def test_names_by_v5_s_words(files: CertificateFiles) -> None:
    """One more is a reason; one that was not repeated is none, and none at all neither."""
    assert changed(ordering(NAMES[0], "c.example.com", as_wished=True), files) is Cause.NAMES
    assert changed(ordering(NAMES[0], as_wished=True), files) is None
    assert changed(ordering(as_wished=True), files) is None
    assert changed(ordering(NAMES[0], as_wished=True, wished_key=KeyType.EC256), files) is None


def test_the_type_of_key(files: CertificateFiles) -> None:
    assert changed(ordering(*NAMES, as_wished=True, wished_key=KeyType.EC256), files) is None
    assert changed(ordering(*NAMES, as_wished=True, wished_key=KeyType.RSA2048), files) is Cause.KEY
    assert changed(ordering(*NAMES), files) is None


@pytest.mark.parametrize(
    ("noted", "wanted", "cause"),
    [
        (None, None, None),
        (None, "short", None),
        ("", None, None),
        ("", "short", Cause.PROFILE),
        ("short", None, Cause.PROFILE),
        ("short", "short", None),
    ],
)
def test_the_profile(files: CertificateFiles, noted: str | None, wanted: str | None, cause: Cause | None) -> None:
    """What nobody has noted is no other; and only who wishes like that has it looked at."""
    assert changed(ordering(*NAMES, profile=wanted, as_wished=True), files, noted) is cause
    assert changed(ordering(*NAMES, profile=wanted), files, noted) is None


def test_whoever_does_not_ask_the_ca_does_not_heed_what_it_once_said(files: CertificateFiles) -> None:
    life = files.existing_life()
    window = Window(NOW, NOW + timedelta(days=1))
    watch = Watch(life.digest, NOW, window, NOW)
    assert timing.facts(plan(ari=True), files, watch, life, NOW).window == window
    assert timing.facts(plan(ari=False), files, watch, life, NOW).window is None
    known = timing.facts(plan(days=7, dynamic=True), files, watch, life, NOW)
    assert (known.days, known.dynamic) == (7, True)


def test_what_is_remembered_of_the_profile(files: CertificateFiles) -> None:
    """A note of ours counts; the files of this tree, which is lego 4's, say nothing."""
    life = files.existing_life()
    assert timing.remembered(plan(as_wished=True), files, life) == unknown(life.digest)
    WatchFile(files.tree, files.name).save(unknown(life.digest, "short"))
    assert timing.remembered(plan(as_wished=True), files, life).profile == "short"


def test_waiting_for_the_ca_s_instant() -> None:
    """Only for that, and only if it comes as soon as was said; to the second."""
    soon = NOW + timedelta(minutes=10)
    patient = plan(longest_wait=timedelta(minutes=10))
    assert timing.wait(patient, NotDue(Cause.WINDOW, soon), NOW) == 600
    assert timing.wait(patient, NotDue(Cause.WINDOW, soon + timedelta(seconds=1)), NOW) is None
    assert timing.wait(patient, NotDue(Cause.LIFE, soon), NOW) is None
    assert timing.wait(patient, Due(Cause.WINDOW), NOW) is None
