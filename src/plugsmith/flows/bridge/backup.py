"""`backup --via`: another program reads the flash twice, and only what agrees is a backup."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plugsmith
from plugsmith.errors.library import OutputExists
from plugsmith.flows.bridge.commands import INSTALL, ViaProgram, read_command
from plugsmith.flows.bridge.half_written import begun_write, refuse_half_written
from plugsmith.flows.bridge.program import find_program
from plugsmith.flows.bridge.reading import Desk, compare, local_port
from plugsmith.flows.bridge.results import ViaBackupResult
from plugsmith.flows.now import now_text
from plugsmith.flows.wire.connected import warn_about_mains
from plugsmith.flows.write.source import sha256
from plugsmith.library.home import check_output, refusal
from plugsmith.library.via_backups import passport_path, put
from plugsmith.messages import _

if TYPE_CHECKING:
    from pathlib import Path

    from plugsmith.clock import Clock
    from plugsmith.events import CancelToken, EventSink
    from plugsmith.library.library import Library

_ROOM = 16 << 20


def backup_via(
    program: str,
    *,
    port: str,
    chip: str | None,
    baud: int | None = None,
    out: Path,
    library: Library,
    clock: Clock,
    sink: EventSink,
    cancel: CancelToken,
) -> ViaBackupResult:
    """Read the whole flash twice with `program`, compare, and keep it with a passport beside it.

    Raises UsageError for a chip that the program does not read, OutputExists, ProgramMissing,
    ProgramFailed, NothingRead, NotWholeRead, ReadsDiffer, OtherDevice, HalfWritten, JobUnreadable,
    DeviceInUse, Cancelled. Only an agreed read is kept.
    """
    read_command(program, chip)
    path = find_program(program, install=INSTALL[program])
    check_output(out, _ROOM)
    check_output(passport_path(out))
    local_port(program, port)
    warn_about_mains(sink)
    began_s = clock.monotonic()
    via = ViaProgram(name=program, path=path, port=port, chip=chip, baud=baud)
    desk = Desk(program=via, clock=clock, sink=sink, cancel=cancel)
    with library.via_rooms.port_room(port) as (desk.lock, desk.room):
        data = read_twice(desk)
    refuse_half_written(library.jobs, data, chip=chip)
    begun_write(library, desk, data)
    digest = sha256(data)
    made_by = f"Plugsmith {plugsmith.__version__}"
    passport = desk.passport(data, made_by=made_by, created=now_text(clock), sha256=digest)
    try:
        put(out, data, passport)
    except FileExistsError as problem:
        raise OutputExists(name=str(out)) from problem
    except OSError as problem:
        raise refusal(out.absolute().parent, problem) from problem
    library.via.point_to(out, passport)
    return ViaBackupResult(
        file=str(out),
        sha256=digest,
        size=len(data),
        passport=str(passport_path(out)),
        proof=passport.proof,
        seconds=round(clock.monotonic() - began_s, 3),
        program=program,
        chip=passport.chip,
        mac=passport.mac,
    )


def read_twice(desk: Desk) -> bytes:
    """What two reads agree on."""
    program = desk.program.name
    title = _("Reading with {program}, {turn} of {n}", program=program, turn=1, n=2)
    first = desk.read("via-1", title, stays=True)
    desk.again()
    title = _("Reading with {program}, {turn} of {n}", program=program, turn=2, n=2)
    compare(first, desk.read("via-2", title, stays=False))
    return first
