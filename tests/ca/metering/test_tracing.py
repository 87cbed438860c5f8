"""Spans as a collector gets them, several meters as one, and nothing loaded where nobody wants them."""

import subprocess
import sys

import pytest

from tegata.ca.errors import Refused
from tegata.ca.metering.measuring import measuring
from tegata.ca.metering.meter import Kind, Meters
from tegata.ca.metering.tracing import Tracing
from tegata.ca.settings import Acme, Metrics, Public, Settings
from tegata.ca.settings import Tracing as TracingSettings
from tests.ca.metering.test_around import Notes
from tests.peers.collector import Collector


def test_spans_say_what_was_done_and_what_came_of_it():
    """Below each other as they happened; of what an exception says, nothing."""
    with Collector() as collector:
        tracing = Tracing(collector.endpoint + "/")
        with tracing.measure(Kind.REQUEST, "acme/new-order") as request:
            with pytest.raises(ValueError, match="secret"), tracing.measure(Kind.SIGNATURE, "certificate"):
                raise ValueError("secret")
            request.outcome = "2xx"
        tracing.close()
        inner, outer = collector.spans
        assert b"secret" not in b"".join(collector.raw)
    assert (outer.name, outer.attributes[0].value.string_value, outer.status.code) == (
        "request acme/new-order",
        "2xx",
        0,
    )
    assert (inner.name, inner.attributes[0].value.string_value, inner.status.code) == (
        "signature certificate",
        "failed",
        2,
    )
    assert inner.parent_span_id == outer.span_id
    assert inner.trace_id == outer.trace_id


@pytest.mark.parametrize(("outcome", "status"), [("5xx", 2), ("4xx", 0), ("done", 0)])
def test_an_answer_that_is_our_fault_is_an_error(outcome, status):
    """One that is the client's is none (OpenTelemetry's rule for servers); a request is a server's span."""
    with Collector() as collector:
        tracing = Tracing(collector.endpoint)
        with tracing.measure(Kind.REQUEST, "acme/new-order") as span:
            span.outcome = outcome
        tracing.close()
        [told] = collector.spans
    assert (told.status.code, told.kind) == (status, told.SPAN_KIND_SERVER)


def test_a_collector_that_is_away_ends_nothing(caplog):
    with Collector() as collector:
        endpoint = collector.endpoint
    tracing = Tracing(endpoint)
    with tracing.measure(Kind.JOB, "validate") as span:
        span.outcome = "done"
    tracing.close()
    assert "secret" not in caplog.text


def test_several_meters_are_told_alike():
    """What comes of it, and a failure as such."""
    first, second = Notes(), Notes()
    with pytest.raises(ValueError, match="no"), Meters([first, second]).measure(Kind.REQUEST, "acme"):
        raise ValueError("no")
    with Meters([first, second]).measure(Kind.JOB, "validate") as span:
        span.outcome = "done"
    assert first.found == second.found == [(Kind.REQUEST, "acme", "failed"), (Kind.JOB, "validate", "done")]


@pytest.mark.parametrize("listen", ["", "127.0.0.1:9100"])
@pytest.mark.parametrize("endpoint", ["", "http://127.0.0.1:4318"])
def test_what_is_asked_for_measures_and_nothing_else(listen, endpoint):
    """One alone is asked directly; both are told."""
    settings = Settings(
        acme=Acme(url="https://ca.example"),
        public=Public(url="http://ca.example"),
        metrics=Metrics(listen=listen),
        tracing=TracingSettings(endpoint=endpoint),
    )
    meter, prometheus, exporter = measuring(settings)
    assert (prometheus is not None, exporter is not None) == (bool(listen), bool(endpoint))
    if prometheus and exporter:
        assert isinstance(meter, Meters)
    else:
        assert meter is (prometheus or exporter)
    if exporter:
        exporter.close()


def test_who_traces_nothing_loads_nothing():
    program = "import sys, tegata.ca.cli.serving; print([name for name in sys.modules if 'opentelemetry' in name])"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout == "[]\n"


def test_without_the_extra_it_is_told(monkeypatch):
    monkeypatch.delitem(sys.modules, "tegata.ca.metering.tracing")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    settings = Settings(
        acme=Acme(url="https://ca.example"),
        public=Public(url="http://ca.example"),
        tracing=TracingSettings(endpoint="http://127.0.0.1:4318"),
    )
    with pytest.raises(Refused, match="tegata\\[otel\\]"):
        measuring(settings)
