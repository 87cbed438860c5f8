"""A running CA, backed up and put back, by the commands alone."""

from tests.peers.ca import TegataCA


def test_back_and_forth_while_it_serves(tmp_path):
    """What came after the backup is gone, the server goes on; a certificate is lost only if that is asked for."""
    with TegataCA(tmp_path / "ca") as ca:
        kept = ca.add_contract("kept.example.com")["contract"]
        done = ca.run("backup", "first.db", "--json")
        assert done.code == 0, str(done)
        lost = ca.add_contract("lost.example.com", user="other@example.com")["contract"]
        ca.run("restore", "first.db").check()
        assert [each["contract"] for each in ca.json("contract", "list")] == [kept]
        assert ca.process.returncode is None
        assert b"newOrder" in ca.get(ca.directory_url)
        after = ca.add_contract("after.example.com")["contract"]
        assert {each["contract"] for each in ca.json("contract", "list")} == {kept, after}
        assert ca.run("contract", "show", lost).code == 1
        again = ca.run("backup", "first.db", "--json")
        assert (again.code, "there is a file of that name" in again.stderr) == (1, True)


def test_on_postgresql_it_is_pg_dumps(tmp_path, postgresql):
    """Said clearly, and nothing is written."""
    with TegataCA(tmp_path / "ca", init=("--database", postgresql.database()), serves=False) as ca:
        for words in (("backup", "file.db"), ("restore", "file.db")):
            done = ca.run(*words)
            assert done.code == 1
            assert "pg_dump" in done.stderr
        assert not (ca.directory / "file.db").exists()
