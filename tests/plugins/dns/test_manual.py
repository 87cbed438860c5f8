"""The provider ``manual``: lego's words on standard output, and a person who presses Enter or is not there."""

import pytest

from tegata.plugins.dns.manual import ManualProvider, NobodyAnswers
from tegata.testing.providers import VALUES, Script, record, surroundings

NAME = "_acme-challenge.www.example.com."


def test_lego_s_words():
    person = Script("")
    provider = ManualProvider(surroundings("manual", {}, dialogue=person))
    provider.add(record(VALUES[0]))
    assert person.said == [
        "lego: Please create the following TXT record in your example.com. zone:",
        f'{NAME} 120 IN TXT "{VALUES[0]}"',
        "lego: Press 'Enter' when you are done",
    ]
    person.said.clear()
    provider.remove(record(VALUES[0]))
    assert person.said == [
        "lego: You can now remove this TXT record from your example.com. zone:",
        f'{NAME} 120 IN TXT "..."',
    ]
    assert person.logged == []


def test_the_end_of_the_input():
    """Nobody is there, as in a cron job."""
    with pytest.raises(NobodyAnswers) as caught:
        ManualProvider(surroundings("manual", {})).add(record(VALUES[0]))
    assert caught.value.facts["name"] == NAME


def test_one_record_after_the_other():
    """Nobody could answer two questions at once."""
    provider = ManualProvider(surroundings("manual", {"MANUAL_PROPAGATION_TIMEOUT": "600"}))
    assert not provider.side_by_side
    assert provider.timing.timeout == 600
