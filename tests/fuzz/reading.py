"""One reader and one input: what the reader documents is in order, anything else is a finding."""

from tests.fuzz.parsers import Parser


def read(parser: Parser, content: bytes) -> None:
    """Read it; what the parser documents is in order, and so is help that was asked for."""
    try:
        parser.read(content)
    except parser.documented:
        pass
    except SystemExit as ended:
        if ended.code != 0:
            raise
