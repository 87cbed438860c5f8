"""What a certificate's files are called: lego's name for it, and another where that would be none or somebody else's.

Pure. Callers have checked that a name is a DNS name, an address or a plain word; no two of those share a stem (S-24).
"""

import hashlib
import os
import re

# With the longest ending and a stamp in front, as an archive has them, within the 255 octets of a file system.
_LIMIT = 230
_KEPT = 100
# What Windows takes for a device, whatever stands behind the first dot.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)", re.IGNORECASE)


def is_device(name: str, *, windows: bool = os.name == "nt") -> bool:
    """Whether no file or folder can have this name, because Windows takes it for a device's."""
    return windows and _DEVICE.match(name) is not None


def stem_of(name: str, *, windows: bool = os.name == "nt") -> str:
    """The stem of a normalised name: ``*`` and ``:`` do not go into file names.

    Too long a name, a device of Windows there, and one that would take the file of another's issuer for its own have
    part of the name and its digest, joined by a sign that no name has. A stem's own stem is itself.
    """
    stem = name.replace(":", "-").replace("*", "_")
    if len(stem) <= _LIMIT and not stem.endswith(".issuer") and not is_device(stem, windows=windows):
        return stem
    return f"_{stem[:_KEPT]}~{hashlib.sha256(name.encode()).hexdigest()[:32]}"
