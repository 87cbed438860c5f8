"""SoftHSM, a token in software: keys are made in it and named by ``pkcs11:`` URIs. Knows no CA."""

import os
from pathlib import Path
from typing import Any, Self

from tests.peers.command import absent, require, run

PIN = "4711-0815"
_MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so")


class SoftHsm:
    """A token named ``tegata`` of its own; ``SOFTHSM2_CONF`` points to it while it is open."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.pin_file = directory / "pin"
        self.configuration = directory / "softhsm2.conf"

    def __enter__(self) -> Self:
        require("softhsm2-util")
        self.module = next((path for path in _MODULES if Path(path).exists()), "")
        if not self.module:
            absent("SoftHSM's module is not where it is looked for")
        (self._directory / "tokens").mkdir()
        self.configuration.write_text(f"directories.tokendir = {self._directory}/tokens\nlog.level = ERROR\n")
        self.pin_file.write_text(PIN + "\n")
        os.environ["SOFTHSM2_CONF"] = str(self.configuration)
        argv = ["softhsm2-util", "--init-token", "--free", "--label", "tegata", "--pin", PIN, "--so-pin", PIN]
        run(argv, cwd=self._directory, env={"SOFTHSM2_CONF": str(self.configuration)}).check()
        return self

    def __exit__(self, *_: object) -> None:
        del os.environ["SOFTHSM2_CONF"]

    def uri(self, label: str, *, pin_source: str | None = None) -> str:
        """The URI of the key with this label."""
        source = pin_source or f"file:{self.pin_file}"
        return f"pkcs11:token=tegata;object={label}?module-path={self.module}&pin-source={source}"

    def make_rsa(self, label: str) -> None:
        """An RSA-2048 key pair."""
        import pkcs11

        with self._session() as session:
            session.generate_keypair(pkcs11.KeyType.RSA, 2048, label=label, id=label.encode(), store=True)

    def make_ec(self, label: str, curve: str = "secp256r1") -> None:
        """An EC key pair."""
        import pkcs11
        from pkcs11.util.ec import encode_named_curve_parameters

        with self._session() as session:
            named = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters(curve)}
            parameters: Any = session.create_domain_parameters(pkcs11.KeyType.EC, named, local=True)
            parameters.generate_keypair(label=label, id=label.encode(), store=True)

    def restart(self) -> None:
        """Lose every session, as when a network HSM starts anew."""
        import pkcs11

        pkcs11.lib(self.module).reinitialize()

    def _session(self) -> Any:
        import pkcs11

        token = pkcs11.lib(self.module).get_token(token_label="tegata")
        try:
            return token.open(rw=True, user_pin=PIN)
        except pkcs11.UserAlreadyLoggedIn:  # by a key of another test: a process is logged in, not a session
            return token.open(rw=True)
