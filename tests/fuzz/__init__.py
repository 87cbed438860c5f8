"""Tests by generated input: quick in ``make test``, for hours by ``make fuzz``."""
