"""Challenge values of the RFC, and tokens that are attacks."""

import pytest

from tegata.acme import challenges
from tegata.acme.challenges import BadToken
from tests import vectors

VECTOR = vectors.load("challenges")


def test_the_key_authorization():
    """Token, dot, thumbprint: 87 characters (F-05)."""
    value = challenges.key_authorization(VECTOR["token"], VECTOR["thumbprint"])
    assert value == VECTOR["key_authorization"]
    assert len(value) == 87


def test_the_http01_path():
    """F-06."""
    assert challenges.http01_path(VECTOR["token"]) == VECTOR["http01_path"]


def test_the_dns01_value():
    """F-07."""
    assert challenges.dns01_value(VECTOR["key_authorization"]) == VECTOR["dns01_value"]


@pytest.mark.parametrize(
    ("account", "label"),
    [
        ("https://example.com/acme/acct/ExampleAccount", "_ujmmovf2vn55tgye"),
        ("https://ca.example/acme/acct/123", "_rktq57ucabqryrms"),
    ],
)
def test_the_dns_account_01_name(account, label):
    """F-08, X-42: each account has a name of its own, below that of dns-01."""
    name = challenges.dnsaccount01_name("www.example.org", account)
    assert name == f"{label}._acme-challenge.www.example.org"


@pytest.mark.parametrize(
    ("value", "asked"),
    [
        ("www.example.com", "www.example.com"),
        ("192.0.2.1", "1.2.0.192.in-addr.arpa"),
        ("2001:db8::1", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"),
    ],
)
def test_the_name_in_a_handshake(value, asked):
    """X-06: SNI holds names only, hence an address's in the reverse DNS (F-12)."""
    assert challenges.tlsalpn01_server_name(value) == asked


@pytest.mark.parametrize("token", ["a" * 16, "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0", "-_" * 20, "A" * 128])
def test_safe_tokens_pass(token):
    """A-66."""
    assert challenges.check_token(token) == token


@pytest.mark.parametrize(
    "token",
    [
        "",
        "short",
        "a" * 15,
        "a" * 129,
        "../../../../etc/passwd",
        "..\\..\\..\\windows\\win.ini",
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "C:evil-token-0123456789",
        "token-0123456789abcdef\0",
        "token-0123456789abcdef\n",
        "token 0123456789abcdef",
        "token.0123456789abcdef",
        "token/0123456789abcdef",
        "$(touch /tmp/x)0123456",
        "`id`0123456789abcdefgh",
        "<script>alert(1)</script>",
        "ｔｏｋｅｎ0123456789abcdef",
        "token-0123456789abcde=",
        "\x1b[2J0123456789abcdefghi",
    ],
)
def test_unsafe_tokens_are_refused_everywhere(token):
    """Before any path, URL or text is made of them (A-66, S-02)."""
    for use in (
        challenges.check_token,
        challenges.http01_path,
        lambda text: challenges.key_authorization(text, VECTOR["thumbprint"]),
    ):
        with pytest.raises(BadToken):
            use(token)


def test_a_long_token_is_cut_in_the_error():
    with pytest.raises(BadToken) as caught:
        challenges.check_token("../" * 10_000)
    assert len(str(caught.value.facts["token"])) == 64


def test_the_extension_of_tls_alpn_01():
    """The published sample's digest as an OCTET STRING (F-11)."""
    value = challenges.tlsalpn01_extension(
        "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA.cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s"
    )
    assert value.hex() == "0420d5f092d6587a58bb8159bbe499d121772984bd347c32e23add7aa545595e33d4"
