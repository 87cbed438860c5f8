"""Reading the settings of a CA and of an agent, with what their types cannot say checked.

What may be set is ``settings``; nothing is opened or made here.
"""

from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from tegata.ca.policy import baseline
from tegata.ca.settings import AGENT_FILE, SETTINGS_FILE, Agent, Settings
from tegata.settings import BadSettings, load


def load_settings(home: Path) -> Settings:
    """The settings of a CA's directory; raises BadSettings."""
    path = home / SETTINGS_FILE
    settings = load(path, Settings)
    if not is_base_url(settings.acme.url, "https"):
        raise BadSettings(path=path, reason="acme.url is not of the form https://HOST[:PORT]")
    if not is_base_url(settings.public.url, "http"):
        raise BadSettings(path=path, reason="public.url is not of the form http://HOST[:PORT]")
    perspectives = settings.validation.perspectives
    if len({one.name for one in perspectives}) != len(perspectives):
        raise BadSettings(path=path, reason="validation.perspectives: a name is there twice")
    return settings


def require_public(home: Path, settings: Settings, now: datetime) -> None:
    """Pass if validation is set up as a publicly trusted CA has to have it now, or this is none; raises BadSettings."""
    reasons = baseline.shortcomings(settings, now)
    if reasons:
        raise BadSettings(path=home / SETTINGS_FILE, reason="; ".join(reasons))


def load_agent(directory: Path) -> Agent:
    """The settings of an agent's directory; raises BadSettings."""
    return load(directory / AGENT_FILE, Agent)


def is_base_url(url: str, scheme: str) -> bool:
    """Whether a URL is scheme, host in lower case and perhaps a port, with nothing behind but a slash (A-01)."""
    try:
        parts = urlsplit(url)
        number = parts.port
    except ValueError:
        return False
    plain = parts.netloc == parts.netloc.lower() and "@" not in parts.netloc and url.isascii() and url.isprintable()
    return plain and bool(parts.hostname) and number != 0 and url.rstrip("/") == f"{scheme}://{parts.netloc}"
