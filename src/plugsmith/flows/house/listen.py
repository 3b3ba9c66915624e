"""`device info --data-points`: what a serial MCU says, heard through a running OpenBeken.

The device's driver writes every state message of the MCU into its log; it is asked for all of them
once (openbeken.md section 1 for the log, tuya-storage.md section 6 for the types). Also for devices
that never knew a schema.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.device.profile import DataKind, DataPoint, DeviceProfile, SerialMcu
from plugsmith.errors import PlugsmithError, UsageError
from plugsmith.errors.device import DeviceRefused, NoDataPoints
from plugsmith.export.exporters import exporter
from plugsmith.export.output import ExportOptions
from plugsmith.flows.device.change.changes import state_of
from plugsmith.flows.house.results import PointRow, PointsHeard
from plugsmith.flows.progress import task
from plugsmith.interpret.openbeken.to_openbeken import openbeken_setup
from plugsmith.interpret.vendor.point_names import named
from plugsmith.lan.live_page import look_live
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.flows.device.context import LanContext
    from plugsmith.lan.apply import DeviceState
    from plugsmith.lan.host import Host
    from plugsmith.lan.obk_http import Obk

_QUERY = "uartSendHex 55AA0008000007"  # "say all your states", with its sum
_DRIVERS = frozenset({"tuyamcu", "tmsensor"})
# The words changed over the versions; number, type and length did not.
_POINT = re.compile(
    r"(?:\bid|dpId|command) (?P<number>\d{1,3}),? (?:data)?type (?P<type>\d)\b",
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"(?:byte|int32|raw data 1 byte:|raw data 4 int:)\s+(?P<value>-?\d{1,11})\s*$", re.IGNORECASE
)
_KINDS = (
    DataKind.RAW,
    DataKind.BOOL,
    DataKind.VALUE,
    DataKind.STRING,
    DataKind.ENUM,
    DataKind.BITMAP,
)
_POLL_S = 1.0


@dataclass(slots=True)
class Heard:
    """Data points as they came by: their types, and the least and greatest value of each."""

    kinds: dict[int, DataKind] = field(default_factory=dict)
    values: dict[int, tuple[int, int, int]] = field(default_factory=dict)  # least, greatest, last
    _at: int | None = None

    def take(self, line: str) -> None:
        """One line of the log; others than those of data points are passed over."""
        found = _POINT.search(line)
        if found is not None:
            number, kind = int(found["number"]), int(found["type"])
            self._at = None
            if 0 < number < 256 and kind < len(_KINDS):
                self.kinds[number] = _KINDS[kind]
                self._at = number
            return
        value = _VALUE.search(line)
        if value is not None and self._at is not None:
            now = int(value["value"])
            least, greatest, _last = self.values.get(self._at, (now, now, now))
            self.values[self._at] = (min(least, now), max(greatest, now), now)
            self._at = None

    def points(self) -> list[DataPoint]:
        """What is known of them: a schema would also say limits and which may be set."""
        return [
            DataPoint(
                number=number,
                kind=kind,
                writable=kind is DataKind.BOOL,
                names=_names(self.values.get(number)) if kind is DataKind.ENUM else (),
            )
            for number, kind in sorted(self.kinds.items())
        ]


def _names(seen: tuple[int, int, int] | None) -> tuple[str, ...]:
    greatest = min(seen[1], 31) if seen else -1
    return tuple(str(number) for number in range(greatest + 1))


def data_points(ctx: LanContext, host: Host, *, seconds: float) -> PointsHeard:
    """Listen for `seconds`; the points with usual names, and lines for OpenBeken and ESPHome.

    UsageError where no driver of a serial MCU runs, NoDataPoints where it says nothing.
    """

    async def work() -> PointsHeard:
        obk = ctx.obk(host)
        state = await state_of(ctx, obk)
        running = {name.casefold() for name in (await look_live(obk)).drivers}
        if not _DRIVERS & running:
            raise UsageError(
                problem=_(
                    "{host} runs no driver of a serial MCU: plugsmith device command {host} "
                    '"startDriver TuyaMCU"',
                    host=obk.host,
                )
            )
        heard = await _listen(ctx, obk, seconds)
        if not heard.kinds:
            raise NoDataPoints(host=obk.host, seconds=f"{seconds:g}")
        return _points(obk, state, heard)

    return ctx.run(work())


async def _listen(ctx: LanContext, obk: Obk, seconds: float) -> Heard:
    heard = Heard()
    loop = asyncio.get_running_loop()
    end_s = loop.time() + seconds
    await obk.wire.act("/lograw")  # what lies there is old
    try:
        await obk.command(_QUERY)
    except DeviceRefused:  # a build without it: only what comes by itself
        ctx.say(_("{host} cannot be asked; only what comes by itself is heard.", host=obk.host))
    rest = ""
    title = _("Listening to {host}", host=obk.host)
    with task(
        f"listen {obk.host}", title, total=max(1, round(seconds)), clock=ctx.clock, sink=ctx.sink,
        unit="s",
    ) as meter:  # fmt: skip
        while loop.time() < end_s:
            await asyncio.sleep(min(_POLL_S, seconds / 4))
            rest += (await obk.wire.act("/lograw")).text
            *lines, rest = rest.split("\n")
            rest = rest[-400:]
            for line in lines:
                heard.take(line.rstrip("\r"))
            meter.advance(1)
    return heard


def _points(obk: Obk, state: DeviceState, heard: Heard) -> PointsHeard:
    points, kind = named(heard.points())
    profile = DeviceProfile(chip=state.info.chip, serial=SerialMcu(points=points))
    setup = openbeken_setup(profile)
    rows = tuple(
        PointRow(
            number=point.number,
            kind=point.kind,
            name=point.name,
            unit=point.unit,
            last=heard.values[point.number][2] if point.number in heard.values else None,
        )
        for point in points
    )
    return PointsHeard(
        host=obk.host,
        chip=state.info.chip,
        mac=state.info.mac,
        looks_like=kind,
        points=rows,
        openbeken=tuple(map(str, setup.script.commands)),
        esphome=_esphome(profile),
    )


def _esphome(profile: DeviceProfile) -> str:
    try:
        files = exporter("esphome").render(profile, ExportOptions())
    except PlugsmithError:
        return ""
    return "\n".join(str(item.text) for item in files)


__all__ = ["Heard", "data_points"]
