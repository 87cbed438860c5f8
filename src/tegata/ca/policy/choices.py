"""The profiles of a service: what clients choose by name within it (draft-ietf-acme-profiles §3, §4).

Pure. A profile says how long certificates live and which keys they may have; how names are proved is the service's.
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from tegata.ca.errors import ProfileRefused
from tegata.ca.settings import Profile, Service


class Choice(NamedTuple):
    """The service as the profile makes it; a service without profiles has no ``profile``."""

    service: Service
    profile: str | None


def choose(service: Service, asked: str | None, profiles: Mapping[str, Profile]) -> Choice:
    """What is to be had by this profile, or by the service's first where none is asked for.

    Raises ProfileRefused for one that the service has not, or has no more (X-40).
    """
    name = asked if asked is not None or not service.profiles else service.profiles[0]
    if name is None:
        return Choice(service, None)
    if name not in service.profiles or name not in profiles:
        raise ProfileRefused(profile=name, offered=", ".join(service.profiles) or "-")
    profile = profiles[name]
    chosen = msgspec.structs.replace(
        service,
        certificate_days=min(profile.certificate_days, service.certificate_days),
        short_lived=profile.short_lived,
        key_types=profile.key_types or service.key_types,
    )
    return Choice(chosen, name)


def offered(services: Mapping[str, Service], profiles: Mapping[str, Profile]) -> dict[str, str]:
    """The profiles that some service with ACME has, with what they are, in the settings' order."""
    names = {name for service in services.values() if service.has_acme for name in service.profiles}
    return {name: profile.description for name, profile in profiles.items() if name in names}
