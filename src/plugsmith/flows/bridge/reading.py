"""One whole read by another program: its bytes, and what it said of the chip."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from plugsmith.chips.other_chips import other_chip
from plugsmith.errors import UsageError
from plugsmith.errors.link import NothingRead, ReadsDiffer
from plugsmith.events import Log
from plugsmith.flows.bridge.program import run_program
from plugsmith.flows.progress import task
from plugsmith.library.via_backups import ViaPassport
from plugsmith.limited_read import read_regular
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.clock import Clock
    from plugsmith.events import CancelToken, EventSink
    from plugsmith.flows.bridge.commands import ViaProgram

_MOST = 64 << 20
_CHIP = re.compile(r"(?:Connected to|Chip is|Chip type:)\s+(ESP[0-9A-Z-]+)")
_MAC = re.compile(r"^MAC:\s*((?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2})\b")


@dataclass(slots=True, kw_only=True)
class Said:
    """What a program told of the chip; None where it did not."""

    chip: str | None = None
    mac: str | None = None

    def hear(self, line: str) -> None:
        """One line of its output."""
        found = _CHIP.search(line)
        if found is not None and self.chip is None:
            self.chip = known_name(found[1])
        found = _MAC.search(line)
        if found is not None and self.mac is None:
            self.mac = found[1].lower()


def known_name(chip: str) -> str:
    """The chip's name in our table, or as it was said."""
    other = other_chip(chip)
    return other.name if other is not None else chip


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where programs work: how they are stopped, and who hears of it."""

    program: ViaProgram
    clock: Clock
    sink: EventSink
    cancel: CancelToken
    said: Said = field(default_factory=Said)

    def read(self, name: str, title: str, *, stays: bool, blank: bool = False) -> bytes:
        """A whole read. Raises ProgramFailed, NothingRead (not with `blank`), Cancelled."""
        with TemporaryDirectory(prefix="plugsmith-") as folder:
            file = Path(folder) / f"{name}.bin"
            self.run(name, title, self.program.read(file, stays=stays))
            data = read_regular(file, limit=_MOST) if file.is_file() else b""
        if not data or (len(set(data)) < 2 and not blank):
            raise NothingRead(program=self.program.name, size=len(data))
        return data

    def run(self, name: str, title: str, command: Sequence[str]) -> None:
        """Run one command under a task of its own."""
        with task(
            name, title, total=100, clock=self.clock, sink=self.sink, unit="percent"
        ) as meter:
            run_program(
                command,
                meter=meter,
                clock=self.clock,
                sink=self.sink,
                cancel=self.cancel,
                hear=self.said.hear,
            )

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
