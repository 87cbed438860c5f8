"""The key that signs DNS updates (RFC 8945), from lego's variables or from a file as tsig-keygen writes it.

Knows no server and no record.
"""

import base64
import re
from pathlib import Path
from typing import NamedTuple

from tegata.plugin_api.dns import Environment
from tegata.plugin_api.environment import BadSetting

ALGORITHMS = ("hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512")

_FILE_LIMIT = 64 * 1024

# key "name" { algorithm hmac-sha256; secret "…"; }; with comments, quotation marks or none, and any white space.
# A slash is a letter of base64, too: comments are known by where they begin.
_TOKENS = re.compile(r'"([^"]*)"|/\*.*?\*/|//[^\n]*|#[^\n]*|([{};]|[^\s"{};]+)', re.DOTALL)


class TsigKey(NamedTuple):
    """A key as DNS messages name it; ``secret`` is the text in base64."""

    name: str
    algorithm: str
    secret: str


def tsig_key(environment: Environment, *prefixes: str) -> TsigKey | None:
    """The key from ``PREFIX_TSIG_FILE``, or from ``…_TSIG_KEY``, ``…_TSIG_SECRET`` and ``…_TSIG_ALGORITHM``.

    None where there is no file, and no name or no secret: then updates are not signed, as with lego. Raises BadSetting.
    """

    def variables(name: str) -> tuple[str, ...]:
        return tuple(f"{prefix}_TSIG_{name}" for prefix in prefixes)

    def bad(name: str, reason: str) -> BadSetting:
        return BadSetting(provider=environment.provider, variable=variables(name)[0], reason=reason)

    file = environment.text(*variables("FILE"))
    if file:
        try:
            key = _read(Path(file))
        except (OSError, ValueError, IndexError) as error:
            reason = error.strerror if isinstance(error, OSError) else "the file holds no key as tsig-keygen writes it"
            raise bad("FILE", reason or "") from None
    else:
        algorithm = environment.text(*variables("ALGORITHM"), default=ALGORITHMS[0])
        key = TsigKey(environment.text(*variables("KEY")), algorithm, environment.text(*variables("SECRET")))
    key = key._replace(algorithm=key.algorithm.lower().rstrip("."))
    if key.algorithm not in ALGORITHMS:
        raise bad(
            "FILE" if file else "ALGORITHM", "the algorithm is none of hmac-sha1, -sha224, -sha256, -sha384, -sha512"
        )
    if not key.name or not key.secret:
        return None
    try:
        base64.b64decode(key.secret, validate=True)
    except ValueError:
        raise bad("FILE" if file else "SECRET", "the secret is not base64") from None
    return key


def _read(file: Path) -> TsigKey:
    """The first key of a file; raises OSError, ValueError."""
    with file.open("rb") as stream:
        text = stream.read(_FILE_LIMIT).decode("utf-8")
    words = [quoted or bare for quoted, bare in _TOKENS.findall(text) if quoted or bare]
    start = words.index("key")
    name, brace, *rest = words[start + 1 :]
    if brace != "{":
        raise ValueError(brace)
    clause = rest[: rest.index("}")]
    return TsigKey(name, clause[clause.index("algorithm") + 1], clause[clause.index("secret") + 1])
