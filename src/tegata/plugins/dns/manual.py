"""DNS records by hand: the provider ``manual`` says what to create, in lego's words, and waits for Enter."""

from tegata.plugin_api.dns import About, ProviderFailed, Surroundings, TxtRecord
from tegata.plugins.dns import _words


class NobodyAnswers(ProviderFailed):
    """Standard input has ended before anybody said that the record is there; facts: ``provider``, ``name``."""

    code = "dns.nobody-answers"


class ManualProvider:
    """Prints records to standard output, one after the other."""

    about = About(
        "Manual",
        "manual",
        "v0.3.0",
        additional=(_words.polling_interval("MANUAL"), _words.propagation_timeout("MANUAL")),
    )
    side_by_side = False

    def __init__(self, surroundings: Surroundings) -> None:
        self._zone_of = surroundings.zone_of
        self._dialogue = surroundings.dialogue
        self.timing = surroundings.environment.timing("MANUAL")

    def add(self, record: TxtRecord) -> None:
        """Ask for the record and wait until somebody has made it; raises NobodyAnswers."""
        zone = self._zone_of(record.name)
        self._dialogue.say(f"lego: Please create the following TXT record in your {zone} zone:")
        self._dialogue.say(f"{record.name} {self.timing.ttl} IN TXT {record.quoted}")
        self._dialogue.say("lego: Press 'Enter' when you are done")
        if self._dialogue.answer() is None:
            raise NobodyAnswers(provider="manual", name=record.name)

    def remove(self, record: TxtRecord) -> None:
        """Say that the record can go; nobody is waited for."""
        zone = self._zone_of(record.name)
        self._dialogue.say(f"lego: You can now remove this TXT record from your {zone} zone:")
        self._dialogue.say(f'{record.name} {self.timing.ttl} IN TXT "..."')


PLUGIN = ManualProvider
