"""Whether a refused order may be ordered again without ``replaces`` (RFC 9773 §5, X-16). Pure."""

from tegata.acme.problems import ErrorType
from tegata.client.errors import ProblemReceived

# What a CA may answer when it does not want to link an order to the one before.
_ANY_CA = (ErrorType.ALREADY_REPLACED, ErrorType.MALFORMED, ErrorType.UNAUTHORIZED)
# Tegata's says ``unauthorized`` of contracts and accounts alone.
_OUR_CA = (ErrorType.ALREADY_REPLACED, ErrorType.MALFORMED)


def is_about_replaces(error: ProblemReceived) -> bool:
    """Whether ``replaces`` may be what the order was refused for; whether it was, the next answer shows.

    A refusal that names names is about them. Tegata's own CA is known by the reference in its problem documents.
    """
    problem = error.problem
    if problem.identifier or problem.subproblems:
        return False
    return problem.kind in (_OUR_CA if problem.reference else _ANY_CA)
