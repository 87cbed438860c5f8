"""Shapes as text for a person: aligned tables for lists, one line a member for a single thing.

Wide (East Asian) characters take two columns. Knows no record.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tegata.text.catalogue import Sentence, printable
from tegata.text.language import Language

_LABELS = {
    "contract": Sentence("Contract", "契約番号"),
    "waits_for": Sentence("Waits for", "対応待ち"),
    "order": Sentence("Order", "注文"),
    "service": Sentence("Service", "サービス"),
    "status": Sentence("Status", "ステータス"),
    "contract_status": Sentence("Contract's status", "契約のステータス"),
    "domains": Sentence("Domains", "ドメイン名"),
    "organization": Sentence("Organization", "組織"),
    "name": Sentence("Name", "名称"),
    "country": Sentence("Country", "国"),
    "state": Sentence("State", "都道府県"),
    "locality": Sentence("Locality", "市区町村"),
    "starts": Sentence("Starts", "契約開始"),
    "ends": Sentence("Ends", "契約終了"),
    "eab": Sentence("EAB", "EAB"),
    "kid": Sentence("Key identifier", "MAC鍵識別子"),
    "hmac": Sentence("MAC key", "MAC鍵"),
    "server": Sentence("Server", "サーバーホスト"),
    "examination": Sentence("Examination", "審査"),
    "examined": Sentence("Examined", "審査日時"),
    "counts_until": Sentence("Counts until", "審査の有効期限"),
    "examiner": Sentence("Examined by", "審査担当者"),
    "source": Sentence("Source", "確認方法"),
    "evidence": Sentence("Evidence", "証跡"),
    "authority": Sentence("Authority", "申込権限の確認"),
    "releaser": Sentence("Released by", "承認者"),
    "released": Sentence("Released", "承認日時"),
    "report": Sentence("Report", "報告番号"),
    "about": Sentence("About", "報告内容"),
    "reporter": Sentence("From", "報告者"),
    "received": Sentence("Received", "受付日時"),
    "answer_by": Sentence("First answer by", "回答期限"),
    "revoke_by": Sentence("Revocation by", "失効期限"),
    "next": Sentence("Next", "次の対応"),
    "due": Sentence("Due", "期限"),
    "in_time": Sentence("In time", "期限内"),
    "answer": Sentence("Answer", "回答"),
    "answered": Sentence("Answered", "回答日時"),
    "outcome": Sentence("Outcome", "結果"),
    "closed": Sentence("Closed", "完了日時"),
    "serials": Sentence("Serials", "シリアル番号"),
    "expires": Sentence("Expires", "有効期限"),
    "registers_until": Sentence("Registers accounts until", "アカウント登録の終了"),
    "label": Sentence("Label", "名称"),
    "last_used": Sentence("Last used", "最終利用"),
    "last_used_by": Sentence("By account", "最終利用アカウント"),
    "registered": Sentence("Accounts registered", "登録したアカウント数"),
    "most_accounts": Sentence("Accounts at most", "アカウント数の上限"),
    "depending": Sentence("Depending on it", "影響範囲"),
    "accounts": Sentence("Accounts", "アカウント数"),
    "first_end": Sentence("First to end", "最初の期限"),
    "user": Sentence("Customer", "お客様"),
    "login": Sentence("Login", "ログインID"),
    "password": Sentence("Password", "パスワード"),
    "added": Sentence("Added", "登録日時"),
    "perspective": Sentence("Perspective", "確認地点"),
    "region": Sentence("Region", "地域"),
    "address": Sentence("Address", "アドレス"),
    "cause": Sentence("Cause", "原因"),
    "account": Sentence("Account", "アカウント"),
    "failures": Sentence("Failures", "失敗回数"),
    "paused_at": Sentence("Paused", "停止日時"),
    "key": Sentence("Key (SHA-256)", "鍵 (SHA-256)"),
    "blocked_at": Sentence("Blocked", "使用禁止日時"),
    "in_use": Sentence(
        "Certificates still valid (see contract revoke)", "有効なままの証明書（失効は contract revoke）"
    ),
    "count": Sentence("Number of certificates", "証明書の枚数"),
    "certificates": Sentence("Certificates", "証明書"),
    "check": Sentence("Check", "項目"),
    "detail": Sentence("Detail", "詳細"),
    "findings": Sentence("Findings", "検出事項"),
    "serial": Sentence("Serial", "シリアル番号"),
    "names": Sentence("Names", "ドメイン名"),
    "not_before": Sentence("Valid from", "有効期間開始"),
    "not_after": Sentence("Valid until", "有効期間終了"),
    "replace_by": Sentence("Replace by", "交換の期限"),
    "at": Sentence("Time", "日時"),
    "kind": Sentence("What happened", "内容"),
    "subject": Sentence("Of", "対象"),
    "facts": Sentence("Facts", "詳細"),
    "reason": Sentence("Reason", "失効理由"),
    "revoked_at": Sentence("Revoked", "失効日時"),
}
_WORDS = {
    "ok": Sentence("ok", "正常"),
    "warning": Sentence("warning", "注意"),
    "error": Sentence("error", "異常"),
    "active": Sentence("active", "有効"),
    "suspended": Sentence("suspended", "停止中"),
    "expired": Sentence("expired", "期限切れ"),
    "ended": Sentence("ended", "終了"),
    "superseded": Sentence("superseded", "交換済み"),
    "disabled": Sentence("disabled", "無効化済み"),
    "answering": Sentence("answering", "応答あり"),
    "silent": Sentence("silent", "応答なし"),
    "valid": Sentence("valid", "有効"),
    "revoked": Sentence("revoked", "失効済み"),
    "examine": Sentence("examination", "審査"),
    "release": Sentence("release", "審査の承認"),
    "application": Sentence("application", "発行申請"),
    "pending": Sentence("validation", "ドメイン審査待ち"),
    "ready": Sentence("ready", "発行可能"),
    "processing": Sentence("issuance", "発行処理中"),
    "answer": Sentence("answer", "回答"),
    "revocation": Sentence("revocation", "失効"),
    "yes": Sentence("yes", "はい"),
    "no": Sentence("no", "いいえ"),
}

_OF_WORDS = ("status", "contract_status", "next", "waits_for")


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], language: Language) -> str:
    """Rows as an aligned table of these members, with a heading; only the heading where there are no rows."""
    lines = [[label(name, language) for name in columns]]
    lines += [[_cell(name, row[name], language) for name in columns] for row in rows]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def details(shape: Mapping[str, Any], language: Language) -> str:
    """One thing, a line a member; members that are None are left out."""
    return "\n".join(f"{'  ' * depth}{name}: {value}".rstrip() for depth, name, value in _lines(shape, language, 0))


def label(name: str, language: Language) -> str:
    """The word for a member of a shape."""
    return _LABELS[name].fill(language, {})


def word(value: str, language: Language) -> str:
    """The word for a value that is one of a few."""
    return _WORDS[value].fill(language, {})


def _lines(shape: Mapping[str, Any], language: Language, depth: int) -> Iterator[tuple[int, str, str]]:
    for name, value in shape.items():
        if isinstance(value, Mapping):
            yield depth, label(name, language), ""
            yield from _lines(value, language, depth + 1)
        elif value is not None:
            yield depth, label(name, language), _cell(name, value, language)


def _cell(name: str, value: object, language: Language) -> str:
    if isinstance(value, Mapping):
        return printable(" ".join(f"{key}={one}" for key, one in value.items()))
    if isinstance(value, list | tuple):
        return " ".join(_cell(name, one, language) for one in value)
    if isinstance(value, bool):
        return word("yes" if value else "no", language)
    if name in _OF_WORDS and value is not None:
        return word(str(value), language)
    return "" if value is None else printable(str(value))


def lines(text: str, width: int) -> list[str]:
    """A text in lines of so many columns, cut anywhere as Japanese is, but in no word, and before no closing mark."""
    found = [""]
    for word in re.findall(r"(?:[\x21-\x7e]+|.)[）。、」]* *", text):
        if found[-1] and _width(found[-1]) + _width(word.rstrip()) > width:
            found.append("")
        found[-1] += word
    return [line.strip() for line in found]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
