"""`device roll init` and `device plan`: wanted against real."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.errors import PlugsmithError
from plugsmith.errors.device import NoDevices, NotInRoll
from plugsmith.errors.library import OutputExists
from plugsmith.flows.device.apply import change_to
from plugsmith.flows.device.change.changes import state_of
from plugsmith.flows.device.change.text import change_lines
from plugsmith.flows.device.context import each
from plugsmith.flows.dump.files import write_whole
from plugsmith.flows.house.find import look_around, of_roll
from plugsmith.flows.house.results import PlanResult, PlanRow, RollResult
from plugsmith.flows.house.roll import Roll, RollRow, read_roll, roll_text
from plugsmith.flows.settings.desired_settings import fit
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from plugsmith.flows.device.context import LanContext, Work
    from plugsmith.lan.apply import DeviceState
    from plugsmith.lan.change import ConfigChange
    from plugsmith.lan.discover import FoundDevice
    from plugsmith.lan.host import Host
    from plugsmith.lan.obk_http import Obk


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A device of the roll as it is and as it is to be."""

    row: RollRow
    state: DeviceState
    change: ConfigChange
    skip: str = ""

    @property
    def version_differs(self) -> bool:
        """Whether another firmware is wanted."""
        info = self.state.info
        have = f"{info.version}_{info.variant}" if info.variant else info.version
        return bool(self.row.version) and self.row.version not in {have, info.version}


def roll_init(ctx: LanContext, where: str | None, out: Path, *, template: str = "") -> RollResult:
    """A new roll of what answers, numbered by address; an existing file is not overwritten."""
    if out.exists():
        raise OutputExists(name=str(out))
    found = [item for item in look_around(ctx, where) if item.info and item.info.mac]
    if not found:
        raise NoDevices(range=where or _("the devices seen so far"))
    rows: list[RollRow] = []
    left: list[str] = []
    for item in found:
        assert item.info is not None
        assert item.info.mac is not None
        if any(row.mac == item.info.mac for row in rows):
            left.append(str(item.host))
            continue
        rows.append(
            RollRow(
                mac=item.info.mac,
                number=len(rows) + 1,
                name=item.info.short_name,
                template=template,
                host=item.host,
            )
        )
    if left:
        ctx.warn(
            "PS-NOTE-SAME-MAC",
            _("Left out, their MAC is in the roll already: {hosts}", hosts=", ".join(left)),
        )
    write_whole(out, roll_text(rows, as_csv=out.suffix.lower() == ".csv").encode())
    return RollResult(file=str(out), devices=len(rows), left_out=tuple(left))


def plan(ctx: LanContext, path: Path, where: str | None) -> PlanResult:
    """What differs between the roll and the devices; nothing is sent."""
    roll = read_roll(path)
    places = of_roll(ctx, roll, where)
    hosts = [item.host for row in roll.rows for item in places.get(row.mac, ())]
    outcomes = ctx.look(each(ctx, hosts, comparer(ctx, roll, places))) if hosts else []
    rows = []
    for outcome in outcomes:
        done = outcome.value
        if done is None:
            row = _row_at(roll, places, outcome.host)
            problem = outcome.error.message if outcome.error else ""
            rows.append(_planned(row, str(outcome.host), "failed", problem=problem))
            continue
        names = [*done.change.names, *(["version"] if done.version_differs else [])]
        state = "skipped" if done.skip else "differs" if names else "as wanted"
        ctx.say(change_lines(f"{outcome.host} ({done.row.name})", done.change), level="detail")
        rows.append(
            _planned(
                done.row,
                str(outcome.host),
                state,
                differs=tuple(names),
                version=done.state.info.version,
                problem=done.skip,
            )
        )
    rows += [_planned(row, "", "missing") for row in roll.rows if row.mac not in places]
    rows.sort(key=lambda row: row.number)
    strangers = [
        str(item.host) for mac, items in places.items() if not roll.row_of(mac) for item in items
    ]
    return PlanResult(roll=str(path), devices=tuple(rows), not_in_roll=tuple(strangers))


def comparer(
    ctx: LanContext, roll: Roll, places: Mapping[str, Sequence[FoundDevice]]
) -> Work[Compared]:
    """Work that holds a device against its row; NotInRoll where it has none."""

    async def compare(_ctx: LanContext, obk: Obk, _number: int) -> Compared:
        state = await state_of(ctx, obk)
        row = roll.row_of(state.info.mac)
        if row is None:
            raise NotInRoll(name=obk.host)
        desired = roll.desired(row)
        wanted = desired.for_device(number=row.number, mac=state.info.mac)
        try:
            notes = fit(desired, wanted, state, host=obk.host)
        except PlugsmithError as wrong:
            notes = [wrong.message]
        if len(places.get(row.mac, ())) > 1 and row.host != obk.wire.host:
            notes = [_("its MAC is there twice; the roll must say which address is meant")]
        change = change_to(state, {} if notes else wanted)
        return Compared(row=row, state=state, change=change, skip=notes[0] if notes else "")

    return compare


def _row_at(roll: Roll, places: dict[str, list[FoundDevice]], host: Host) -> RollRow:
    mac = next(mac for mac, items in places.items() if any(x.host == host for x in items))
    row = roll.row_of(mac)
    assert row is not None  # only hosts of rows are asked
    return row


def _planned(
    row: RollRow,
    host: str,
    state: str,
    *,
    differs: tuple[str, ...] = (),
    version: str | None = None,
    problem: str = "",
) -> PlanRow:
    return PlanRow(
        number=row.number,
        mac=row.mac,
        name=row.name.replace("{n}", str(row.number)),
        place=row.place,
        host=host or None,
        state=state,
        differs=differs,
        version=version,
        wanted_version=row.version or None,
        problem=problem,
    )
