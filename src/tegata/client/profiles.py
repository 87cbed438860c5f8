"""Which of the CA's profiles an order names (X-41). Pure."""

from tegata.acme.messages import Directory
from tegata.client.errors import ProfileNotOffered
from tegata.client.options import Options


def chosen(options: Options, directory: Directory) -> str | None:
    """The profile to order by; raises ProfileNotOffered, before anything is ordered."""
    offered = directory.meta.profiles
    if options.profile and options.profile not in offered:
        told = ", ".join(f"{name} ({text})" if text else name for name, text in sorted(offered.items()))
        raise ProfileNotOffered(profile=options.profile, offered=told or "-")
    if options.profile:
        return options.profile
    return options.preferred_profile if options.preferred_profile in offered else None
