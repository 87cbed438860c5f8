"""Names: one form for each, refusals with their reason, and what a contract's name covers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tegata.pki import names
from tegata.pki.names import BadName


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("www.example.com", "www.example.com"),
        ("WWW.Example.COM", "www.example.com"),
        ("*.EXAMPLE.com", "*.example.com"),
        ("localhost", "localhost"),
        ("1.example.com", "1.example.com"),
        ("a-b.example.com", "a-b.example.com"),
        ("日本語.jp", "xn--wgv71a119e.jp"),
        ("*.日本語.jp", "*.xn--wgv71a119e.jp"),
        ("ｅｘａｍｐｌｅ。ｃｏｍ", "example.com"),
        ("Bücher.example", "xn--bcher-kva.example"),
        ("faß.example", "xn--fa-hia.example"),
        ("xn--wgv71a119e.jp", "xn--wgv71a119e.jp"),
        ("XN--WGV71A119E.JP", "xn--wgv71a119e.jp"),
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
        ("2001:db8:0:1::", "2001:db8:0:1::"),
        ("a" * 63 + ".example", "a" * 63 + ".example"),
        ("a" * 63 + ".xn--wgv71a119e.jp", "a" * 63 + ".xn--wgv71a119e.jp"),
        ((("a" * 63 + ".") * 4)[:253], (("a" * 63 + ".") * 4)[:253]),
    ],
)
def test_a_name_has_one_form(text, name):
    """Lower-case A-labels without trailing dot; U-labels are converted once, at the edge (A-51, S-35)."""
    assert names.normalise(text) == name
    assert names.normalise(name) == name


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty"),
        ("example.com.", "it ends with a dot"),
        ("example..com", "it has an empty label"),
        (".example.com", "it has an empty label"),
        (".", "it ends with a dot"),
        ("*.", "it has an empty label"),
        ("*", "a wildcard can only be the whole leftmost label"),
        ("*.*.example.com", "a wildcard can only be the whole leftmost label"),
        ("www.*.example.com", "a wildcard can only be the whole leftmost label"),
        ("w*.example.com", "a wildcard can only be the whole leftmost label"),
        ("_acme-challenge.example.com", "a label holds something other than letters, digits and hyphens between them"),
        ("-a.example.com", "a label holds something other than letters, digits and hyphens between them"),
        ("a-.example.com", "a label holds something other than letters, digits and hyphens between them"),
        ("a b.example.com", "a label holds something other than letters, digits and hyphens between them"),
        ("example.com\n", "a label holds something other than letters, digits and hyphens between them"),
        ("../etc/passwd", "it has an empty label"),
        ("a/b.example.com", "a label holds something other than letters, digits and hyphens between them"),
        ("https://example.com", "a label holds something other than letters, digits and hyphens between them"),
        ("user@example.com", "a label holds something other than letters, digits and hyphens between them"),
        ("ab--cd.example.com", "a label has hyphens in third and fourth place but is no xn-- label"),
        ("xn--a.example.com", "an xn-- label is not valid IDNA"),
        ("xn--.example.com", "a label holds something other than letters, digits and hyphens between them"),
        ("xn--zzzzzzz99999.example.com", "an xn-- label is not valid IDNA"),
        ("☃.example.com", "it holds a character or combination that IDNA does not allow"),
        ("日本語..jp", "it holds a character or combination that IDNA does not allow"),
        ("日本語.jp。", "it ends with a dot"),
        ("日本語_.jp", "it holds a character or combination that IDNA does not allow"),
        ("a" * 64 + ".example", "a label is longer than 63 characters"),
        ("a." * 127, "it is longer than 253 characters"),
        ((("a" * 63 + ".") * 4)[:254], "it is longer than 253 characters"),
        ("*." + "é." * 31 + "abcde", "it is longer than 253 characters"),
        ("é." * 40 + "example", "it holds a character or combination that IDNA does not allow"),
        ("1.2.3.4.5", "its last label is a number, as in a mistyped IP address"),
        ("256.1.1.1", "its last label is a number, as in a mistyped IP address"),
        ("192.0.2.01", "its last label is a number, as in a mistyped IP address"),
        ("2130706433", "its last label is a number, as in a mistyped IP address"),
        ("１９２.０.２.１", "its last label is a number, as in a mistyped IP address"),
        ("*.192.0.2.1", "its last label is a number, as in a mistyped IP address"),
        ("[2001:db8::1]", "a label holds something other than letters, digits and hyphens between them"),
        ("fe80::1%eth0", "an address with a zone has a meaning on one machine only"),
        ("::ffff:192.0.2.1", "it is an IPv4 address written as an IPv6 address"),
    ],
)
def test_what_is_no_name_is_refused_with_its_reason(text, reason):
    """LDH labels only, lengths, wildcards, trailing dot, hyphens in third and fourth place (A-51)."""
    with pytest.raises(BadName) as caught:
        names.normalise(text)
    assert caught.value.facts["reason"] == reason


def test_a_long_text_is_cut_in_the_error():
    with pytest.raises(BadName) as caught:
        names.normalise("a" * 1_000_000)
    assert len(str(caught.value.facts["name"])) == names.NAME_LIMIT


@given(st.text(max_size=80))
@settings(max_examples=300)
def test_any_text_is_a_stable_name_or_refused(text):
    try:
        name = names.normalise(text)
    except BadName:
        return
    assert name == name.lower()
    assert name.isascii()
    assert names.normalise(name) == name
    assert not set(name) & set("/\\_ %@\0\n")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("www.example.com", "www.example.com"),
        ("*.xn--wgv71a119e.jp", "*.xn--wgv71a119e.jp (*.日本語.jp)"),
        (".www.xn--wgv71a119e.jp", ".www.xn--wgv71a119e.jp (.www.日本語.jp)"),
        ("xn--n3h.xn--bcher-kva.example", "xn--n3h.xn--bcher-kva.example (xn--n3h.bücher.example)"),
        ("192.0.2.1", "192.0.2.1"),
    ],
)
def test_a_name_as_people_read_it(name, shown):
    """A label that IDNA does not allow, such as the snowman's, stays as it is."""
    assert names.shown(name) == shown


def test_kinds_of_names():
    assert names.is_ip("192.0.2.1")
    assert names.is_ip("2001:db8::1")
    assert not names.is_ip("www.example.com")
    assert not names.is_ip("db1")
    assert names.is_wildcard("*.example.com")
    assert not names.is_wildcard("www.example.com")
    assert names.base_of("*.example.com") == "example.com"
    assert names.base_of("www.example.com") == "www.example.com"


@pytest.mark.parametrize(
    ("pattern", "name", "covered"),
    [
        ("www.example.com", "www.example.com", True),
        ("www.example.com", "a.www.example.com", False),
        ("www.example.com", "example.com", False),
        (".example.com", "example.com", True),
        (".example.com", "www.example.com", True),
        (".example.com", "a.b.example.com", True),
        (".example.com", "*.example.com", True),
        (".example.com", "*.www.example.com", True),
        (".example.com", "badexample.com", False),
        (".example.com", "example.com.evil.net", False),
        ("example.com", "*.example.com", False),
        ("*.example.com", "*.example.com", True),
        ("*.example.com", "www.example.com", False),
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.10", False),
    ],
)
def test_a_contracts_name_covers_itself_or_with_a_dot_all_below(pattern, name, covered):
    assert names.covers(pattern, name) is covered
