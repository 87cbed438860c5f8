"""Whom the client trusts to be the CA: the system's roots, given ones instead of or beside them, or anybody."""

import os
import ssl
import sys
from pathlib import Path

from tegata.client.errors import BadRoots
from tegata.client.network import Network

# Where Linux systems keep their roots, for a Python whose OpenSSL was built for another one.
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def context_for(network: Network) -> ssl.SSLContext:
    """TLS as ``network`` wants it (S-03); raises BadRoots for a file that cannot be used."""
    if not network.verify:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # what was asked for, and said to whoever asked
        return context
    if network.roots and not network.system_pool:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    else:
        context = _with_system_roots()
    for path in network.roots:
        _load(context, path)
    return context


def _with_system_roots() -> ssl.SSLContext:
    """What SSL_CERT_FILE and SSL_CERT_DIR name, and no other; else the system's own.

    Elsewhere each stands in place of its own kind alone: with the first, the system's folder is believed all the same.
    """
    file, directory = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if sys.platform in ("win32", "darwin") and not file and not directory:
        import truststore  # noqa: PLC0415 - asks the system itself, which has no file of roots there

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if file:
        _load(context, Path(file))
    if directory:
        context.load_verify_locations(capath=directory)
    if not file and not directory:
        built = ssl.get_default_verify_paths()
        bundle = built.cafile or next(filter(os.path.isfile, _BUNDLES), None)
        if bundle or built.capath:
            context.load_verify_locations(bundle, built.capath)
    return context


def _load(context: ssl.SSLContext, path: Path) -> None:
    try:
        context.load_verify_locations(cafile=path)
    except ssl.SSLError:
        raise BadRoots(path=path, reason="it holds no PEM certificate") from None
    except OSError as error:
        raise BadRoots(path=path, reason=error.strerror or str(error)) from None
