"""The provider ``acme-dns`` with a server of its API: accounts made, kept and used, and everything that is damaged."""

import errno
import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tegata.plugin_api.dns import AliasNeeded, BadSetting, MissingSettings, ProviderRefused
from tegata.plugins.dns._acmedns_accounts import Account, AccountsUnusable, FileAccounts
from tegata.plugins.dns.acmedns import AcmeDnsProvider
from tegata.testing.providers import VALUES, Script, record, surroundings
from tests.plugins.dns.web import Asked, Service

DOMAIN, NAME = "www.example.com", "_acme-challenge.www.example.com."
ACCOUNT = {
    "fulldomain": "d420c923.auth.example.net",
    "subdomain": "d420c923",
    "username": "c36f50e8",
    "password": "htB9mR9DYgcu9bX_afHF62erXaH2TS7bg9KW3F7Z",
}


class Server:
    """What acme-dns answers, and below ``/accounts`` a service that keeps accounts."""

    def __init__(self) -> None:
        self.accounts: dict[str, object] = {}
        self.made_status = 200

    def __call__(self, asked: Asked) -> int | tuple[int, object]:
        if asked.path == "/register":
            return 201, {**ACCOUNT, "allowfrom": []}
        if asked.path == "/update":
            known = (ACCOUNT["username"], ACCOUNT["password"], ACCOUNT["subdomain"])
            sent = (asked.headers["x-api-user"], asked.headers["x-api-key"], asked.body["subdomain"])
            return (200, {"txt": asked.body["txt"]}) if sent == known else (401, {"error": "forbidden"})
        if asked.method == "POST":
            self.accounts[asked.path] = asked.body
            return self.made_status
        return (200, self.accounts[asked.path]) if asked.path in self.accounts else 404


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def service(server):
    with Service(server) as serving:
        yield serving


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "accounts.json"


def provider(service: Service, file: Path | None, dialogue: Script | None = None, **more: str) -> AcmeDnsProvider:
    storage = {"ACME_DNS_STORAGE_PATH": str(file)} if file else {}
    variables = {"ACME_DNS_API_BASE": service.url, **storage, **more}
    return AcmeDnsProvider(surroundings("acme-dns", variables, dialogue=dialogue))


def test_the_first_time_an_account_is_made_and_its_alias_told(service: Service, file: Path):
    """It is on the disk, for its owner only (S-22), before anybody is asked to make an alias of it."""
    with pytest.raises(AliasNeeded) as caught:
        provider(service, file, ACME_DNS_ALLOWLIST="192.0.2.0/24, 2001:db8::/32").add(record(VALUES[0]))
    assert caught.value.facts == {
        "provider": "acme-dns",
        "domain": DOMAIN,
        "name": NAME,
        "target": ACCOUNT["fulldomain"],
    }
    (asked,) = service.asked
    assert (asked.method, asked.path, asked.body) == (
        "POST",
        "/register",
        {"allowfrom": ["192.0.2.0/24", "2001:db8::/32"]},
    )
    assert json.loads(file.read_text()) == {DOMAIN: {**ACCOUNT, "server_url": service.url}}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(path.name for path in file.parent.iterdir()) == [f".{file.name}.lock", file.name]


def test_a_wildcard_and_its_base_have_one_account(service: Service, file: Path):
    """The second is told to need the same alias, and nothing is written where nobody would look."""
    acme_dns = provider(service, file)
    told = []
    for value in VALUES[:2]:
        with pytest.raises(AliasNeeded) as caught:
            acme_dns.add(record(value))
        told.append(caught.value)
    assert told[0] is told[1]
    assert [asked.path for asked in service.asked] == ["/register"]


def test_from_then_on_the_record_is_updated(service: Service, file: Path):
    """By a file that lego wrote; other accounts in it stay. Nothing is ever taken away."""
    file.write_text(json.dumps({DOMAIN: ACCOUNT, "other.example": ACCOUNT}))
    person = Script()
    acme_dns = provider(service, file, person)
    acme_dns.add(aliased(VALUES[0]))
    acme_dns.remove(aliased(VALUES[0]))
    assert [(asked.path, asked.body) for asked in service.asked] == [
        ("/update", {"subdomain": ACCOUNT["subdomain"], "txt": VALUES[0]})
    ]
    assert person.logged == []


def aliased(value: str):
    """A record whose name is where the alias leads."""
    made = record(value)
    return type(made)(f"{ACCOUNT['fulldomain']}.", made.value, made.origin)


def test_an_alias_that_is_not_seen_is_told(service: Service, file: Path):
    """The update is made all the same: others may see it."""
    file.write_text(json.dumps({DOMAIN: ACCOUNT}))
    person = Script()
    provider(service, file, person).add(record(VALUES[0]))
    assert [asked.path for asked in service.asked] == ["/update"]
    assert person.logged == [
        f"[{DOMAIN}] acme-dns: this record is not seen from here: {NAME} CNAME {ACCOUNT['fulldomain']}."
    ]


def test_another_name_does_not_lose_the_first_account(service: Service, file: Path):
    file.write_text(json.dumps({"other.example": {**ACCOUNT, "more": 1}}))
    with pytest.raises(AliasNeeded):
        provider(service, file).add(record(VALUES[0]))
    assert json.loads(file.read_text())["other.example"] == {**ACCOUNT, "more": 1}


def test_credentials_that_are_refused(service: Service, file: Path):
    file.write_text(json.dumps({DOMAIN: {**ACCOUNT, "password": "s3cret"}}))
    with pytest.raises(ProviderRefused) as caught:
        provider(service, file).add(aliased(VALUES[0]))
    assert caught.value.facts["status"] == 401
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("status", [200, 201])
def test_accounts_kept_by_a_service(service: Service, server: Server, status: int):
    """201 says that the alias was made with it: then the record is updated at once, and otherwise told."""
    server.made_status = status
    acme_dns = provider(service, None, ACME_DNS_STORAGE_BASE_URL=f"{service.url}/accounts")
    if status == 201:
        acme_dns.add(record(VALUES[0]))
    else:
        with pytest.raises(AliasNeeded):
            acme_dns.add(record(VALUES[0]))
    assert server.accounts == {f"/accounts/{DOMAIN}": {**ACCOUNT, "server_url": service.url}}
    acme_dns.add(aliased(VALUES[1]))
    assert service.asked[-1].body == {"subdomain": ACCOUNT["subdomain"], "txt": VALUES[1]}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        '{"www.example.com": {"fulldomain": "x"}}',
        '{"www.example.com": 5}',
        "{}" + " " * (4 * 1024 * 1024),
    ],
    ids=lambda content: content[:9],
)
def test_a_damaged_file_is_not_written_over(service: Service, file: Path, content: str):
    """The aliases point at what was in it."""
    file.write_text(content)
    with pytest.raises(AccountsUnusable) as caught:
        provider(service, file).add(record(VALUES[0]))
    assert caught.value.facts["place"] == file
    assert file.read_text() == content
    assert service.asked == []


@pytest.mark.parametrize(("owner", "given"), [(1000, [1000, 1000]), (0, [])])
def test_another_user_s_file_stays_his(
    file: Path, monkeypatch: pytest.MonkeyPatch, owner: int, given: list[int]
) -> None:
    """Also if root adds an account by sudo: his cron is to read it, as with lego, which writes into the file."""
    file.write_text("{}")
    lstat, chowned = Path.lstat, list[int]()

    def of_owner(path: Path) -> os.stat_result:
        found = list(lstat(path))
        found[stat.ST_UID] = owner
        return os.stat_result(found)

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(Path, "lstat", of_owner)
    monkeypatch.setattr(os, "fchown", lambda _file, user, _group: chowned.append(user))
    FileAccounts(file).keep(DOMAIN, Account("x.example", "x", "u", "p"))
    assert chowned == given


def test_a_folder_that_is_not_there(service: Service, tmp_path: Path):
    with pytest.raises(AccountsUnusable):
        provider(service, tmp_path / "no" / "accounts.json").add(record(VALUES[0]))
    assert not (tmp_path / "no").exists()


def test_a_link_stays_one(file: Path, tmp_path: Path):
    """The accounts are where it leads, as with lego; one that leads in a circle is told, and so is one to nowhere."""
    (tmp_path / "elsewhere").mkdir()
    file.symlink_to(tmp_path / "elsewhere" / "kept.json")
    FileAccounts(file).keep(DOMAIN, Account("x.example", "x", "u", "p"))
    assert file.is_symlink()
    assert DOMAIN in json.loads((tmp_path / "elsewhere" / "kept.json").read_text())
    assert sorted(each.name for each in (tmp_path / "elsewhere").iterdir()) == [".kept.json.lock", "kept.json"]
    assert [each.name for each in file.parent.glob(".*.lock")] == [], "who comes without the link has another lock"
    for target in (file.name, "nowhere/kept.json"):
        file.unlink()
        file.symlink_to(target)
        with pytest.raises(AccountsUnusable):
            FileAccounts(file).keep(DOMAIN, Account("x.example", "x", "u", "p"))


def test_many_runs_at_once_lose_no_account(file: Path):
    """Each reads the file, adds its own and writes it; none writes what it read before another had written."""
    domains = [f"{number}.example" for number in range(16)]

    def keep(domain: str) -> None:
        FileAccounts(file).keep(domain, Account(domain, "x", "u", "p"))

    with ThreadPoolExecutor(len(domains)) as runs:
        list(runs.map(keep, domains))
    assert sorted(json.loads(file.read_text())) == sorted(domains)


def test_another_run_was_quicker(service: Service, file: Path, monkeypatch: pytest.MonkeyPatch):
    """Its account counts, of which its user makes an alias; this run tells the same one."""
    theirs = Account("theirs.auth.example.net", "theirs", "u", "p")
    find = FileAccounts.find

    def then_another(self: FileAccounts, domain: str) -> Account | None:
        found = find(self, domain)
        FileAccounts(file).keep(domain, theirs)
        return found

    monkeypatch.setattr(FileAccounts, "find", then_another)
    with pytest.raises(AliasNeeded) as caught:
        provider(service, file).add(record(VALUES[0]))
    assert caught.value.facts["target"] == theirs.fulldomain
    assert json.loads(file.read_text())[DOMAIN]["username"] == "u"


def test_a_disk_that_is_read_only(service: Service, file: Path, monkeypatch: pytest.MonkeyPatch):
    """There not even what is not there can be removed; it is told as any other trouble with the file."""

    def refuse(*_: object, **_more: object) -> NoReturn:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(os, "open", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(AccountsUnusable) as caught:
        FileAccounts(file).keep(DOMAIN, Account("x.example", "x", "u", "p"))
    assert caught.value.facts["reason"] == "Read-only file system"


def test_an_answer_that_is_no_account(file: Path):
    with Service(lambda _: (201, b"<html>")) as service, pytest.raises(AccountsUnusable):
        provider(service, file).add(record(VALUES[0]))
    assert not file.exists()


@pytest.mark.parametrize(
    ("variables", "names"),
    [
        ({}, "ACME_DNS_API_BASE,ACME_DNS_STORAGE_PATH"),
        ({"ACME_DNS_API_BASE": "https://a.example"}, "ACME_DNS_STORAGE_PATH"),
    ],
)
def test_settings_that_are_missing(variables: dict[str, str], names: str):
    with pytest.raises(MissingSettings) as caught:
        AcmeDnsProvider(surroundings("acme-dns", variables))
    assert caught.value.facts["names"] == names


@pytest.mark.parametrize(
    "more",
    [
        {"ACME_DNS_STORAGE_BASE_URL": "https://b.example"},
        {"ACME_DNS_ALLOWLIST": "192.0.2.0/24,everybody"},
        {"ACME_DNS_API_BASE": "a.example"},
    ],
)
def test_settings_that_cannot_be_right(service: Service, file: Path, more: dict[str, str]):
    with pytest.raises(BadSetting):
        provider(service, file, None, **more)


@given(st.dictionaries(st.text(), st.text()))
@settings(max_examples=50)
def test_any_domain_s_account_is_found_again(accounts: dict[str, str]):
    """Whatever else is in the file."""
    import tempfile

    with tempfile.TemporaryDirectory() as directory:
        kept = FileAccounts(Path(directory) / "accounts.json")
        for domain, word in accounts.items():
            kept.keep(domain, Account(word, word, word, word))
        for domain, word in accounts.items():
            found = kept.find(domain)
            assert found is not None
            assert found.password == word
