"""Finding a plug-in by its kind and name.

Ours are modules ``tegata.plugins.<kind>.<name>`` that give their class the name ``PLUGIN``; anybody else's are entry
points of the group ``tegata.<kind>``. Nothing is imported before it is asked for. Knows no particular plug-in.
"""

import re
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from tegata.errors import TegataError

_WORD = re.compile(r"[a-z][a-z0-9_]*")


class UnknownPlugin(TegataError):
    """There is no plug-in ``name`` of this ``kind``."""

    code = "plugin.unknown"


class BrokenPlugin(TegataError):
    """The plug-in ``name`` of this ``kind`` is installed and cannot be loaded: ``reason``."""

    code = "plugin.broken"


def load(kind: str, name: str) -> Callable[..., object]:
    """What makes a plug-in, usually its class: ``load("solvers", "webroot")``.

    Raises UnknownPlugin when neither we nor an installed distribution has it, BrokenPlugin when another's fails.
    """
    module_name = f"tegata.plugins.{kind}.{name}"
    if _WORD.fullmatch(kind) and _WORD.fullmatch(name) and _exists(module_name):
        factory: Callable[..., object] = import_module(module_name).PLUGIN
        return factory
    return _load_foreign(kind, name)


def _exists(module_name: str) -> bool:
    try:
        return find_spec(module_name) is not None
    except ModuleNotFoundError:  # the kind itself is not ours
        return False


def _load_foreign(kind: str, name: str) -> Callable[..., object]:
    # Scanning the installed distributions costs 50 ms: only for a name that is not ours.
    from importlib.metadata import entry_points  # noqa: PLC0415 - see the line above

    for entry in entry_points(group=f"tegata.{kind}", name=name):
        try:
            factory: Callable[..., object] = entry.load()
        except Exception as error:
            raise BrokenPlugin(kind=kind, name=name, reason=error) from error
        return factory
    raise UnknownPlugin(kind=kind, name=name)
