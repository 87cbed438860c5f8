"""A process that holds certificates against pkilint's rules, one after the other, for as long as somebody asks.

Loading the rules takes a second and more, a certificate some milliseconds: so the process stays. It is asked on its
standard input and answers on its standard output: four octets of length, then the certificate's DER; and the findings
as JSON in the same form. It ends with its input. Knows nothing of the CA.
"""

import json
import sys
from functools import cache
from typing import BinaryIO

from pkilint import finding_filter, loader
from pkilint.cabf import serverauth
from pkilint.cabf.serverauth.serverauth_constants import CertificateType
from pkilint.pkix import certificate
from pkilint.validation import ValidatorContainer

LENGTH = 4
"""Octets of the length that goes before each message, most significant first."""

UNREADABLE = ("FATAL", "tegata.unreadable")


def main(asked: BinaryIO, answered: BinaryIO) -> None:
    """Answer until the input ends."""
    while len(head := asked.read(LENGTH)) == LENGTH:
        findings = json.dumps(lint(asked.read(int.from_bytes(head)))).encode()
        answered.write(len(findings).to_bytes(LENGTH) + findings)
        answered.flush()


def lint(der: bytes) -> list[tuple[str, str]]:
    """Severity and code of each finding; that a certificate cannot be read is one too."""
    try:
        document = loader.load_certificate(der, "certificate")
        kind = serverauth.determine_certificate_type(document)
    except ValueError:
        return [UNREADABLE]
    found, _ = finding_filter.filter_results(
        serverauth.create_serverauth_finding_filters(kind), _rules(kind).validate(document.root)
    )
    return [(one.finding.severity.name, one.finding.code) for result in found for one in result.finding_descriptions]


@cache
def _rules(kind: CertificateType) -> ValidatorContainer:
    return certificate.create_pkix_certificate_validator_container(
        serverauth.create_decoding_validators(), serverauth.create_validators(kind)
    )


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
