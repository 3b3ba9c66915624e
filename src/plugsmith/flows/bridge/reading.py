"""Another program at work on one port: a whole read by it, and whether the chip is the same."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from plugsmith.errors import UsageError
from plugsmith.errors.link import (
    NothingRead,
    NotWholeRead,
    OtherDevice,
    OtherDeviceWritten,
    ProgramFailed,
    ProgramTooOld,
    ReadsDiffer,
)
from plugsmith.events import Log
from plugsmith.flows.bridge.commands import KNOWN
from plugsmith.flows.bridge.program import run_program
from plugsmith.flows.bridge.said import Said
from plugsmith.flows.progress import task
from plugsmith.library.via_backups import ViaPassport
from plugsmith.library.via_writes import ViaBoard
from plugsmith.limited_read import read_regular
from plugsmith.memory import SECTOR_LEN
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.clock import Clock
    from plugsmith.events import CancelToken, EventSink
    from plugsmith.flows.bridge.commands import ViaProgram
    from plugsmith.flows.progress import ProgressMeter

_MOST = 64 << 20
# of argparse and click, before a program has done anything
_NOT_UNDERSTOOD = re.compile(
    r"invalid choice: '[^']{1,40}'|[Nn]o such (?:option|command):? '?[\w-]{1,40}|"
    r"unrecognized arguments: [^/]{1,80}"
)


@dataclass(slots=True, kw_only=True)
class Desk:
    """Where programs work: how they are stopped, and who hears of it.

    `wrote`: a program may have changed the flash. `lock`: the open file that holds the port, for
    the programs to hold it as well. `room`: where their files lie, None for the system's own place.
    """

    program: ViaProgram
    clock: Clock
    sink: EventSink
    cancel: CancelToken
    said: Said = field(default_factory=Said)
    wrote: bool = False
    lock: int | None = None
    room: Path | None = None

    @property
    def board(self) -> ViaBoard:
        """The board on the port, by what was told of it so far."""
        return ViaBoard(program=self.program.name, mac=self.said.mac, port=self.program.port)

    def read(self, name: str, title: str, *, stays: bool, blank: bool = False) -> bytes:
        """A whole read. Raises as `run`, and NothingRead (not with `blank`), NotWholeRead."""
        with TemporaryDirectory(prefix="plugsmith-", dir=self.room) as folder:
            file = Path(folder) / f"{name}.bin"
            self.run(name, title, self.program.read(file, stays=stays))
            data = read_regular(file, limit=_MOST) if file.is_file() else b""
        if not data or (len(set(data)) < 2 and not blank):
            raise NothingRead(program=self.program.name, size=len(data))
        whole = self.said.flash_size or -(-len(data) // SECTOR_LEN) * SECTOR_LEN
        if len(data) != whole:
            raise NotWholeRead(program=self.program.name, size=len(data), whole=whole)
        return data

    def ask_locks(self) -> None:
        """Let the program tell how the chip is locked, where it can. Raises as `run`."""
        title = _("Asking with {program} how the chip is locked", program=self.program.name)
        for turn, command in enumerate(self.program.ask_locks(self.said.chip), 1):
            self.run(f"via-locks-{turn}", title, command)

    def run(self, name: str, title: str, command: Sequence[str]) -> None:
        """Run one command under a task of its own.

        Raises ProgramFailed, Cancelled, OtherDevice as soon as it tells of another chip than an
        earlier run did.
        """
        self.said.begin()
        with task(
            name, title, total=100, clock=self.clock, sink=self.sink, unit="percent"
        ) as meter:
            self._run(command, meter)
        self._same(self.said.end())

    def _run(self, command: Sequence[str], meter: ProgressMeter) -> None:
        try:
            run_program(
                command,
                meter=meter,
                clock=self.clock,
                sink=self.sink,
                cancel=self.cancel,
                hear=lambda line: self._same(self.said.hear(line)),
                lock=self.lock,
            )
        except ProgramFailed as failed:
            if found := _NOT_UNDERSTOOD.search(str(failed.facts["said"])):
                name = self.program.name
                raise ProgramTooOld(
                    program=name, said=found[0], install=f"pipx install '{name}>={KNOWN[name]}'"
                ) from failed
            raise

    def _same(self, difference: str) -> None:
        if difference:
            error = OtherDeviceWritten if self.wrote else OtherDevice
            raise error(port=self.program.port, difference=difference)

    def again(self) -> None:
        """Say that the chip is needed once more."""
        text = _("Read once. Now the second time: reset the chip if the program waits for it.")
        self.sink.emit(Log(message=text))

    def passport(self, data: bytes, *, made_by: str, created: str, sha256: str) -> ViaPassport:
        """The passport of two equal reads."""
        return ViaPassport(
            made_by=made_by,
            created=created,
            program=self.program.name,
            chip=self.said.chip or self.program.chip,
            mac=self.said.mac,
            size=len(data),
            sha256=sha256,
        )


def local_port(program: str, port: str) -> str:
    """`port`; UsageError for one that another program cannot open."""
    if "://" in port:
        raise UsageError(
            problem=_(
                "{program} needs a port of this computer, not {port}", program=program, port=port
            )
        )
    return port


def compare(one: bytes, other: bytes) -> None:
    """Return if two reads are the same; ReadsDiffer with the first place where they are not."""
    if one == other:
        return
    pairs = zip(one, other, strict=False)
    at = next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
    raise ReadsDiffer(at=at, first=len(one), second=len(other))
