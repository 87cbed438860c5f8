"""OpenSSL's command line as the second opinion on certificates, PFX files and CRLs; knows no particular CA."""

import tempfile
from datetime import datetime
from pathlib import Path

from tests.peers.command import Finished, require, run


def at(instant: datetime) -> tuple[str, str]:
    """The options by which a verification is as of then: tests of a fixed day pass on any."""
    return "-attime", str(int(instant.timestamp()))


def verify(certificate: Path, *options: str, root: Path, chain: Path | None = None) -> Finished:
    """``openssl verify`` of the file's first certificate up to ``root`` by way of those in ``chain``.

    ``options`` such as ``-x509_strict`` or ``-verify_hostname NAME`` are passed on. Exit code 0 when it is good.
    """
    untrusted = ["-untrusted", str(chain)] if chain else []
    return _openssl("verify", *options, "-no-CApath", "-CAfile", str(root), *untrusted, str(certificate))


def pkcs12(file: Path, password: str, *, legacy: bool = False) -> Finished:
    """All that is in a PFX file, keys unencrypted, on ``stdout``; the algorithms it is protected with on ``stderr``.

    ``legacy`` lets OpenSSL 3 read the forms it calls so (RC2).
    """
    options = ["-legacy"] if legacy else []
    argv = ["pkcs12", *options, "-in", str(file), "-passin", "env:PFX_PASSWORD", "-nodes", "-info"]
    return _openssl(*argv, env={"PFX_PASSWORD": password})


def text(file: Path) -> str:
    """The file's first certificate (PEM) in words."""
    return _openssl("x509", "-in", str(file), "-noout", "-text").check().stdout


def modulus(file: Path) -> str:
    """The line with the modulus of the private RSA key in the file."""
    return _openssl("rsa", "-in", str(file), "-noout", "-modulus").check().stdout


def serial(file: Path) -> str:
    """The first certificate's serial number in lower-case hex without leading zeros, as Tegata writes it."""
    printed = _openssl("x509", "-in", str(file), "-noout", "-serial").check().stdout
    return format(int(printed.removeprefix("serial="), 16), "x")


def crl_text(crl: bytes) -> str:
    """A CRL in words, serial numbers in upper-case hex."""
    with tempfile.NamedTemporaryFile(suffix=".crl") as file:
        file.write(crl)
        file.flush()
        form = "PEM" if crl.startswith(b"-----") else "DER"
        return _openssl("crl", "-inform", form, "-in", file.name, "-noout", "-text").check().stdout


def ocsp(issuer: Path, root: Path, *options: str) -> Finished:
    """``openssl ocsp`` about a certificate of this issuer; the answer is verified up to ``root``.

    ``options`` name the certificate (``-cert FILE``, ``-serial N``) and say whom to ask (``-url URL``) or whose answer
    to read (``-respin FILE``).
    """
    return _openssl("ocsp", "-issuer", str(issuer), "-CAfile", str(root), "-no-CApath", *options)


def _openssl(*args: str, env: dict[str, str] | None = None) -> Finished:
    require("openssl")
    return run(["openssl", *args], cwd=Path(tempfile.gettempdir()), env=env)
