"""A process that holds certificates, CRLs and OCSP answers against pkilint's rules, for as long as somebody asks.

Loading the rules takes a second and more, a certificate some milliseconds: so the process stays. It is asked on its
standard input and answers on its standard output: four octets of length, then DER; and the findings as JSON in the
same form. It ends with its input. Knows nothing of the CA.
"""

import json
import sys
from functools import cache
from typing import Any, BinaryIO

from pkilint import finding_filter, loader, pkix
from pkilint.cabf import cabf_crl, serverauth
from pkilint.cabf.serverauth.serverauth_constants import CertificateType
from pkilint.pkix import certificate, crl, extension, name, ocsp
from pkilint.validation import DecodingValidator, ValidatorContainer

from tegata.ca.issuing import der as asn1

LENGTH = 4
"""Octets of the length that goes before each message, most significant first."""

UNREADABLE = ("FATAL", "tegata.unreadable")
MOST_ENTRIES = 1000
"""So many entries of a CRL are looked at."""

_ENUMERATED = 0x0A
# Where the entries of a CRL stand in what is signed, behind version, algorithm, issuer and the two times.
_ENTRIES = 5
# The extension that names where the certificates of a CRL look for it; our CRLs of CAs have none.
_DISTRIBUTION_POINT = bytes.fromhex("0603551d1c")


def main(asked: BinaryIO, answered: BinaryIO) -> None:
    """Answer until the input ends."""
    while len(head := asked.read(LENGTH)) == LENGTH:
        findings = json.dumps(lint(asked.read(int.from_bytes(head)))).encode()
        answered.write(len(findings).to_bytes(LENGTH) + findings)
        answered.flush()


def lint(der: bytes) -> list[tuple[str, str]]:
    """Severity and code of each finding; that something cannot be read is one too."""
    try:
        found = _judge(der)
    except ValueError:
        return [UNREADABLE]
    return [(one.finding.severity.name, one.finding.code) for result in found for one in result.finding_descriptions]


def _judge(der: bytes) -> Any:  # noqa: ANN401 - pkilint has no types
    """What is found in a certificate, CRL or OCSP answer, told apart by their first elements (B-80, B-81)."""
    parts = asn1.elements(asn1.only(der, asn1.SEQUENCE).content)
    if parts and parts[0].tag == _ENUMERATED:
        answer = loader.load_der_ocsp_response(der, "OCSP response")
        return _answer_rules().validate(answer.root)
    if parts and parts[0].content[:1] == bytes([asn1.INTEGER]):
        listed = loader.load_der_crl(_shortened(parts), "CRL")
        return _list_rules(is_of_cas=_DISTRIBUTION_POINT not in der).validate(listed.root)
    document = loader.load_certificate(der, "certificate")
    kind = serverauth.determine_certificate_type(document)
    found, _ = finding_filter.filter_results(
        serverauth.create_serverauth_finding_filters(kind), _rules(kind).validate(document.root)
    )
    return found


def _shortened(parts: list[asn1.Element]) -> bytes:
    """A CRL with its first entries: a million of them would take a quarter of an hour, and are all written alike."""
    tbs = asn1.elements(parts[0].content)
    written = [
        asn1.write(asn1.SEQUENCE, *(one.encoded for one in asn1.elements(part.content)[:MOST_ENTRIES]))
        if number == _ENTRIES and part.tag == asn1.SEQUENCE
        else part.encoded
        for number, part in enumerate(tbs)
    ]
    return asn1.write(asn1.SEQUENCE, asn1.write(asn1.SEQUENCE, *written), *(part.encoded for part in parts[1:]))


@cache
def _list_rules(*, is_of_cas: bool) -> ValidatorContainer:
    kind = crl.CertificateRevocationListType.ARL if is_of_cas else crl.CertificateRevocationListType.CRL
    return crl.create_pkix_crl_validator_container(
        _decoders(),
        [
            crl.create_issuer_validator_container([]),
            crl.create_validity_validator_container([cabf_crl.create_validity_period_validator(kind)]),
            crl.create_extensions_validator_container([]),
            cabf_crl.CabfCrlReasonCodeAllowlistValidator(kind),
        ],
    )


@cache
def _answer_rules() -> ValidatorContainer:
    return ocsp.create_pkix_ocsp_response_validator_container([ocsp.create_response_decoder(), *_decoders()], [])


def _decoders() -> list[DecodingValidator]:
    return [
        pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
        pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
    ]


@cache
def _rules(kind: CertificateType) -> ValidatorContainer:
    return certificate.create_pkix_certificate_validator_container(
        serverauth.create_decoding_validators(), serverauth.create_validators(kind)
    )


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
