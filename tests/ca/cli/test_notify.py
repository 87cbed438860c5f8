"""sd_notify: by a path or an abstract name, and to nobody where nobody listens or asked."""

import socket

import pytest

from tegata.ca.cli import notify


def test_by_a_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("s")
        systemd.settimeout(60)
        # A path begins with a slash; a short one, as a socket's has 107 octets at the most.
        link = f"/proc/self/cwd/{systemd.getsockname()}"
        notify.tell(notify.READY, {"NOTIFY_SOCKET": link})
        assert systemd.recv(100) == b"READY=1"


@pytest.mark.parametrize("environ", [{}, {"NOTIFY_SOCKET": ""}, {"NOTIFY_SOCKET": "vsock:2:1"}])
def test_nobody_asked(environ):
    notify.tell(notify.READY, environ)


@pytest.mark.parametrize("address", ["/nowhere/at/all", "@tegata-nobody-listens", "/" + "x" * 300])
def test_nobody_listens(address):
    """The service goes on."""
    notify.tell(notify.STOPPING, {"NOTIFY_SOCKET": address})
