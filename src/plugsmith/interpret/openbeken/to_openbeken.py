"""From the neutral profile to an OpenBeken template: pins, flags, startup command."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from plugsmith.device.function import Function
from plugsmith.device.profile import DataKind, MeterKind
from plugsmith.interpret.openbeken.roles import role_of_pin
from plugsmith.messages import _
from plugsmith.openbeken.flags import Flag, flags_number
from plugsmith.openbeken.limits import ARGUMENT_LIMIT
from plugsmith.openbeken.script import (
    Script,
    ScriptCommand,
    command,
    long_parts,
    print_startup,
)
from plugsmith.openbeken.template import PinRole, Template
from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plugsmith.device.profile import DataPoint, DeviceProfile, Pin, SerialMcu

DEFAULT_POWER_MAX = 3680  # W; upk-mapping.md section 3
POWER_MAX_LIMIT = 7200  # openbeken.md section 12.1
LAST_CHANNEL = 63
_DEFAULT_BAUD = 9600
_CHIP_NAMES = (("RTL8720C", "RTL87X0C"), ("RTL8710B", "RTL8710B"))
_UART_METERS = MappingProxyType({MeterKind.HLW8032: "CSE7766", MeterKind.BL0942: "BL0942"})
_CHANNEL_TYPES_RW = ((100, "Dimmer"), (255, "Dimmer256"), (1000, "Dimmer1000"))
# Numbers that metering plugs give these quantities (upk-mapping.md section 6), by decimal places.
_PLUG_METER = MappingProxyType(
    {
        18: (None, "Current_div10", "Current_div100", "Current_div1000"),
        19: ("Power", "Power_div10", "Power_div100", None),
        20: (None, "Voltage_div10", "Voltage_div100", None),
    }
)
_READ_ONLY_SCALES = ("ReadOnly", "ReadOnly_div10", "ReadOnly_div100", "ReadOnly_div1000")


@frozen
class OpenBekenSetup:
    """A template, and the lines that do not fit into its command (for autoexec.bat)."""

    template: Template
    script: Script
    autoexec: tuple[str, ...] = ()


def openbeken_setup(
    profile: DeviceProfile, *, vendor: str = "", name: str = "", model: str = ""
) -> OpenBekenSetup:
    """The template of a profile; names are the caller's, for no dump holds them."""
    script = startup_script(profile)
    first, rest = split_script(script)
    template = Template(
        vendor=vendor,
        name=name,
        model=model,
        chip=chip_name(profile.chip),
        board=profile.module or "",
        pins=pin_roles(profile),
        flags=flags_number(flags_of(profile)),
        command=print_startup(first),
    )
    return OpenBekenSetup(
        template=template, script=script, autoexec=tuple(str(item) for item in rest)
    )


def split_script(script: Script) -> tuple[Script, tuple[ScriptCommand, ...]]:
    """The leading commands that fit into a startup command, and those for autoexec.bat."""
    count = len(script.commands)
    while count:
        first = Script(script.commands[:count])
        if len(print_startup(first)) <= ARGUMENT_LIMIT and not long_parts(first):
            return first, script.commands[count:]
        count -= 1
    return Script(), script.commands


def chip_name(chip: str | None) -> str:
    """The chip as OpenBeken's list writes it."""
    if chip is None:
        return ""
    return next((name for prefix, name in _CHIP_NAMES if chip.startswith(prefix)), chip)


def pin_roles(profile: DeviceProfile) -> tuple[PinRole, ...]:
    """Every pin that has a role."""
    found: list[PinRole] = []
    for pin in profile.pins:
        role = role_of_pin(pin)
        if role is not None:
            found.append(
                PinRole(gpio=pin.gpio, role=role, channel=pin.channel, channel2=pin.channel2)
            )
    return tuple(found)


def flags_of(profile: DeviceProfile) -> tuple[Flag, ...]:
    """Flags worth setting (upk-mapping.md section 9)."""
    flags = [Flag.STATE_ON_CONNECT]
    light = profile.light
    if light is not None:
        flags += [Flag.ALTERNATE_CW] if light.brightness_and_temperature else []
        flags += [Flag.REMEMBER_LIGHT] if light.remembers else []
        flags += [Flag.EMULATE_COOL] if light.emulate_cool else []
    if profile.meter is not None and profile.meter.second_uart:
        flags.append(Flag.SECOND_UART)
    return tuple(sorted(flags))


def startup_script(profile: DeviceProfile) -> Script:
    """All startup commands, drivers before the commands that they bring."""
    parts: list[ScriptCommand] = []
    parts += _serial(profile.serial) if profile.serial else []
    parts += _drivers(profile)
    parts += _light(profile)
    parts += _battery(profile)
    parts += [command("setChannelType", ch, kind) for ch, kind in profile.channel_types.items()]
    parts += _relays(profile)
    parts += _power(profile)
    return Script(tuple(parts))


def _relays(profile: DeviceProfile) -> list[ScriptCommand]:
    """Only states other than off, which is what the firmware starts with."""
    parts = [command("SetStartValue", ch, v) for ch, v in profile.start_values.items() if v]
    if profile.pulse_ms is not None:
        pulse = min(max(profile.pulse_ms, 5), 10_000)
        parts.append(command("BridgePulseLength", pulse))
    return parts


def _drivers(profile: DeviceProfile) -> list[ScriptCommand]:
    """Drivers that no role starts."""
    parts: list[ScriptCommand] = []
    meter = profile.meter
    if meter is not None and meter.kind in _UART_METERS:
        parts.append(command("startDriver", _UART_METERS[meter.kind]))
    if profile.shutters:
        shutters = profile.with_function(Function.SHUTTER_OPEN, Function.SHUTTER_CLOSE)
        parts += [command("startDriver", "Shutters")] if shutters else []
    if profile.with_function(Function.RF_RECEIVER):
        parts.append(command("startDriver", "RC"))
    if profile.motion_sensor:
        parts.append(command("startDriver", "PIR"))
    if profile.with_function(Function.STRIP_DATA):
        parts.append(command("startDriver", "SM16703P"))
        length = profile.light.strip_length if profile.light else None
        parts += [command("SM16703P_Init", length)] if length else []
    return parts


def _light(profile: DeviceProfile) -> list[ScriptCommand]:
    light = profile.light
    parts: list[ScriptCommand] = []
    if profile.with_function(Function.PWM_LIGHT) and light and light.pwm_hz:
        parts.append(command("PWMFrequency", light.pwm_hz))
    elif profile.tone_hz and light is None:
        parts.append(command("PWMFrequency", profile.tone_hz))
    driver = light.driver if light else None
    if driver is None or not (driver.colour_order or driver.currents):
        return parts
    parts.append(command("startDriver", driver.name))
    if driver.colour_order:
        parts.append(command("LED_Map", *driver.colour_order))
    if driver.currents:
        parts.append(command(f"{driver.name}_Current", *driver.currents))
    return parts


def _battery(profile: DeviceProfile) -> list[ScriptCommand]:
    battery = profile.battery
    if battery is None or battery.empty_mv is None or battery.full_mv is None:
        return []
    return [command("Battery_Setup", battery.empty_mv, battery.full_mv, 2, 2400, 4096)]


def power_max(profile: DeviceProfile) -> int | None:
    """The power limit to set, in W: where the vendor allows more than the firmware's default."""
    meter = profile.meter
    if meter is None or meter.kind.on_uart or not meter.over_current_ma:
        return None
    volts = meter.over_voltage_v or meter.nominal_v
    watts = meter.over_current_ma * volts // 1000
    if watts <= DEFAULT_POWER_MAX:
        return None
    return min(-(-watts // 100) * 100, POWER_MAX_LIMIT)


def _power(profile: DeviceProfile) -> list[ScriptCommand]:
    watts = power_max(profile)
    return [command("PowerMax", watts)] if watts else []


def _serial(serial: SerialMcu) -> list[ScriptCommand]:
    parts = [command("startDriver", "TuyaMCU")]
    if serial.baud != _DEFAULT_BAUD:
        parts.append(command("tuyaMcu_setBaudRate", serial.baud))
    read_only = {
        point.number
        for point in serial.points
        if point.kind is DataKind.VALUE and not point.writable
    }
    metering = set(_PLUG_METER) <= read_only
    for point, channel in mcu_channels(serial.points):
        parts += _point(point, channel, metering=metering)
    return parts


def mcu_channels(points: Iterable[DataPoint]) -> list[tuple[DataPoint, int | None]]:
    """A channel for each data point: its own number where that fits, else the next free one."""
    listed = list(points)
    taken = {point.number for point in listed if point.number <= LAST_CHANNEL}
    found: list[tuple[DataPoint, int | None]] = []
    for point in listed:
        if point.number <= LAST_CHANNEL:
            found.append((point, point.number))
            continue
        free = next((ch for ch in range(1, LAST_CHANNEL + 1) if ch not in taken), None)
        if free is not None:
            taken.add(free)
        found.append((point, free))
    return found


def _point(point: DataPoint, channel: int | None, *, metering: bool) -> list[ScriptCommand]:
    kinds = {
        DataKind.BOOL: "bool",
        DataKind.VALUE: "val",
        DataKind.ENUM: "enum",
        DataKind.STRING: "str",
        DataKind.RAW: "raw",
        DataKind.BITMAP: "raw",
    }
    if channel is None:
        return []
    parts = [command("linkTuyaMCUOutputToChannel", point.number, kinds[point.kind], channel)]
    kind = (_meter_type(point) if metering else None) or _channel_type(point)
    if kind:
        parts.append(command("setChannelType", channel, kind))
    if point.kind is DataKind.ENUM and point.names:
        names = [_enum_name(name) for name in point.names]
        texts = [f"{number}:{name}" for number, name in enumerate(names) if name]
        parts.append(command("SetChannelEnum", channel, *texts))
    return parts


def _enum_name(text: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-+." else "_" for letter in text)[:16]


def _meter_type(point: DataPoint) -> str | None:
    """The quantity of a metering plug's data point, where the firmware has that many places."""
    names = _PLUG_METER.get(point.number)
    return names[point.scale] if names and point.scale < len(names) else None


def _channel_type(point: DataPoint) -> str:
    if point.kind is DataKind.BOOL:
        return "Toggle" if point.writable else "ReadOnly"
    if point.kind is DataKind.ENUM:
        return "Enum" if point.writable else "ReadOnlyEnum"
    if point.kind is not DataKind.VALUE:
        return ""
    if not point.writable:
        return _READ_ONLY_SCALES[min(point.scale, 3)]
    if point.minimum in {0, 1}:
        for limit, name in _CHANNEL_TYPES_RW:
            if point.maximum == limit:
                return name
    return "TextField"


def describe_autoexec(setup: OpenBekenSetup) -> str:
    """The sentence for a script that is too long for the startup command."""
    return _(
        "The startup commands are too long for a template: put the last {count} of them, listed "
        "as `autoexec`, into the file autoexec.bat on the device.",
        count=len(setup.autoexec),
    )


def role_text(pin: Pin) -> str:
    """`Rel;1`, or an empty text where the pin needs no role."""
    role = role_of_pin(pin)
    if role is None:
        return ""
    return str(PinRole(gpio=pin.gpio, role=role, channel=pin.channel, channel2=pin.channel2))
