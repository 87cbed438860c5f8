"""Checks of the directory, of signed requests and of nonces (RFC 8555 §6, §7.1.1, §7.2). Makes no order."""

import re

from tegata.acme import jwk
from tegata.acme.problems import CONTENT_TYPE, PREFIX
from tegata.acme.wire import Response, links
from tegata.conformance.answers import document, has_status, members, problem, refused
from tegata.conformance.bench import NONCE_TRIES, Bench, Change
from tegata.conformance.check import Checklist, expect

_RESOURCES = ("newNonce", "newAccount", "newOrder", "revokeCert", "keyChange")
_FURTHER = ("newAuthz", "renewalInfo")
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
    missing = [name for name in ("Link", "Location", "Replay-Nonce") if name.lower() not in exposed]
    expect("Link, Location and Replay-Nonce exposed", exposed or "none", holds=not missing)


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
    found = [url for rel, url in links(bench.account.answer) if rel == "index"]
    expect("a Link to the directory, rel=index", found or "none", holds=bench.directory_url in found)


@check("RFC 8555 §6.2, A-12", "Content-Type が異なれば 415 で拒否される。")
def content_type(bench: Bench) -> None:
    """Another content type is refused with 415."""
    answer = bench.account.post(bench.account.url, None, content_type="application/json")
    has_status(answer, 415)


@check("RFC 8555 §6.3, A-13", "署名のない GET は 405 で拒否される。")
def plain_get(bench: Bench) -> None:
    """A plain GET is refused with 405."""
    refused(bench.send("GET", bench.account.url), "malformed", status=405)


@check("RFC 8555 §6.7, A-21", "拒否の応答は problem document である。")
def problem_document(bench: Bench) -> None:
    """A refusal is a problem document."""
    answer = bench.account.post(bench.account.url, None, nonce=_NEVER_GIVEN)
    kind = (answer.headers.get("Content-Type") or "").partition(";")[0].strip()
    expect(CONTENT_TYPE, kind, holds=kind == CONTENT_TYPE)
    expect(f"a type of {PREFIX}", problem(answer).type, holds=problem(answer).type.startswith(PREFIX))
    status = members(answer).get("status", answer.status)
    expect(f"the document's status is {answer.status}", status, holds=status == answer.status)


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


@check("RFC 8555 §6.2, A-11", "他のアカウントの URL を名乗るリクエストは拒否される。")
def another_account(bench: Bench) -> None:
    """A key does not speak for another account."""
    answer = bench.post(bench.stranger.key, bench.account.url, None, bench.account.url)
    refused(answer, "malformed", "unauthorized")


def _malformed(bench: Bench, change: Change) -> None:
    refused(bench.account.post(bench.account.url, None, change=change), "malformed", status=400)


def _gives_nonce(answer: Response, status: int) -> None:
    has_status(answer, status)
    nonce = answer.headers.get("Replay-Nonce")
    expect("a nonce of 128 bits or more in base64url", nonce, holds=bool(_NONCE.fullmatch(nonce or "")))
