"""`dump info` of a flash that another program read: its passport tells what the bytes cannot."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plugsmith.dump.health import BackupLevel
from plugsmith.dump.health_checks import CheckOutcome
from plugsmith.flows.bridge.saved import saved_read
from plugsmith.flows.dump.files import info, open_dump
from plugsmith.flows.dump.results import BackupAnswer, CheckRow, ViaReadRow
from plugsmith.messages import _

if TYPE_CHECKING:
    from pathlib import Path

    from plugsmith.dump.dump import Dump
    from plugsmith.flows.bridge.saved import SavedRead
    from plugsmith.flows.dump.results import InfoResult

_CHANGED = "changed"


def info_of_file(path: Path) -> InfoResult:
    """What the file is, by its content and a passport beside it."""
    return info_beside(open_dump(path), path)


def info_beside(dump: Dump, path: Path) -> InfoResult:
    """The same of a file that was opened already.

    Of another maker's chip the passport alone can tell: our checks on a backup know none of them.
    """
    found, saved = info(dump), saved_read(path)
    if saved is None or saved.file != path:
        return found
    known = saved.passport
    row = ViaReadRow(
        program=known.program,
        chip=saved.chip,
        mac=known.mac,
        created=known.created,
        proof=known.proof,
        unchanged=known.fits(dump.data),
        restore=saved.way_back(),
    )
    if saved.beken:
        return replace(found, via=row)
    if not row.unchanged:
        return replace(found, via=row, usable_as_backup=_changed(saved))
    return replace(
        found,
        chip=saved.chip or found.chip,
        chip_evidence=("passport",),
        flash_size=known.size,
        mac=known.mac or found.mac,
        layout=replace(found.layout, rotation=0, shift=0, start=0, complete=True, trailing=0),
        damage=(),
        usable_as_backup=_proven(saved),
        via=row,
    )


def _proven(saved: SavedRead) -> BackupAnswer:
    text = _(
        "{program} read it twice, and both reads are the same. Put it back with: {command}",
        program=saved.passport.program,
        command=saved.way_back(),
    )
    check = CheckRow(name=saved.passport.proof, outcome=CheckOutcome.PASSED, text=text)
    return BackupAnswer(
        verdict=True,
        level=BackupLevel.WHOLE,
        because=(text,),
        reasons=(saved.passport.proof,),
        checks=(check,),
    )


def _changed(saved: SavedRead) -> BackupAnswer:
    text = _(
        "{program} read it, but it is no longer what was proven then.",
        program=saved.passport.program,
    )
    check = CheckRow(name=saved.passport.proof, outcome=CheckOutcome.FAILED, text=text)
    return BackupAnswer(
        verdict=False,
        level=BackupLevel.NONE,
        because=(text,),
        reasons=(_CHANGED,),
        checks=(check,),
    )
