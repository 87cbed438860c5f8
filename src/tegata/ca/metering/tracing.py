"""A meter whose spans an OpenTelemetry collector gets by OTLP: requests, jobs, validations and signatures, one a span.

A span says what was done, for how long and what came of it; no name, no URL and no exception's text goes out. Headers
that a collector asks for, and the service's further attributes, are in OpenTelemetry's own variables (``OTEL_…``).
Needs the extra ``otel``; nothing imports this file where no collector is set.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode

from tegata import __version__
from tegata.ca.metering.meter import Kind, Span

OUTCOME = "tegata.outcome"
_FAILED = ("failed", "5xx")
_EXPORT_SECONDS = 3


class Tracing:
    """Spans for the collector at ``endpoint``, sent from a thread of their own; what it does not take is dropped."""

    def __init__(self, endpoint: str) -> None:
        resource = Resource.create({SERVICE_NAME: "tegata-ca", SERVICE_VERSION: __version__})
        exporter = OTLPSpanExporter(endpoint=endpoint.rstrip("/") + "/v1/traces", timeout=_EXPORT_SECONDS)
        self._provider = TracerProvider(resource=resource)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("tegata.ca", __version__)

    @contextmanager
    def measure(self, kind: Kind, what: str) -> Iterator[Span]:
        """A span, below the one in which it happens."""
        span = Span()
        kind_of_span = SpanKind.SERVER if kind is Kind.REQUEST else SpanKind.INTERNAL
        with self._tracer.start_as_current_span(
            f"{kind} {what}", kind=kind_of_span, record_exception=False, set_status_on_exception=False
        ) as traced:
            try:
                yield span
            finally:
                traced.set_attribute(OUTCOME, span.outcome)
                if span.outcome in _FAILED:
                    traced.set_status(StatusCode.ERROR)

    def close(self) -> None:
        """Send what is left, and end the thread."""
        self._provider.shutdown()
