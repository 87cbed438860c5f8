"""DNS records as files: the hook of any client writes one file a record, and the DNS server of the test asks them."""

import sys
from pathlib import Path

from dns.message import Message

from tegata.testing.dns import DnsServer

# What the hook is told: by lego's exec (present|cleanup FQDN VALUE), by uacme (begin|done|failed TYPE NAME TOKEN
# VALUE), by dehydrated (deploy_challenge|clean_challenge NAME TOKEN VALUE, and much that is none of its business), or
# by certbot in the environment. uacme asks about every challenge there is until the hook agrees to one.
_HOOK = """\
#!{python}
import os, sys
from pathlib import Path

words = sys.argv[1:]
if "CERTBOT_DOMAIN" in os.environ:
    name, value = os.environ["CERTBOT_DOMAIN"], os.environ["CERTBOT_VALIDATION"]
    present = "CERTBOT_AUTH_OUTPUT" not in os.environ
elif words[0] in ("begin", "done", "failed"):
    if words[1] != "dns-01":
        sys.exit(1)
    name, value, present = words[2], words[4], words[0] == "begin"
elif words[0] in ("deploy_challenge", "clean_challenge"):
    name, value, present = words[1], words[3], words[0] == "deploy_challenge"
elif words[0] in ("present", "cleanup"):
    name, value, present = words[1].removeprefix("_acme-challenge."), words[2], words[0] == "present"
else:
    sys.exit(0)
value = os.environ.get("WRONG_VALUE", value)
record = Path({records!r}) / ("_acme-challenge." + name.rstrip(".").lower()) / value
if present:
    record.parent.mkdir(exist_ok=True)
    record.touch()
else:
    record.unlink(missing_ok=True)
"""


class Zone(DnsServer):
    """A DNS server whose TXT records are files: a folder in ``records`` is a name, a file in it a value."""

    def __init__(self, records: Path) -> None:
        super().__init__()
        self.records = records
        records.mkdir()

    def respond(self, query: Message) -> Message:
        """The answer to one query, by the files as they are now."""
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        values = sorted(path.name for path in self.records.glob(f"{name}/*"))
        self.remove(name, "TXT")
        if values:
            self.set(name, "TXT", *(f'"{value}"' for value in values))
        return super().respond(query)

    def left(self) -> list[Path]:
        """The records that are still there."""
        return list(self.records.glob("*/*"))


def write_hook(path: Path, records: Path) -> Path:
    """The hook, as a program at ``path``."""
    path.write_text(_HOOK.format(python=sys.executable, records=str(records)), "utf-8")
    path.chmod(0o755)
    return path
