"""What can go wrong in the DNS before a CA is asked to look: one class a thing a person can act on.

The sentences stand in ``tegata.text.errors_dns``.
"""

from tegata.errors import TegataError


class DnsError(TegataError):
    """Something about a name in the DNS."""


class NoResolvers(DnsError):
    """This system has no DNS server set, and none was named."""

    code = "dns.no-resolvers"


class BadResolver(DnsError):
    """What was named is no DNS server; facts: ``text``."""

    code = "dns.bad-resolver"


class LookupFailed(DnsError):
    """No DNS server gave a usable answer; facts: ``name``, ``type``, ``reason``."""

    code = "dns.lookup-failed"


class BadAlias(DnsError):
    """The challenge name is an alias that cannot be followed; facts: ``name``, ``reason``."""

    code = "dns.bad-alias"


class IssuerNotOffered(DnsError):
    """The CA is not called so in lasting records; facts: ``issuer``, ``offered`` (how it is called)."""

    code = "dns.issuer-not-offered"


class PersistUntilPast(DnsError):
    """A lasting record would count no longer; facts: ``until``."""

    code = "dns.persist-until-past"


class ZoneNotFound(DnsError):
    """No name above this one has an SOA record; facts: ``name``."""

    code = "dns.zone-not-found"


class NoNameServers(DnsError):
    """A zone has no name server with an address; facts: ``zone``."""

    code = "dns.no-name-servers"


class NotPropagated(DnsError):
    """Some servers do not show a record in time; facts: ``name``, ``seconds``, ``missing`` (each server and why)."""

    code = "dns.not-propagated"
