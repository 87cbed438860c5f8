"""lego 5's paths and formats: keys in PKCS#8, JSON that names what it is about, archives as ZIP files.

Knows nothing of the other generation, and not when anything is written.
"""

import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from tegata.host import gojson
from tegata.host.facts import AccountFacts, CertificateFacts, text
from tegata.host.files import free_stamp, make_folder, patiently, remove, sync, told
from tegata.host.links import end_of
from tegata.pki.forms import KeyForm

# lego 5's word for what was not asked for by its configuration file.
ORIGIN = "command"


class _V5:
    key_form = KeyForm.PKCS8

    def account_key(self, folder: Path, user: str) -> Path:
        return folder / f"{user}.key"

    def account_text(self, facts: AccountFacts) -> bytes:
        return gojson.dump(
            {
                "id": facts.user,
                "email": facts.email,
                "keyType": facts.key_type,
                "server": facts.server,
                "origin": facts.origin or ORIGIN,
                "registration": {**facts.kept_body(), "accountURL": facts.url},
            }
        )

    def account_facts(self, value: dict[str, object]) -> AccountFacts | None:
        registration = value.get("registration")
        if not isinstance(registration, dict):
            return None
        url = text(registration.get("accountURL"))
        if not registration.get("status") or not url:
            return None
        return AccountFacts(
            user=text(value.get("id")),
            email=text(value.get("email")),
            server=text(value.get("server")),
            key_type=text(value.get("keyType")),
            url=url,
            body={name: each for name, each in registration.items() if name != "accountURL"},
            origin=text(value.get("origin")),
        )

    def certificate_text(self, facts: CertificateFacts) -> bytes:
        more = {"preferredChain": facts.preferred_chain, "profile": facts.profile}
        return gojson.dump(
            {
                "id": facts.called,
                "domains": list(facts.names),
                "keyType": facts.key_type,
                **{name: value for name, value in more.items() if value},
                "certUrl": facts.url,
                "certStableUrl": facts.stable_url,
                "origin": facts.origin or ORIGIN,
            }
        )

    def certificate_facts(self, value: dict[str, object]) -> CertificateFacts | None:
        called, names = text(value.get("id")), value.get("domains")
        if not called:
            return None
        return CertificateFacts(
            called=called,
            names=tuple(text(name) for name in names) if isinstance(names, list) else (),
            url=text(value.get("certUrl")),
            stable_url=text(value.get("certStableUrl")),
            key_type=text(value.get("keyType")),
            preferred_chain=text(value.get("preferredChain")),
            profile=text(value.get("profile")),
            origin=text(value.get("origin")),
        )

    def archive_files(self, archives: Path, stem: str, files: Sequence[Path], now: datetime) -> None:
        target = _new_zip(archives / "certificates", stem, now)
        from tegata.host import zips  # rare, and it takes long to load

        zips.write(target, files, root=files[0].parent, below=files[0].parent.name)
        for file in files:
            remove(file)
        sync(files[0].parent)

    def archive_account(self, archives: Path, folder: Path, now: datetime) -> Path:
        server, user = folder.parent.name, folder.name
        target = _new_zip(archives / "accounts", f"{server}_{user}", now)
        files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
        for file in files:  # of a link what it leads to, as there are none in such an archive
            end_of(file)  # somebody else's may lead anywhere
        from tegata.host import zips  # rare, and it takes long to load

        zips.write(target, files, root=folder, below=f"{folder.parent.parent.name}/{server}/{user}")
        with told(folder):
            patiently(lambda: shutil.rmtree(folder))
        sync(folder.parent)
        return target


def _new_zip(folder: Path, name: str, now: datetime) -> Path:
    make_folder(folder)

    def place(stamp: int) -> Path:
        return folder / f"{name}_{stamp}.zip"

    return place(free_stamp(now, lambda stamp: place(stamp).exists()))


V5 = _V5()
