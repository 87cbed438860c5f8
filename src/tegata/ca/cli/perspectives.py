"""``tegata-ca perspective``: remote perspectives added to a CA, and listed with whether they answer.

An agent's directory is made whole or not at all, and the CA's settings are changed last, by one more entry.
"""

import asyncio
import fcntl
import json
import os
import re
import shutil
from pathlib import Path
from typing import get_args

import msgspec

from tegata.ca import configuration, upkeep
from tegata.ca.bootstrap import Ca
from tegata.ca.cli import listening
from tegata.ca.cli.answers import Answer, refused_by_disk
from tegata.ca.cli.grammar import Asked
from tegata.ca.cli.shapes import Shape
from tegata.ca.errors import Refused
from tegata.ca.issuing import keys, layout, transcript
from tegata.ca.issuing import perspectives as tls
from tegata.ca.making import making
from tegata.ca.settings import AGENT_FILE, SETTINGS_FILE, Agent, Network, Perspective, Region, Settings
from tegata.ca.validation.remote import RemotePerspective, Silent
from tegata.clock import SystemClock
from tegata.settings import load
from tegata.text.catalogue import Sentence

REACH_SECONDS = 10.0
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_COLUMNS = ("perspective", "region", "address", "status", "cause")

_DONE = Sentence(
    "The perspective {perspective} is in the settings, from the next start of this CA on.\n"
    "Its agent's directory is {dir}. Move it to the machine in that place, where nobody else may read it,\n"
    "check its agent.toml, and run there:\n"
    "tegata-ca --dir DIRECTORY perspective serve",
    "確認地点 {perspective} を設定に追加しました。この認証局の次回の起動から有効になります。\n"
    "エージェントのディレクトリは {dir} です。ほかの人が読めないように該当地点のサーバーへ移し、"
    "agent.toml を確認して次のコマンドで起動してください:\n"
    "tegata-ca --dir DIRECTORY perspective serve",
)

_AGENT = """\
# The agent of a remote perspective: tegata-ca --dir THIS_DIRECTORY perspective serve
# The checks are the CA's own; it looks from this machine's network. A restart makes changes count.

# What the CA calls this place.
name = {name}
# Where it listens for the CA, and for nobody else: HOST:PORT.
listen = {listen}

[validation]
# DNS servers asked about names, "IP" or "IP:PORT"; none: those of this system. They must be this place's own: one that
# the CA or another perspective asks as well sees nothing new.
resolvers = []
# true where they validate DNSSEC; then they are on this machine or asked by TLS (tls://IP#NAME).
dnssec = false
# The following are the CA's own settings and must stay like them.
issuer_domains = {issuer_domains}
http01_port = {http01_port}
tlsalpn01_port = {tlsalpn01_port}
# Private or loopback networks that validation may enter from here.
allow_networks = {allow_networks}
"""
_ENTRY = """
[[validation.perspectives]]
name = {name}
address = {address}
region = {region}
"""


def add(asked: Asked) -> Answer:
    """Make the agent's directory below the CA's, and name the perspective in the settings.

    For one that is there already only the directory is made anew, with new keys. Raises Refused, also while another is
    being added: of two that change the settings at once, one would be lost.
    """
    configuration.load_settings(asked.home)
    handle = os.open(asked.home, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return _add(asked)
    except BlockingIOError:
        raise Refused(reason="a perspective is being added by another command, or a ceremony is under way") from None
    finally:
        os.close(handle)


def _add(asked: Asked) -> Answer:
    home = asked.home
    settings = configuration.load_settings(home)
    perspective = _perspective(asked)
    known = [one for one in settings.validation.perspectives if one.name == perspective.name]
    if known and known != [perspective]:
        raise Refused(reason="settings.toml has another address or region for this perspective")
    _, port = listening.parse(perspective.address)
    agent = Agent(name=perspective.name, listen=asked["listen"] or f":{port}", validation=settings.validation)
    listening.parse(agent.listen)
    who = transcript.operator(os.environ)
    asyncio.run(upkeep.commanded(home, os.environ, who=who, command="perspective add", of=perspective.name))
    try:
        directory = _make(home, settings, agent)
        if not known:
            _append(home / SETTINGS_FILE, perspective)
    except OSError as error:
        raise refused_by_disk(error, home) from error
    return Answer({"perspective": perspective.name, "dir": str(directory)}, told=_DONE)


async def listing(ca: Ca, _: Asked) -> Answer:
    """All perspectives, each asked now."""
    return Answer(await asyncio.gather(*(_shape(one) for one in ca.remotes)), _COLUMNS)


async def _shape(remote: RemotePerspective) -> Shape:
    cause = None
    try:
        await remote.reach(REACH_SECONDS)
    except Silent as silence:
        cause = silence.reason
    await remote.close()
    return {
        "perspective": remote.name,
        "region": remote.region,
        "address": remote.address,
        "status": "silent" if cause else "answering",
        "cause": cause,
    }


def _perspective(asked: Asked) -> Perspective:
    if not _NAME.fullmatch(asked["name"]):
        raise Refused(reason="the name of a perspective is of small letters, digits and hyphens")
    if asked["region"] not in get_args(Region):
        raise Refused(reason=f"the region is one of {', '.join(get_args(Region))}")
    host, _ = listening.parse(asked["address"])
    if not host:
        raise Refused(reason="the address of a perspective has a host")
    return Perspective(name=asked["name"], address=asked["address"], region=asked["region"])


def _make(home: Path, settings: Settings, agent: Agent) -> Path:
    """The agent's directory, complete; one of an earlier time gives way to it."""
    secret = keys.passphrase(home, settings.keys, os.environ)
    files = tls.agent(home, agent.name, secret, SystemClock().now())
    above = home / layout.PERSPECTIVES
    with making(above) as made:
        keys.write_new(made / layout.AGENT_TRUST, files.trust, mode=0o644)
        keys.write_new(made / layout.AGENT_CERTIFICATE, files.certificate, mode=0o644)
        keys.write_new(made / layout.AGENT_KEY, files.key, mode=0o600)
        keys.write_new(made / AGENT_FILE, _filled(_AGENT, _values(agent, agent.validation)).encode(), mode=0o644)
        directory = above / agent.name
        if directory.exists():
            shutil.rmtree(directory)
        made.rename(directory)
        keys.keep_names(above)
    return directory


def _values(agent: Agent, network: Network) -> dict[str, object]:
    return {
        "name": agent.name,
        "listen": agent.listen,
        "issuer_domains": network.issuer_domains,
        "http01_port": network.http01_port,
        "tlsalpn01_port": network.tlsalpn01_port,
        "allow_networks": network.allow_networks,
    }


def _append(path: Path, perspective: Perspective) -> None:
    """One more entry at the settings' end, in one step; raises BadSettings if they could not be read with it."""
    text = path.read_text("utf-8").rstrip("\n") + "\n" + _filled(_ENTRY, msgspec.structs.asdict(perspective))
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    keys.write_new(fresh, text.encode(), mode=path.stat().st_mode & 0o777)
    load(fresh, Settings)
    fresh.replace(path)
    keys.keep_names(path.parent)


def _filled(template: str, values: dict[str, object]) -> str:
    # A JSON string without characters beyond the printable is a TOML string too, and so are numbers and lists of these.
    return template.format_map({name: json.dumps(value) for name, value in values.items()})
