"""Checks of accounts: made, found, changed, given another key, ended (RFC 8555 §7.3)."""

import msgspec
from cryptography.hazmat.primitives.asymmetric import rsa

from tegata.acme import b64, codec, eab, jwk, jws, rollover
from tegata.acme.messages import KeyChange
from tegata.acme.wire import Response
from tegata.conformance.answers import document, has_status, is_refusal, members, refused, said
from tegata.conformance.bench import Account, Bench
from tegata.conformance.check import Checklist, NotPossible, expect
from tegata.pki.key_types import KeyType
from tegata.pki.keys import PrivateKey, generate

# Below what anybody takes (RFC 7518 §3.3).
_TOO_SHORT_BITS = 1024

check = Checklist()


@check("RFC 8555 §6.2, §7.3, A-08, A-33", "新しい鍵にはアカウントとその URL が与えられる。")
def new_account(bench: Bench) -> None:
    """A new key gets an account and its URL."""
    answer = bench.account.answer
    location = answer.headers.get("Location")
    expect("a Location", location, holds=bool(location))
    status = document(answer).get("status")
    expect("an account object with the status valid", status, holds=status == "valid")


@check(
    "RFC 8555 §6.2, A-08",
    "他のアルゴリズムの鍵も使えるか、決められたエラーで拒否される。",
)
def other_algorithms(bench: Bench) -> None:
    """Keys of other algorithms get accounts too, or are refused as what they are."""
    for kind in (KeyType.RSA2048, KeyType.EC384, KeyType.ED25519):
        key = generate(kind)
        answer = bench.register(key)
        if is_refusal(answer):
            refused(answer, "badSignatureAlgorithm", "badPublicKey", status=400, what=f"a key of {kind}")
        else:
            document(bench.post(key, answer.headers.get("Location") or "", None, answer.headers.get("Location")))


@check("RFC 8555 §6.2, A-07, A-09", "短すぎる RSA 鍵は badPublicKey で拒否される。")
def weak_key(bench: Bench) -> None:
    """An RSA key that is too short is refused as badPublicKey."""
    refused(bench.register(rsa.generate_private_key(65537, _TOO_SHORT_BITS)), "badPublicKey", status=400)


@check("RFC 8555 §6.2, A-09, A-10", "曲線上にない点の鍵は拒否される。")
def key_off_its_curve(bench: Bench) -> None:
    """A key whose point is not on its curve is refused."""
    key = generate(KeyType.EC256)
    bad = {**jwk.from_public(key.public_key()), "x": b64.encode(b"\1" * 32)}
    answer = bench.post(key, bench.url("newAccount"), {"onlyReturnExisting": True}, jwk=bad)
    refused(answer, "badPublicKey", "malformed", status=400)


@check("RFC 8555 §7.3.1, A-33", "既知の鍵には、要求の他の内容に関係なく、200 とアカウントの URL が返る。")
def known_key(bench: Bench) -> None:
    """A known key gets its account's URL and 200, whatever else the request says."""
    account = bench.account
    for payload in (bench.registration(account.key), {"onlyReturnExisting": True}):
        answer = bench.register(account.key, payload)
        has_status(answer, 200)
        location = answer.headers.get("Location")
        expect(account.url, location, holds=location == account.url)


@check("RFC 8555 §7.3.1, A-34", "onlyReturnExisting では、未知の鍵は登録されない。")
def only_existing(bench: Bench) -> None:
    """An unknown key is not registered by onlyReturnExisting."""
    key = generate(KeyType.EC256)
    for _ in range(2):
        refused(bench.register(key, {"onlyReturnExisting": True}), "accountDoesNotExist", status=400)


@check("RFC 8555 §7.3, A-29, A-35", "要求によってアカウントの状態は変えられず、未知のメンバーは保存されない。")
def foreign_members(bench: Bench) -> None:
    """A request cannot set an account's status, and members unknown to the server do not stay."""
    account = bench.new_account(status="revoked", orders="https://example.com/", x=1)
    made = document(account.answer)
    expect("the status valid", made.get("status"), holds=made.get("status") == "valid")
    left = sorted({"x", "onlyReturnExisting"} & made.keys())
    expect("no member of the request that is none of an account", left, holds=not left)
    expect("the server's own list of orders", made.get("orders"), holds=made.get("orders") != "https://example.com/")


@check("RFC 8555 §7.3, A-36", "mailto: 以外の連絡先は拒否される。")
def unsupported_contact(bench: Bench) -> None:
    """A contact that is no mailto: is refused."""
    key = generate(KeyType.EC256)
    answer = bench.register(key, bench.registration(key, contact=["tel:+81-3-0000-0000"]))
    refused(answer, "unsupportedContact", status=400)


@check("RFC 8555 §7.3, A-36", "フィールドや複数の宛先を含む mailto: は拒否される。")
def invalid_contact(bench: Bench) -> None:
    """A mailto: with fields or several addresses is refused."""
    for contact in ("mailto:a@example.org?subject=x", "mailto:a@example.org,b@example.org"):
        key = generate(KeyType.EC256)
        answer = bench.register(key, bench.registration(key, contact=[contact]))
        refused(answer, "invalidContact", status=400, what=contact)


@check("RFC 8555 §7.3, A-36", "連絡先のないアカウントも作られる。")
def no_contact(bench: Bench) -> None:
    """An account needs no contact."""
    document(bench.new_account(contact=[]).answer)


@check("RFC 8555 §7.3, A-37", "利用規定に同意しなければアカウントは作られない。")
def terms(bench: Bench) -> None:
    """Without agreement to the terms there is no account."""
    if "termsOfService" not in bench.meta:
        raise NotPossible(reason="the server has no terms of service")
    key = generate(KeyType.EC256)
    refused(bench.register(key, bench.registration(key, termsOfServiceAgreed=False)))


@check("RFC 8555 §7.3.4, A-40", "EAB が必須のとき、EAB のない要求は externalAccountRequired で拒否される。")
def binding_required(bench: Bench) -> None:
    """Where a binding is required, a request without one is refused so."""
    if bench.meta.get("externalAccountRequired") is not True:
        raise NotPossible(reason="the server requires no external account binding")
    refused(bench.register(generate(KeyType.EC256), {"termsOfServiceAgreed": True}), "externalAccountRequired")


@check("RFC 8555 §7.3.4, A-39", "登録に使われた EAB は、アカウントにそのまま示される。")
def binding_given_back(bench: Bench) -> None:
    """The account has the binding that it was registered with."""
    if bench.means.binding is None:
        raise NotPossible(reason="no external account binding was given (--kid, --hmac)")
    key = generate(KeyType.EC256)
    payload = codec.decode(codec.encode(bench.registration(key)), dict[str, object], codec.REQUEST_LIMIT)
    sent, found = payload["externalAccountBinding"], document(bench.register(key, payload))
    if bench.meta.get("externalAccountRequired") is not True and "externalAccountBinding" not in found:
        raise NotPossible(reason="the server wants no external account binding, and passes it over")
    given_back = found.get("externalAccountBinding")
    expect("the binding as it was sent", given_back, holds=given_back == sent)


@check(
    "RFC 8555 §7.3.4, A-39",
    "MAC が誤り、KID が未知、別の URL 用、別の鍵用の EAB は拒否される。EAB が任意の場合は、応答に含まれない。",
)
def wrong_binding(bench: Bench) -> None:
    """A binding with a wrong MAC, KID, URL or key is refused, or, where none is required, not given back."""
    if bench.means.binding is None:
        raise NotPossible(reason="no external account binding was given (--kid, --hmac)")
    kid, mac = bench.means.binding
    key, other = generate(KeyType.EC256), generate(KeyType.EC256)
    own, url = jwk.from_public(key.public_key()), bench.url("newAccount")
    for what, binding in {
        "a wrong MAC": eab.bind(own, kid, bytes(len(mac)), url),
        "an unknown KID": eab.bind(own, f"{kid}x", mac, url),
        "another URL": eab.bind(own, kid, mac, bench.url("newOrder")),
        "another key": eab.bind(jwk.from_public(other.public_key()), kid, mac, url),
        "a signature in place of the MAC": jws.sign(key, jwk.canonical(own), url=url, nonce=None, kid=kid),
    }.items():
        sent = msgspec.Raw(binding) if isinstance(binding, bytes) else binding
        answer = bench.register(key, bench.registration(key, externalAccountBinding=sent))
        if is_refusal(answer) or bench.meta.get("externalAccountRequired") is True:
            refused(answer, what=what)
        else:
            found = document(answer)
            expect(f"no binding with {what}", found, holds="externalAccountBinding" not in found)


@check("RFC 8555 §7.3.2, A-43", "更新で変わるのは連絡先だけである。")
def update(bench: Bench) -> None:
    """An update changes the contact alone."""
    account = bench.new_account()
    answer = account.post(account.url, {"contact": ["mailto:someone@example.org"], "status": "revoked"})
    if not is_refusal(answer):  # a server may also refuse the status it cannot take
        expect("the status valid", document(answer).get("status"), holds=document(answer).get("status") == "valid")
    answer = account.post(account.url, {"contact": ["mailto:someone@example.org"]})
    has_status(answer, 200)
    read = account.read(account.url)
    expect("the status valid", read.get("status"), holds=read.get("status") == "valid")


@check("RFC 8555 §7.1.2.1, A-44", "アカウントに注文一覧の URL がある。")
def list_of_orders(bench: Bench) -> None:
    """An account names its list of orders."""
    url = bench.account.read(bench.account.url).get("orders")
    expect("the URL of a list of orders", url, holds=isinstance(url, str))
    orders = bench.account.read(str(url)).get("orders")
    expect("the member orders, a list", orders, holds=isinstance(orders, list))


@check("RFC 8555 §7.3.5, A-45", "鍵の変更後は新しい鍵だけが有効で、古い鍵は使えない。")
def key_change(bench: Bench) -> None:
    """After a change of key the new one is the account's, and the old one is nobody's."""
    account, new = bench.new_account(), generate(KeyType.EC256)
    answer = change_key(account, new)
    has_status(answer, 200)
    document(bench.post(new, account.url, None, account.url))
    refused(account.post(account.url, None), "malformed", "unauthorized", "accountDoesNotExist")


@check("RFC 8555 §7.3.5, A-45", "他のアカウントの鍵への変更は 409 とそのアカウントの URL で拒否される。")
def key_change_conflict(bench: Bench) -> None:
    """A key that another account has is refused with 409 and that account's URL."""
    answer = change_key(bench.new_account(), bench.stranger.key)
    has_status(answer, 409)
    location = answer.headers.get("Location")
    expect(bench.stranger.url, location, holds=location == bench.stranger.url)


@check("RFC 8555 §7.3.5, A-45", "別のアカウント、別の旧鍵、別の URL に対する鍵の変更は拒否される。")
def key_change_wrong(bench: Bench) -> None:
    """A change of key for another account, another old key or another URL is refused."""
    account, new, url = bench.new_account(), generate(KeyType.EC256), bench.url("keyChange")
    old, foreign = account.key.public_key(), bench.stranger.key.public_key()
    for what, inner in {
        "another account": rollover.write(new, url=url, account=bench.stranger.url, old=old),
        "another old key": rollover.write(new, url=url, account=account.url, old=foreign),
        "another URL": rollover.write(new, url=account.url, account=account.url, old=old),
        "an empty object": jws.sign(new, b"{}", url=url, nonce=None, kid=None),
        "a nonce within": _with_nonce(new, url, account),
        "the old key alone": rollover.write(account.key, url=url, account=account.url, old=old),
    }.items():
        refused(account.post(url, codec.decode(inner, dict[str, object], codec.REQUEST_LIMIT)), what=what)
    document(account.post(account.url, None))


@check("RFC 8555 §7.3.6, A-47", "無効化したアカウントは使えず、復活もしない。")
def deactivation(bench: Bench) -> None:
    """A deactivated account can do nothing more, and is not revived."""
    account = bench.new_account()
    status = document(account.post(account.url, {"status": "deactivated"})).get("status")
    expect("the status deactivated", status, holds=status == "deactivated")
    refused(account.post(account.url, None), "unauthorized", status=401)
    again = bench.register(account.key)
    revived = not is_refusal(again) and members(again).get("status") == "valid"
    expect("no account for a deactivated key", said(again), holds=not revived)


def _with_nonce(new: PrivateKey, url: str, account: Account) -> bytes:
    """A change of key whose inner JWS has a nonce, which it must not (RFC 8555 §7.3.5)."""
    wish = KeyChange(account=account.url, old_key=jwk.from_public(account.key.public_key()))
    return jws.sign(new, codec.encode(wish), url=url, nonce=account.bench.nonce(), kid=None)


def change_key(account: Account, new: PrivateKey) -> Response:
    """The answer to a change of key as it should be."""
    url = account.bench.url("keyChange")
    inner = rollover.write(new, url=url, account=account.url, old=account.key.public_key())
    return account.post(url, codec.decode(inner, dict[str, object], codec.REQUEST_LIMIT))
