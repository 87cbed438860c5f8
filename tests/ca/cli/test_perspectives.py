"""``tegata-ca perspective add``: what is made, with which rights, and what the settings say afterwards."""

import json
import os
import shutil
import stat
from datetime import timedelta

import msgspec
import pytest

from tegata.ca import configuration
from tegata.ca.cli import grammar, perspectives
from tegata.ca.cli.initialise import run as initialise
from tegata.ca.cli.listening import BadListenAddress
from tegata.ca.errors import Refused
from tegata.ca.issuing import transcript
from tegata.ca.settings import ISSUING_KEY, Keys, Perspective, Policy
from tegata.clock import SystemClock
from tegata.settings import BadSettings

ISSUERS = ("issuing", "services")
WORDS = "perspective add frankfurt --address 203.0.113.7:8444 --region RIPE"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A CA without perspectives."""
    home = tmp_path_factory.mktemp("perspectives") / "ca"
    line = f"init --dir {home} --url https://ca.example.com --public-url http://ca.example.com --http01-port 8080"
    initialise(grammar.parse([*line.split(), "--resolver", "192.0.2.53"], {}))
    return home


@pytest.fixture
def home(made):
    """The same, with its settings as they were."""
    settings = made / "settings.toml"
    text = settings.read_text()
    yield made
    settings.write_text(text)


def add(home, words=WORDS):
    return perspectives.add(grammar.parse(["--dir", str(home), *words.split()], {}))


def test_an_agents_directory(home):
    """Key 0600 in a directory of 0700; the checks' settings are the CA's, the resolver is not (B-43)."""
    answer = add(home)
    directory = home / "perspectives" / "frankfurt"
    assert isinstance(answer.data, dict)
    assert answer.data["dir"] == str(directory)
    assert stat.S_IMODE((directory / "agent.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "keys" / "perspectives.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "keys" / "perspectives-primary.pem").stat().st_mode) == 0o600
    assert b"ENCRYPTED" in (home / "keys" / "perspectives.key").read_bytes()
    agent = configuration.load_agent(directory)
    assert (agent.name, agent.listen) == ("frankfurt", ":8444")
    assert (agent.validation.http01_port, agent.validation.resolvers) == (8080, ())
    assert agent.validation.issuer_domains == ("ca.example.com",)


def test_an_agent_at_an_address_of_ipv6_listens_everywhere(home):
    """At every address of the machine, as one at an address of the other family."""
    directory = home / "perspectives" / "paris"
    perspectives.add(
        grammar.parse(
            ["--dir", str(home), "perspective", "add", "paris", "--address", "[2001:db8::1]:8444", "--region", "RIPE"],
            {},
        )
    )
    assert configuration.load_agent(directory).listen == ":8444"


def test_the_settings_name_it(home):
    """One entry more, and everything else as it was."""
    before = configuration.load_settings(home)
    add(home)
    after = configuration.load_settings(home)
    place = Perspective(name="frankfurt", address="203.0.113.7:8444", region="RIPE")
    assert after.validation.perspectives == (place,)
    assert after.acme == before.acme
    assert (home / "settings.toml").read_text().count("[[validation.perspectives]]") == 1
    add(home, "perspective add osaka --address [2001:db8::1]:8444 --region APNIC --listen [::]:9000")
    assert [one.name for one in configuration.load_settings(home).validation.perspectives] == ["frankfurt", "osaka"]


def test_added_again_it_has_new_keys(home):
    """And the settings stay; another address is for the editor."""
    add(home)
    first = (home / "perspectives" / "frankfurt" / "agent.key").read_bytes()
    add(home)
    assert (home / "perspectives" / "frankfurt" / "agent.key").read_bytes() != first
    assert len(configuration.load_settings(home).validation.perspectives) == 1
    with pytest.raises(Refused, match="another address or region"):
        add(home, WORDS.replace("8444", "9444"))


def test_who_added_it(home, called):
    """It changes keys and settings, so it is on record as every other command that changes something (B-93, B-96)."""
    who = f"operator {transcript.operator(os.environ)}"

    def told():
        shown = called("--dir", str(home), "--json", "audit", "show", who, environ={})
        return [one["facts"] for one in json.loads(shown.stdout)]

    before = len(told())
    add(home)
    assert told()[before:] == [{"command": "perspective add", "of": "frankfurt"}]


def test_two_at_once(home, monkeypatch):
    """One of them is refused: what both write into the settings would be only one's."""
    make = perspectives._make

    def meanwhile(*made):
        with pytest.raises(Refused, match="another command"):
            add(home, WORDS.replace("frankfurt", "osaka"))
        return make(*made)

    monkeypatch.setattr(perspectives, "_make", meanwhile)
    add(home)
    assert [one.name for one in configuration.load_settings(home).validation.perspectives] == ["frankfurt"]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (WORDS.replace("frankfurt", "../../etc"), Refused),
        (WORDS.replace("frankfurt", "Frankfurt"), Refused),
        (WORDS.replace("RIPE", "MARS"), Refused),
        (WORDS.replace("203.0.113.7:8444", ":8444"), Refused),
        (WORDS.replace("203.0.113.7:8444", "203.0.113.7"), BadListenAddress),
        (WORDS + " --listen nowhere", BadListenAddress),
    ],
)
def test_what_cannot_be_added(home, words, error):
    """Nothing is made."""
    before = (home / "settings.toml").read_text()
    with pytest.raises(error):
        add(home, words)
    assert (home / "settings.toml").read_text() == before


def test_settings_that_could_not_be_read_with_it(home):
    """They stay as they are."""
    settings = home / "settings.toml"
    settings.write_text(settings.read_text().replace("[mail]", "perspectives = []\n\n[mail]"))
    before = settings.read_text()
    with pytest.raises(BadSettings):
        add(home)
    assert settings.read_text() == before


def test_a_name_that_is_there_twice(home):
    """Two votes of one place are none."""
    add(home)
    settings = home / "settings.toml"
    entry = settings.read_text().partition("[[validation.perspectives]]")[2]
    settings.write_text(settings.read_text() + "\n[[validation.perspectives]]" + entry)
    with pytest.raises(BadSettings, match="twice"):
        configuration.load_settings(home)


def test_a_publicly_trusted_ca_without_perspectives_does_not_serve(home):
    """It says what is missing (B-46)."""
    settings = home / "settings.toml"
    settings.write_text(settings.read_text().replace("public = false", "public = true"))
    with pytest.raises(BadSettings, match=r"0 of at least .*port 80"):
        configuration.require_public(home, configuration.load_settings(home), SystemClock().now())


def test_a_publicly_trusted_ca_has_its_keys_in_tokens(home):
    """BR 6.2.7: those of the CAs that have not ended, each by its name (B-95)."""

    def told(*, public, now, **issuers):
        settings = configuration.load_settings(home)
        named = Keys(issuing=issuers.pop("issuing", ISSUING_KEY), issuers=issuers)
        settings = msgspec.structs.replace(settings, policy=Policy(public=public), keys=named)
        try:
            configuration.require_public(home, settings, now)
        except BadSettings as error:
            return [one for one in str(error.facts["reason"]).split("; ") if "BR 6.2.7" in one]
        return []

    now, token = SystemClock().now(), "pkcs11:token=x;object=y"
    issuing, services = (f"keys: that of {name} is in a file, and not in a token (BR 6.2.7)" for name in ISSUERS)
    assert told(public=True, now=now) == [issuing, services]
    assert told(public=True, now=now, issuing=token) == [services]
    assert told(public=True, now=now, issuing=token, services=token) == []
    assert told(public=False, now=now) == []
    shutil.copy(home / "root.pem", home / "issuing2.pem")  # which lives longer than they do
    try:
        later = now + timedelta(days=3 * 365)
        assert told(public=True, now=later) == ["keys: that of issuing2 is in a file, and not in a token (BR 6.2.7)"]
    finally:
        (home / "issuing2.pem").unlink()
