"""How much is tried: the same few examples at every ``make test``; by ``make fuzz`` new ones, round after round."""

import os

from hypothesis import HealthCheck, settings

VARIABLE = "TEGATA_FUZZ"
_CHECKS = (HealthCheck.too_slow, HealthCheck.data_too_large)

QUICK = settings(max_examples=24, deadline=None, derandomize=True, suppress_health_check=_CHECKS)
LONG = settings(max_examples=12, deadline=None, print_blob=True, suppress_health_check=_CHECKS)
EXTENT = LONG if os.environ.get(VARIABLE) else QUICK
