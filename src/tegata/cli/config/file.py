"""Reading the configuration file: YAML into values by flags, every fault with its line and key.

Pure: text in, values out. What a YAML plain word is (a number, a truth value) is not asked: the flag that a key stands
for says how its text is read, so that ``kid: 0123`` and a domain ``no`` stay what they are. Aliases are followed,
within bounds; no tag makes an object.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
import yaml

from tegata.cli.config.keys import ROOT, Each, Shape
from tegata.cli.errors import BadConfig
from tegata.cli.grammar import values
from tegata.cli.grammar.flags import FLAGS, Flag, Kind
from tegata.cli.grammar.values import Value
from tegata.errors import TegataError

# Some thousand certificates; reading so much takes seconds.
SIZE_LIMIT = 512 * 1024
# Aliases can make much of little; no configuration comes near this.
NODE_LIMIT = 100_000

_FLAGS = {name: flag for flag in FLAGS for name in flag.spellings if len(name) > 1}
# Plain scalars that stand for nothing, where a mapping, a sequence or a value may be.
_NULL = ("", "~", "null", "Null", "NULL")


class Place(NamedTuple):
    """Where in the file something is said."""

    line: int
    key: str
    """The whole way to it, such as ``certificates.one.keyType``."""


class Section(msgspec.Struct, frozen=True):
    """A mapping of the file whose keys are known."""

    line: int
    flags: dict[str, Value] = {}
    """What it says, by the flags' names; sections inside have their own."""
    places: dict[str, Place] = {}
    """Where it says that, by the flags' names, or by the keys that are no flag."""
    words: dict[str, str] = {}
    """What it says by keys that are no flag."""
    sections: dict[str, "Section"] = {}

    def __repr__(self) -> str:
        return f"Section({self.line}, {sorted(self.places)})"  # passwords and keys are among the values

    def under(self, name: str) -> Mapping[str, "Section"]:
        """The entries of a section of named entries."""
        section = self.sections.get(name)
        return section.sections if section else {}

    def all_places(self) -> dict[str, Place]:
        """The places of the values of the section and of all inside it."""
        found = dict(self.places)
        for section in self.sections.values():
            found.update(section.all_places())
        return found

    def all_flags(self) -> dict[str, Value]:
        """The values of the section and all inside it."""
        found = dict(self.flags)
        for section in self.sections.values():
            found.update(section.all_flags())
        return found


def read(text: str, file: str) -> Section:
    """Read a file's text; ``file`` is what messages call it. Raises BadConfig, with all faults."""
    reading = _Reading(file)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        section = reading.mapping(node, ROOT, "", 1) if node is not None else Section(1)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark else 1
        raise BadConfig(file=file, line=line, key=error.problem or "-", reason="it is no YAML") from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise BadConfig(file=file, line=1, key="-", reason="it is no YAML") from None
    raise_all(reading.faults)
    return section


def raise_all(faults: Sequence[BadConfig]) -> None:
    """Raise the last of the faults, by line, with the others; nothing if there is none."""
    if faults:
        *others, last = sorted(faults, key=lambda fault: int(str(fault.facts["line"])))
        last.others = tuple(others)
        raise last


class _Reading:
    def __init__(self, file: str) -> None:
        self.faults: list[BadConfig] = []
        self._file = file
        self._nodes = 0

    def mapping(self, node: yaml.Node, shape: Mapping[str, Shape] | Each, path: str, line: int) -> Section:
        section = Section(line)
        if isinstance(node, yaml.ScalarNode) and node.value in _NULL:
            return section
        if not isinstance(node, yaml.MappingNode):
            self._fault(node, path or "-", "it must have keys of its own")
            return section
        for name, key, value in self._entries(node, path):
            within = f"{path}.{name}" if path else name
            known = shape.shape if isinstance(shape, Each) else shape.get(name)
            if known is None or not self._exists(known):
                self._fault(key, within, "there is no such key")
            elif isinstance(known, str):
                self._leaf(section, name, known, value, within)
            else:
                section.sections[name] = self.mapping(value, known, within, _line(key))
        return section

    def _entries(self, node: yaml.MappingNode, path: str) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
        """Names with their nodes; merged mappings (``<<``) first, so that what stands beside them counts."""
        seen: set[str] = set()
        merged: list[tuple[str, yaml.Node, yaml.Node]] = []
        own: list[tuple[str, yaml.Node, yaml.Node]] = []
        for key, value in node.value:
            self._nodes += 1
            if self._nodes > NODE_LIMIT:
                raise BadConfig(file=self._file, line=_line(key), key=path or "-", reason="it is too large")
            if not isinstance(key, yaml.ScalarNode):
                self._fault(key, path or "-", "a key must be a word")
            elif key.tag == "tag:yaml.org,2002:merge" and isinstance(value, yaml.MappingNode):
                merged.extend(self._entries(value, path))
            elif key.value in seen:
                self._fault(key, f"{path}.{key.value}" if path else key.value, "it is there twice")
            else:
                seen.add(key.value)
                own.append((key.value, key, value))
        yield from (each for each in merged if each[0] not in seen)
        yield from own

    def _leaf(self, section: Section, name: str, flag_name: str, node: yaml.Node, path: str) -> None:
        flag = _FLAGS.get(flag_name)
        if flag is not None and flag.kind is Kind.LIST:
            if not isinstance(node, yaml.SequenceNode) or any(not _is_word(each) for each in node.value):
                self._fault(node, path, "it must be a list of words")
                return
            section.flags[flag.name] = tuple(each.value for each in node.value)
            section.places[flag.name] = Place(_line(node), path)
        elif not isinstance(node, yaml.ScalarNode):
            self._fault(node, path, "it must be one value")
        elif node.value in _NULL and node.style is None:
            return
        elif flag is None:
            section.words[name] = node.value
            section.places[name] = Place(_line(node), path)
        else:
            self._value(section, flag, node, path)

    def _value(self, section: Section, flag: Flag, node: yaml.ScalarNode, path: str) -> None:
        try:
            section.flags[flag.name] = values.read(flag, path, node.value)
            section.places[flag.name] = Place(_line(node), path)
        except TegataError:
            self._fault(node, path, _WANTED[flag.kind])

    def _exists(self, shape: Shape) -> bool:
        """Whether a key stands for anything: a flag there is, or keys of which one does."""
        if isinstance(shape, Each) or shape == "":
            return True
        if isinstance(shape, str):
            return shape in _FLAGS
        return any(self._exists(each) for each in shape.values())

    def _fault(self, node: yaml.Node, key: str, reason: str) -> None:
        self.faults.append(BadConfig(file=self._file, line=_line(node), key=key, reason=reason))


_WANTED = {
    Kind.SWITCH: "it must be true or false",
    Kind.SPOKEN: "it must be true or false",
    Kind.INTEGER: "it must be a whole number",
    Kind.NATURAL: "it must be a whole number, 0 or more",
    Kind.DURATION: "it must be a span of time such as 90s, 2m or 1h30m",
    Kind.TIME: "it must be an instant such as 2026-01-30T12:00:00Z",
}


def _is_word(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and (node.style is not None or node.value not in _NULL)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
