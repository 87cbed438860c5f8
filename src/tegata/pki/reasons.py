"""The reasons of a revocation by the names and numbers of RFC 5280 §5.3.1. Which of them a CA takes is its choice."""

NUMBERS = {
    "unspecified": 0,
    "keyCompromise": 1,
    "cACompromise": 2,
    "affiliationChanged": 3,
    "superseded": 4,
    "cessationOfOperation": 5,
    "certificateHold": 6,
    "removeFromCRL": 8,
    "privilegeWithdrawn": 9,
    "aACompromise": 10,
}
_BY_LOWER_CASE = {name.lower(): number for name, number in NUMBERS.items()}


def number_of(name: str) -> int | None:
    """The number of a name in any case; None for what is no name."""
    return _BY_LOWER_CASE.get(name.lower())
