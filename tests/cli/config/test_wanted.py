"""From the configuration file to one command line a certificate: references, defaults of lego v5, what does not fit."""

from datetime import timedelta

import pytest

from tegata.cli.config.file import read
from tegata.cli.config.wanted import Wanted, wanted
from tegata.cli.errors import BadConfig
from tegata.cli.grammar.commands import Generation


def certificates(text: str) -> dict[str, Wanted]:
    return {each.name: each for each in wanted(read(text, "x.yml"), "x.yml")}


def test_everything_that_is_referred_to_comes_together() -> None:
    """Server, account, challenge and the certificate's own; its own hooks come in place of those for all."""
    found = certificates(
        """\
storage: tree
networkStack: ipv4only
hooks: {deploy: {command: all}, pre: {command: before}}
servers: {ca: {url: "https://ca.example/dir", tlsSkipVerify: true}}
accounts:
  main: {server: ca, email: a@x, keyType: ec384, eab: {kid: k, hmacKey: m}}
  other: {server: "https://other.example/dir"}
challenges: {web: {http: {address: ":5002"}, tls: {}}}
certificates:
  one: {domains: [a.example], account: main, keyType: rsa2048, pfx: {}, envFile: one.env}
  b.example: {domains: [b.example], account: other, challenge: tls-alpn-01, hooks: {deploy: {command: own}}}
"""
    )
    one = found["one"]
    assert one.invocation.generation is Generation.V5
    assert one.invocation.command == "run"
    assert one.invocation.given == {
        "path": "tree",
        "ipv4only": True,
        "deploy-hook": "all",
        "pre-hook": "before",
        "server": "https://ca.example/dir",
        "tls-skip-verify": True,
        "email": "a@x",
        "account-id": "main",
        "kid": "k",
        "hmac": "m",
        "http": True,
        "http.port": ":5002",
        "tls": True,
        "domains": ("a.example",),
        "key-type": "rsa2048",
        "pfx": True,
        "filename": ("one",),
    }
    assert (one.account_key_type, one.env_files) == ("ec384", ("one.env",))
    other = found["b.example"].invocation
    assert other.text("server") == "https://other.example/dir"
    assert other.text("deploy-hook") == "own"
    assert other.text("pre-hook") == "before"
    assert "http" not in other.given
    assert other.switch("tls")
    assert "filename" not in other.given


def test_the_only_account_and_challenge_need_no_naming() -> None:
    """As lego v5 fills them in."""
    text = "accounts: {a: {email: a@x}}\nchallenges: {c: {http: {}}}\ncertificates: {x: {domains: [x]}}"
    given = certificates(text)["x"].invocation.given
    assert (given["email"], given["http"]) == ("a@x", True)


def test_the_account_s_key_type_is_the_certificate_s_too() -> None:
    """Unless the certificate says otherwise."""
    text = "accounts: {a: {keyType: rsa4096}}\ncertificates: {x: {domains: [x], challenge: http-01}}"
    found = certificates(text)["x"]
    assert (found.invocation.text("key-type"), found.account_key_type) == ("rsa4096", "rsa4096")


def test_the_certificate_s_key_type_is_not_the_account_s() -> None:
    """v5's default is each one's own; it is v4's flag that speaks of both."""
    text = "accounts: {a: {email: a@x}}\ncertificates: {x: {domains: [x], keyType: rsa2048, challenge: http-01}}"
    found = certificates(text)["x"]
    assert (found.invocation.text("key-type"), found.account_key_type) == ("rsa2048", "ec256")


def test_a_dns_challenge() -> None:
    """Its file of variables counts before the certificate's own."""
    text = """\
challenges:
  d: {dns: {provider: exec, envFile: d.env, resolvers: ["127.0.0.1:53"], dnsTimeout: 5, propagation: {wait: 2s}}}
certificates: {x: {domains: ["*.example.com"], envFile: x.env}}
"""
    found = certificates(text)["x"]
    assert found.env_files == ("d.env", "x.env")
    assert found.invocation.text("dns") == "exec"
    assert found.invocation.list("dns.resolvers") == ("127.0.0.1:53",)
    assert found.invocation.duration("dns.propagation-wait") == timedelta(seconds=2)
    assert found.invocation.number("dns-timeout") == 5


CHALLENGE = "challenges: {c: {http: {}}}\n"


@pytest.mark.parametrize(
    ("text", "line", "key", "reason"),
    [
        ("storage: x", 1, "certificates", "there is none"),
        ("certificates: {x: {domains: [x]}}", 1, "certificates.x", "it needs a challenge"),
        (CHALLENGE + "certificates:\n  x: {keyType: ec256}", 3, "certificates.x", "it needs domains, or a csr"),
        (
            CHALLENGE + "certificates: {x: {domains: [x], account: y}}",
            2,
            "certificates.x.account",
            "there is no such entry",
        ),
        (
            CHALLENGE + "certificates: {x: {domains: [x], challenge: y}}",
            2,
            "certificates.x.challenge",
            "there is no such entry",
        ),
        (
            "challenges: {c: {http: {}}, d: {tls: {}}}\ncertificates: {x: {domains: [x]}}",
            2,
            "certificates.x.challenge",
            "there are several to choose from",
        ),
        (
            "challenges: {c: {dns: {}}}\ncertificates: {x: {domains: [x]}}",
            1,
            "challenges.c.dns.provider",
            "it is missing",
        ),
        (
            "challenges: {c: {}}\ncertificates: {x: {domains: [x]}}",
            1,
            "certificates.x",
            "the challenge names no method",
        ),
        (
            "servers: {s: {}}\naccounts: {a: {server: s}}\n" + CHALLENGE + "certificates: {x: {domains: [x]}}",
            1,
            "servers.s.url",
            "it is missing",
        ),
        (
            "networkStack: ipv5\n" + CHALLENGE + "certificates: {x: {domains: [x]}}",
            1,
            "networkStack",
            "it must be ipv4only or ipv6only",
        ),
    ],
)
def test_what_does_not_fit_together(text: str, line: int, key: str, reason: str) -> None:
    """Told before anything is done."""
    with pytest.raises(BadConfig) as caught:
        certificates(text)
    assert caught.value.facts == {"file": "x.yml", "line": line, "key": key, "reason": reason}


@pytest.mark.parametrize(("first", "second"), [('"*.example"', "_.example"), ("Web", "web")])
def test_no_two_certificates_have_the_same_files(first: str, second: str) -> None:
    """S-24: one would be written over the other, at the same time even."""
    head = "challenges: {web: {http: {}}}\ncertificates:\n"
    with pytest.raises(BadConfig) as caught:
        certificates(f"{head}  {first}: {{domains: [a.example]}}\n  {second}: {{domains: [b.example]}}\n")
    assert (caught.value.facts["line"], caught.value.facts["key"]) == (4, f"certificates.{second}")
