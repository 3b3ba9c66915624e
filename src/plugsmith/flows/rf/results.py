"""What the `rf` verbs give back."""

from __future__ import annotations

from plugsmith.errors import ExitCode
from plugsmith.records import Record, Result, record


@record
class RfRow(Record):
    """A sector that holds, or is to hold, calibration and MAC; `offset` in the flash or file.

    `state`: `sound`, `no-address`, `damaged`, `blank` or `other-data`. `placeholder`: the MAC is
    one that many devices carry. `backups`: those of the library whose RF sector has these bytes.
    `same_mac`: backups of other hardware, or with other calibration, that carry this MAC.
    """

    offset: int
    state: str
    mac: str | None
    placeholder: bool
    measured: bool
    sha256: str
    backups: tuple[str, ...]
    same_mac: tuple[str, ...]


@record
class RfResult(Result):
    """The sectors of a chip or a file; `chip` as far as it is known."""

    source: str
    chip: str | None
    sectors: tuple[RfRow, ...]
    notes: tuple[str, ...]

    @property
    def exit_status(self) -> ExitCode:
        """Nothing found unless a sector is sound."""
        sound = any(row.state == "sound" for row in self.sectors)
        return ExitCode.DONE if sound else ExitCode.NOTHING_FOUND


@record
class RfSaved(Result):
    """A sector of 4096 bytes in a file of its own."""

    file: str
    sha256: str
    offset: int
    mac: str
    source: str
