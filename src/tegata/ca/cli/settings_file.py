"""The first ``settings.toml``: what ``init`` was told, with a word about each setting for whoever edits it later.

Writes text only; what may be set is ``ca.settings``, and reading it back is ``tegata.settings``.
"""

import json
from string import Formatter

import msgspec

from tegata.ca.settings import Settings

# Each setting stands for its own value.

_TEMPLATE = """\
# Settings of this certification authority (tegata-ca). Unknown settings are refused; a restart makes changes count.
# Sections and settings that are left out have their defaults.

# The organization in the CA's own certificates, and the name it has on pages and in mails.
name = {name}

[acme]
# Base URL of ACME (<url>/acme/) and of the portal (<url>/portal/). Account URLs below it stand in CAA records and in
# those that stay: where it changes after all, its former values go into former_urls, and count for ever.
url = {acme.url}
former_urls = {acme.former_urls}
# Where it listens: HOST:PORT, or :PORT for all addresses.
listen = {acme.listen}
# URL of the terms of service that a new account has to agree to; "" for none.
terms_of_service = {acme.terms_of_service}
# When they were changed last ("2027-04-01T00:00:00Z"), and from when accounts that have not agreed to them since may
# order nothing: customers agree on the portal's page of their contract, which shows them at once. "" for never.
terms_changed = {acme.terms_changed}
terms_due = {acme.terms_due}
# A page about this CA; "" for none.
website = {acme.website}
# Networks of reverse proxies, such as "10.0.0.5/32", whose X-Forwarded-For tells the address that limits count for;
# only of such as write or extend that field themselves. None: whoever connects is who asks.
trusted_proxies = {acme.trusted_proxies}
# Files (PEM) of another TLS certificate for this server, with its chain, and of its key, for clients that do not know
# this CA's root: they are read again when they change. "": it has one by this CA, which renews itself, and which no CA
# may have whose root is publicly trusted.
certificate = {acme.certificate}
certificate_key = {acme.certificate_key}

[portal]
# Networks from which operators ("tegata-ca operator add") may use their pages at /portal/operator, such as
# "10.1.2.0/24", or "127.0.0.0/8" by a tunnel; none: nobody may. Behind a reverse proxy set trusted_proxies too, or
# every visitor has the proxy's address.
operator_networks = {portal.operator_networks}

[public]
# Base URL of CRLs, issuer certificates and the sticker's page; it stands in certificates: never change it.
url = {public.url}
listen = {public.listen}
# true: it answers OCSP too, and certificates name it from then on; then leave it so as long as there are such.
ocsp = {public.ocsp}

[validation]
# DNS servers asked about names, "IP" or "IP:PORT", or "tls://IP#NAME" by TLS; none: those of this system.
resolvers = {validation.resolvers}
# true where they validate DNSSEC, such as an unbound on this machine. Then they must be on this machine or asked by
# TLS, and each start asks whether they do. An answer that does not validate counts for nothing either way.
dnssec = {validation.dnssec}
# The domain names by which CAA records permit this CA, such as "ca.example.com": only names that are this CA's own.
# None: a CA in a closed network, which may issue only where no CAA record names any CA at all.
issuer_domains = {validation.issuer_domains}
# The port at which http-01 is looked for. The rules for public CAs leave 80 only.
http01_port = {validation.http01_port}
# The port at which tls-alpn-01 is looked for. The rules for public CAs leave 443 only.
tlsalpn01_port = {validation.tlsalpn01_port}
# What this place is called beside the remote perspectives; "tegata-ca perspective add" puts those at the end.
place = {validation.place}
# Private or loopback networks that validation may enter, such as "10.1.0.0/16"; none by default. Their addresses may
# also be ordered by contracts that have them, unless this CA is publicly trusted.
allow_networks = {validation.allow_networks}

[log]
# The log is JSON on standard error, an object a line. true: a line for each request too, not only for those refused.
requests = {log.requests}

[tracing]
# The OpenTelemetry collector that gets a span for each request, job, validation and signature by OTLP, such as
# "http://127.0.0.1:4318", after pip install 'tegata[otel]'; "": nothing is traced.
endpoint = {tracing.endpoint}

[metrics]
# Where Prometheus reads /metrics: HOST:PORT, an address that only it can reach; "": nothing is measured.
listen = {metrics.listen}

[mail]
# smtp://[user@]host:port or smtps://[user@]host:port; "" sends no mail. A password stands in password_file.
smtp = {mail.smtp}
sender = {mail.sender}
password_file = {mail.password_file}
# Whether customers are told of certificates that were not renewed in time, and of contracts that end in 60, 30, 7 days.
alarms = {mail.alarms}
# Addresses that are told by one mail what keeps this CA from its work, and by another that it is over: a CRL not made,
# an issuing key or a perspective out of reach, a CA that ends soon, a full disk, a wrong clock, no database.
operators = {mail.operators}

[database]
# postgresql://USER@HOST[:PORT]/NAME for several nodes that share one CA; "" is the file tegata-ca.db beside this one.
# A server and its standbys: USER@HOST1,HOST2; the one that takes writes is used.
# TLS: ?sslmode=verify-full&sslrootcert=FILE. No password here: it is in password_file, relative to this file, or in the
# environment's TEGATA_CA_DATABASE_PASSWORD.
url = {database.url}
password_file = {database.password_file}
# How many connections each node opens at the most.
connections = {database.connections}

[retention]
# Days after its end for which an order or an authorization is kept that led to nothing, with what was seen for it.
# Rules for public CAs want two years at least of this, too.
abandoned_days = {retention.abandoned_days}
# Days after a certificate's end for which it is kept with all it was issued by, and with its part of the audit log.
# Rules for public CAs want two years at least.
evidence_days = {retention.evidence_days}

[keys]
# Where the pass phrase of the keys is, relative to this file;
# the environment's TEGATA_CA_PASSPHRASE and TEGATA_CA_PASSPHRASE_FILE go first.
passphrase_file = {keys.passphrase_file}
# The issuing key: file:PATH, or pkcs11:token=NAME;object=LABEL?module-path=FILE&pin-source=FILE for one in an HSM.
issuing = {keys.issuing}
# Files (PEM, relative to this one) with other chains that clients may choose, each from the issuing CA's certificate on
# and without a root: such as that certificate and the root as an older root has certified it.
alternate_chains = {keys.alternate_chains}

[policy]
# true where this CA's root is publicly trusted: certificates then live no longer, and proofs of names and examinations
# of organizations are used no longer, than the Baseline Requirements allow at that date; and it serves only with enough
# perspectives for that date, in two regions, with resolvers that validate DNSSEC, and looking at ports 80 and 443.
public = {policy.public}
# How often a certificate may be replaced by one that could not end later, because the contract ends.
reissues_at_contract_end = {policy.reissues_at_contract_end}
# On how many CRLs new certificates are put, each by its serial number; those already issued stay on theirs. A CRL takes
# about 50 bytes for each revoked certificate.
crl_shards = {policy.crl_shards}
# A file of keys that nobody may have: on each line the SHA-256 of a key's SubjectPublicKeyInfo, or what Debian's
# openssl-blacklist has for its weak keys, which a public CA must have. "": none but the CA's own and those in RFCs.
blocked_keys = {policy.blocked_keys}
# A file of names that nobody may have, such as those of banks: "www.example.com" is that name, ".example.com" that name
# and all below it, "/.*paypa.*/" what this matches. It is read again when it changes. "": none.
high_risk = {policy.high_risk}
# true: OV certificates are issued only while somebody's examination of the organization is on record that another
# person has released (tegata-ca contract examine, contract release), as always where the root is publicly trusted.
examinations = {policy.examinations}

[lint]
# true: certificates are held against pkilint's rules too before they are signed (pip install 'tegata[lint]').
pkilint = {lint.pkilint}
# How many processes do it: each takes 60 MiB, and some 200 certificates a second.
processes = {lint.processes}
# How many of a hundred certificates; 100 where the root is publicly trusted.
percent = {lint.percent}
# Findings that this CA wants to have so; any other one stops the certificate. Short-lived services need
# "msft.end_entity.revocation_information_absent" here, which is Microsoft's rule; a closed network's names and
# addresses "cabf.internal_domain_name", which init writes here where public.url has such a host. "tegata-ca check"
# tells of each service what would stop it.
accepted = {lint.accepted}

[transparency]
# The file with the list of logs that browsers trust, in JSON of version 3: less than 70 days old, and read again when
# it changes. Certificates are made known to these logs before they are issued, and hold the proof (SCTs). "": neither.
log_list = {transparency.log_list}

[limits]
# "300/3h" is 300 in any three hours (s, m, h, d); "" is no limit. Renewals in the window that this CA itself suggested
# are not counted. An order is counted when it is placed; what is refused is not.
orders_per_account = {limits.orders_per_account}
orders_per_contract = {limits.orders_per_contract}
orders_per_name = {limits.orders_per_name}
# New accounts of a contract, by whichever of its EABs; and how often contacts, key or EAB of one account change.
accounts_per_contract = {limits.accounts_per_contract}
changes_per_account = {limits.changes_per_account}
# How often an EAB of a contract is added, replaced or called something else, whoever does it.
eabs_per_contract = {limits.eabs_per_contract}
# From one network address (of IPv6: one network of 64 bits), by each node for itself. Requests are all of ACME's.
requests_per_address = {limits.requests_per_address}
orders_per_address = {limits.orders_per_address}
accounts_per_address = {limits.accounts_per_address}
# Failed validations of a name for one account; after pause_after of them in a row the name is paused for that account,
# until its customer resumes it in the portal or "tegata-ca paused resume" does. Looks at CAA before a signature count
# that permit nothing; those of which nobody can say pause no name. No new order has a name that is held back; orders
# that were placed before are validated.
failures_per_name = {limits.failures_per_name}
pause_after = {limits.pause_after}

# Services, as contracts are made for, and profiles, which clients choose within them by name. A service's first profile
# is the one of whoever chooses none. Where this file has services, there are no others. With subdomains = true one
# proof of a domain in the DNS counts for all names below it, where the client asks for that (RFC 9444): to be said
# once all nodes and perspectives run a release that knows it. With acme = false customers get the certificates in the
# portal: they send a request (CSR), and prove its names by a file (http-01) or a TXT record (dns-01). Written so:
#   [profiles.shortlived]
#   description = "six days, on no CRL"
#   certificate_days = 6
#   short_lived = true
#   [services.dv-acme-1y]
#   label = "DV (ACME)"
#   validation = "dv"
#   profiles = ["usual", "shortlived"]
#   [services.ov-csr-6m]
#   label = "OV (CSR)"
#   term_days = 183
#   challenges = ["http-01", "dns-01"]
#   acme = false
"""


class _Toml(Formatter):
    """Fills in values as TOML has them."""

    def format_field(self, value: object, format_spec: str) -> str:  # noqa: ARG002 - as the library calls it
        """A JSON string without characters beyond the printable is a TOML string too, and so are numbers and lists."""
        return json.dumps(value, ensure_ascii=False)


def text_of(settings: Settings) -> str:
    """The file's text for these settings."""
    return _Toml().vformat(_TEMPLATE, (), msgspec.structs.asdict(settings))
