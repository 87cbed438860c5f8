"""What the CA's listeners serve: ACME and the portal, the public files, the metrics and its own TLS.

Joins the faces with an open CA's services, as ``bootstrap`` joins those with the adapters. Decides nothing.
"""

import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from starlette.types import ASGIApp, Receive, Scope, Send

from tegata.acme.challenges import DNS_PERSIST_01
from tegata.ca.api import visitors
from tegata.ca.api.app import AcmeApp
from tegata.ca.api.context import Context
from tegata.ca.api.links import Links
from tegata.ca.api.routes import ROUTES
from tegata.ca.bootstrap import Ca
from tegata.ca.issuing import hierarchy, keys, layout
from tegata.ca.issuing.given_certificate import GivenCertificate
from tegata.ca.issuing.ocsp import Responders
from tegata.ca.issuing.requests import SERVICES
from tegata.ca.issuing.server_certificate import ServerCertificate
from tegata.ca.metering.around import MeteredApp, resource
from tegata.ca.policy import choices
from tegata.ca.portal import app as portal
from tegata.ca.public import app as public
from tegata.ca.public.ocsp import OcspPages
from tegata.ca.public.seal import SealPage
from tegata.ca.services.ocsp import OcspService
from tegata.ca.services.responders import ResponderService


def server_certificate(home: Path, ca: Ca, environ: Mapping[str, str]) -> ServerCertificate | GivenCertificate:
    """The server's TLS certificate, by the CA or given by the operator; raises as ``open_ca``."""
    acme = ca.settings.acme
    if acme.certificate:
        return GivenCertificate(
            home / acme.certificate,
            home / acme.certificate_key,
            host=hierarchy.host_of(acme.url),
            secret=keys.passphrase(home, ca.settings.keys, environ),
        )
    return ServerCertificate(
        home,
        url=ca.settings.acme.url,
        public_url=ca.settings.public.url,
        secret=keys.passphrase(home, ca.settings.keys, environ),
        now=ca.now(),
        uri=ca.settings.keys.of_issuer(SERVICES),
        environ=environ,
    )


def acme_and_portal(ca: Ca) -> ASGIApp:
    """What the TLS listener serves: ACME below ``/acme/``, the portal elsewhere."""
    acme = AcmeApp(
        Context(
            settings=ca.settings.acme,
            issuer_domains=ca.settings.validation.issuer_domains,
            profiles=choices.offered(ca.settings.services, ca.settings.profiles),
            links=Links(ca.settings.acme.url, ca.settings.acme.former_urls),
            nonces=ca.nonces,
            accounts=ca.accounts,
            orders=ca.orders,
            challenges=ca.challenges,
            issuance=ca.issuance,
            certificates=ca.certificates,
            new_reference=ca.ids.reference,
            now=ca.now,
            changed=ca.store.changed,
            require_clock=ca.clocks.require,
            has_lasting_records=any(DNS_PERSIST_01 in one.challenges for one in ca.settings.services.values()),
            has_subdomains=any(one.subdomains for one in ca.settings.services.values()),
            logs_requests=ca.settings.log.requests,
            visitors=visitors.limiting(ca.settings.limits, ca.settings.acme.trusted_proxies, ca.now),
        )
    )
    pages = portal.build(
        customers=ca.customers,
        certificates=ca.certificates,
        credentials=ca.credentials,
        limits=ca.limits,
        terms=ca.terms,
        watch=ca.watch,
        requests=ca.requests,
        enrolments=ca.enrolments,
        operators=ca.operators,
        contracts=ca.contracts,
        examinations=ca.examinations,
        inbox=ca.inbox,
        reports=ca.reports,
        audit=ca.audit,
        operator_networks=ca.settings.portal.operator_networks,
        seal_url=ca.settings.public.url.rstrip("/") + public.SEAL_PATH,
        only_https=urlsplit(ca.settings.public.url).hostname != urlsplit(ca.settings.acme.url).hostname,
        address=visitors.Visitors(ca.settings.limits, ca.settings.acme.trusted_proxies, ca.now).address,
        sealer=ca.sealer,
        new_reference=ca.ids.reference,
        now=ca.now,
        monotonic=time.monotonic,
    )

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        served = acme if scope["raw_path"].startswith(b"/acme") else pages
        await served(scope, receive, send)

    meter = ca.measuring.meter
    if meter is None:
        return serve
    return MeteredApp(serve, meter, frozenset({"portal", *(resource(route.path) for route in ROUTES)}))


def metrics_page(ca: Ca) -> ASGIApp | None:
    """What the metrics' listener serves; None where nothing is measured."""
    prometheus = ca.measuring.prometheus
    return prometheus.page(ca.store, ca.now, ca.issuers, ca.crls.missing, ca.clocks) if prometheus else None


def _ocsp(ca: Ca) -> OcspPages:
    certified = ResponderService(store=ca.store, authorities=ca.issuers.authorities)
    responder = Responders(ca.issuers.certificates, certified.certify)
    service = OcspService(store=ca.store, responder=responder, clock=ca.now, require_clock=ca.clocks.require)
    return OcspPages(service, ca.now)


def public_files(ca: Ca) -> ASGIApp:
    """What the public listener serves."""
    seal = SealPage(ca.contracts, ca.certificates, issuer=ca.settings.name, now=ca.now)
    certificates = {
        layout.ROOT_URL_PATH: ca.hierarchy.root,
        **({layout.SERVICES_URL_PATH: ca.hierarchy.services} if ca.hierarchy.services else {}),
        **{layout.issuer_url_path(name): one for name, one in ca.issuers.certificates.items()},
    }
    files = {
        path: public.File(partial(certificate.public_bytes, serialization.Encoding.DER), public.CERTIFICATE)
        for path, certificate in certificates.items()
    }
    # The next one is installed while this one is served.
    files[layout.ROOT_CRL_URL_PATH] = public.File(partial(hierarchy.root_crl, ca.home), public.CRL)
    return public.build(
        fixed=files,
        crl_folder=layout.CRL_URL_FOLDER,
        revocation_lists=ca.store.revocation_lists,
        publishes=ca.issuers.publishes,
        missing=ca.crls.missing,
        away=lambda: ca.issuers.away,
        clock_is_apart=lambda: ca.clocks.is_apart,
        seal=seal,
        ocsp=_ocsp(ca) if ca.settings.public.ocsp else None,
        now=ca.now,
    )
