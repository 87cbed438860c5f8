"""What measures a CA, as its settings say: Prometheus' page, an exporter of traces, both, or nothing.

Loads only what is asked for. Knows nothing of what is measured.
"""

from typing import TYPE_CHECKING, NamedTuple

from tegata.ca.errors import Refused
from tegata.ca.metering.meter import Exporter, Meter, Meters
from tegata.ca.settings import Settings

if TYPE_CHECKING:
    from tegata.ca.metering.prometheus import Prometheus


class Measuring(NamedTuple):
    """What measures, None where nobody asked; and of it what has a page, and what has to be closed."""

    meter: Meter | None
    prometheus: "Prometheus | None"
    exporter: Exporter | None


NOTHING = Measuring(None, None, None)


def measuring(settings: Settings) -> Measuring:
    """What measures by these settings; raises Refused where an extra is missing."""
    prometheus = _prometheus() if settings.metrics.listen else None
    exporter = _exporter(settings.tracing.endpoint) if settings.tracing.endpoint else None
    meters: list[Meter] = [one for one in (prometheus, exporter) if one]
    return Measuring(Meters(meters) if len(meters) > 1 else meters[0] if meters else None, prometheus, exporter)


def _prometheus() -> "Prometheus":
    from tegata.ca.metering.prometheus import Prometheus  # noqa: PLC0415 - only who is asked waits for it

    return Prometheus()


def _exporter(endpoint: str) -> Exporter:
    try:
        from tegata.ca.metering.tracing import Tracing  # noqa: PLC0415 - only who wants traces has what they need
    except ModuleNotFoundError:
        raise Refused(reason="install what tracing needs: pip install 'tegata[otel]'") from None
    return Tracing(endpoint)
