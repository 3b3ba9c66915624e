"""`backup --via`: another program reads the flash twice, and only what agrees is a backup."""

from __future__ import annotations

import hashlib
import json
import shlex
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import plugsmith
from plugsmith.chips.catalog import chips
from plugsmith.chips.other_chips import OtherChip, other_chip, other_chips
from plugsmith.errors import UsageError
from plugsmith.errors.link import NothingRead, ReadsDiffer
from plugsmith.events import Log
from plugsmith.flows.bridge.program import find_program, run_program
from plugsmith.flows.bridge.results import ViaBackupResult
from plugsmith.flows.now import now_text
from plugsmith.flows.progress import task
from plugsmith.flows.wire.connected import warn_about_mains
from plugsmith.library.home import check_output, write_whole
from plugsmith.library.lock import held
from plugsmith.limited_read import read_regular
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.clock import Clock
    from plugsmith.events import CancelToken, EventSink

PROGRAMS = {"esptool": "pipx install esptool", "ltchiptool": "pipx install ltchiptool"}
_BEKEN = "ltchiptool flash read -d PORT bk72xx backup.bin"
_MOST = 64 << 20
_ROOM = 16 << 20
_READS = 2


def backup_via(
    program: str,
    *,
    port: str,
    chip: str | None,
    out: Path,
    locks: Path,
    clock: Clock,
    sink: EventSink,
    cancel: CancelToken,
) -> ViaBackupResult:
    """Read the whole flash twice with `program`, compare, and keep it with a passport beside it.

    Raises UsageError for a chip that the program does not read, OutputExists, ProgramMissing,
    ProgramFailed, NothingRead, ReadsDiffer, DeviceInUse, Cancelled. Only an agreed read is kept.
    """
    words = shlex.split(_command(program, chip))
    path = find_program(program, install=PROGRAMS[program])
    passport = out.with_name(out.name + ".json")
    check_output(out, _ROOM)
    check_output(passport)
    if "://" in port:
        raise UsageError(
            problem=_(
                "{program} needs a port of this computer, not {port}", program=program, port=port
            )
        )
    warn_about_mains(sink)
    began_s = clock.monotonic()
    with held(locks, port, words=port), TemporaryDirectory(prefix="plugsmith-") as folder:
        reads = []
        for turn in range(1, _READS + 1):
            file = Path(folder) / f"read-{turn}.bin"
            swap = {"PORT": port, "backup.bin": str(file)}
            command = [path, *(swap.get(word, word) for word in words[1:])]
            title = _("Reading with {program}, {turn} of {n}", program=program, turn=turn, n=_READS)
            with task(
                f"via-{turn}", title, total=100, clock=clock, sink=sink, unit="percent"
            ) as meter:
                run_program(command, meter=meter, clock=clock, sink=sink, cancel=cancel)
            reads.append(_content(file, program))
            if turn < _READS:
                text = _(
                    "Read once. Now the second time: reset the chip if the program waits for it."
                )
                sink.emit(Log(message=text))
    _compare(*reads)
    data = reads[0]
    digest = hashlib.sha256(data).hexdigest()
    facts = {
        "format": "plugsmith-via/1",
        "made_by": f"Plugsmith {plugsmith.__version__}",
        "created": now_text(clock),
        "program": program,
        "chip": chip,
        "size": len(data),
        "sha256": digest,
        "proof": "two-reads",
    }
    write_whole(out, data)
    write_whole(passport, (json.dumps(facts, indent=1) + "\n").encode())
    return ViaBackupResult(
        file=str(out),
        sha256=digest,
        size=len(data),
        passport=str(passport),
        proof="two-reads",
        seconds=round(clock.monotonic() - began_s, 3),
        program=program,
        chip=chip,
    )


def _command(program: str, chip: str | None) -> str:
    """The command of the chip's facts. UsageError where this program does not read that chip."""
    able = [other for other in other_chips() if other.backup.startswith(f"{program} ")]
    if program == "esptool" and chip is None:
        return able[0].backup  # it finds out by itself which one it is
    names = [other.name for other in able]
    if program == "ltchiptool":
        beken = [item.name for item in chips() if other_chip(item.name) is None]
        names += beken
        if chip is not None and chip.upper() in beken:
            return _BEKEN
    found: OtherChip | None = other_chip(chip) if chip is not None else None
    if found is None or found not in able:
        raise UsageError(
            problem=_(
                "{program} has to be told the chip with --chip: {names}",
                program=program,
                names=", ".join(names),
            )
        )
    return found.backup


def _content(file: Path, program: str) -> bytes:
    data = read_regular(file, limit=_MOST) if file.is_file() else b""
    if len(set(data)) < 2:  # nothing, or one byte over and over
        raise NothingRead(program=program, size=len(data))
    return data


def _compare(one: bytes, other: bytes) -> None:
    if one == other:
        return
    pairs = zip(one, other, strict=False)
    at = next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
    raise ReadsDiffer(at=at, first=len(one), second=len(other))
