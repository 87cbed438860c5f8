"""lego 4's paths and formats, octet for octet: keys in PKCS#1 or SEC1, archives as files with a stamp in front.

Knows nothing of the other generation, and not when anything is written.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from tegata.host import gojson
from tegata.host.facts import AccountFacts, CertificateFacts, text
from tegata.host.files import free_stamp, make_folder, move, sync, told
from tegata.pki.forms import KeyForm


class _V4:
    key_form = KeyForm.TRADITIONAL

    def account_key(self, folder: Path, user: str) -> Path:
        return folder / "keys" / f"{user}.key"

    def account_text(self, facts: AccountFacts) -> bytes:
        return gojson.dump({"email": facts.email, "registration": {"body": facts.kept_body(), "uri": facts.url}})

    def account_facts(self, value: dict[str, object]) -> AccountFacts | None:
        registration = value.get("registration")
        if not isinstance(registration, dict):
            return None
        body, url = registration.get("body"), text(registration.get("uri"))
        if not isinstance(body, dict) or not body.get("status") or not url:
            return None
        email = text(value.get("email"))
        return AccountFacts(user="", email=email, server="", key_type="", url=url, body=body, origin="")

    def certificate_text(self, facts: CertificateFacts) -> bytes:
        value = {"domain": facts.names[0], "certUrl": facts.url, "certStableUrl": facts.stable_url}
        return gojson.dump(value)

    def certificate_facts(self, value: dict[str, object]) -> CertificateFacts | None:
        domain = text(value.get("domain"))
        if not domain:
            return None
        url, stable = text(value.get("certUrl")), text(value.get("certStableUrl"))
        return CertificateFacts(called="", names=(domain,), url=url, stable_url=stable)

    def archive_files(self, archives: Path, stem: str, files: Sequence[Path], now: datetime) -> None:
        make_folder(archives)
        stamp = _unfinished(archives, stem, files) or free_stamp(
            now, lambda stamp: any((archives / f"{stamp}.{file.name}").exists() for file in files)
        )
        with told(archives):
            for file in files:
                move(file, archives / f"{stamp}.{file.name}")
        sync(archives)
        sync(files[0].parent)

    def archive_account(self, archives: Path, folder: Path, now: datetime) -> Path:

        def place(stamp: int) -> Path:
            return archives / f"{stamp}.accounts" / folder.parent.name / folder.name

        target = place(free_stamp(now, lambda stamp: place(stamp).exists()))
        make_folder(target.parent)
        with told(folder):
            move(folder, target)
        sync(target.parent)
        sync(folder.parent)
        return target


def _unfinished(archives: Path, stem: str, files: Sequence[Path]) -> str | None:
    """The stamp under which a process that was ended had begun to archive the same set: some of it went, not all.

    So that the set is together again in the archives. The certificate goes last: where it has gone, the set is whole.
    """
    put_away: dict[str, set[str]] = {}
    for file in archives.iterdir():
        if match := re.fullmatch(rf"(\d+)\.({re.escape(stem)}\.(?:issuer\.crt|crt|key|json|pem|pfx))", file.name):
            put_away.setdefault(match[1], set()).add(match[2])
    left = {f"{stem}.crt", *(file.name for file in files)}
    return max((stamp for stamp, names in put_away.items() if names.isdisjoint(left)), key=int, default=None)


V4 = _V4()
