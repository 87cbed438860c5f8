"""How long it takes to look through many stored certificates for those that are due, and lego's listing beside it.

Run ``python benchmarks/scan.py [-n ROUNDS] [--certificates N]``; it prints Markdown. ``tegata list --json`` judges each
certificate by what is remembered on the disk (``renewalDue``); lego has no such question, so the plain lists take turns
(A B A B). One round is not counted. Whole processes, told by the kernel (``cost.py``); no CA takes part.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import figures
import servers
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

ROUNDS, CERTIFICATES = 15, 10_000
MEASURE = (sys.executable, "-I", "-S", str(Path(__file__).with_name("cost.py")))
TEGATA = str(servers.BIN / "tegata")
LINES = (
    ("tegata list --json", (TEGATA, "list", "--json")),
    ("tegata list", (TEGATA, "list")),
    ("lego list", ("lego", "list")),
)


def store(folder: Path, number: int) -> int:
    """Write certificates as lego 4 keeps them, one in ten of them due; how many are due."""
    folder.mkdir(parents=True)
    issuer_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Benchmark CA")])
    now, due = datetime.now(UTC), 0
    issuer = _certificate(
        name, name, key=issuer_key, issuer_key=issuer_key, begin=now, end=now + timedelta(days=900), host="ca.example"
    )
    for each in range(number):
        host = f"host-{each:06}.example.com"
        is_due = each % 10 == 0
        due += is_due
        end = now + timedelta(days=10 if is_due else 80)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        leaf = _certificate(
            subject, name, key=key, issuer_key=issuer_key, begin=end - timedelta(days=90), end=end, host=host
        )
        (folder / f"{host}.crt").write_bytes(leaf + issuer)
        (folder / f"{host}.issuer.crt").write_bytes(issuer)
        (folder / f"{host}.json").write_text(f'{{"domain": "{host}", "certUrl": "", "certStableUrl": ""}}')
    return due


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    *,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    begin: datetime,
    end: datetime,
    host: str,
) -> bytes:
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number(), begin, end)
    names = x509.SubjectAlternativeName([x509.DNSName(host), x509.DNSName(f"www.{host}")])
    return builder.add_extension(names, critical=False).sign(issuer_key, SHA256()).public_bytes(Encoding.PEM)


def run(words: tuple[str, ...], home: Path) -> tuple[float, float, float]:
    """Seconds, seconds of CPU and MiB at the peak of a program that looks at ``home/tree``."""
    program, *said = words
    argv = [*MEASURE, str(home / "output"), program, "--path", str(home / "tree"), *said]
    done = subprocess.run(argv, cwd=home, env=servers.environment(home, {}), check=True, capture_output=True, text=True)
    wall, cpu, kibibytes, code = done.stdout.split()
    if code != "0":
        raise SystemExit(f"{' '.join(words)}: exit code {code}")
    return float(wall), float(cpu), int(kibibytes) / 1024


def main() -> None:
    """Store, look, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", dest="rounds", type=int, default=ROUNDS)
    parser.add_argument("--certificates", type=int, default=CERTIFICATES)
    arguments = parser.parse_args()
    lines = [line for line in LINES if shutil.which(line[1][0])]
    print(figures.machine("lego"))
    with tempfile.TemporaryDirectory() as directory:
        home = Path(directory)
        due = store(home / "tree" / "certificates", arguments.certificates)
        costs: dict[str, list[tuple[float, float, float]]] = {title: [] for title, _ in lines}
        for number in range(arguments.rounds + 1):
            for title, words in lines:
                cost = run(words, home)
                if number:
                    costs[title].append(cost)
                if "--json" in words:
                    found = json.loads((home / "output").read_bytes())
                    if (len(found), sum(each["renewalDue"] for each in found)) != (arguments.certificates, due):
                        raise SystemExit("not all certificates were judged as they should be")
    print(f"{arguments.certificates} certificates, {due} of them due, {arguments.rounds} rounds.\n")
    rows = [
        [title, *(figures.spread([cost[part] for cost in each], digits) for part, digits in ((0, 2), (1, 2), (2, 1)))]
        for title, each in costs.items()
    ]
    print(figures.table(["", "seconds", "seconds of CPU", "MiB"], rows))


if __name__ == "__main__":
    main()
