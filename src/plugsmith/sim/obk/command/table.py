"""The command table: what each line does to the device (openbeken.md section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.sim.obk.block import CHANNEL_COUNT, PIN_COUNT, Number, Table, Text
from plugsmith.sim.obk.command.channel_types import CHANNEL_TYPES
from plugsmith.sim.obk.command.led import LED_COMMANDS
from plugsmith.sim.obk.command.mcu import MCU_COMMANDS
from plugsmith.sim.obk.command.meter import METER_COMMANDS
from plugsmith.sim.obk.command.system import SYSTEM_COMMANDS
from plugsmith.sim.obk.command.words import (
    backlog_parts,
    expand,
    number,
    plain_args,
    quoted_args,
    split_command,
)
from plugsmith.sim.obk.outcome import Outcome
from plugsmith.sim.obk.plug.gpio import role_index

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from plugsmith.sim.obk.running import Running

    Handler = Callable[[Running, str], Outcome]

_ASYNCHRONOUS = ("delay_ms", "delay_s", "waitfor")
# Commands that exist and whose effect no client of ours reads back.
_IDLE_NAMES = """
addchangehandler addeventhandler addrepeatingevent addrepeatingeventid alias cancelrepeatingevent
clearallhandlers clearrepeatingevents if goto return sensor_interval pwmfrequency
setchannelvisible setchannelprivate setpindeepsleep powersave deepsleep_settime led_basecolor
led_basecolor_rgb led_basecolor_rgbcw led_dimmer led_enableall led_temperature led_map
led_lerpspeed led_gammactrl led_expoctrl led_driver_current cw_driver_current sm2235_current
sm2135_current bp5758d_current bp1658cj_current sm2235_map sm2135_map bp5758d_map bp1658cj_map
kp18058_map kp18058_current tuyamcu_setbaudrate tuyamcu_defwifistate linktuyamcuoutputtochannel
tuyamcu_setdimmerrange tuyamcu_setupled uartsendhex mqtt_broadcastinterval
mqtt_broadcastitemspersec addclockevent ntp_settimezone ntp_setserver time_settz dht_setlimit
setupstripe ntp_setlatlong aht2x_cycle shift_setup sm16703p_init sm16703p_start battery_setup
debugled webappset fulltopic prefix1 template module userinput ssid2 setstartupssidchannel irsend
irenable rgbstart smartlight dsend dgr_sendpower dgr_sendbrightness toggler_enable toggler_set
tgrsetname setlogfeature loglevel logfile startlogtofile
"""
# Text that is kept or run later keeps its variables.
_AS_TYPED = frozenset(
    ("backlog", "alias", "startupcommand", "addeventhandler", "addchangehandler", "lfs_write")
)
_NO_EFFECT = frozenset(_IDLE_NAMES.split())


def run_command(device: Running, line: str) -> Outcome:
    """Carry one line out."""
    name, rest = split_command(line)
    key = name.lower()
    if not key:
        return Outcome.EMPTY
    if key in METER_COMMANDS and device.meter is not None:
        return METER_COMMANDS[key](device.meter, device, plain_args(rest))
    if key in device.aliases and not device.safe_mode:
        line = device.aliases.pop(key)  # an alias of itself would never end
        try:
            return run_command(device, line)
        finally:
            device.aliases.setdefault(key, line)
    if "$" in rest and key not in _AS_TYPED:
        rest = expand(rest, device.bank.values)
    handler = None if device.safe_mode else _find(key)
    if handler is None:
        device.log.add("Error", "CMD", f"cmd {name} NOT found (args {rest})")
        return Outcome.UNKNOWN
    return handler(device, rest)


def _alias(device: Running, rest: str) -> Outcome:
    """`alias name command`: from now on the name is a command."""
    name, _blank, line = rest.partition(" ")
    if not name or not line.strip():
        return Outcome.TOO_FEW
    device.aliases[name.lower()] = line.strip()
    return Outcome.OK


def _find(key: str) -> Handler | None:
    tables = (_TABLE, SYSTEM_COMMANDS, LED_COMMANDS, MCU_COMMANDS)
    found = next((table[key] for table in tables if key in table), None)
    if found is not None:
        return found
    if key.startswith("power") and key[5:].isdigit():
        index = int(key[5:])
        return lambda device, rest: _power(device, rest, index=index)
    if key in _NO_EFFECT:
        return lambda _device, _rest: Outcome.OK
    return None


def _backlog(device: Running, rest: str) -> Outcome:
    parts = backlog_parts(rest)
    if any(split_command(part)[0].lower() in _ASYNCHRONOUS for part in parts):
        run_script(device, parts)
        return Outcome.OK
    worst = Outcome.OK
    for part in parts:
        ended = run_command(device, part)
        if ended is not Outcome.OK:
            worst = ended
    return worst


def run_script(device: Running, parts: Sequence[str]) -> None:
    """With a delay in it a backlog goes on by itself; `waitFor` is not waited for."""
    for at, part in enumerate(parts):
        name, words = split_command(part)
        unit = {"delay_ms": 0.001, "delay_s": 1.0}.get(name.lower())
        if unit is not None:
            device.script_waits(unit * number(words), parts[at + 1 :])
            return
        if name.lower() not in _ASYNCHRONOUS:
            run_command(device, part)


def _power(device: Running, rest: str, *, index: int = 0) -> Outcome:
    words = plain_args(rest)
    relays = device.bank.relay_channels() or device.bank.light_channels()
    relays = relays[index - 1 : index] if index else relays[:1]
    if not words:
        return Outcome.OK
    for channel in relays:
        value = words[0].upper()
        if value in ("TOGGLE", "2"):
            device.bank.toggle(channel)
        else:
            device.bank.set_value(channel, int(value in ("ON", "1")))
    return Outcome.OK


def _numbers(rest: str, least: int) -> list[int] | Outcome:
    words = plain_args(rest)
    if len(words) < least:
        return Outcome.TOO_FEW
    return [number(word) for word in words]


def _set_pin_role(device: Running, rest: str) -> Outcome:
    words = plain_args(rest)
    if len(words) < 2:
        return Outcome.TOO_FEW
    pin, index = number(words[0]), role_index(words[1])
    if index is None:
        return Outcome.BAD
    if not 0 <= pin < PIN_COUNT:
        return Outcome.OK  # a pin that is not there is ignored without a word
    if device.bank.set_role(pin, index):
        device.touch()
    return Outcome.OK


def _set_pin_channel(device: Running, rest: str) -> Outcome:
    values = _numbers(rest, 2)
    if isinstance(values, Outcome):
        return values
    if not 0 <= values[0] < PIN_COUNT:
        return Outcome.OK
    device.set_item(Table.CHANNELS, values[0], values[1])
    if len(values) > 2:
        device.set_item(Table.CHANNELS2, values[0], values[2])
    return Outcome.OK


def _on_channel(act: Callable[[Running, int, int], None], least: int) -> Handler:
    def handler(device: Running, rest: str) -> Outcome:
        values = _numbers(rest, least)
        if isinstance(values, Outcome):
            return values
        if 0 <= values[0] < CHANNEL_COUNT:
            act(device, values[0], values[1] if len(values) > 1 else 0)
        return Outcome.OK

    return handler


def _start_value(device: Running, channel: int, value: int) -> None:
    device.set_item(Table.START_VALUES, channel, value)


def _set_type(device: Running, rest: str) -> Outcome:
    words = plain_args(rest)
    if not words:
        return Outcome.TOO_FEW
    channel = number(words[0])
    if not 0 <= channel < CHANNEL_COUNT:
        return Outcome.BAD
    if len(words) < 2:
        return Outcome.TOO_FEW
    lower = [name.lower() for name in CHANNEL_TYPES]
    if words[1].lower() not in lower:
        return Outcome.BAD
    device.set_item(Table.TYPES, channel, lower.index(words[1].lower()))
    return Outcome.OK


def _set_label(device: Running, rest: str) -> Outcome:
    words = quoted_args(rest)
    if len(words) < 2:
        return Outcome.TOO_FEW
    device.bank.labels[number(words[0])] = words[1]
    return Outcome.OK


def _set_flag(device: Running, rest: str) -> Outcome:
    values = _numbers(rest, 2)
    if isinstance(values, Outcome):
        return values
    if not 0 <= values[0] < 64:
        return Outcome.BAD
    bit = 1 << values[0]
    device.set_flags(device.block.flags | bit if values[1] else device.block.flags & ~bit)
    return Outcome.OK


def _flags(device: Running, rest: str) -> Outcome:
    values = _numbers(rest, 1)
    if isinstance(values, Outcome):
        return values
    device.set_flags(values[0])
    return Outcome.OK


def _button_times(device: Running, rest: str) -> Outcome:
    values = _numbers(rest, 3)
    if isinstance(values, Outcome):
        return values
    fields = (Number.BUTTON_LONG, Number.BUTTON_SHORT, Number.BUTTON_REPEAT)
    for field, value in zip(fields, values, strict=False):
        device.block.set_number(field, value)
    device.touch()
    return Outcome.OK


def _text(field: Text, *, getter: bool = False) -> Handler:
    def handler(device: Running, rest: str) -> Outcome:
        words = quoted_args(rest)
        if not words:
            return Outcome.OK if getter else Outcome.TOO_FEW
        device.set_text(field, words[0])
        return Outcome.OK

    return handler


def _short_name(device: Running, rest: str) -> Outcome:
    words = quoted_args(rest)
    if not words:
        return Outcome.TOO_FEW
    device.set_short_name(words[0])
    return Outcome.OK


def _startup(device: Running, rest: str) -> Outcome:
    words = quoted_args(rest)
    if not words:
        return Outcome.TOO_FEW
    device.set_text(Text.STARTUP, words[0])
    if words[1:2] == ["1"]:
        device.run(words[0])
    return Outcome.OK


_TABLE: Mapping[str, Handler] = {
    "alias": _alias,
    "backlog": _backlog,
    "power": _power,
    "setpinrole": _set_pin_role,
    "setpinchannel": _set_pin_channel,
    "setchannel": _on_channel(lambda device, at, value: device.bank.set_value(at, value), 2),
    "addchannel": _on_channel(
        lambda device, at, value: device.bank.set_value(at, device.bank.values[at] + value), 2
    ),
    "togglechannel": _on_channel(lambda device, at, _value: device.bank.toggle(at), 1),
    "getchannel": _on_channel(lambda _device, _at, _value: None, 1),
    "setstartvalue": _on_channel(_start_value, 2),
    "setchanneltype": _set_type,
    "setchannellabel": _set_label,
    "setflag": _set_flag,
    "flags": _flags,
    "setbuttontimes": _button_times,
    "startupcommand": _startup,
    "shortname": _short_name,
    "friendlyname": _text(Text.LONG_NAME),
    "ssid1": _text(Text.SSID, getter=True),
    "password1": _text(Text.PASSWORD),
    "mqtthost": _text(Text.MQTT_HOST, getter=True),
    "mqttuser": _text(Text.MQTT_USER, getter=True),
    "mqttpassword": _text(Text.MQTT_PASSWORD, getter=True),
    "mqttclient": _text(Text.MQTT_CLIENT, getter=True),
    "mqttgroup": _text(Text.MQTT_GROUP, getter=True),
}
