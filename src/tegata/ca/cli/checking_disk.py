"""Whether there is room for the records where they are in a file: without it nothing is issued and nothing revoked.

Asks the file system and changes nothing.
"""

import os
from pathlib import Path

from tegata.ca.cli.findings import ERROR, OK, WARNING, Finding
from tegata.ca.services.alarms import LEAST_FREE
from tegata.text.catalogue import Sentence
from tegata.text.language import Language

_MIB = 1 << 20
_NONE = 16 * _MIB
_ROOM = Sentence(
    "{mib} MiB are free for {directory}: without room nothing is issued and nothing is revoked",
    "{directory} の空き容量は {mib} MiB です。空きがなくなると、証明書の発行も失効もできません",
)
_NO_FILES = Sentence(
    "no file can be made in {directory} any more (inodes): without them nothing is issued and nothing is revoked",
    "{directory} に新しいファイルを作成できません（i ノードの不足）。このままでは証明書の発行も失効もできません",
)


def finding(home: Path, language: Language) -> Finding:
    """What is to be said of the room in a directory, for users who are not root."""
    try:
        about = os.statvfs(home)
    except (OSError, AttributeError):
        return Finding("disk", OK)
    if about.f_files and not about.f_favail:
        return Finding("disk", ERROR, _NO_FILES.fill(language, {"directory": home}))
    free = about.f_bavail * about.f_frsize
    if free >= LEAST_FREE:
        return Finding("disk")
    return Finding(
        "disk", WARNING if free >= _NONE else ERROR, _ROOM.fill(language, {"mib": free // _MIB, "directory": home})
    )
