"""The REST interface: `/api/...` (openbeken.md section 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.sim.obk.block import PIN_COUNT, Number, Table, Text
from plugsmith.sim.obk.command.channel_types import CHANNEL_TYPES
from plugsmith.sim.obk.command.replies import command_reply
from plugsmith.sim.obk.command.status import mac_text
from plugsmith.sim.obk.command.words import split_command
from plugsmith.sim.obk.outcome import Outcome
from plugsmith.sim.obk.plug.gpio import ROLE_NAMES
from plugsmith.sim.obk.web.message import Reply, Request, json_reply
from plugsmith.sim.obk.web.pages import echo_page
from plugsmith.sim.obk.web.tokens import JsonProblem, parse_object, parse_value
from plugsmith.sim.obk.web.uploads import get_storage, post_storage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from plugsmith.sim.obk.firmware import Firmware

_OK = '{"success":200, "msg":"OK"}'
_LEVEL_NAMES = ("NONE:", "Error:", "Warn:", "Info:", "Debug:", "ExtraDebug:", "All:")
_FEATURE_NAMES = (
    *(
        "HTTP",
        "MQTT",
        "CFG",
        "HTTP_CLIENT",
        "OTA",
        "PINS",
        "MAIN",
        "GEN",
        "API",
        "LFS",
        "CMD",
        "NTP",
    ),
    *("TuyaMCU", "I2C", "EnergyMeter", "EVENT", "DGR", "DDP", "RAW", "HASS", "IR", "SENSOR", "DRV"),
    "BERRY",
)
_COMMAND_LIMIT = 128
_LARGEST = 1 << 31


def rest_reply(device: Firmware, request: Request) -> Reply:
    """Answer a request below `api/`."""
    stored = (
        get_storage(device, request) if request.method == "GET" else post_storage(device, request)
    )
    if stored is not None:
        return stored
    table = _GET if request.method == "GET" else _POST
    handler = table.get(request.target.removeprefix("api/"))  # whole: a query matches nothing
    return handler(device, request) if handler else echo_page(device, request)


def failure(status: int, message: str) -> Reply:
    """The JSON error; a raw line feed in `message` stays raw."""
    return json_reply(f'{{"error":{status}, "msg":"{message}"}}', status)


def _info(device: Firmware, _request: Request) -> Reply:
    block = device.block
    start = block.text(Text.STARTUP).replace("\r", "\\r").replace("\n", "\\n").replace('"', '\\"')
    return json_reply(
        f'{{"uptime_s":{int(device.uptime)},'
        f'"build":"Built on {device.build_date} version {device.version}",'
        f'"ip":"{device.ip}","mac":"{mac_text(device)}","flags":"{block.shown_flags()}",'
        f'"mqtthost":"{block.text(Text.MQTT_HOST)}:{block.number(Number.MQTT_PORT)}",'
        f'"mqtttopic":"{block.text(Text.MQTT_CLIENT)}","chipset":"{device.identity.chip}",'
        f'"webapp":"{block.text(Text.WEBAPP)}","shortName":"{block.text(Text.SHORT_NAME)}",'
        f'"startcmd":"{start}","supportsSSDP":{int("SSDP" in device.drivers)},'
        '"supportsClientDeviceDB":true}'
    )


def _row(values: list[int]) -> str:
    return "[" + ",".join(str(value) for value in values) + "]"


def _pins(device: Firmware, _request: Request) -> Reply:
    channels = device.block.row(Table.CHANNELS)
    second = device.block.row(Table.CHANNELS2)
    while second and not second[-1]:
        second.pop()
    states = [device.bank.values[channel % 64] for channel in channels]
    names = ",".join(f'"{name}"' for name in ROLE_NAMES)
    more = f'"channels2":{_row(second)},' if second else ""
    return json_reply(
        f'{{"rolenames":[{names}],"roles":{_row(device.block.row(Table.ROLES))},'
        f'"channels":{_row(channels)},{more}"states":{_row(states)}}}'
    )


def _channels(device: Firmware, _request: Request) -> Reply:
    bank = device.bank
    items = (f'"{bank.channel(pin)}":{bank.values[bank.channel(pin)]}' for pin in bank.used_pins())
    return json_reply("{" + ",".join(items) + "}")


def _channel_types(device: Firmware, _request: Request) -> Reply:
    names = ",".join(f'"{name}"' for name in CHANNEL_TYPES)
    return json_reply(f'{{"typenames":[{names}],"types":{_row(device.block.row(Table.TYPES))}}}')


def _log_config(device: Firmware, _request: Request) -> Reply:
    levels = ",".join(f'"{name}"' for name in _LEVEL_NAMES)
    features = ",".join(f'"{name}:"' for name in _FEATURE_NAMES)
    return json_reply(
        f'{{"level":{device.log.level},"features":{device.log.features},'
        f'"levelnames":[{levels}],"featurenames":[{features}]}}'
    )


def _serial_log(device: Firmware, request: Request) -> Reply:
    del device
    return json_reply(f"Direct serial logging set to {request.target[-1]}")


def _post_pins(device: Firmware, request: Request) -> Reply:
    try:
        body = parse_object(request.body)
    except JsonProblem as problem:
        return failure(400, str(problem))
    for at, value in enumerate(_numbers(body.get("roles"))[:PIN_COUNT]):
        if device.bank.set_role(at, value & 0xFF):
            device.touch(delay_s=3.0)
    for at, value in enumerate(_numbers(body.get("channels"))[:PIN_COUNT]):
        device.set_item(Table.CHANNELS, at, value & 0xFF)
    flag = body.get("deviceFlag")
    if isinstance(flag, int) and 0 <= flag <= 10:
        device.set_flags(device.block.flags | 1 << flag)
    command = body.get("deviceCommand")
    if isinstance(command, str):
        device.set_text(Text.STARTUP, command[:_COMMAND_LIMIT])
        device.run(command[:_COMMAND_LIMIT])
    return json_reply(_OK)


def _post_channels(device: Firmware, request: Request) -> Reply:
    try:
        values = parse_value(request.body)
    except JsonProblem as problem:
        return failure(400, str(problem))
    if not isinstance(values, list):
        return failure(400, "Object expected\n")
    for at, value in enumerate(_numbers(values)[:64]):
        device.bank.set_value(at, value)
    return json_reply(_OK)


def _post_types(device: Firmware, request: Request) -> Reply:
    try:
        body = parse_object(request.body)
    except JsonProblem as problem:
        return failure(400, str(problem))
    for at, value in enumerate(_numbers(body.get("types"))[:64]):
        device.set_item(Table.TYPES, at, value)
    return json_reply(_OK)


def _post_log_config(device: Firmware, request: Request) -> Reply:
    try:
        body = parse_object(request.body)
    except JsonProblem as problem:
        return failure(400, str(problem))
    for name in ("level", "features"):
        value = body.get(name)
        if isinstance(value, int):
            setattr(device.log, name, value)
    return Reply(content_type="text/plain")


def _numbers(value: object) -> list[int]:
    if not isinstance(value, list):
        return []
    numbers = (item if isinstance(item, int | float) else 0 for item in value)
    return [int(number) if abs(number) < _LARGEST else 0 for number in numbers]


def _post_command(device: Firmware, request: Request) -> Reply:
    line = request.body.decode("utf-8", "replace")
    if not line.strip():
        outcome = Outcome.EMPTY
    else:
        outcome = device.run(line)
        device.log.add("Info", "CMD", f"[WebApp Cmd '{line}' Result] {outcome.words}")
    shown = "{}" if split_command(line)[0].lower() == "echo" else command_reply(device, line)
    word = "success" if outcome is Outcome.OK else "error"
    text = f'{{"{word}":{outcome.status}, "msg":"{outcome.words}", "res":{shown}}}'
    return json_reply(text, outcome.status)


def _reboot(device: Firmware, _request: Request) -> Reply:
    device.restart_in(3.0)
    return json_reply('{"reboot":3}')


_GET: Mapping[str, Callable[[Firmware, Request], Reply]] = {
    "info": _info,
    "pins": _pins,
    "channels": _channels,
    "channelTypes": _channel_types,
    "logconfig": _log_config,
    "seriallog0": _serial_log,
    "seriallog1": _serial_log,
}
_POST: Mapping[str, Callable[[Firmware, Request], Reply]] = {
    "pins": _post_pins,
    "channels": _post_channels,
    "channelTypes": _post_types,
    "logconfig": _post_log_config,
    "cmnd": _post_command,
    "reboot": _reboot,
}
