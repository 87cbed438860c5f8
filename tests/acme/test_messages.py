"""Messages: the RFCs' own examples, exact JSON out, and the odd values of foreign servers."""

import json
from typing import Any

import pytest

from tegata.acme import codec, messages
from tegata.acme.flattened import Flattened
from tegata.acme.identifiers import Identifier
from tegata.acme.problems import ErrorType

LIMIT = codec.RESPONSE_LIMIT


def written(message: object) -> Any:
    return json.loads(codec.encode(message))


def test_a_directory_is_written_in_the_rfcs_words():
    directory = messages.Directory(
        new_nonce="https://ca.example/n", new_account="https://ca.example/a", new_order="https://ca.example/o",
        revoke_cert="https://ca.example/r", key_change="https://ca.example/k", renewal_info="https://ca.example/i",
        meta=messages.Meta(
            terms_of_service="https://ca.example/tos", caa_identities=("ca.example",), external_account_required=True
        ),
    )  # fmt: skip
    assert written(directory) == {
        "newNonce": "https://ca.example/n",
        "newAccount": "https://ca.example/a",
        "newOrder": "https://ca.example/o",
        "revokeCert": "https://ca.example/r",
        "keyChange": "https://ca.example/k",
        "renewalInfo": "https://ca.example/i",
        "meta": {
            "termsOfService": "https://ca.example/tos",
            "caaIdentities": ["ca.example"],
            "externalAccountRequired": True,
        },
    }
    assert codec.decode(codec.encode(directory), messages.Directory, LIMIT) == directory


def test_a_directory_with_unknown_members_is_read():
    """Let's Encrypt puts a random one in (A-29)."""
    body = b"""{"adwFCrAkjtA":"https://community.letsencrypt.org/t/x/33417","newNonce":"n","newAccount":"a",
    "newOrder":"o","revokeCert":"r","keyChange":"k","renewalInfo":"i",
    "meta":{"caaIdentities":["letsencrypt.org"],"profiles":{"classic":"https://x"},"website":"w","new":[1]}}"""
    directory = codec.decode(body, messages.Directory, LIMIT)
    assert directory.meta.profiles == {"classic": "https://x"}
    assert not directory.meta.external_account_required
    assert directory.new_authz is None
    bare = b'{"newNonce":"n","newAccount":"a","newOrder":"o","revokeCert":"r"}'
    assert codec.decode(bare, messages.Directory, LIMIT).meta == messages.Meta()


@pytest.mark.parametrize("missing", ["newNonce", "newAccount", "newOrder", "revokeCert"])
def test_a_directory_without_its_resources_is_malformed(missing):
    members = {name: "u" for name in ("newNonce", "newAccount", "newOrder", "revokeCert") if name != missing}
    with pytest.raises(codec.Malformed) as caught:
        codec.decode(codec.encode(members), messages.Directory, LIMIT)
    assert missing in str(caught.value.facts["reason"])


def test_new_account():
    request = messages.NewAccount(
        contact=("mailto:a@example.com",),
        terms_of_service_agreed=True,
        external_account_binding=Flattened("p", "q", "r"),
    )
    assert written(request) == {
        "contact": ["mailto:a@example.com"],
        "termsOfServiceAgreed": True,
        "externalAccountBinding": {"protected": "p", "payload": "q", "signature": "r"},
    }
    assert written(messages.NewAccount(only_return_existing=True)) == {"onlyReturnExisting": True}
    assert written(messages.NewAccount()) == {}
    assert codec.decode(b"{}", messages.NewAccount, LIMIT) == messages.NewAccount()


@pytest.mark.parametrize(
    "body",
    [
        b'{"contact":"mailto:a@example.com"}',
        b'{"termsOfServiceAgreed":"true"}',
        b'{"termsOfServiceAgreed":1}',
        b'{"externalAccountBinding":"x"}',
        b'{"externalAccountBinding":{"protected":"p"}}',
    ],
)
def test_wrong_types_are_malformed(body):
    with pytest.raises(codec.Malformed):
        codec.decode(body, messages.NewAccount, LIMIT)


def test_an_account_with_tegatas_part():
    account = messages.Account(
        status="valid",
        orders="https://ca.example/orders/1",
        tegata=messages.TegataAccount(contract="C-1", contract_ends="2027-01-01T00:00:00Z"),
    )
    assert written(account) == {
        "status": "valid",
        "orders": "https://ca.example/orders/1",
        "tegata": {"contract": "C-1", "contractEnds": "2027-01-01T00:00:00Z"},
    }
    assert codec.decode(codec.encode(account), messages.Account, LIMIT) == account


@pytest.mark.parametrize(
    "echo", [b'"kid-1"', b"{}", b"[]", b'{"protected":"p","payload":"q","signature":"r"}', b"null"]
)
def test_whatever_a_ca_echoes_as_binding_is_read(echo):
    body = b'{"status":"valid","contact":null,"orders":null,"externalAccountBinding":' + echo + b"}"
    assert codec.decode(body, messages.Account, LIMIT).contact == ()


def test_the_order_of_the_rfc():
    """RFC 8555 §7.1.3; fractions of seconds stay text here (A-29)."""
    body = b"""{
      "status": "valid",
      "expires": "2016-01-20T14:09:07.99Z",
      "identifiers": [{"type": "dns", "value": "www.example.org"}, {"type": "dns", "value": "example.org"}],
      "notBefore": "2016-01-01T00:00:00Z",
      "notAfter": "2016-01-08T00:00:00Z",
      "authorizations": ["https://example.com/acme/authz/PAniVnsZcis", "https://example.com/acme/authz/r4HqLzrSrpI"],
      "finalize": "https://example.com/acme/order/TOlocE8rfgo/finalize",
      "certificate": "https://example.com/acme/cert/mAt3xBGaobw"
    }"""
    order = codec.decode(body, messages.Order, LIMIT)
    assert order.expires == "2016-01-20T14:09:07.99Z"
    assert order.identifiers[1] == Identifier("dns", "example.org")
    assert written(order) == json.loads(body)


def test_an_invalid_order_says_why():
    body = b"""{"status":"invalid","identifiers":[{"type":"dns","value":"a.example"}],"authorizations":["u"],
    "finalize":"f","error":{"type":"urn:ietf:params:acme:error:caa","detail":"no","status":403}}"""
    error = codec.decode(body, messages.Order, LIMIT).error
    assert error is not None
    assert error.kind is ErrorType.CAA


def test_the_authorization_of_the_rfc():
    """Its example has wildcard false, which is read and not written (A-56)."""
    body = b"""{
      "status": "valid",
      "expires": "2018-09-09T14:09:01.13Z",
      "identifier": {"type": "dns", "value": "www.example.org"},
      "challenges": [{
        "type": "http-01",
        "url": "https://example.com/acme/chall/prV_B7yEyA4",
        "status": "valid",
        "validated": "2014-12-01T12:05:13.72Z",
        "token": "IlirfxKKXAsHtmzK29Pj8A"
      }],
      "wildcard": false
    }"""
    authorization = codec.decode(body, messages.Authorization, LIMIT)
    assert not authorization.wildcard
    assert "wildcard" not in written(authorization)
    assert written(messages.Authorization(
        identifier=Identifier("dns", "example.org"), status="pending", challenges=(), wildcard=True
    ))["wildcard"] is True  # fmt: skip


def test_unknown_challenges_statuses_and_identifiers_are_read():
    """A challenge without token broke clients in 2026 (A-29, S-36)."""
    body = b"""{
      "status": "paused",
      "identifier": {"type": "permanent-identifier", "value": "x", "more": 1},
      "challenges": [
        {"type": "dns-persist-01", "url": "u1", "status": "pending", "accounturi": "a", "issuer-domain-names": ["ca"]},
        {"type": "future-99", "url": "u2", "status": "thinking", "token": null, "error": null},
        {"type": "http-01", "url": "u3", "status": "invalid", "token": "t",
         "error": {"type": "urn:ietf:params:acme:error:brandNew", "status": 400}}
      ]
    }"""
    authorization = codec.decode(body, messages.Authorization, LIMIT)
    assert [challenge.token for challenge in authorization.challenges] == [None, None, "t"]
    assert authorization.challenges[1].status == "thinking"
    assert authorization.challenges[2].error is not None
    assert authorization.status == "paused"


def test_new_order():
    """A body with profile and replaces (F-24); identifiers are needed."""
    asked = (messages.AskedIdentifier("dns", "x"),)
    assert written(messages.NewOrder(identifiers=asked, profile="tlsserver", replaces="a.b")) == {
        "identifiers": [{"type": "dns", "value": "x"}],
        "profile": "tlsserver",
        "replaces": "a.b",
    }
    for body in [b"{}", b'{"identifiers":null}', b'{"identifiers":[{"type":"dns"}]}', b'{"identifiers":{}}']:
        with pytest.raises(codec.Malformed):
            codec.decode(body, messages.NewOrder, LIMIT)


def test_what_rfc_9444_adds():
    """Its own examples (§4.1, §4.2, §4.3), in both directions; what is not said is not written (X-60)."""
    below = messages.AskedIdentifier("dns", "foo.bar.example.org", ancestor_domain="example.org")
    order = {"identifiers": [{"type": "dns", "value": "foo.bar.example.org", "ancestorDomain": "example.org"}]}
    assert written(messages.NewOrder(identifiers=(below,))) == order
    assert codec.decode(codec.encode(order), messages.NewOrder, LIMIT).identifiers == (below,)
    above = {"identifier": {"type": "dns", "value": "example.org", "subdomainAuthAllowed": True}}
    asked = codec.decode(codec.encode(above), messages.NewAuthorization, LIMIT).identifier
    assert asked == messages.AskedIdentifier("dns", "example.org", subdomain_auth_allowed=True)
    shown = {"identifier": {"type": "dns", "value": "example.org"}, "status": "valid", "challenges": []}
    wide = codec.decode(codec.encode(shown | {"subdomainAuthAllowed": True}), messages.Authorization, LIMIT)
    assert wide.subdomain_auth_allowed
    assert written(wide) == shown | {"subdomainAuthAllowed": True}
    assert not codec.decode(codec.encode(shown), messages.Authorization, LIMIT).subdomain_auth_allowed


def test_finalize_and_revocation():
    assert written(messages.Finalize(csr="abc")) == {"csr": "abc"}
    assert written(messages.RevokeCert(certificate="abc")) == {"certificate": "abc"}
    # 0 is a reason, and another thing than none.
    assert written(messages.RevokeCert(certificate="abc", reason=0)) == {"certificate": "abc", "reason": 0}
    with pytest.raises(codec.Malformed):
        codec.decode(b'{"certificate":"abc","reason":"keyCompromise"}', messages.RevokeCert, LIMIT)


def test_the_renewal_information_of_the_rfc():
    """RFC 9773 §4.2."""
    body = b"""{
      "suggestedWindow": {"start": "2025-01-02T04:00:00Z", "end": "2025-01-03T04:00:00Z"},
      "explanationURL": "https://acme.example.com/docs/ari"
    }"""
    info = codec.decode(body, messages.RenewalInfo, LIMIT)
    assert info.suggested_window.end == "2025-01-03T04:00:00Z"
    assert info.explanation_url == "https://acme.example.com/docs/ari"
    assert written(info) == json.loads(body)
