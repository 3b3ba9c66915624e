"""What each program is told: the command of the chip's facts, with this run's port and files."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chips
from plugsmith.chips.other_chips import other_chip, other_chips
from plugsmith.errors import UsageError
from plugsmith.flows.bridge.said import EFUSES
from plugsmith.messages import _

if TYPE_CHECKING:
    from pathlib import Path

    from plugsmith.flows.write.target_image import Segment

INSTALL = {"esptool": "pipx install esptool", "ltchiptool": "pipx install ltchiptool"}
KNOWN = {"esptool": "5", "ltchiptool": "4.15"}  # whose words these commands are
_BEKEN = "ltchiptool flash read -d PORT bk72xx backup.bin"
# the chip waits for the next run instead of starting its program, which would change the flash
_STAYS = ("--after", "no-reset")
# the bytes of the file go into the flash as they are
_AS_THEY_ARE = ("--flash-mode", "keep", "--flash-freq", "keep", "--flash-size", "keep")
# its own 460800 would stay when it ends, and the next run calls the chip at this one
_SAME_RATE = {"ambz": ("-b", "1500000")}


@dataclass(frozen=True, slots=True, kw_only=True)
class ViaProgram:
    """An installed program, where it lies, the chip it is told, and the highest rate in bit/s."""

    name: str
    path: str
    port: str
    chip: str | None
    baud: int | None = None

    def read(self, file: Path, *, stays: bool) -> list[str]:
        """Read the whole flash into `file`; `stays`: another run follows."""
        swap = {"PORT": self.port, "backup.bin": str(file)}
        words = shlex.split(read_command(self.name, self.chip))[1:]
        found = [swap.get(word, word) for word in words]
        if self.name == "ltchiptool":
            found[2:2] = self._rate(words[-2])
        else:
            found[2:2] = (*self._faster(), *(_STAYS if stays else ()))
        return [self.path, *found]

    def _faster(self) -> tuple[str, ...]:
        """For esptool, which meets the chip at its own rate and raises it afterwards."""
        return () if self.baud is None else ("--baud", str(self.baud))

    def _rate(self, family: str) -> tuple[str, ...]:
        """For ltchiptool. Its other chips keep a raised rate and would not be met again."""
        if family == "bk72xx" and self.baud is not None:
            return "-b", str(self.baud)
        return _SAME_RATE.get(family, ())

    def ask_locks(self, chip: str | None) -> list[list[str]]:
        """The commands by which the program tells how the `chip` that it read is locked."""
        if self.name != "esptool" or chip in {None, "ESP8266"}:
            return []  # an ESP8266 has no such eFuse
        questions = [["get-security-info"]]
        if chip == "ESP32":  # it cannot answer that; its eFuse can be read
            questions = [["read-mem", word] for word in EFUSES]
        return [[self.path, "--port", self.port, *_STAYS, *question] for question in questions]

    def write(self, runs: list[tuple[Segment, Path]], *, chip: str | None) -> list[list[str]]:
        """The commands that write files to their places; a read follows them.

        esptool is told the `chip` that it read, so that it writes no other.
        """
        if self.name == "esptool":
            places = [word for run, file in runs for word in (hex(run.start), str(file))]
            told = ("--chip", chip.lower().replace("-", "")) if chip is not None else ()
            head = [self.path, "--port", self.port, *self._faster(), *_STAYS, *told]
            head += ["write-flash", *_AS_THEY_ARE]
            return [[*head, *places]] if places else []
        family = shlex.split(read_command(self.name, self.chip))[-2]
        head = [self.path, "flash", "write", *self._rate(family), "-d", self.port, "-f", family]
        return [[*head, "-s", hex(run.start), str(file)] for run, file in runs]


def read_command(program: str, chip: str | None) -> str:
    """The command of the chip's facts. UsageError where this program does not read that chip."""
    able = [other for other in other_chips() if other.backup.startswith(f"{program} ")]
    if program == "esptool" and chip is None:
        return able[0].backup  # it finds out by itself which one it is
    names = [other.name for other in able]
    if program == "ltchiptool":
        names += beken_chips()
        if chip is not None and chip.upper() in beken_chips():
            return _BEKEN
    found = other_chip(chip) if chip is not None else None
    if found is None or found not in able:
        raise UsageError(
            problem=_(
                "{program} has to be told the chip with --chip: {names}",
                program=program,
                names=", ".join(names),
            )
        )
    return found.backup


def beken_chips() -> list[str]:
    """Chips of ours that ltchiptool knows as well."""
    return [item.name for item in chips() if other_chip(item.name) is None]
