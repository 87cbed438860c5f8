"""Statements as SQLite is asked for them: numbers in place of names, values in their order."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tegata.ca.store import db
from tegata.ca.store.prepared import prepared


def test_parameters_are_bound_by_number_whatever_order_they_are_given_in():
    """A name that stands twice is one parameter; what a statement does not name is left out."""
    known = prepared({"two": "SELECT :b - :a, :b", "one": "SELECT :a", "none": "SELECT 7"})
    given = {"a": 1, "b": 10, "c": 100}
    with closing(sqlite3.connect(":memory:")) as connection:
        rows = {name: connection.execute(text, values(given)).fetchone() for name, (text, values) in known.items()}
    assert rows == {"two": (9, 10), "one": (1,), "none": (7,)}


@pytest.mark.parametrize("name", ["two", "one"])
def test_a_parameter_that_is_missing_is_not_null(name):
    """It would be written, or compared with, as if it had been meant."""
    with pytest.raises(KeyError, match="a"):
        prepared({"two": "SELECT :b - :a", "one": "SELECT :a"})[name].values({"b": 1})


def test_blobs_and_nulls_are_bound_as_they_are():
    """The adapters of their types give back what they are given."""
    with closing(db.connect(Path(":memory:"))) as connection:
        bound = connection.execute("SELECT ?1, typeof(?1), ?2, typeof(?2)", (b"\0\xff", None)).fetchone()
    assert bound == (b"\0\xff", "blob", None, "null")
