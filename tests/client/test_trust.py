"""Whose certificates are believed: those the variables name, else the system's, wherever a system keeps them."""

import ssl
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from tegata.client import trust
from tegata.client.network import Network
from tegata.client.trust import context_for
from tegata.pki.certs import to_pem
from tests.pki import issued

Found = Callable[[Path | None, Path | None], None]


def root_in(file: Path) -> bytes:
    """A new root in this file; its certificate in DER."""
    certificate = issued.root().certificate
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(to_pem([certificate]))
    return ssl.PEM_cert_to_DER_cert(file.read_text())


def believed(network: Network | None = None) -> list[bytes]:
    """Those that are loaded; what is in a folder is loaded only when it is asked for."""
    return context_for(network or Network()).get_ca_certs(binary_form=True)


@pytest.fixture
def built_for(monkeypatch: pytest.MonkeyPatch) -> Found:
    """Sets where this Python's OpenSSL looks for roots, in place of where it does."""

    def build(file: Path | None, folder: Path | None) -> None:
        found = SimpleNamespace(cafile=str(file) if file else None, capath=str(folder) if folder else None)
        monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: found)

    return build


def test_the_system_s_are_where_its_openssl_looks(tmp_path: Path, built_for: Found) -> None:
    root = root_in(tmp_path / "root.pem")
    built_for(tmp_path / "root.pem", None)
    assert believed() == [root]


def test_or_where_systems_keep_them(tmp_path: Path, built_for: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a Python that was built elsewhere; the first bundle that is there is all."""
    root = root_in(tmp_path / "root.pem")
    root_in(tmp_path / "another.pem")
    built_for(None, None)
    bundles = tuple(str(tmp_path / name) for name in ("none.pem", "root.pem", "another.pem"))
    monkeypatch.setattr(trust, "_BUNDLES", bundles)
    assert believed() == [root]


def test_a_system_without_any_believes_nobody(
    tmp_path: Path, built_for: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does a folder without certificates help; nothing is loaded, and no connection can come about."""
    monkeypatch.setattr(trust, "_BUNDLES", ())
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "README").touch()
    built_for(None, tmp_path / "empty")
    assert believed() == []
    assert context_for(Network()).verify_mode is ssl.CERT_REQUIRED


def test_a_folder_is_for_openssl_to_look_into(
    tmp_path: Path, built_for: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nobody else does: one that may be searched and not listed, or has gone, is no reason to fail."""
    monkeypatch.setattr(trust, "_BUNDLES", ())
    built_for(None, tmp_path / "gone")
    assert believed() == []
    loaded = []
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda _, *places: loaded.append(places))
    context_for(Network())
    assert loaded == [(None, str(tmp_path / "gone"))]


def test_a_folder_that_a_variable_names(tmp_path: Path, built_for: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    root_in(tmp_path / "system.pem")
    built_for(tmp_path / "system.pem", tmp_path)
    loaded = []
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda _, **places: loaded.append(places))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    context_for(Network())
    assert loaded == [{"capath": str(tmp_path)}]


def test_variables_replace_the_system_s(tmp_path: Path, built_for: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    """Either of them does: whoever named a place wants no other CA believed."""
    root_in(tmp_path / "system.pem")
    root = root_in(tmp_path / "root.pem")
    built_for(tmp_path / "system.pem", None)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "root.pem"))
    assert believed() == [root]
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert believed() == [root]
    monkeypatch.delenv("SSL_CERT_FILE")
    assert believed() == []


def test_given_roots_stand_alone_unless_the_system_s_are_wanted_too(tmp_path: Path, built_for: Found) -> None:
    """S-03: in place of the system's, or beside them."""
    system, given = root_in(tmp_path / "system.pem"), root_in(tmp_path / "given.pem")
    built_for(tmp_path / "system.pem", None)
    roots = (tmp_path / "given.pem",)
    assert believed(Network(roots=roots)) == [given]
    assert sorted(believed(Network(roots=roots, system_pool=True))) == sorted([system, given])
