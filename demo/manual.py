"""The whole manual on loopback: contract, EAB, certificate, installation check, renewal, contract renewal, revocation.

Every step is the installed command, run as a process with its real output; nothing of Tegata is imported. A step that
fails ends the demonstration with its reason and exit status 1.
"""

import argparse
import json
import re
import shlex
import ssl
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
from cryptography import x509
from stage import SceneFailed, Stage, free_ports

NAME = "www.example.com"
SHOP = "shop.example.com"
MAIL = "test@example.com"


class Manual:
    """The steps, in the manual's order."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.dns, self.acme, self.public, self.http01, self.https = free_ports(5)
        self.url = f"https://127.0.0.1:{self.acme}"
        self.directory_url = f"{self.url}/acme/"
        self.root = stage.directory / "tegata-ca" / "root.pem"
        self.contract = ""
        self.user: dict[str, str] = {}
        self.eab: dict[str, str] = {}
        self.site_pid = 0

    def play(self) -> None:
        """All steps."""
        for act in (
            self.build_the_ca, self.accept_a_contract, self.fetch_the_eab, self.issue, self.install, self.renew_not_due,
            self.reissue, self.renew_the_contract, self.make_a_pfx, self.revoke,
        ):  # fmt: skip
            act()

    def client(self, *words: str) -> list[str]:
        """The manual's command line, program name aside."""
        return ["tegata", "-s", self.directory_url, *words]

    @property
    def challenge(self) -> list[str]:
        """How this customer proves a name: http-01 by the client's own listener."""
        return ["--http", "--http.port", f"127.0.0.1:{self.http01}", "--key-type", "rsa2048"]

    def served(self) -> x509.Certificate:
        """The certificate the site shows now."""
        return self.stage.served_certificate(self.https, NAME, self.root)

    def build_the_ca(self) -> None:
        """Before the manual: what the CA's operator does once."""
        self.stage.step("認証局を用意する", "set up the certification authority")
        dns = f"127.0.0.1:{self.dns}"
        answers = f"--answer {NAME}=127.0.0.1 --answer {SHOP}=127.0.0.1"
        self.stage.start(*f"python -m tegata.testing.dns --address {dns} {answers}".split(), ready="ready")
        addresses = f"--url {self.url} --public-url http://127.0.0.1:{self.public} --tos https://ca.example/terms"
        validation = f"--resolver {dns} --http01-port {self.http01} --allow-network 127.0.0.0/8"
        self.stage.run(*f"tegata-ca init {addresses} {validation}".split())
        self.stage.start("tegata-ca", "serve", ready="ready")
        self.stage.environment["LEGO_CA_CERTIFICATES"] = str(self.root)

    def accept_a_contract(self) -> None:
        """What the operator does when the examination is done."""
        self.stage.step("契約を登録する（審査完了）", "accept a contract (examination done)")
        self.contract = self.add_contract(NAME)

    def add_contract(self, name: str, *more: str) -> str:
        """Accept a contract for a name; the first one's portal user is kept."""
        organization = [
            "--organization",
            "株式会社サンプル",
            "--country",
            "JP",
            "--state",
            "東京都",
            "--locality",
            "港区",
        ]
        service = ["--service", "OV (ACME) 1年", "--domain", name, "--user", MAIL, "--json", *more]
        text = self.stage.run("tegata-ca", "contract", "add", *organization, *service)
        contract = json.loads(text)
        self.user = self.user or contract["user"]
        return str(contract["contract"])

    def fetch_the_eab(self) -> None:
        """2.1 and 2.2, by the forms a browser sends."""
        self.stage.step("お客様専用ページで EAB を取得する（2.1, 2.2）", "get the EAB from the customer's portal")
        with httpx2.Client(base_url=self.url, verify=_trusting(self.root), follow_redirects=True) as browser:
            browser.get("/portal/login").raise_for_status()
            page = browser.post("/portal/login", data=self.user)
            if "現在有効な契約" not in page.raise_for_status().text:
                raise SceneFailed("the portal shows no table of contracts after the log-in")
            self.stage.say("お申込一覧: " + " | ".join(_cells(page.text)))
            browser.get(f"/portal/orders/{self.contract}/download").raise_for_status()
            file = browser.post(f"/portal/orders/{self.contract}/download/eab").raise_for_status()
        (self.stage.directory / "eab.txt").write_text(file.text, "utf-8")
        self.stage.run("cat", "eab.txt")
        words = shlex.split(file.text)
        self.eab = {flag: words[words.index(flag) + 1] for flag in ("--server", "--eab-hmac-key", "--eab-kid")}

    def issue(self) -> None:
        """3.2 and 3.3; the question about the terms is answered with y."""
        self.stage.step("アカウントと証明書を発行する（3.2, 3.3）", "register and issue")
        self.stage.run(
            *self.client(
                "--eab", "--hmac", self.eab["--eab-hmac-key"], "--kid", self.eab["--eab-kid"], "-d", NAME, "-m", MAIL,
                *self.challenge, "run",
            ),
            typed="y",
        )  # fmt: skip
        self.stage.run("ls", "-l", ".lego/certificates")

    def install(self) -> None:
        """3.4: a small TLS site stands for the customer's."""
        self.stage.step("証明書をサイトに設定し、確認する（3.4）", "install, and check by a handshake")
        files = [".lego/certificates/" + NAME + ending for ending in (".crt", ".key")]
        site = str(Path(__file__).with_name("site.py"))
        process = self.stage.start(
            "python",
            site,
            "--listen",
            f"127.0.0.1:{self.https}",
            "--certificate",
            files[0],
            "--key",
            files[1],
            ready="serving",
        )
        self.site_pid = process.pid
        certificate = self.served()
        self.stage.say(f"TLS: {certificate.subject.rfc4514_string()}, serial {certificate.serial_number:x}")

    def renew_not_due(self) -> None:
        """4.1."""
        self.stage.step("更新する：まだ期限ではない（4.1）", "renew: not due yet, nothing is done")
        before = self.served().serial_number
        self.stage.run(*self.client("-d", NAME, "-m", MAIL, *self.challenge, "renew"))
        if self.served().serial_number != before:
            raise SceneFailed("a certificate that was not due was replaced")

    def reissue(self) -> None:
        """5 and 4.2: single-dash flags, as the manual prints them."""
        self.stage.step(
            "強制更新し、フックでサイトに読み込ませる（5, 4.2）", "force a re-issue; the hook reloads the site"
        )
        before = self.served().serial_number
        self.stage.run(
            *self.client(
                "-d",
                NAME,
                "-m",
                MAIL,
                *self.challenge,
                "renew",
                "-days",
                "999",
                "-renew-hook",
                f"kill -HUP {self.site_pid}",
            )
        )
        self.expect_new_serial(before)

    def renew_the_contract(self) -> None:
        """4.2, ご注意点: a contract that is renewed an hour before its end."""
        self.stage.step(
            "契約更新：満了直前でも次の renew で証明書が置き換わる（4.2 ご注意点）",
            "a contract renewed at the last hour",
        )
        ends = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        contract = self.add_contract(SHOP, "--ends", ends)
        text = self.stage.run("tegata-ca", "eab", "file", contract)
        (self.stage.directory / "shop.txt").write_text(text, "utf-8")
        shop = ["-d", SHOP, "-m", MAIL, "--path", "shop", *self.challenge]
        self.stage.run(*self.client("--accept-tos", "--eab-file", "shop.txt", *shop, "run"))
        self.stage.run(*self.client(*shop, "renew"))
        self.stage.run("tegata-ca", "contract", "renew", contract)
        self.stage.run(*self.client(*shop, "renew"))
        chain = (self.stage.directory / "shop" / "certificates" / f"{SHOP}.crt").read_bytes()
        valid_until = x509.load_pem_x509_certificate(chain).not_valid_after_utc
        if valid_until < datetime.now(UTC) + timedelta(days=80):
            raise SceneFailed("the certificate was not replaced after the contract's renewal")
        self.stage.say(f"valid until {valid_until}")

    def expect_new_serial(self, before: int) -> None:
        """The site shows another certificate, at the latest a moment after the hook."""
        deadline = time.monotonic() + 5
        while (after := self.served().serial_number) == before:
            if time.monotonic() > deadline:
                raise SceneFailed("the site still shows the old certificate")
            time.sleep(0.02)
        self.stage.say(f"TLS: serial {before:x} → {after:x}")

    def make_a_pfx(self) -> None:
        """4.2, the IIS example."""
        self.stage.step("IIS 用に PFX を作る（4.2）", "a PFX for IIS")
        self.stage.run(
            *self.client(
                "-d", NAME, "-m", MAIL, *self.challenge, "--pfx", "--pfx.pass", "YourPassword", "renew", "--days", "999"
            )
        )
        self.stage.run("ls", ".lego/certificates")

    def revoke(self) -> None:
        """6: --reason stands before the command, as the manual prints it; the CRL shows it."""
        self.stage.step("失効する（6）", "revoke")
        crt = (self.stage.directory / ".lego" / "certificates" / f"{NAME}.crt").read_bytes()
        serial = x509.load_pem_x509_certificate(crt).serial_number
        self.stage.run(*self.client("-d", NAME, "-m", MAIL, "--reason", "5", "revoke"))
        crl = x509.load_der_x509_crl(
            httpx2.get(f"http://127.0.0.1:{self.public}/crl/issuing.crl").raise_for_status().content
        )
        entry = crl.get_revoked_certificate_by_serial_number(serial)
        if entry is None:
            raise SceneFailed("the CRL does not list the revoked certificate")
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
        self.stage.say(f"CRL: serial {serial:x}, {reason.value}")


def _trusting(root: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(root))


def _cells(page: str) -> list[str]:
    """The text of the table's first body row."""
    row = re.search(r"<tbody>\s*<tr[^>]*>(.*?)</tr>", page, re.DOTALL)
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row[1], re.DOTALL) if row else []
    return [text for cell in cells if (text := " ".join(re.sub(r"<[^>]+>", "", cell).split()))]


def main() -> int:
    """Play; with a terminal and without ``--once``, stay up afterwards until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--once", action="store_true", help="end when the last step is done")
    once = parser.parse_args().once
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tegata-demo-") as directory:
        stage = Stage(Path(directory))
        manual = Manual(stage)
        try:
            manual.play()
            print(f"\nDone in {time.monotonic() - started:.0f} s: every step of the manual worked.")
            if sys.stdout.isatty() and not once:
                login, password = manual.user["login"], manual.user["password"]
                print(f"The portal is at {manual.url}/portal/ (login {login}, password {password}). Ctrl-C ends it.")
                while True:
                    time.sleep(3600)
        except KeyboardInterrupt:
            print()
        except (SceneFailed, httpx2.HTTPError, OSError) as error:
            print(f"\nThe demonstration failed: {error}", file=sys.stderr)
            return 1
        finally:
            stage.clear()
    return 0


if __name__ == "__main__":
    sys.exit(main())
