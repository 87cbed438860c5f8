"""``tegata-ca audit``: the log of what happened, shown and checked."""

import os
from pathlib import Path
from typing import TextIO

from tegata.ca import relinting
from tegata.ca.bootstrap import Ca
from tegata.ca.cli import shapes
from tegata.ca.cli.answers import Answer
from tegata.ca.cli.grammar import Asked
from tegata.ca.errors import Refused
from tegata.ca.services.auditing import DroppedMeanwhile
from tegata.text.catalogue import Sentence

_HOLDS = Sentence(
    "The audit log holds (links: {links}, events: {events}, events that have no link yet: {unbound}).\n"
    "Note the newest link elsewhere, for --head: {head}",
    "監査ログに問題はありません。リンク {links} 件、イベント {events} 件、リンク未作成のイベント {unbound} 件。\n"
    "最新のリンクを別の場所に控えてください（--head で指定できます）: {head}",
)

_EXPORTED = Sentence(
    "The audit log is in {file} (lines: {lines}); each link's digest can be checked without this program.",
    "監査ログを {file} に出力しました（{lines} 行）。各リンクのダイジェストは、このプログラムがなくても検証できます。",
)

_SOUND = Sentence(
    "Issued certificates looked at: {certificates}; CA certificates, CRLs and OCSP answers: {beside}; "
    "with faults: {faulty}. Second lint: {linted}",
    "発行済みの証明書 {certificates} 件と、認証局の証明書・CRL・OCSP応答 {beside} 件を検査しました。"
    "問題のあるもの: {faulty} 件。追加検査: {linted}",
)

_FAULTY = Sentence(
    _SOUND.en + "\nCodes that this CA wants to have so are put into [lint] accepted of settings.toml.",
    _SOUND.ja + "\nこの認証局で許容する指摘のコードは、settings.toml の [lint] accepted に追加してください。",
)


async def verify(ca: Ca, asked: Asked) -> Answer:
    """Check the whole chain."""
    found = await ca.audit.verify(asked["head"])
    head = f"{found.head.number}:{found.head.digest.hex()}" if found.head else ""
    shape = {"links": found.links, "events": found.events, "unbound": found.unbound, "head": head}
    return Answer(shape, told=_HOLDS)


async def export(ca: Ca, asked: Asked) -> Answer:
    """Write the log to a new file, for whoever checks it elsewhere."""
    file = Path(asked["file"])
    try:
        handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as writing:
                lines = await _write(ca, writing)
                writing.flush()
                os.fsync(handle)
        except BaseException:
            os.unlink(file)  # noqa: PTH108 - a part of it would pass for the whole
            raise
    except OSError as error:
        raise Refused(reason=f"{file}: {error.strerror}") from None
    return Answer({"file": str(file), "lines": lines}, told=_EXPORTED)


async def _write(ca: Ca, writing: TextIO) -> int:
    """The log, of one piece, and how many lines it has."""
    while True:
        lines = 0
        try:
            async for line in ca.audit.export():
                writing.write(line)
                lines += 1
        except DroppedMeanwhile:
            writing.seek(0)
            writing.truncate()
        else:
            return lines


async def show(ca: Ca, asked: Asked) -> Answer:
    """What happened to one thing, in order."""
    found = await ca.store.audit.of_subject(asked["id"])
    return Answer([shapes.event(one) for one in found], ("at", "kind", "facts"))


async def certificates(ca: Ca, _: Asked) -> Answer:
    """Everything that was signed, linted once more; failed if there is a fault."""
    linter = ca.linter or relinting.second_lint(ca.settings)
    count, faults = 0, []
    example, codes = None, set[str]()
    service = relinting.service(ca, linter)
    try:
        async for judged in service.all():
            count += 1
            codes.update(judged.findings)
            if not judged.is_sound:
                faults.append(shapes.judged(judged))
            elif judged.certificate.chain_pem:
                example = judged.certificate
        faults += [shapes.gone(serial) for serial in await service.gone()]
        signed = [*await service.beside(relinting.beside(ca, example)), *await service.responders()]
        faults += [shapes.signed(one) for one in signed if one.findings]
        codes.update(*(one.findings for one in signed))
    finally:
        if linter is not None:
            await linter.close()
    linted = "-" if linter is None else linter.name
    shape = {"certificates": count, "beside": len(signed), "faulty": len(faults), "linted": linted, "faults": faults}
    columns = ("serial", "contract", "names", "findings")
    told = _FAULTY if codes else _SOUND
    return Answer(shape, columns, told=told, failed=bool(faults), listed="faults")
