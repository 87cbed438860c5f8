"""A small TLS site: serves one page with the certificate and key it was told, and reads them again on SIGHUP.

It stands for the customer's web server in the demonstration; it knows nothing of ACME.
"""

import argparse
import signal
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Page(BaseHTTPRequestHandler):
    """One page for every path."""

    def do_GET(self) -> None:
        """Answer with a sentence."""
        body = "お客様のサイト / the customer's site\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the standard library's
        """Stay quiet: the demonstration prints what matters."""


def main() -> None:
    """Serve until SIGTERM; SIGHUP reads the certificate and key again without dropping a connection."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", required=True, metavar="HOST:PORT")
    parser.add_argument("--certificate", required=True, type=Path)
    parser.add_argument("--key", required=True, type=Path)
    arguments = parser.parse_args()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(arguments.certificate, arguments.key)
    host, port = arguments.listen.rsplit(":", 1)
    server = ThreadingHTTPServer((host, int(port)), Page)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)

    def reload(*_: object) -> None:
        context.load_cert_chain(arguments.certificate, arguments.key)
        print("reloaded", flush=True)

    def stop(*_: object) -> None:
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGHUP, reload)
    signal.signal(signal.SIGTERM, stop)
    print(f"serving https://{arguments.listen}/", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
