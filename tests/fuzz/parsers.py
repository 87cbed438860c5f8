"""Every reader of remote or file input: how it is called, a good sample, and the exceptions its docstring names."""

import asyncio
import contextlib
import io
import socket
import tempfile
import threading
import zipfile
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import dns.rrset
import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from tegata.acme import ari, b64, codec, eab, jwk, jws, messages, problems, wire
from tegata.acme.caa import CaaRecord, CaaRequest
from tegata.acme.flattened import Flattened
from tegata.acme.identifiers import Identifier
from tegata.acme.wire import Headers, Response
from tegata.ca.cli import grammar as ca_grammar
from tegata.ca.cli import settings_file
from tegata.ca.cli.grammar import BadUsage
from tegata.ca.errors import BadHttpAnswer, CaaForbids, RedirectRefused
from tegata.ca.issuing import der
from tegata.ca.model import Look
from tegata.ca.policy import caa, persistence
from tegata.ca.ports import Question, Verdict
from tegata.ca.settings import Acme, Public, Settings
from tegata.ca.validation import dnsmessage, exchange, openmpic, targets
from tegata.ca.validation import messages as messages_between
from tegata.ca.validation.evidence import Climb, Evidence, Hop
from tegata.ca.validation.messages import BadMessage
from tegata.cli import errors
from tegata.cli.config import envfile
from tegata.cli.config import file as configfile
from tegata.cli.config import wanted as configplan
from tegata.cli.grammar import words as grammar
from tegata.cli.plans import eabfile
from tegata.client import dnscheck, lasting
from tegata.client.dnserrors import DnsError, LookupFailed
from tegata.client.dnslookup import Lookup, Server, Silent
from tegata.client.dnszones import Zones
from tegata.clock import parse_rfc3339
from tegata.errors import TegataError
from tegata.host import accounts, archives, certificates, crl, due, gojson, layout
from tegata.host.errors import (
    AccountDamaged,
    ArchiveDamaged,
    CertificateDamaged,
    InTheWay,
    NotReadable,
    NotWritable,
)
from tegata.host.files import Tree
from tegata.pki import certs, csr, keys, names
from tegata.pki.forms import KeyForm
from tegata.pki.key_types import KeyType
from tegata.plugin_api.environment import BadSetting, Environment
from tegata.plugins.dns._acmedns_accounts import Account, AccountsUnusable, FileAccounts, account_of
from tegata.settings import BadSettings, load
from tegata.text.catalogue import printable
from tegata.text.language import from_accept_language
from tests.host import lego5
from tests.pki import issued

NOW = datetime(2026, 11, 24, 2, 31, tzinfo=UTC)
URL = "https://ca.example/acme/new-order"
SERVER, USER = "https://ca.example/acme/", "test@example.com"
KEY = keys.generate(KeyType.EC256)
assert isinstance(KEY, EllipticCurvePrivateKey)
ROOT = issued.root()
LEAF = ROOT.issue(KEY.public_key(), ("www.example.com",))
CHAIN = certs.to_pem([LEAF, ROOT.certificate])
CSR = csr.build(KEY, ["www.example.com", "xn--wgv71a.example"], common_name="www.example.com")
JWS = jws.sign(KEY, b'{"identifiers":[]}', url=URL, nonce="bm9uY2U", kid=None)
BINDING = eab.bind(jwk.from_public(KEY.public_key()), "kid1", bytes(32), URL)
CRL = (
    x509.CertificateRevocationListBuilder()
    .issuer_name(LEAF.issuer)
    .last_update(NOW)
    .next_update(NOW + timedelta(days=4))
    .add_revoked_certificate(
        x509.RevokedCertificateBuilder().serial_number(LEAF.serial_number).revocation_date(NOW).build()
    )
    .sign(ROOT.key, SHA256())
    .public_bytes(Encoding.DER)
)
with io.BytesIO() as _archive:
    with zipfile.ZipFile(_archive, "w") as _packed:
        _packed.comment = b"certificates"
        _packed.writestr("www.example.com.crt", CHAIN)
    ARCHIVE = _archive.getvalue()
EAB_FILE = (
    b"sudo certbot --server https://ca.example/acme/ --eab-hmac-key c2VjcmV0c2VjcmV0 --eab-kid kid1"
    b" -d www.example.com -d example.com --key-type rsa\n"
)
CONFIG = (
    b"servers: {ca: {url: 'https://ca.example/'}}\naccounts: {a: &a {server: ca, email: a@x}, b: {<<: *a}}\n"
    b"challenges: {w: {http: {address: ':80'}}}\ncertificates:\n  x:\n    account: a\n    domains: [x.example]\n"
    b"    renew: {days: 10, ari: {waitToRenewDuration: 1h}}\n"
)
PROBLEM = codec.encode(
    {
        "type": "urn:ietf:params:acme:error:rejectedIdentifier",
        "detail": "no",
        "status": 403,
        "identifier": {"type": "dns", "value": "a.example"},
        "subproblems": [{"type": "urn:ietf:params:acme:error:dns", "detail": "x", "subproblems": []}],
    }
)
QUESTION = Question(
    identifier=Identifier("dns", "www.example.com"),
    wildcard=False,
    challenge_type="http-01",
    token="evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ",
    key_authorization="evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ.thumbprint",
    account_uri="https://ca.example/acme/account/1",
)
CAA_REQUEST = CaaRequest(
    issuers=("ca.example",), name="www.example.com", wildcard=False, method="http-01", account_uri=QUESTION.account_uri
)


class Parser(NamedTuple):
    """``read`` takes octets; ``samples`` are good ones; ``documented`` is all that it may raise."""

    name: str
    read: Callable[[bytes], object]
    samples: tuple[bytes, ...]
    documented: tuple[type[BaseException], ...] = ()
    giant: int = 2 * 1024 * 1024
    """The octets of a giant: more than whoever calls it lets through."""


# Neither h11 lets a header through that is longer, nor does a person type a longer line.
HEADER = 64 * 1024
LINE = 16 * 1024


def text(read: Callable[[str], object]) -> Callable[[bytes], object]:
    """A reader of text, of the text that headers make of octets."""
    return lambda content: read(content.decode("latin-1"))


def unicode(read: Callable[[str], object]) -> Callable[[bytes], object]:
    """A reader of text, of the text that the operating system makes of octets."""
    return lambda content: read(content.decode("utf-8", "surrogateescape"))


def in_file(place: Callable[[Tree], Path], read: Callable[[Tree], object]) -> Callable[[bytes], object]:
    """A reader of one file of a client's tree."""

    def run(content: bytes) -> object:
        with tempfile.TemporaryDirectory() as directory:
            tree = Tree(Path(directory))
            file = place(tree)
            file.parent.mkdir(parents=True)
            file.write_bytes(content)
            return read(tree)

    return run


def verified(body: bytes) -> None:
    """A request read and its signature checked by the key it brings."""
    signed = jws.parse(body)
    if signed.header.jwk is not None:
        jws.verify(signed, jwk.to_public(signed.header.jwk))


def bound(content: bytes) -> None:
    """An external account binding, read and its MAC checked."""
    binding = eab.read(codec.decode(content, Flattened, codec.REQUEST_LIMIT))
    eab.verify(binding, bytes(32))


def settings(content: bytes) -> Settings:
    """A settings.toml."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        return load(Path(file.name), Settings)


def configured(content: str) -> list[configplan.Wanted]:
    """A configuration file, and the certificates it wants."""
    return configplan.wanted(configfile.read(content, "lego.yml"), "lego.yml")


CAA_QUERY = dnsmessage.query("www.example.com", dnsmessage.CAA, 1)


def caa_answer(content: bytes) -> list[tuple[int, bytes, bytes]]:
    """What a DNS server says about CAA, to the very question."""
    said = dnsmessage.reply(CAA_QUERY.wire[:2] + content, CAA_QUERY)
    return [dnsmessage.properties(record) for record in said.records]


def caa_sample() -> bytes:
    """An answer behind an alias, with an extended error, but for its id."""
    message = dns.message.make_response(dns.message.make_query("www.example.com", "CAA", use_edns=0))
    message.answer.append(dns.rrset.from_text("www.example.com.", 60, "IN", "CNAME", "a.example."))
    message.answer.append(dns.rrset.from_text("a.example.", 60, "IN", "CAA", '0 issue "ca.example; x=y"'))
    message.use_edns(0, 0, 1232, options=[dns.edns.EDEOption(dns.edns.EDECode.DNSKEY_MISSING, "why")])
    return message.to_wire()[2:]


PERSIST_REQUEST = persistence.PersistRequest(
    issuers=("ca.example",), account_uri=QUESTION.account_uri, wildcard=True, at=NOW
)


class Sights:
    """A validator's parts that saw what was asked for."""

    async def prove(self, question: Question) -> Verdict:
        return self._seen(question.identifier)

    async def prove_by_value(self, identifier: Identifier, value: str) -> Verdict:
        return self._seen(identifier)

    async def permits(self, question: Question, issuers: Sequence[str]) -> Verdict:
        return Verdict(None, Climb(resolvers=(), started=NOW, finished=NOW).encode())

    def _seen(self, identifier: Identifier) -> Verdict:
        seen = Evidence(
            identifier=identifier.value,
            domain_name=identifier.value,
            method="",
            section="",
            token="",
            resolvers=(),
            started=NOW,
            finished=NOW,
            hops=[Hop("http://a.example/")],
        )
        return Verdict(None, seen.encode())


def dcv_request(target: str, **parameters: str) -> bytes:
    """A request for a proof, in the words of Open MPIC."""
    return codec.encode({"domain_or_ip_target": target, "dcv_check_parameters": parameters})


def openmpic_request(
    look: Callable[[str, openmpic.Parts, bytes], Coroutine[object, object, bytes]],
) -> Callable[[bytes], bytes]:
    """What somebody asks an agent in the words of Open MPIC."""
    return lambda content: asyncio.run(look("osaka", Sights(), content))


def http01_answer(content: bytes) -> exchange.Answer:
    """What a customer's web server says, over a real connection."""
    target = targets.first("www.example.com", 80, "t" * 22)

    async def ask() -> exchange.Answer:
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair()
        theirs.setblocking(False)

        async def say() -> None:
            with theirs, contextlib.suppress(OSError):
                await loop.sock_recv(theirs, 65_536)
                await loop.sock_sendall(theirs, content)

        saying = loop.create_task(say())
        ours.setblocking(False)
        try:
            return await exchange.get(target, exchange.Plain(ours), until=loop.time() + 3)
        finally:
            saying.cancel()
            await asyncio.gather(saying, return_exceptions=True)
            theirs.close()

    return asyncio.run(ask())


def message(kind: Any, sample: dict[str, Any]) -> Parser:
    """A JSON message of the protocol."""

    def read(content: bytes) -> object:
        return codec.decode(content, kind, codec.RESPONSE_LIMIT)

    return Parser(kind.__name__, read, (codec.encode(sample),), (codec.Malformed,))


def certificate_facts(tree: Tree) -> Path:
    return tree.certificates / "www.example.com.json"


def archive_file(tree: Tree) -> Path:
    return tree.archives / "certificates" / "www.example.com_1795521600.zip"


def account_file(tree: Tree) -> Path:
    """account.json, where the client keeps it."""
    return accounts.AccountFolder(tree, SERVER, USER).folder / "account.json"


ACCOUNT_JSON = gojson.dump(
    {
        "email": USER,
        "registration": {
            "body": {"status": "valid", "externalAccountBinding": msgspec.to_builtins(BINDING)},
            "uri": "https://ca.example/acme/account/1",
        },
    }
)
_IDENTIFIER = {"type": "dns", "value": "www.example.com"}
_AUTHZ = "https://ca.example/acme/authz/1"
_CHALLENGE = {"type": "http-01", "url": "https://ca.example/acme/c/1", "status": "pending", "token": "t" * 22}
_WINDOW = {"start": "2026-11-24T02:31:00Z", "end": "2026-11-25T02:31:00.5+09:00"}

MESSAGES = (
    message(
        messages.Directory,
        {
            "newNonce": URL,
            "newAccount": URL,
            "newOrder": URL,
            "revokeCert": URL,
            "keyChange": URL,
            "meta": {"termsOfService": URL, "website": URL, "caaIdentities": ["ca.example"], "profiles": {"a": "b"}},
        },
    ),
    message(
        messages.NewAccount,
        {"contact": ["mailto:a@example.com"], "externalAccountBinding": msgspec.to_builtins(BINDING)},
    ),
    message(messages.Account, {"status": "valid", "contact": ["mailto:a@example.com"], "orders": URL}),
    message(messages.NewOrder, {"identifiers": [_IDENTIFIER], "notAfter": "2026-11-24T02:31:00Z"}),
    message(
        messages.Order,
        {"status": "pending", "identifiers": [_IDENTIFIER], "authorizations": [_AUTHZ], "finalize": URL},
    ),
    message(messages.Challenge, _CHALLENGE),
    message(messages.Authorization, {"status": "pending", "identifier": _IDENTIFIER, "challenges": [_CHALLENGE]}),
    message(messages.Finalize, {"csr": b64.encode(CSR)}),
    message(messages.RevokeCert, {"certificate": "AAAA", "reason": 1}),
    message(messages.RenewalInfo, {"suggestedWindow": _WINDOW, "explanationURL": URL}),
)


def records_of_a_challenge(content: bytes) -> object:
    """What a DNS message says of a challenge name: its alias, its zone, the zone's servers, its TXT values."""

    class Told(Lookup):
        """Hears this message, whatever it asks and whomever."""

        def __init__(self) -> None:
            self.servers = ()

        def resolve(self, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> dns.message.Message:
            try:
                return self.ask(Server("192.0.2.1"), name, kind)
            except Silent:
                raise LookupFailed(name=name.to_text(), type="TXT", reason="") from None

        def ask(self, *_: object, **__: object) -> dns.message.Message:
            try:
                return dns.message.from_wire(content)
            except (dns.exception.DNSException, ValueError):
                raise Silent from None

    zones = Zones(Told())
    values = list(dnscheck._texts(Told().ask()))
    place = zones.end_of(CHALLENGE_NAME)
    return values, zones.texts_at(place), zones.servers_of(zones.zone_of(place))


def dns_over_the_wire(content: bytes) -> object:
    """A DNS message as a server sends it, to the very question that was asked, by TCP."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def say() -> None:
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                question = connection.recv(4096)
                connection.sendall((len(content) + 2).to_bytes(2) + question[2:4] + content)

        saying = threading.Thread(target=say)
        saying.start()
        try:
            lookup = Lookup(["127.0.0.1"], timeout=2, tcp_only=True)
            return lookup.ask(
                Server("127.0.0.1", server.getsockname()[1]), dns.name.from_text(CHALLENGE_NAME), dns.rdatatype.TXT
            )
        finally:
            saying.join()


CHALLENGE_NAME = "_acme-challenge.www.example.com."
_ALIAS = "_acme-challenge.example.net."


def dns_answer(*records: str) -> bytes:
    """A DNS message with these records."""
    message = dns.message.make_response(dns.message.make_query(CHALLENGE_NAME, "TXT"))
    message.flags |= dns.flags.AA
    for record in records:
        name, kind, value = record.split(" ", 2)
        message.answer.append(dns.rrset.from_text(name, 1, "IN", kind, value))
    return message.to_wire()


def setting_from_file(content: bytes) -> str:
    """A variable whose value is in a file."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        return Environment("x", {"X_KEY_FILE": file.name}).text("X_KEY")


def acme_dns_account(content: bytes) -> Account | None:
    """An account from the file that lego writes."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        return FileAccounts(Path(file.name)).find("www.example.com")


ACME_DNS_ACCOUNT = b'{"fulldomain": "a.auth.example", "subdomain": "a", "username": "u", "password": "p"}'

PARSERS = (
    Parser(
        "records of a challenge",
        records_of_a_challenge,
        (
            dns_answer(
                f'{CHALLENGE_NAME} TXT "abc" "def"',
                f"{CHALLENGE_NAME} CNAME {_ALIAS}",
                "example.net. SOA ns1.example.net. hostmaster.example.net. 1 3600 600 86400 1",
                "example.com. SOA ns1.example.net. hostmaster.example.net. 1 3600 600 86400 1",
                "example.net. NS ns1.example.net.",
                "ns1.example.net. A 192.0.2.53",
            ),
        ),
        (DnsError, Silent),
        giant=65_535,
    ),
    Parser(
        "DNS message over the wire",
        dns_over_the_wire,
        (dns_answer(f'{CHALLENGE_NAME} TXT "abc" "def"')[2:],),
        (Silent,),
        giant=65_000 // 2,
    ),
    Parser(
        "lasting record",
        text(
            lambda value: (
                lasting.end_of(value),
                lasting.permits(value, {"ca.example"}, (QUESTION.account_uri,), NOW, wildcard=True),
            )
        ),
        (b"ca.example; accounturi=https://ca.example/acme/account/1; policy=wildcard; persistUntil=1798761600",),
        giant=65_535,
    ),
    Parser("variable's file", setting_from_file, (b"s3cret\r\n",), (BadSetting,)),
    Parser(
        "acme-dns accounts",
        acme_dns_account,
        (b'{"www.example.com": %b}' % ACME_DNS_ACCOUNT,),
        (AccountsUnusable,),
    ),
    Parser(
        "acme-dns answer",
        lambda content: account_of(content, "x"),
        (ACME_DNS_ACCOUNT,),
        (AccountsUnusable,),
    ),
    Parser("errand", messages_between.read_errand, (messages_between.errand(Look.CAA, QUESTION),), (BadMessage,)),
    Parser(
        "report",
        lambda content: messages_between.read_report(content, "osaka", QUESTION),
        (messages_between.report("osaka", QUESTION, Verdict(None, b"{}")),),
        (BadMessage,),
        giant=messages_between.REPORT_LIMIT,
    ),
    Parser(
        "CAA value",
        lambda content: caa.check([CaaRecord(0, "issue", content)], "example.com", CAA_REQUEST),
        (b"ca.example; accounturi=https://ca.example/acme/account/1; validationmethods=dns-01,http-01",),
        (CaaForbids,),
        giant=HEADER,
    ),
    Parser("b64", text(b64.decode), (b"bm9uY2U",), (b64.BadBase64,)),
    Parser("jws", verified, (JWS,), (codec.Malformed, jws.BadAlgorithm, jws.BadSignature, jwk.BadPublicKey)),
    Parser("eab", bound, (codec.encode(BINDING),), (codec.Malformed, eab.BadBinding)),
    Parser("mac key", text(eab.decode_mac), (b"c2VjcmV0c2VjcmV0c2VjcmV0",), (eab.BadMac,)),
    *MESSAGES,
    Parser("problem", lambda content: codec.encode(problems.decode(content, 403)), (PROBLEM,)),
    Parser("chain", certs.load_chain, (CHAIN,), (certs.BadChain,)),
    Parser("csr", csr.parse, (CSR,), (csr.BadCSR,)),
    Parser("key", keys.from_pem, tuple(keys.to_pem(KEY, form) for form in KeyForm), (keys.BadKey,)),
    Parser("crl", lambda content: crl.says_revoked(content, LEAF, ROOT.certificate, NOW), (CRL,)),
    Parser("der", der.elements, (CSR,), (ValueError,), giant=LINE),
    Parser("ari id", text(ari.parse_cert_id), (b"aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE",), (codec.Malformed,)),
    Parser("instant", text(parse_rfc3339), (b"2026-11-24T02:31:00.123456789+09:00",), (ValueError,)),
    Parser("Accept-Language", text(from_accept_language), (b"ja;q=0.8, en-GB;q=inf, *;q=nan",), giant=HEADER),
    Parser(
        "Retry-After",
        text(lambda value: wire.retry_after(Response(503, Headers({"Retry-After": value})), NOW)),
        (b"120", b"Tue, 24 Nov 2026 02:31:00 GMT", b"31 Dec 9999 23:59:59 -2359"),
        giant=HEADER,
    ),
    Parser(
        "Link",
        text(lambda value: wire.links(Response(200, Headers({"Link": value})))),
        (b'<https://ca.example/a>;rel="up", </b>; title=x; rel=alternate',),
        giant=HEADER,
    ),
    Parser(
        "name",
        unicode(names.normalise),
        (b"*.www.example.com", "日本語.example".encode(), b"2001:db8::1"),
        (names.BadName,),
    ),
    Parser(
        "redirect",
        text(lambda value: targets.redirected(targets.first("a.example", 80, "t" * 22), value, {80, 443})),
        (b"https://b.example:443/x?y#z", b"http://[2001:db8::1]/", b"//b.example/"),
        (RedirectRefused,),
        giant=HEADER,
    ),
    Parser(
        "dns-persist-01 record",
        lambda content: persistence.objection([content], PERSIST_REQUEST),
        (b"ca.example; accounturi=https://ca.example/acme/account/1; policy=wildcard; persistUntil=1798761600",),
    ),
    Parser(
        "Open MPIC request for a proof",
        openmpic_request(openmpic.dcv),
        (
            dcv_request("a.example", validation_method="acme-http-01", token="t" * 22, key_authorization="x"),
            dcv_request("*.a.example", validation_method="acme-dns-01", key_authorization_hash="x"),
        ),
        (BadMessage,),
        messages_between.ERRAND_LIMIT,
    ),
    Parser(
        "Open MPIC request for CAA",
        openmpic_request(openmpic.caa),
        (b'{"domain_or_ip_target":"192.0.2.1","caa_check_parameters":{"caa_domains":["ca.example"]}}',),
        (BadMessage,),
        messages_between.ERRAND_LIMIT,
    ),
    Parser(
        "DNS answer",
        caa_answer,
        (caa_sample(),),
        (dnsmessage.NotTheAnswer, dnsmessage.Malformed),
        64 * 1024,
    ),
    Parser(
        "http-01 answer",
        http01_answer,
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 302 Found\r\nLocation: http://b.example/\r\n\r\n",
        ),
        (BadHttpAnswer,),
    ),
    Parser("configuration file", unicode(configured), (CONFIG,), (errors.BadConfig,), configfile.SIZE_LIMIT),
    Parser(
        "file of variables",
        unicode(lambda content: envfile.read(content, "x.env")),
        (b"A='x'\n",),
        (errors.BadEnvFile,),
    ),
    Parser("EAB file", lambda content: eabfile.read(content, "eab.txt"), (EAB_FILE,), (errors.BadEabFile,)),
    Parser("printable", unicode(printable), (b"a\x1b[2Jb",), giant=HEADER),
    Parser(
        "account.json",
        in_file(account_file, lambda tree: accounts.AccountFolder(tree, SERVER, USER).stored()),
        (ACCOUNT_JSON,),
        (AccountDamaged, NotReadable),
    ),
    Parser("accounts listed", in_file(account_file, accounts.listed), (ACCOUNT_JSON, lego5.ACCOUNT.encode())),
    Parser(
        "certificate's facts",
        in_file(certificate_facts, layout.of_tree),
        (lego5.CERTIFICATE.encode(), b'{"domain":"www.example.com","certUrl":"x","certStableUrl":"x"}'),
    ),
    Parser(
        "archive",
        in_file(archive_file, lambda tree: [archives.restore(tree, each) for each in archives.found(tree)]),
        (ARCHIVE,),
        (ArchiveDamaged, InTheWay, NotReadable, NotWritable),
    ),
    Parser(
        "account key",
        in_file(
            lambda tree: accounts.AccountFolder(tree, SERVER, USER).key_file,
            lambda tree: accounts.AccountFolder(tree, SERVER, USER).key(),
        ),
        (keys.to_pem(KEY, KeyForm.TRADITIONAL),),
        (AccountDamaged, NotReadable),
    ),
    Parser(
        "certificate file",
        in_file(
            lambda tree: tree.certificates / "www.example.com.crt",
            lambda tree: certificates.CertificateFiles(tree, "www.example.com").chain(),
        ),
        (CHAIN,),
        (CertificateDamaged, NotReadable),
    ),
    Parser(
        "renewal watch",
        in_file(
            lambda tree: tree.renewals / "www.example.com.json",
            lambda tree: due.WatchFile(tree, "www.example.com").load(certs.life_of(LEAF).digest),
        ),
        (gojson.dump(due._to_json(due.unknown(certs.life_of(LEAF).digest))),),
        (NotReadable,),
    ),
    Parser(
        "settings.toml",
        settings,
        (
            settings_file.text_of(
                Settings(name="Example", acme=Acme(url="https://ca.example"), public=Public(url="http://ca.example"))
            ).encode(),
        ),
        (BadSettings,),
    ),
    Parser(
        "tegata's command line",
        unicode(lambda line: grammar.parse(line.split(" "), {"LEGO_EMAIL": line[:5], "TEGATA_PATH": "x"})),
        (
            b"-s https://ca.example/acme/ -a --eab --kid K --hmac M -d a.example -m a@b --http --http.port :80 run",
            b"--path=/x -d a renew --days 30 --no-random-sleep --renew-hook h",
            b"revoke -d a --reason 4",
        ),
        (TegataError,),
        giant=LINE,
    ),
    Parser(
        "tegata-ca's command line",
        unicode(lambda line: ca_grammar.parse(line.split(" "), {})),
        (
            b"contract add --organization O --country JP --service ov-acme-1y --domain a.example b.example --user m@x",
            b"cert revoke 12ab --reason 4 --json",
            b"serve --dir x --listen 127.0.0.1:1",
        ),
        (BadUsage,),
        giant=LINE,
    ),
)
