"""The JSON that answers a command, chosen by the beginning of its name (openbeken.md 2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.sim.obk.block import Table, Text
from plugsmith.sim.obk.command.led import LIT_REPLIES
from plugsmith.sim.obk.command.status import sections, sensors, state
from plugsmith.sim.obk.command.words import number, plain_args, split_command

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from plugsmith.sim.obk.running import Running

    Answer = Callable[[Running, str], str]

_STATUS_SECTION = {
    1: "StatusPRM",
    2: "StatusFWR",
    3: "StatusLOG",
    4: "StatusMEM",
    5: "StatusNET",
    6: "StatusMQT",
    7: "StatusTIM",
    8: "StatusSNS",
    10: "StatusSNS",
    11: "StatusSTS",
}


_ECHOED = 511  # the tokenizer keeps no more of an argument


def command_reply(device: Running, line: str) -> str:
    """JSON, a bare number or plain text; `{}` when there is nothing to say."""
    name, rest = split_command(line)
    key = name.lower()
    if key == "ch" or (key.startswith("ch") and key[2:].isdigit()):
        return _channels(device, key[2:])
    if key.startswith(LIT_REPLIES):
        return f'{{"POWER":"{"ON" if device.led.on else "OFF"}"}}'
    for prefix, answer in _ANSWERS.items():
        if key.startswith(prefix):
            return answer(device, rest)
    return "{}"


def power(device: Running) -> str:
    """The POWER members, without braces."""
    relays = device.bank.relay_channels() or device.bank.light_channels()
    words = ["ON" if device.bank.values[channel] else "OFF" for channel in relays]
    if len(words) == 1:
        return f'"POWER":"{words[0]}"'
    return ",".join(f'"POWER{at}":"{word}"' for at, word in enumerate(words, 1))


def _power(device: Running, _rest: str) -> str:
    return f"{{{power(device)}}}"


def _status(device: Running, rest: str) -> str:
    words = plain_args(rest)
    wanted = number(words[0]) if words else 0
    parts = sections(device, power(device))
    section = _STATUS_SECTION.get(wanted)
    if section is not None:
        return f'{{"{section}":{parts[section]}}}'
    return "{" + ",".join(f'"{name}":{text}' for name, text in parts.items()) + "}"


def _state(device: Running, _rest: str) -> str:
    return state(device, power(device))


def _sensor(device: Running, _rest: str) -> str:
    return sensors(device)


def _channels(device: Running, asked: str) -> str:
    known = set(device.bank.used_channels())
    known |= {at for at, value in enumerate(device.bank.values) if value}
    if asked:
        known.add(int(asked) % 64)
    items = (f'"Ch{at}":{device.bank.values[at]}' for at in sorted(known))
    return "{" + ",".join(items) + "}"


def _first_channel(rest: str) -> int | None:
    words = plain_args(rest)
    at = number(words[0]) if words else None
    return at if at is not None and 0 <= at < 64 else None


def _channel_value(device: Running, rest: str) -> str:
    at = _first_channel(rest)
    words = plain_args(rest)
    if at is None:
        return "0" if words else "{}"
    return str(device.bank.values[at])


def _channel_type(device: Running, rest: str) -> str:
    at = _first_channel(rest)
    return "{}" if at is None else str(device.block.item(Table.TYPES, at))


def _text(key: str, field: Text) -> Answer:
    return lambda device, _rest: f'{{"{key}":"{device.block.text(field)}"}}'


def _fixed(text: str) -> Answer:
    return lambda _device, _rest: text


_ANSWERS: Mapping[str, Answer] = {
    "power": _power,
    "status": _status,
    "state": _state,
    "sensor": _sensor,
    "setchanneltype": _channel_type,
    "setchannel": _channel_value,
    "getchannel": _channel_value,
    "addchannel": _channel_value,
    "mqtthost": _text("MQTTHost", Text.MQTT_HOST),
    "mqttclient": _text("MQTTClient", Text.MQTT_CLIENT),
    "mqttuser": _text("MQTTUser", Text.MQTT_USER),
    "mqttpassword": _fixed('{"MqttPassword":"****"}'),
    "ssid1": _text("SSID1", Text.SSID),
    "flags": lambda device, _rest: f'{{"Flags":"{device.block.shown_flags()}"}}',
    "led_map": _fixed('{"Map":[0,0,0,0,0]}'),
    "prefix1": _fixed('{"Prefix1":"cmnd"}'),
    "fulltopic": _fixed('{"FullTopic":"%%prefix%%/%%topic%%"}'),
    "echo": lambda _device, rest: rest[:_ECHOED],
}
