"""Whatever stands in a client's directory, each command ends with its own words and leaves what is around it alone.

Files that are cut or edited, folders where files belong and the other way round, links to nowhere, in circles and out
of the directory, names of any letters: in the layout of either lego, or half of each.
"""

import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tegata.cli.program import program
from tegata.pki import keys
from tegata.pki.forms import KeyForm
from tests.fuzz.extent import EXTENT
from tests.fuzz.inputs import octets
from tests.fuzz.parsers import ACCOUNT_JSON, ARCHIVE, CHAIN, KEY
from tests.host import lego5

NAME, HOST, MAIL = "www.example.com", "ca.example", "test@example.com"
FACTS = b'{"domain":"www.example.com","certUrl":"https://ca.example/1","certStableUrl":"https://ca.example/1"}'
PLACES: dict[str, bytes] = {
    f"accounts/{HOST}/{MAIL}/account.json": ACCOUNT_JSON,
    f"accounts/{HOST}/{MAIL}/keys/{MAIL}.key": keys.to_pem(KEY, KeyForm.TRADITIONAL),
    f"accounts/{HOST}/{MAIL}/{MAIL}.key": keys.to_pem(KEY, KeyForm.TRADITIONAL),
    f"accounts/{HOST}/second/account.json": lego5.ACCOUNT.encode(),
    f"certificates/{NAME}.crt": CHAIN,
    f"certificates/{NAME}.issuer.crt": CHAIN,
    f"certificates/{NAME}.key": keys.to_pem(KEY, KeyForm.TRADITIONAL),
    f"certificates/{NAME}.json": FACTS,
    "certificates/_.example.com.json": lego5.CERTIFICATE.encode(),
    "certificates/_.example.com.crt": CHAIN,
    f"archives/certificates/{NAME}_1795521600.zip": ARCHIVE,
    f"archives/{NAME}.1795521600.crt": CHAIN,
    f".tegata/renewals/{NAME}.json": b"{}",
    "certificates/\x1b[2J\nx.crt": CHAIN,
    "certificates/\udcff.json": FACTS,
}
LINKS = ("nowhere", ".", "..", "../..", "/etc", "/dev/null", f"{NAME}.crt")
COMMANDS = (
    ["list"],
    ["list", "--names"],
    ["list", "--accounts"],
    ["certificates", "list", "--json"],
    ["accounts", "list"],
    ["archives", "list"],
    ["archives", "restore", "--archive", f"{NAME}_1795521600.zip"],
    ["migrate", "-y"],
    ["migrate", "--undo", "-y"],
    ["-m", MAIL, "-s", f"https://{HOST}.invalid/dir", "-d", NAME, "--http", "renew", "--no-random-sleep"],
)


class Thing(NamedTuple):
    """What stands at a place: a file's content, a link's target, or a folder."""

    place: str
    content: bytes | None
    target: str | None


def things() -> st.SearchStrategy[list[Thing]]:
    place = st.sampled_from(sorted(PLACES))
    whole = place.map(lambda each: Thing(each, PLACES[each], None))
    edited = place.flatmap(lambda each: octets(PLACES[each]).map(lambda content: Thing(each, content, None)))
    strange = place.flatmap(
        lambda each: st.sampled_from([Thing(each, None, None), *(Thing(each, None, link) for link in LINKS)])
    )
    above = place.flatmap(
        lambda each: st.sampled_from([Thing(str(part), b"x", None) for part in Path(each).parents if part.name])
    )
    return st.lists(st.one_of(whole, whole, whole, edited, strange, above), min_size=1, max_size=14)


def build(root: Path, found: Sequence[Thing]) -> None:
    """As far as they can stand beside each other: what comes first stays."""
    for thing in found:
        path = root / thing.place
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if thing.target is not None:
                path.symlink_to(thing.target)
            elif thing.content is None:
                path.mkdir()
            else:
                with path.open("xb") as file:
                    file.write(thing.content)
        except OSError:
            continue


@settings(EXTENT, max_examples=EXTENT.max_examples // 2)
@given(found=things(), data=st.data())
def test_any_tree(found: list[Thing], data: st.DataObject) -> None:
    """S-19, S-37."""
    with tempfile.TemporaryDirectory() as directory:
        outside = Path(directory, "outside")
        outside.write_text("not ours")
        root = Path(directory, "tree")
        build(root, found)
        for command in data.draw(st.lists(st.sampled_from(COMMANDS), min_size=1, max_size=4)):
            code, said = run(["--path", str(root), *command], directory)
            assert code in (0, 1), said
            assert "internal error" not in said, said
            assert "Traceback" not in said, said
            assert all(sign.isprintable() or sign in "\n\t" for sign in said), ascii(said)
        # What a migration suggests is written where the command was given.
        made = {path.name for path in Path(directory).iterdir() if not path.match(".lego.migration.*.yml")}
        assert made <= {"outside", "tree"}
        assert outside.read_text() == "not ours"


def test_the_whole_tree_is_listed(tmp_path: Path) -> None:
    """Otherwise the edits would begin with what is refused at once."""
    build(tmp_path / "tree", [Thing(place, content, None) for place, content in PLACES.items() if place.isprintable()])
    code, said = run(["--path", str(tmp_path / "tree"), "list"], str(tmp_path))
    assert code == 0
    assert NAME in said
    code, said = run(["--path", str(tmp_path / "tree"), "accounts", "list"], str(tmp_path))
    assert code == 0
    assert MAIL in said


def run(words: list[str], home: str) -> tuple[int, str]:
    """A command in this process, in the folder ``home``: its exit code, and what it wrote to both streams."""
    output, log = io.StringIO(), io.StringIO()
    with (
        patch.object(sys, "stdout", output),
        patch.object(sys, "stderr", log),
        patch.object(sys, "stdin", io.StringIO()),
        patch.dict(os.environ, {"HOME": home, "TEGATA_LANG": "en"}),
        contextlib.chdir(home),
    ):
        code = program(words, "tegata")
    return code, output.getvalue() + log.getvalue()


@pytest.mark.parametrize("place", sorted(PLACES))
def test_every_place_as_a_folder_or_a_circle(place: str) -> None:
    """Each by itself, under every command."""
    for strange in (Thing(place, None, None), Thing(place, None, Path(place).name), Thing(place, b"", None)):
        with tempfile.TemporaryDirectory() as directory:
            others = [Thing(each, content, None) for each, content in PLACES.items() if each != place]
            build(Path(directory, "tree"), [strange, *others])
            for command in COMMANDS[:8]:
                code, said = run(["--path", str(Path(directory, "tree")), *command], directory)
                assert code in (0, 1), said
                assert "internal error" not in said, (strange, command, said)
