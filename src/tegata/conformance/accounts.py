"""Checks of accounts: made, found, changed, given another key, ended (RFC 8555 §7.3)."""

from tegata.acme import codec, eab, jwk, jws, rollover
from tegata.acme.wire import Response
from tegata.conformance.answers import document, has_status, is_refusal, members, refused, said
from tegata.conformance.bench import Account, Bench
from tegata.conformance.check import Checklist, NotPossible, expect
from tegata.pki.key_types import KeyType
from tegata.pki.keys import PrivateKey, generate

check = Checklist()


@check("RFC 8555 §6.2, §7.3, A-08, A-33", "新しい鍵にはアカウントとその URL が与えられる。")
def new_account(bench: Bench) -> None:
    """A new key gets an account and its URL."""
    answer = bench.account.answer
    location = answer.headers.get("Location")
    expect("a Location", location, holds=bool(location))
    status = document(answer).get("status")
    expect("an account object with the status valid", status, holds=status == "valid")


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
    }.items():
        answer = bench.register(key, bench.registration(key, externalAccountBinding=binding))
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
    answer = _change_key(account, new)
    has_status(answer, 200)
    document(bench.post(new, account.url, None, account.url))
    refused(account.post(account.url, None), "malformed", "unauthorized", "accountDoesNotExist")


@check("RFC 8555 §7.3.5, A-45", "他のアカウントの鍵への変更は 409 とそのアカウントの URL で拒否される。")
def key_change_conflict(bench: Bench) -> None:
    """A key that another account has is refused with 409 and that account's URL."""
    answer = _change_key(bench.new_account(), bench.stranger.key)
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
    }.items():
        refused(account.post(url, codec.decode(inner, dict[str, object], codec.REQUEST_LIMIT)), what=what)
    document(account.post(account.url, None))


@check("RFC 8555 §7.3.6, A-47", "無効化したアカウントは使えず、復活もしない。")
def deactivation(bench: Bench) -> None:
    """A deactivated account can do nothing more, and is not revived."""
    account = bench.new_account()
    status = document(account.post(account.url, {"status": "deactivated"})).get("status")
    expect("the status deactivated", status, holds=status == "deactivated")
    refused(account.post(account.url, None), "unauthorized")
    again = bench.register(account.key)
    revived = not is_refusal(again) and members(again).get("status") == "valid"
    expect("no account for a deactivated key", said(again), holds=not revived)


def _change_key(account: Account, new: PrivateKey) -> Response:
    url = account.bench.url("keyChange")
    inner = rollover.write(new, url=url, account=account.url, old=account.key.public_key())
    return account.post(url, codec.decode(inner, dict[str, object], codec.REQUEST_LIMIT))
