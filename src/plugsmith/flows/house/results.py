"""What the verbs about many devices give back; the JSON names are the command-line contract's."""

from __future__ import annotations

from plugsmith.errors import ExitCode, Fact
from plugsmith.records import Record, Result, record, spread


@record
class FactsResult(Result):
    """The facts of one device, or the counts of several with their highest exit code."""

    facts: dict[str, Fact] = spread()

    @property
    def exit_status(self) -> ExitCode:
        """The exit code of the counts."""
        code = self.facts.get("exit_code")
        return ExitCode(code) if isinstance(code, int) else ExitCode.DONE


@record
class RollResult(Result):
    """A roll that was written."""

    file: str
    devices: int
    left_out: tuple[str, ...]


@record
class PlanRow(Record):
    """A device of the roll. `state`: as wanted, differs, missing, skipped or failed."""

    number: int
    mac: str
    name: str
    place: str
    host: str | None
    state: str
    differs: tuple[str, ...]
    version: str | None
    wanted_version: str | None
    problem: str


@record
class PlanResult(Result):
    """Wanted against real; exit code 8 when anything differs or is missing."""

    roll: str
    devices: tuple[PlanRow, ...]
    not_in_roll: tuple[str, ...]

    @property
    def exit_status(self) -> ExitCode:
        """Done only if every device is as wanted."""
        good = all(row.state == "as wanted" for row in self.devices)
        return ExitCode.DONE if good else ExitCode.NOTHING_FOUND


@record
class SeenRow(Record):
    """A device that was seen. `alarm` says what is odd: its MAC twice, or a placeholder."""

    mac: str
    host: str
    name: str
    chip: str
    version: str | None
    newest: str | None
    outdated: bool
    uptime: int | None
    rssi: int | None
    mqtt: str | None
    seen: str
    answers: bool | None
    last_backup: str | None
    last_change: str | None
    alarm: str


@record
class ListResult(Result):
    """Every device that was seen."""

    devices: tuple[SeenRow, ...]
