"""Checks of the directory, of signed requests and of nonces (RFC 8555 §6, §7.1.1, §7.2). Makes no order."""

import re

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from tegata.acme import b64, jwk, jws
from tegata.acme.problems import CONTENT_TYPE, PREFIX
from tegata.acme.wire import Response, links
from tegata.conformance.answers import document, has_status, is_refusal, members, problem, refused, said
from tegata.conformance.bench import NONCE_TRIES, Bench, Body, Change
from tegata.conformance.check import Checklist, expect
from tegata.pki.keys import PrivateKey

_RESOURCES = ("newNonce", "newAccount", "newOrder", "revokeCert", "keyChange")
_FURTHER = ("newAuthz", "renewalInfo")
_FOR_BROWSERS = ("Link", "Location", "Replay-Nonce", "Retry-After")
_NONCE = re.compile(r"[A-Za-z0-9_-]{22,}")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")
_NEVER_GIVEN = "AAAAAAAAAAAAAAAAAAAAAA"

check = Checklist()


@check("RFC 8555 §7.1.1, A-30", "ディレクトリにすべてのリソースの URL がある。")
def directory(bench: Bench) -> None:
    """The directory names every resource."""
    missing = [name for name in _RESOURCES if not isinstance(bench.directory.get(name), str)]
    expect("a URL for each resource", f"none for {', '.join(missing)}", holds=not missing)


@check("RFC 8555 §6.1, A-01", "ディレクトリの URL はすべて https である。")
def https(bench: Bench) -> None:
    """Every URL of the directory is https."""
    urls = [url for name, url in bench.directory.items() if name in (*_RESOURCES, *_FURTHER)]
    plain = [url for url in urls if not str(url).startswith("https://")]
    expect("https URLs", plain, holds=not plain)


@check("RFC 8555 §7.1.1, §9.7.6, A-31", "ディレクトリの meta は決められた型である。")
def meta(bench: Bench) -> None:
    """What the directory's meta says is of the types that it should be."""
    found = bench.directory.get("meta", {})
    expect("an object", found, holds=isinstance(found, dict))
    for name in ("termsOfService", "website"):
        url = found.get(name, "https://")
        expect(f"a URL as {name}", url, holds=isinstance(url, str) and url.startswith(("https://", "http://")))
    required = found.get("externalAccountRequired", False)
    expect("true or false as externalAccountRequired", required, holds=isinstance(required, bool))
    names = found.get("caaIdentities", [])
    are_names = isinstance(names, list) and all(isinstance(each, str) and _DOMAIN.fullmatch(each) for each in names)
    expect("host names as caaIdentities", names, holds=are_names)


@check("RFC 8555 §6.1, A-03", "ブラウザー上のクライアントも利用できる（CORS）。")
def cross_origin(bench: Bench) -> None:
    """Clients in browsers may come, and see the headers that they need (CORS)."""
    answer = bench.send("GET", bench.directory_url, headers={"Origin": "https://client.example"})
    origin = answer.headers.get("Access-Control-Allow-Origin")
    expect("Access-Control-Allow-Origin: *", origin, holds=origin == "*")
    answer = bench.send("GET", bench.url("newNonce"), headers={"Origin": "https://client.example"})
    exposed = (answer.headers.get("Access-Control-Expose-Headers") or "").lower()
    missing = [name for name in _FOR_BROWSERS if name.lower() not in exposed]
    expect(f"{', '.join(_FOR_BROWSERS)} exposed", exposed or "none", holds=not missing)


@check("RFC 8555 §7.2, A-18", "newNonce への HEAD は 200 とノンスを返す。")
def nonce_by_head(bench: Bench) -> None:
    """HEAD of newNonce gives 200 and a nonce."""
    _gives_nonce(bench.send("HEAD", bench.url("newNonce")), 200)


@check("RFC 8555 §7.2, A-18", "newNonce への GET は 204 とノンスを返す。")
def nonce_by_get(bench: Bench) -> None:
    """GET of newNonce gives 204 and a nonce."""
    _gives_nonce(bench.send("GET", bench.url("newNonce")), 204)


@check("RFC 8555 §7.2, A-19", "newNonce の応答はキャッシュが禁止されている。")
def nonce_not_stored(bench: Bench) -> None:
    """No cache may keep what newNonce answers."""
    for method in ("HEAD", "GET"):
        cache = bench.send(method, bench.url("newNonce")).headers.get("Cache-Control")
        expect(f"Cache-Control: no-store to {method}", cache, holds="no-store" in (cache or ""))


@check("RFC 8555 §6.5, A-16", "成功した応答には、次の要求に使える新しいノンスが付く。")
def nonce_after_success(bench: Bench) -> None:
    """A successful answer brings a nonce that is good for the next request."""
    account = bench.account
    for _ in range(NONCE_TRIES):
        nonce = account.post(account.url, None).headers.get("Replay-Nonce")
        expect("a Replay-Nonce", "none", holds=bool(nonce))
        answer = account.post(account.url, None, nonce=nonce)
        if problem(answer).type != f"{PREFIX}badNonce":
            break
    document(answer)


@check("RFC 8555 §6.5, A-16", "拒否の応答にも新しいノンスが付く。")
def nonce_after_refusal(bench: Bench) -> None:
    """A refusal brings a nonce too, so that a client can go on."""
    answer = bench.account.post(bench.account.url, None, url=f"{bench.account.url}/x")
    refused(answer)
    expect("a Replay-Nonce", "none", holds="Replay-Nonce" in answer.headers)


@check("RFC 8555 §6.5, A-17", "ノンスは 1 回だけ使える。")
def nonce_once(bench: Bench) -> None:
    """A nonce is good once."""
    account, nonce = bench.account, bench.nonce()
    account.post(account.url, None, nonce=nonce)
    again = account.post(account.url, None, nonce=nonce)
    refused(again, "badNonce", status=400)
    expect("a Replay-Nonce with badNonce", "none", holds="Replay-Nonce" in again.headers)


@check("RFC 8555 §6.5, A-17", "拒否されたリクエストのノンスも使用済みになる。")
def nonce_burnt(bench: Bench) -> None:
    """A nonce of a refused request is used up."""
    account, nonce = bench.account, bench.nonce()
    account.post(account.url, None, nonce=nonce, url=bench.directory_url)
    refused(account.post(account.url, None, nonce=nonce), "badNonce", status=400)


@check("RFC 8555 §6.5, A-17", "サーバーが発行していないノンスは拒否される。")
def nonce_unknown(bench: Bench) -> None:
    """A nonce that the server never gave is refused."""
    refused(bench.account.post(bench.account.url, None, nonce=_NEVER_GIVEN), "badNonce", status=400)


@check("RFC 8555 §6.5, A-06", "ノンスのないリクエストは拒否される。")
def nonce_missing(bench: Bench) -> None:
    """A request without a nonce is refused."""
    answer = bench.account.post(bench.account.url, None, without="nonce")
    refused(answer, "badNonce", "malformed", status=400)


@check("RFC 8555 §7.1, A-27", "応答にディレクトリへのリンクが付く。")
def link_to_directory(bench: Bench) -> None:
    """Answers lead to the directory."""
    nonce = bench.send("HEAD", bench.url("newNonce"))
    read = bench.account.post(bench.account.url, None)
    for what, answer in (("newAccount", bench.account.answer), ("newNonce", nonce), ("the account", read)):
        found = [url for rel, url in links(answer) if rel == "index"]
        expect(f"a Link from {what} to the directory, rel=index", found or "none", holds=bench.directory_url in found)


@check("RFC 8555 §6.2, A-12", "Content-Type が異なれば 415 で拒否される。")
def content_type(bench: Bench) -> None:
    """Another content type is refused with 415."""
    answer = bench.account.post(bench.account.url, None, content_type="application/json")
    has_status(answer, 415)


@check("RFC 8555 §6.3, A-13", "署名のない GET は 405 で拒否される。")
def plain_get(bench: Bench) -> None:
    """A plain GET is refused with 405, but of what anybody may read."""
    signed = [str(bench.directory[name]) for name in _RESOURCES if name != "newNonce" and name in bench.directory]
    for url in (bench.account.url, *signed):
        refused(bench.send("GET", url), "malformed", status=405, what=f"GET {url}")


@check("RFC 8555 §6.3, A-13", "ディレクトリと newNonce は POST-as-GET でも読める。")
def directory_by_post(bench: Bench) -> None:
    """The directory and newNonce are read by a POST-as-GET too."""
    found = bench.account.read(bench.directory_url)
    expect("the directory", sorted(found), holds=all(isinstance(found.get(name), str) for name in _RESOURCES))
    answer = bench.account.post(bench.url("newNonce"), None)
    expect("no refusal", said(answer), holds=not is_refusal(answer))
    expect("a Replay-Nonce", "none", holds="Replay-Nonce" in answer.headers)


@check("RFC 8555 §6.7, A-21", "拒否の応答は problem document である。")
def problem_document(bench: Bench) -> None:
    """A refusal is a problem document."""
    answer = bench.account.post(bench.account.url, None, nonce=_NEVER_GIVEN)
    kind = (answer.headers.get("Content-Type") or "").partition(";")[0].strip()
    expect(CONTENT_TYPE, kind, holds=kind == CONTENT_TYPE)
    expect(f"a type of {PREFIX}", problem(answer).type, holds=problem(answer).type.startswith(PREFIX))
    told = members(answer)
    status = told.get("status", answer.status)
    expect(f"the document's status is {answer.status}", status, holds=status == answer.status)
    expect("a detail that says what happened", told.get("detail"), holds=bool(told.get("detail")))


@check("RFC 8555 §6.2, A-06", "jwk と kid の両方があれば拒否される。")
def both_keys(bench: Bench) -> None:
    """Jwk and kid together are refused, where either by itself would do."""
    account = bench.account
    own = jwk.from_public(account.key.public_key())
    for url, payload in ((account.url, None), (bench.url("newAccount"), {"onlyReturnExisting": True})):
        refused(account.post(url, payload, jwk=own), "malformed", status=400, what=url)


@check("RFC 8555 §6.2, A-06", "jwk も kid もなければ拒否される。")
def no_key(bench: Bench) -> None:
    """Neither jwk nor kid is refused."""
    refused(bench.account.post(bench.account.url, None, without="kid"), "malformed", status=400)


@check("RFC 8555 §6.1, A-04", "パディング付きの base64url は拒否される。")
def padding(bench: Bench) -> None:
    """Padded base64url is refused."""
    _malformed(bench, lambda body: {**body, "signature": f"{body['signature']}=="})
    # Signed as it is sent, so that the padding is all that is wrong with it.
    _malformed(bench, lambda body: _signed_again(bench.account.key, {**body, "protected": f"{body['protected']}="}))


@check("RFC 8555 §6.2, A-05", "保護されていないヘッダーは拒否される。")
def unprotected_header(bench: Bench) -> None:
    """An unprotected header is refused."""
    _malformed(bench, lambda body: {**body, "header": {"kid": "x"}})
    _malformed(bench, lambda body: {**body, "header": {"x": "y"}})  # not refused for what stands in both headers


@check("RFC 8555 §6.2, A-05", "複数署名の形式の JWS は拒否される。")
def several_signatures(bench: Bench) -> None:
    """A JWS of several signatures is refused."""
    _malformed(
        bench,
        lambda body: {
            "payload": body["payload"],
            "signatures": [{"protected": body["protected"], "signature": body["signature"]}],
        },
    )


@check("RFC 8555 §6.2, A-05", "ペイロードが分離された JWS と、符号化されていない JWS は拒否される。")
def detached_payload(bench: Bench) -> None:
    """A JWS whose payload is detached or not encoded is refused."""
    _malformed(bench, lambda body: {name: each for name, each in body.items() if name != "payload"})
    refused(bench.account.post(bench.account.url, None, b64=False, crit=["b64"]), "malformed", status=400)


@check("RFC 8555 §6.2, A-05", "crit メンバーは拒否される。")
def critical_member(bench: Bench) -> None:
    """A critical member is refused."""
    refused(bench.account.post(bench.account.url, None, crit=["exp"], exp=1), "malformed", status=400)


@check("RFC 8555 §6.2, A-09", "MAC による署名は拒否され、使えるアルゴリズムが示される。")
def mac_for_signature(bench: Bench) -> None:
    """A MAC for a signature is refused, and the algorithms there are listed."""
    answer = bench.account.post(bench.account.url, None, alg="HS256")
    refused(answer, "badSignatureAlgorithm", status=400)
    expect("the list “algorithms”", "none", holds=bool(problem(answer).algorithms))


@check("RFC 8555 §6.2, A-07", "アルゴリズム none は拒否される。")
def algorithm_none(bench: Bench) -> None:
    """The algorithm none is refused."""
    refused(bench.account.post(bench.account.url, None, alg="none"), "badSignatureAlgorithm", status=400)


@check("RFC 8555 §6.2, A-07", "鍵の種類に合わないアルゴリズムは拒否される。")
def algorithm_of_another_key(bench: Bench) -> None:
    """An algorithm for another kind of key is refused."""
    for algorithm in ("RS256", "ES384"):
        refused(bench.account.post(bench.account.url, None, alg=algorithm), what=algorithm)


@check("RFC 8555 §6.2, RFC 7518 §3.4, A-10", "DER 形式の楕円曲線署名は拒否される。")
def signature_in_der(bench: Bench) -> None:
    """An elliptic signature in DER is refused."""
    answer = bench.account.post(bench.account.url, None, change=_in_der)
    refused(answer, "malformed", "unauthorized")


@check("RFC 8555 §6.2, A-10", "別の内容に対する署名は拒否される。")
def wrong_signature(bench: Bench) -> None:
    """A signature over another text is refused."""
    account = bench.account
    other = bench.sign(account.key, account.url, None, account.url)["signature"]
    answer = account.post(account.url, None, change=lambda body: {**body, "signature": other})
    refused(answer, "malformed", "unauthorized")


@check("RFC 8555 §6.4, A-15", "別の URL に対して署名されたリクエストは unauthorized で拒否される。")
def signed_for_another_url(bench: Bench) -> None:
    """A request signed for another URL is refused as unauthorized."""
    refused(bench.account.post(bench.account.url, None, url=f"{bench.account.url}/x"), "unauthorized")


@check("RFC 8555 §6.2, A-11", "アカウント URL の代わりに鍵を示すリクエストは拒否される。")
def key_for_account(bench: Bench) -> None:
    """A key in place of the account's URL is refused."""
    account = bench.account
    refused(bench.post(account.key, account.url, None), "malformed", "unauthorized")


@check("RFC 8555 §6.2, A-11", "鍵の代わりにアカウント URL を示す newAccount は拒否される。")
def account_for_key(bench: Bench) -> None:
    """An account's URL in place of the key is refused at newAccount."""
    account = bench.account
    answer = account.post(bench.url("newAccount"), bench.registration(account.key))
    refused(answer, "malformed", "unauthorized")


@check("RFC 8555 §6.2, §6.7, A-11", "存在しないアカウントの URL を名乗るリクエストは拒否される。")
def unknown_account(bench: Bench) -> None:
    """An account's URL that leads to none is refused."""
    account = bench.account
    answer = bench.post(account.key, account.url, None, f"{account.url}0")
    refused(answer, "accountDoesNotExist", "malformed", "unauthorized")


@check("RFC 8555 §6.2, A-11", "他のアカウントの URL を名乗るリクエストは拒否される。")
def another_account(bench: Bench) -> None:
    """A key does not speak for another account."""
    answer = bench.post(bench.stranger.key, bench.account.url, None, bench.account.url)
    refused(answer, "malformed", "unauthorized")


def _signed_again(key: PrivateKey, body: Body) -> Body:
    """The body with a signature over its header and payload as they are now."""
    text = f"{body['protected']}.{body['payload']}"
    return {**body, "signature": b64.encode(jws.signature(key, text.encode("ascii")))}


def _in_der(body: Body) -> Body:
    """The body with its signature of P-256 as X.509 has it."""
    octets = b64.decode(str(body["signature"]))
    half = len(octets) // 2
    numbers = (int.from_bytes(octets[:half], "big"), int.from_bytes(octets[half:], "big"))
    return {**body, "signature": b64.encode(encode_dss_signature(*numbers))}


def _malformed(bench: Bench, change: Change) -> None:
    refused(bench.account.post(bench.account.url, None, change=change), "malformed", status=400)


def _gives_nonce(answer: Response, status: int) -> None:
    has_status(answer, status)
    nonce = answer.headers.get("Replay-Nonce")
    expect("a nonce of 128 bits or more in base64url", nonce, holds=bool(_NONCE.fullmatch(nonce or "")))
