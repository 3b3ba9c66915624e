"""Metering parts: which chip, its pins, its limits (upk-mapping.md section 3)."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from plugsmith.device.board import FLASH_UART_PINS
from plugsmith.device.function import Function
from plugsmith.device.profile import MeterKind, MeterPart
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.interpret.vendor.draft import Draft

_KINDS = MappingProxyType(
    {
        0: MeterKind.BL0937,
        1: MeterKind.HLW8012,
        2: MeterKind.HLW8032,
        3: MeterKind.BL0942,
        4: MeterKind.BL0942,  # one vendor paper numbers it so
    }
)
_PULSE_KEYS = (("ele_pin", "epin"), ("vi_pin", "ivpin"), ("sel_pin_pin", "ivcpin"))
_UART_KEYS = (
    ("ele_rx", Function.UART_RX),
    ("ele_tx", Function.UART_TX),
    ("series_rx", Function.UART_RX),
    ("series_tx", Function.UART_TX),
)


def read_meter(draft: Draft) -> None:
    """The metering part, its pins and the warnings that go with it."""
    pulses = any(key in draft.settings for keys in _PULSE_KEYS for key in keys)
    kind = _kind(draft, pulses=pulses)
    if kind is not None and pulses and kind.on_uart:
        draft.remark(
            _(
                "The configuration names a UART meter ({chip}) and also the pulse pins of a "
                "BL0937; the pins were believed.",
                chip=kind.value,
            )
        )
        kind = MeterKind.BL0937
    if pulses:
        _pulse_pins(draft)
    _uart_pins(draft)
    if kind is not None:
        _describe(draft, kind)


def _kind(draft: Draft, *, pulses: bool) -> MeterKind | None:
    stated = draft.settings.number("chip_type")
    draft.settings.number("ele_fun_en")
    if stated is None:
        return MeterKind.BL0937 if pulses else None
    kind = _KINDS.get(stated)
    if kind is None:
        draft.remark(_("The metering chip type {value} is not known.", value=stated))
        return MeterKind.BL0937 if pulses else None
    if kind.on_uart or pulses:
        return kind
    draft.remark(
        _("A {chip} is named, but none of its pins is: no metering was set up.", chip=kind.value)
    )
    return None


def _pulse_pins(draft: Draft) -> None:
    functions = (Function.METER_CF, Function.METER_CF1, Function.METER_SEL)
    for keys, function in zip(_PULSE_KEYS, functions, strict=True):
        for key in keys:
            sel = function is Function.METER_SEL
            level = draft.level(*((_sel_level_key(key),) if sel else ()), low=False)
            draft.place(key, function, level=level)


def _sel_level_key(key: str) -> str:
    return "sel_pin_lv" if key == "sel_pin_pin" else "ivcpin_lv"


def _uart_pins(draft: Draft) -> None:
    """UART lines get no role: the driver owns P10 and P11."""
    for key, function in _UART_KEYS:
        if key in draft.settings:
            draft.place(key, function, note=_("Held by the UART; it needs no role."))
    if "series_rx" in draft.settings:
        draft.remark(
            _(
                "The vendor firmware can talk to another controller over P10 and P11 "
                "(series_rx, series_tx); OpenBeken leaves these pins alone."
            )
        )


def _describe(draft: Draft, kind: MeterKind) -> None:
    settings = draft.settings
    nominal = settings.number("vol_def", "work_voltage", "v_def") or 0
    meter = MeterPart(
        kind=kind,
        shunt_mohm=settings.number("resistor", "sample_resistor"),
        over_current_ma=max(0, settings.number("over_cur") or 0),
        over_voltage_v=max(0, settings.number("over_vol") or 0),
        under_voltage_v=max(0, settings.number("lose_vol") or 0),
        nominal_v=nominal if nominal > 50 else (120 if nominal == 1 else 230),
    )
    draft.meter = meter
    _remarks(draft, meter)


def settle_uart(draft: Draft) -> None:
    """Once all pins are placed: a UART meter whose pins have another use hangs on UART2."""
    meter = draft.meter
    if meter is None or not meter.kind.on_uart:
        return
    taken = sorted(
        gpio
        for gpio in FLASH_UART_PINS & set(draft.pins)
        if draft.pins[gpio].function not in {Function.UART_RX, Function.UART_TX}
    )
    if not taken:
        return
    draft.meter = replace(meter, second_uart=True)
    draft.remark(
        _(
            "The {chip} talks over a UART, but {pins} of the first UART have another use: it was "
            "taken to hang on the second one (P0, P1).",
            chip=meter.kind.value,
            pins=", ".join(f"P{gpio}" for gpio in taken),
        )
    )


def _remarks(draft: Draft, meter: MeterPart) -> None:
    draft.remark(
        _(
            "Readings are only right after calibration with a known load: VoltageSet, CurrentSet "
            "and PowerSet."
        )
    )
    if meter.shunt_mohm not in {None, 0, 1}:
        draft.remark(
            _(
                "The shunt has {value} milliohm: without calibration, current and power read "
                "{value} times too high.",
                value=meter.shunt_mohm,
            )
        )
    if meter.kind is MeterKind.HLW8012:
        draft.remark(_("The meter is an HLW8012: calibrate it, the defaults are for the BL0937."))
    limits = _limits(meter)
    if limits:
        draft.remark(
            _(
                "The vendor's firmware switches off by itself at {limits}; OpenBeken does not "
                "unless you add a rule such as `addChangeHandler Current > {current} setChannel "
                "1 0` (in mA) to the startup command.",
                limits=limits,
                current=meter.over_current_ma or 16000,
            )
        )


def _limits(meter: MeterPart) -> str:
    parts: list[str] = []
    if meter.over_current_ma:
        parts.append(_("more than {amps:g} A", amps=meter.over_current_ma / 1000))
    if meter.over_voltage_v:
        parts.append(_("more than {volts} V", volts=meter.over_voltage_v))
    if meter.under_voltage_v:
        parts.append(_("less than {volts} V", volts=meter.under_voltage_v))
    return ", ".join(parts)
