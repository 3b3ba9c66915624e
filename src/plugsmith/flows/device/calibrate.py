"""`device calibrate`: a known load, averages, sanity checks, factors stored, proven and undoable.

The device computes a factor from its last single window (openbeken.md section 12.3), which is off
by a pulse; so the averaged factor is worked out here, and the device is told again until what it
stored is that factor.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.errors import Cancelled
from plugsmith.errors.device import (
    CalibrationNotKept,
    CalibrationUnsound,
    HalfApplied,
    NoMeter,
    UndoMissing,
)
from plugsmith.errors.network import NetworkError
from plugsmith.flows.device.change.changes import state_of
from plugsmith.flows.device.results import Calibrated
from plugsmith.flows.now import now_text
from plugsmith.flows.progress import task
from plugsmith.lan.apply import read_state
from plugsmith.lan.http import to_the_end
from plugsmith.library.undo import UndoRecord
from plugsmith.messages import _
from plugsmith.openbeken.metering import (
    COMMANDS,
    KINDS,
    RESISTIVE,
    Average,
    MeasuredLoad,
    MeterChip,
    argument_for,
    average,
    chip_of,
    close,
    problem_of,
    wanted_factor,
)
from plugsmith.openbeken.settings import CALIBRATION_KEYS
from plugsmith.records import fields_apart

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from plugsmith.flows.device.context import LanContext
    from plugsmith.lan.apply import DeviceState
    from plugsmith.lan.host import Host
    from plugsmith.lan.obk_http import Obk
    from plugsmith.lan.records import Reading

    _Work = Callable[[], Awaitable[Calibrated]]

WINDOWS = 12
_TRIES = 12
_FACTOR_WITHIN = 0.002
_READING_WITHIN = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """A device on the bench: its meter chip and its stored factors (0: default)."""

    ctx: LanContext
    obk: Obk
    state: DeviceState
    chip: MeterChip
    factors: Mapping[str, float] = field(default_factory=dict)


def calibrate(
    ctx: LanContext, host: Host, load: MeasuredLoad, *, windows: int = WINDOWS
) -> Calibrated:
    """Calibrate with a known load that is plugged in; switches the relay on for it and back."""

    async def work() -> Calibrated:
        bench = await _bench(ctx, ctx.obk(host))
        return await _with_relay_on(bench, lambda: _calibrate(bench, load, windows))

    return ctx.run(work())


def set_factors(ctx: LanContext, host: Host, factors: Mapping[str, float]) -> Calibrated:
    """Store known factors (from an old template); any load must be on, its size does not matter."""

    async def work() -> Calibrated:
        bench = await _bench(ctx, ctx.obk(host))
        return await _with_relay_on(bench, lambda: _carry(bench, factors))

    return ctx.run(work())


def undo_calibration(ctx: LanContext, host: Host) -> Calibrated:
    """Put back the factors that the latest calibration replaced; any load must be on."""

    async def work() -> Calibrated:
        bench = await _bench(ctx, ctx.obk(host))
        record = ctx.library.undo.latest(bench.state.info.mac or bench.obk.host, bench.obk.host)
        old = record.settings.get("calibration") if record else None
        if record is None or not isinstance(old, dict):
            raise UndoMissing(host=bench.obk.host)
        kind = KINDS[bench.chip]
        factors = {
            name: float(str(value or kind.defaults.get(name, 0.0))) for name, value in old.items()
        }
        known = {name: value for name, value in factors.items() if value}
        done = await _with_relay_on(bench, lambda: _store(bench, known))
        ctx.library.undo.drop(record)
        return done

    return ctx.run(work())


async def _bench(ctx: LanContext, obk: Obk) -> _Bench:
    state = await state_of(ctx, obk)
    if await obk.meter() is None:
        raise NoMeter(host=obk.host)
    chip = chip_of(state.pins.roles, str(state.settings.get("startup_command", "")))
    if chip is None:
        raise NoMeter(host=obk.host)
    stored = state.settings.get("calibration")
    table = stored if isinstance(stored, dict) else {}
    factors = {name: float(str(table.get(name) or 0.0)) for name in CALIBRATION_KEYS[:3]}
    return _Bench(ctx=ctx, obk=obk, state=state, chip=chip, factors=factors)


async def _with_relay_on(bench: _Bench, work: _Work) -> Calibrated:
    """Run `work` with the relays on; those that were off are switched off again, come what may."""
    off = await _relays_off(bench)
    try:
        for channel in off:
            await bench.obk.command(f"SetChannel {channel} 1", repeatable=True)
        if off:
            await bench.obk.patience.sleep(4 * bench.obk.patience.window_s)
        return await work()
    finally:
        await to_the_end(_switch_off(bench, off))


async def _switch_off(bench: _Bench, channels: list[int]) -> None:
    for channel in channels:
        await bench.obk.command(f"SetChannel {channel} 0", repeatable=True)


async def _relays_off(bench: _Bench) -> list[int]:
    values = await bench.obk.channels()
    pins = bench.state.pins
    channels = {
        pins.channels[gpio] for gpio, role in enumerate(pins.roles) if role in {"Rel", "Rel_n"}
    }
    return sorted(channel for channel in channels if values.get(channel) == 0)


async def _calibrate(bench: _Bench, load: MeasuredLoad, windows: int) -> Calibrated:
    ctx, host = bench.ctx, bench.obk.host
    before = await _samples(bench, windows, _("Averaging {host}", host=host))
    references = load.references(shown_volts=before["voltage"].mean)
    if load.volts is None:
        ctx.warn(
            "PS-NOTE-NO-VOLTAGE",
            _("The voltage is not calibrated: no measured value was given (--volts)."),
        )
    kind = KINDS[bench.chip]
    factors: dict[str, float] = {}
    for quantity, wanted in references.items():
        problem = problem_of(quantity, wanted, before[quantity], step=kind.step.get(quantity, 0.0))
        if problem is not None:
            raise CalibrationUnsound(host=host, problem=problem[0], remedy=problem[1])
        factor = wanted_factor(
            kind,
            quantity,
            bench.factors[quantity],
            wanted=wanted,
            shown=before[quantity].mean,
        )
        factors[quantity] = factor if factor is not None else wanted / before[quantity].mean
    _warn_of_coarse(bench, references)
    _remember(bench)
    done = await _store(bench, factors)
    after = await _samples(bench, windows, _("Checking {host}", host=host))
    _check_after(bench, references, after)
    _check_resistive(bench, load, after)
    seen = {
        "references": references,
        "before": {name: item.mean for name, item in before.items()},
        "after": {name: item.mean for name, item in after.items()},
    }
    return Calibrated(**fields_apart(done) | seen)


async def _carry(bench: _Bench, factors: Mapping[str, float]) -> Calibrated:
    _remember(bench)
    return await _store(bench, factors)


async def _samples(bench: _Bench, windows: int, title: str) -> dict[str, Average]:
    ctx = bench.ctx
    found: dict[str, list[float]] = {"voltage": [], "current": [], "power": []}
    name = f"meter {bench.obk.host}"
    with task(name, title, total=windows, clock=ctx.clock, sink=ctx.sink, unit="readings") as meter:
        for _window in range(windows):
            ctx.cancel.check()
            await bench.obk.patience.sleep(bench.obk.patience.window_s)
            reading = await _reading(bench)
            for quantity, values in found.items():
                values.append(value_of(reading, quantity))
            meter.advance(1)
    return {quantity: average(values) for quantity, values in found.items()}


async def _reading(bench: _Bench) -> Reading:
    reading = await bench.obk.meter()
    if reading is None:
        raise NoMeter(host=bench.obk.host)
    return reading


def value_of(reading: Reading, quantity: str) -> float:
    """One quantity of a reading."""
    return {"voltage": reading.voltage, "current": reading.current, "power": reading.power}[
        quantity
    ]


async def _store(bench: _Bench, factors: Mapping[str, float]) -> Calibrated:
    """Tell the device until it has stored the factors, each within 0.2 %."""
    stored = dict(bench.factors)
    for number, (quantity, target) in enumerate(factors.items()):
        try:
            stored[quantity] = await _store_one(bench, quantity, target, stored[quantity])
        except (Cancelled, asyncio.CancelledError) as stop:
            raise Cancelled(
                state=_("{done} of {total} factors are stored.", done=number, total=len(factors)),
                resume=_("To go back: {command}", command=_undo_command(bench)),
            ) from stop
        except NetworkError as problem:
            raise HalfApplied(
                host=bench.obk.host,
                done=number,
                total=len(factors),
                problem=problem.message,
                undo=_undo_command(bench),
            ) from problem
    return Calibrated(
        host=bench.obk.host,
        chip=bench.state.info.chip,
        mac=bench.state.info.mac,
        meter=bench.chip.value,
        factors_before=dict(bench.factors),
        factors=stored,
        applied=tuple(factors),
        verified=True,
        undo=_undo_command(bench),
    )


def _undo_command(bench: _Bench) -> str:
    return f"plugsmith device calibrate {bench.obk.host} --undo"


async def _store_one(bench: _Bench, quantity: str, target: float, stored: float) -> float:
    kind, obk = KINDS[bench.chip], bench.obk
    known = bool(stored or kind.defaults.get(quantity))
    for _attempt in range(_TRIES):
        bench.ctx.cancel.check()
        reading = value_of(await _reading(bench), quantity)
        if known and stored and close(stored, target, within=_FACTOR_WITHIN):
            return stored
        argument = argument_for(kind, quantity, stored, target=target, reading=reading)
        if argument <= 0:
            await obk.patience.sleep(obk.patience.window_s)
            continue
        await obk.command(f"{COMMANDS[quantity]} {argument:.6g}")
        await obk.patience.sleep(obk.patience.settle_s)
        stored = _factor_of(await read_state(obk), quantity)
        if not known or close(stored, target, within=_FACTOR_WITHIN):
            return stored
    raise CalibrationNotKept(
        host=obk.host,
        quantity=quantity,
        found=f"{stored:.6g}",
        wanted=f"{target:.6g}",
        undo=_undo_command(bench),
    )


def _factor_of(state: DeviceState, quantity: str) -> float:
    table = state.settings.get("calibration")
    value = table.get(quantity) if isinstance(table, dict) else None
    return float(value) if isinstance(value, (int, float)) else 0.0


def _warn_of_coarse(bench: _Bench, references: Mapping[str, float]) -> None:
    """A pulse more or less weighs much at a small load."""
    step = KINDS[bench.chip].step.get("power", 0.0)
    power = references.get("power", 0.0)
    if step and power and step / power > 0.01:
        bench.ctx.warn(
            "PS-NOTE-SMALL-LOAD",
            _("The load is small: one pulse is {percent:.1f} % of it.", percent=100 * step / power),
            hint=_("A heater or kettle of 1 to 2 kW gives a better calibration."),
        )


def _check_after(
    bench: _Bench, references: Mapping[str, float], after: Mapping[str, Average]
) -> None:
    kind = KINDS[bench.chip]
    for quantity, wanted in references.items():
        shown = after[quantity].mean
        allowed = max(_READING_WITHIN, 1.5 * kind.step.get(quantity, 0.0) / wanted)
        if not close(shown, wanted, within=allowed):
            raise CalibrationNotKept(
                host=bench.obk.host,
                quantity=quantity,
                found=f"{shown:.4g}",
                wanted=f"{wanted:.4g}",
                undo=_undo_command(bench),
            )


def _check_resistive(bench: _Bench, load: MeasuredLoad, after: Mapping[str, Average]) -> None:
    apparent = after["voltage"].mean * after["current"].mean
    factor = after["power"].mean / apparent if apparent else 1.0
    if load.resistive and not RESISTIVE[0] <= factor <= RESISTIVE[1]:
        bench.ctx.warn(
            "PS-NOTE-POWER-FACTOR",
            _("The power factor is {factor:.2f}; a resistive load has 1.", factor=factor),
            hint=_("If the load has a motor or electronics, add --not-resistive."),
        )


def _remember(bench: _Bench) -> None:
    info = bench.state.info
    bench.ctx.library.undo.add(
        UndoRecord(
            mac=info.mac or bench.obk.host,
            chip=info.chip,
            host=bench.obk.host,
            created=now_text(),
            kind="calibrate",
            settings={"calibration": dict(bench.factors)},
        )
    )
