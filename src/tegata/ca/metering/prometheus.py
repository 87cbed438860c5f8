"""A meter that Prometheus reads, and the page it reads from; with it goes how the CA does: its lists, keys and work."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from tegata import __version__
from tegata.ca.metering.meter import Kind, Span
from tegata.ca.policy import reports
from tegata.ca.ports import Store
from tegata.ca.services.clocks import Clocks
from tegata.ca.services.issuers import Issuers

PATH = "/metrics"

# Seconds: most answers take milliseconds, a validation in trouble a minute.
_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
_ABOUT = {
    Kind.REQUEST: "Requests by resource, and the class of their answers",
    Kind.JOB: "Work of the CA's own by kind, and whether it was done",
    Kind.VALIDATION: "Looks at names by method, and what came of them",
    Kind.SIGNATURE: "Signatures of the issuing key by what is signed",
}


class Prometheus:
    """Counts and times by kind: ``tegata_requests_total``, ``tegata_request_seconds`` and the like."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)
        self._counts = {
            kind: Counter(f"tegata_{kind}s", about, ("what", "outcome"), registry=self._registry)
            for kind, about in _ABOUT.items()
        }
        self._times = {
            kind: Histogram(f"tegata_{kind}_seconds", about, ("what",), buckets=_BUCKETS, registry=self._registry)
            for kind, about in _ABOUT.items()
        }
        self._crl_number = Gauge("tegata_crl_number", "Number of the newest revocation list", registry=self._registry)
        self._crl_ends = Gauge(
            "tegata_crl_next_update_timestamp_seconds",
            "Until when every revocation list is good; 0: one is missing",
            registry=self._registry,
        )
        self._keys = Gauge(
            "tegata_issuing_key_ready",
            "Whether the key of an issuing CA can sign",
            ("issuer",),
            registry=self._registry,
        )
        self._clock = Gauge(
            "tegata_clock_ahead_seconds",
            "How far this machine's clock is ahead of the database server's",
            registry=self._registry,
        )
        self._waiting = Gauge(
            "tegata_job_waiting_seconds", "How long the oldest job that is due has waited", registry=self._registry
        )
        self._reports = Gauge("tegata_problem_reports", "Reported problems that are open", registry=self._registry)
        self._report_due = Gauge(
            "tegata_problem_report_due_timestamp_seconds",
            "When the next thing is due of a reported problem; 0: nothing is",
            registry=self._registry,
        )
        build = Gauge("tegata_build_info", "The version that runs", ("version",), registry=self._registry)
        build.labels(__version__).set(1)

    @contextmanager
    def measure(self, kind: Kind, what: str) -> Iterator[Span]:
        """Count and time it."""
        span, began = Span(), perf_counter()
        try:
            yield span
        finally:
            self._times[kind].labels(what).observe(perf_counter() - began)
            self._counts[kind].labels(what, span.outcome).inc()

    def page(
        self,
        store: Store,
        now: Callable[[], datetime],
        issuers: Issuers,
        missing: Callable[[Collection[str]], Collection[str]],
        clocks: Clocks,
    ) -> ASGIApp:
        """The application that Prometheus asks at ``/metrics``; what the store knows is looked up for each answer.

        CRLs of issuing CAs that ended stay as they are; ``missing`` are those that are to be there beside these.
        """

        async def metrics(_: Request) -> Response:
            heads = await store.revocation_lists.heads()
            if heads:
                self._crl_number.set(max(head.number for head in heads.values()))
            ends = [head.next_update for name, head in heads.items() if issuers.publishes(name)]
            self._crl_ends.set(0 if missing(heads) or not ends else min(ends).timestamp())
            for name in filter(issuers.publishes, issuers.authorities):
                self._keys.labels(name).set(name not in issuers.away)
            self._clock.set(clocks.ahead.total_seconds())
            due = await store.jobs.next_due()
            self._waiting.set(max((now() - due).total_seconds(), 0.0) if due else 0.0)
            dues = [following.at for one in await store.problem_reports.open() if (following := reports.due(one))]
            self._reports.set(len(dues))
            self._report_due.set(min(dues).timestamp() if dues else 0)
            return Response(generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

        return Starlette(routes=[Route(PATH, metrics)])
