"""The configuration file: values by flags, and every fault with its line and key."""

from datetime import timedelta

import pytest

from tegata.cli.config.file import read
from tegata.cli.errors import BadConfig
from tegata.text.catalogue import explain, reasons
from tegata.text.language import Language

WHOLE = """\
storage: /srv/lego
userAgent: site
servers:
  ca: {url: "https://ca.example/dir", httpTimeout: 0x10, overallRequestLimit: 5}
accounts:
  main:
    server: ca
    email: a@x.example
    acceptsTermsOfService: true
    eab: {kid: 0123, hmacKey: abc}
challenges:
  web: {http: {address: ":5002"}}
certificates:
  one:
    domains: [no, "b.example"]
    notAfter: 2026-01-30T12:00:00Z
    renew: {days: 10, ari: {waitToRenewDuration: 1h30m}}
    pfx: {password: null}
"""


def faults(text: str) -> list[tuple[object, ...]]:
    with pytest.raises(BadConfig) as caught:
        read(text, "x.yml")
    each = [*caught.value.others, caught.value]
    assert all(fault.facts["file"] == "x.yml" for fault in each)
    return [(fault.facts["line"], fault.facts["key"], fault.facts["reason"]) for fault in each]


def test_a_whole_file() -> None:
    """Sections by their names, values by the flags they stand for; YAML makes no numbers of identifiers."""
    config = read(WHOLE, "x.yml")
    assert config.flags == {"path": "/srv/lego", "user-agent": "site"}
    server = config.under("servers")["ca"]
    assert server.words == {"url": "https://ca.example/dir"}
    assert server.flags == {"http-timeout": 16, "overall-request-limit": 5}
    account = config.under("accounts")["main"]
    assert account.all_flags() == {"email": "a@x.example", "accept-tos": True, "kid": "0123", "hmac": "abc"}
    certificate = config.under("certificates")["one"]
    assert certificate.line == 14
    assert certificate.flags["domains"] == ("no", "b.example")
    assert certificate.all_flags()["ari-wait-to-renew-duration"] == timedelta(minutes=90)
    assert certificate.all_flags()["days"] == 10
    assert "pfx.pass" not in certificate.all_flags()


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}", "~"])
def test_an_empty_file(text: str) -> None:
    """It says nothing, and that is no fault of its form."""
    assert not read(text, "x.yml").sections


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("bogus: 1", [(1, "bogus", "there is no such key")]),
        (
            "certificates:\n  a:\n    domans: [x]\n    renew: {dys: 3}\n",
            [
                (3, "certificates.a.domans", "there is no such key"),
                (4, "certificates.a.renew.dys", "there is no such key"),
            ],
        ),
        ("certificates: {a: {domains: x}}", [(1, "certificates.a.domains", "it must be a list of words")]),
        ("certificates: {a: {domains: [[x]]}}", [(1, "certificates.a.domains", "it must be a list of words")]),
        ("certificates: [a]", [(1, "certificates", "it must have keys of its own")]),
        ("certificates: {a: {mustStaple: ja}}", [(1, "certificates.a.mustStaple", "it must be true or false")]),
        ("certificates: {a: {renew: {days: x}}}", [(1, "certificates.a.renew.days", "it must be a whole number")]),
        ("storage: [x]", [(1, "storage", "it must be one value")]),
        ("storage: x\nstorage: y", [(2, "storage", "it is there twice")]),
        ("? [a]\n: b", [(1, "-", "a key must be a word")]),
        ("- a\n- b", [(1, "-", "it must have keys of its own")]),
        ("a: b: c", [(1, "mapping values are not allowed here", "it is no YAML")]),
        ("a: 'x", [(1, "found unexpected end of stream", "it is no YAML")]),
        ("[" * 5000, [(1, "-", "it is no YAML")]),
        ("\x00", [(1, "-", "it is no YAML")]),
        ("a: *nowhere", [(1, "found undefined alias 'nowhere'", "it is no YAML")]),
        ("storage: !!python/object/apply:os.system [id]", [(1, "storage", "it must be one value")]),
        ("&a certificates: {x: &b {<<: *b}}", [(1, "-", "it is no YAML")]),
    ],
)
def test_faults(text: str, found: list[tuple[object, ...]]) -> None:
    """All of a file at once, by line; nothing is taken for what it is not, and no tag makes an object."""
    assert faults(text) == found


def test_aliases_are_followed_within_bounds() -> None:
    """What is the same may be written once; a small file cannot become a huge one."""
    config = read("accounts: {a: &a {email: x@y}, b: {<<: *a, server: s}}", "x.yml").under("accounts")
    assert config["b"].flags == {"email": "x@y"}
    members = ", ".join(f"k{number}: 1" for number in range(400))
    bomb = f"certificates:\n  a: &a {{{members}}}\n" + "".join(f"  b{number}: *a\n" for number in range(400))
    assert [reason for _, _, reason in faults(bomb)] == ["it is too large"]


def test_a_hook_s_timeout_may_be_wrong_too() -> None:
    """Spans have units."""
    assert faults("hooks: {deploy: {command: x, timeout: 5}}") == [
        (1, "hooks.deploy.timeout", "it must be a span of time such as 90s, 2m or 1h30m")
    ]


def test_faults_are_told_in_both_languages() -> None:
    """File, line, key and reason."""
    with pytest.raises(BadConfig) as caught:
        read("storage: x\nbogus: 1", "x.yml")
    assert explain(caught.value, Language.EN).what == "x.yml, line 2, bogus: there is no such key."
    assert explain(caught.value, Language.JA).what == "x.yml の 2 行目、bogus: このキーはありません。"
    assert "it must be one value" in reasons()
