"""What solves a challenge: the interface of solvers, and what a solver is handed.

Knows what has to be shown to the CA, not why: no order, no account, no CA.
"""

from typing import Protocol, runtime_checkable

import msgspec


class Presentation(msgspec.Struct, frozen=True):
    """One thing to be shown to the CA until it has looked (RFC 8555 §8).

    ``name`` is the identifier's value, a lower-case DNS name or an IP address, without ``*.``; ``token`` has been
    checked to hold nothing but base64url characters (A-66); ``key_authorization`` is the text to show. dns-account-01
    has ``account_url`` besides, which its record's name is made of. dns-persist-01 has neither token nor key
    authorization: its lasting record names one of ``issuers`` and ``account_url``, and says if it is for wildcards too.
    """

    name: str
    challenge_type: str
    token: str
    key_authorization: str
    issuers: tuple[str, ...] = ()
    account_url: str = ""
    wildcard: bool = False
    also_called: tuple[str, ...] = ()
    """Other names of the account that will do in a lasting record."""


class Solver(Protocol):
    """Shows presentations to the CA, for one type of challenge.

    All presentations of an order are presented before the first is answered, and are cleaned up when the order has
    ended, however it ended.
    """

    @property
    def challenge_type(self) -> str:
        """The challenge it solves, as the CA names it: ``http-01``."""
        ...

    def present(self, presentation: Presentation) -> None:
        """Show this to everybody who asks; returns when it can be seen. Raises a TegataError that says what to do.

        A WaitingSolver only begins here.
        """
        ...

    def cleanup(self, presentation: Presentation) -> None:
        """Stop showing this. May be called twice, and for what was never or only half presented."""
        ...


@runtime_checkable
class WaitingSolver(Solver, Protocol):
    """A solver whose presentations take a while to be seen: ``present`` only begins, ``wait`` sees all of them through.

    So all names of an order wait together.
    """

    def wait(self) -> None:
        """Return when everybody can see all that was presented; raises a TegataError for what cannot be shown."""
        ...
