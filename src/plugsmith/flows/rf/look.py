"""`rf show` and `rf save`: the sectors of a file or of a chip on the wires."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.dump.dump import Dump
from plugsmith.dump.finders.rf import find
from plugsmith.errors.flows import NoRightToWrite
from plugsmith.errors.library import OutputExists
from plugsmith.errors.radio import NoRfSector
from plugsmith.flows.dump.files import info
from plugsmith.flows.judged_file import open_file
from plugsmith.flows.rf.results import RfResult, RfSaved
from plugsmith.flows.rf.sector import judge
from plugsmith.flows.wire.connected import connected
from plugsmith.memory import SECTOR_LEN
from plugsmith.messages import _
from plugsmith.private_files import make_private_folder, write_private
from plugsmith.system_words import system_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.rf.results import RfRow
    from plugsmith.library.library import Library

_SMALL = 4 * SECTOR_LEN  # a sector in a file of its own, perhaps with its neighbours


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRf:
    """Sectors by their place in the flash or file, and what they were found in."""

    source: str
    chip: str | None
    sectors: Mapping[int, bytes] = field(repr=False)


def rf_of_file(path: Path) -> FoundRf:
    """The RF sectors of a dump, a backup or a saved sector; the errors of `open_file`."""
    file = open_file(path)
    found = {
        item.span.start: file.data[item.span.start : item.span.end].ljust(SECTOR_LEN, b"\xff")
        for item in find(file.data)
    }
    small = len(file.data) < _SMALL
    chip = None if small else info(Dump(data=file.data, name=file.name)).chip
    return FoundRf(source=file.name, chip=chip, sectors=found)


def rf_of_chip(ctx: FlowContext) -> FoundRf:
    """The places for RF sectors on the connected chip, as they are now."""
    with connected(ctx) as device:
        return FoundRf(
            source=ctx.port_name, chip=device.identity.chip.name, sectors=dict(device.rf_now())
        )


def show(found: FoundRf, library: Library) -> RfResult:
    """What the sectors are, and what the library knows of them."""
    entries = library.backups.entries()
    rows = [judge(data, at, entries) for at, data in sorted(found.sectors.items())]
    return RfResult(
        source=found.source, chip=found.chip, sectors=tuple(rows), notes=tuple(_notes(rows))
    )


def save(found: FoundRf, output: Path) -> RfSaved:
    """Write the sector that holds calibration and MAC; NoRfSector where none is sound.

    Nothing is overwritten (OutputExists); of several sound ones the first is taken.
    """
    rows = [judge(data, at) for at, data in sorted(found.sectors.items())]
    sound = [row for row in rows if row.state == "sound"]
    if not sound:
        raise NoRfSector(name=found.source)
    row, data = sound[0], found.sectors[sound[0].offset]
    if output.exists():
        raise OutputExists(name=str(output))
    try:
        make_private_folder(output.parent)
        write_private(output, data)
    except OSError as problem:
        folder = str(output.parent)
        raise NoRightToWrite(folder=folder, problem=system_words(problem)) from problem
    return RfSaved(
        file=str(output),
        sha256=hashlib.sha256(data).hexdigest(),
        offset=row.offset,
        mac=row.mac or "",
        source=found.source,
    )


def _notes(rows: list[RfRow]) -> list[str]:
    notes: list[str] = []
    for row in rows:
        if row.placeholder:
            notes.append(
                _(
                    "{mac} is a placeholder that many devices carry: the device lost its own "
                    "address. Two such devices cannot be in one network.",
                    mac=row.mac,
                )
            )
        if row.same_mac:
            notes.append(
                _(
                    "{mac} also stands in backups with other calibration: {names}. It is the same "
                    "device after a repair, or two devices with one address.",
                    mac=row.mac,
                    names=", ".join(row.same_mac),
                )
            )
        if row.state == "sound" and not row.measured:
            notes.append(_("RF calibration is missing: only the MAC and defaults are there."))
    if not any(row.state == "sound" for row in rows):
        notes.append(
            _(
                "No sector is sound. With a backup of this device: plugsmith rf put-back. "
                "Without one: plugsmith rf rebuild."
            )
        )
    return notes
