"""Trees as lego 5.3 leaves them, by its description; and one of lego 4 made into one, without any code under test."""

import json
import shutil
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

ACCOUNT = """{
	"id": "test@example.com",
	"email": "test@example.com",
	"keyType": "EC256",
	"server": "https://ca.example:14000/dir",
	"origin": "configuration",
	"registration": {
		"status": "valid",
		"contact": [
			"mailto:test@example.com"
		],
		"orders": "https://ca.example:14000/list/1",
		"accountURL": "https://ca.example:14000/acct/1"
	}
}"""
CERTIFICATE = """{
	"id": "www.example.com",
	"domains": [
		"www.example.com",
		"example.com"
	],
	"keyType": "EC256",
	"profile": "shortlived",
	"certUrl": "https://ca.example:14000/cert/1",
	"certStableUrl": "https://ca.example:14000/cert/1",
	"origin": "configuration"
}"""


def _rewrite(before: Path, after: Path) -> None:
    """A key in PKCS#8."""
    key = load_pem_private_key(before.read_bytes(), None)
    after.touch(0o600)
    after.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def remake(path: Path, directory: str) -> None:
    """Turn a tree of lego 4 into what lego 5 would have made in its place; ``directory`` is the CA's."""
    for file in path.glob("accounts/*/*/account.json"):
        user = file.parent.name
        old = json.loads(file.read_text())
        registration = old["registration"]["body"] | {"accountURL": old["registration"]["uri"]}
        new = {"id": user, "email": old["email"], "keyType": "EC256", "server": directory, "origin": "command"}
        file.write_text(json.dumps(new | {"registration": registration}, indent="\t"))
        _rewrite(file.parent / "keys" / f"{user}.key", file.parent / f"{user}.key")
        shutil.rmtree(file.parent / "keys")
    for file in path.glob("certificates/*.json"):
        old = json.loads(file.read_text())
        leaf = x509.load_pem_x509_certificate(file.with_suffix(".crt").read_bytes())
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        domains = [str(name.value) for name in names]
        urls = {name: old[name] for name in ("certUrl", "certStableUrl")}
        new = {"id": old["domain"], "domains": domains, "keyType": "EC256", **urls, "origin": "command"}
        file.write_text(json.dumps(new, indent="\t"))
        _rewrite(file.with_suffix(".key"), file.with_suffix(".key"))
