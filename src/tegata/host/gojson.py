"""JSON text as Go writes it for lego: so that lego's files and ours differ in nothing but their facts.

Knows the form (``json.MarshalIndent`` with a tab) and no meaning.
"""

import json
from collections.abc import Mapping

# Go's encoder makes these harmless inside HTML; they occur in JSON only within strings.
_ESCAPED = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def dump(value: Mapping[str, object]) -> bytes:
    """One object, indented by tabs, members in the order given, without a line end at the end."""
    return json.dumps(value, indent="\t", ensure_ascii=False).translate(_ESCAPED).encode()


def load(content: bytes) -> dict[str, object]:
    """Read one object; raises ValueError for anything else."""
    try:
        value = json.loads(content)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - one exception for all that is wrong with a text
    return value
