"""The settings file that init writes is read back as what was told."""

import pytest

from tegata.ca.cli.settings_file import text_of
from tegata.ca.settings import Acme, Mail, Public, Settings, Validation
from tegata.settings import load

PLAIN = Settings(acme=Acme(url="https://ca.example"), public=Public(url="http://ca.example"))
FULL = Settings(
    name='Example "認証局" \\ 株式会社',
    acme=Acme(url="https://ca.example:8443", listen="0.0.0.0:8443", terms_of_service="https://ca.example/tos"),
    public=Public(url="http://ca.example:8080", listen="[::1]:8080"),
    validation=Validation(resolvers=("127.0.0.1:53", "[::1]:53"), http01_port=5002, allow_networks=("127.0.0.0/8",)),
    mail=Mail(smtp="smtp://127.0.0.1:25", sender="ca@ca.example"),
)


@pytest.mark.parametrize("settings", [PLAIN, FULL], ids=["plain", "full"])
def test_what_is_written_is_read(settings, tmp_path):
    """Quotes, backslashes and Japanese included."""
    file = tmp_path / "settings.toml"
    file.write_text(text_of(settings), "utf-8")
    assert load(file, Settings) == settings
