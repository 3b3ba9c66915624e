"""HTML: the frame around every page, the index, and small pages."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from plugsmith.sim.obk.block import PIN_COUNT, STRUCT_LEN, Number, Table, Text
from plugsmith.sim.obk.web.message import Reply, Request, head
from plugsmith.sim.obk.web.skin import SCRIPT, STYLE

if TYPE_CHECKING:
    from plugsmith.sim.obk.firmware import Firmware

_SITE = "https://github.com/openshwprojects/OpenBK7231T_App/"
_HOME = '<a href="index">Home</a>'
_TO_CONFIG = '<a href="cfg">Return to Config</a> | <a href="index">Home</a>'
_TOTAL_DRIVERS = 60
_SHOW_LEVELS = 13
_TOGGLE = 6  # channel type
_CLICKS = {
    "tgl": ("Toggled {name}!", None),
    "on": ("Enabled {name}!", 255),
    "off": ("Disabled {name}!", 0),
}


def text_reply(text: str, kind: str = "text/html") -> Reply:
    """A reply with a text body."""
    return Reply(content_type=kind, body=text.encode())


def page(device: Firmware, heading: str, body: str, *, title: str = "") -> Reply:
    """A whole page; `title` is the long name as it was before the request changed it."""
    name = title or device.block.text(Text.LONG_NAME)
    shown = escape(f"{name} - {heading}" if heading else name)
    mac = ":".join(f"{byte:02X}" for byte in device.block.mac)
    return text_reply(
        f"<!DOCTYPE html><html><head><title>{shown}</title><link rel='shortcut icon'>"
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="robots" content="none"><style>{STYLE}</style></head><body><noscript>To use '
        "this device, please enable JavaScript.<br></noscript>"
        f'<div id="main"><h1><a target="_blank" href="{_SITE}">{escape(name)}</a></h1>{body}'
        f"<br><br>Built on {device.build_date} version {device.version}<br>Online for&nbsp;"
        f'<span id="onlineFor" data-initial="{int(device.uptime)}">-</span><br>'
        f"Device MAC: {mac}<br>Short name: {device.block.text(Text.SHORT_NAME)}, "
        f"Chipset {device.identity.chip}</div></body></html><script>{SCRIPT}</script>"
    )


def config_page(device: Firmware, heading: str, body: str, *, title: str = "") -> Reply:
    """A page of the configuration part, with the links back."""
    return page(device, heading, body + _TO_CONFIG, title=title)


def not_found(device: Firmware) -> Reply:
    """What unknown addresses get: a page, with status 200."""
    return page(device, "Not found", f"Not found.<br/>{_HOME}")


def echo_page(device: Firmware, request: Request) -> Reply:
    """Unknown REST addresses are told back, with status 200."""
    if request.method == "GET":
        return page(device, "GET REST API", f"GET of {escape(request.target)}{_HOME}")
    sent = request.body.decode("latin-1")
    return page(
        device,
        "POST REST API",
        f"POST to {escape(request.target)}<br/>Content Length:{len(request.body)}<br/>"
        f"Content:[{escape(sent)}]<br/>{_HOME}",
    )


def logs(device: Firmware, _request: Request) -> Reply:
    """The log page, with a second header inside."""
    inner = head(200, "text/html") + device.log.drain()
    return page(device, "Log", f"{_HOME}<pre>{inner}</pre>")


def app_stub(device: Firmware, _request: Request) -> Reply:
    """The page that loads the web application."""
    root = device.block.text(Text.WEBAPP)
    return text_reply(
        f"<!DOCTYPE html><html><head><title>{escape(device.block.text(Text.LONG_NAME))}</title>"
        f"<script>var root='{root}',device='http://'+location.host;</script>"
        f"<script src='{root}/startup.js'></script></head><body></body></html>"
    )


def index(device: Firmware, request: Request) -> Reply:
    """The start page and its clicks."""
    note = _index_action(device, request)
    if request.arg("state") == "1":
        return text_reply(_live_part(device))
    unsafe = (
        '<form action="/index"><input type="hidden" id="unsafe" name="unsafe" value="1">'
        '<input class="bred" type="submit" value="Exit safe mode"></form>'
        if device.safe_mode
        else ""
    )
    return page(
        device,
        "",
        f'<div id="changed">{note}</div><div id="state">{_live_part(device)}</div>'
        '<form action="cfg"><input type="submit" value="Config"/></form>'
        '<form action="/index"><input type="hidden" id="restart" name="restart" value="1">'
        f'<input class="bred" type="submit" value="Restart"></form>{unsafe}'
        '<form action="/app" target="_blank"><input type="submit" value="Launch Web Application">'
        '</form><form action="about"><input type="submit" value="About"/></form>'
        '<a href="index">Refresh</a>',
    )


def _index_action(device: Firmware, request: Request) -> str:
    for name, (words, value) in _CLICKS.items():
        channel = _channel_arg(request, name)
        if channel is None:
            continue
        if value is None:
            device.bank.toggle(channel)
        else:
            device.bank.set_value(channel, value)
        return f"<h3>{words.format(name=_label(device, channel))}</h3>"
    channel, text = _channel_arg(request, "setIndex"), request.arg("set") or ""
    if channel is not None and text.lstrip("-").isdigit():
        device.bank.set_value(channel, int(text))
        return f"<h3>Changed channel {_label(device, channel)} to {int(text)}!</h3>"
    if request.arg("restart") == "1":
        device.restart_in(3.0)
        return "<h5> Module will restart soon</h5>"
    if request.arg("unsafe") == "1":
        device.leave_safe_mode()
        return "<h5> Will try to do unsafe init in few seconds</h5>"
    return ""


def _channel_arg(request: Request, name: str) -> int | None:
    text = request.arg(name)
    return int(text) if text is not None and text.isdigit() and int(text) < 64 else None


def _label(device: Firmware, channel: int) -> str:
    return device.bank.labels.get(channel, str(channel))


def _live_part(device: Firmware) -> str:
    types = enumerate(device.block.row(Table.TYPES))
    toggles = {channel for channel, kind in types if kind == _TOGGLE}
    channels = sorted(toggles | set(device.bank.relay_channels()))
    states, buttons = [], []
    for channel in channels:
        on = device.bank.values[channel] != 0
        word, colour = ("ON", "bgrn") if on else ("OFF", "bred")
        name = device.bank.labels.get(channel, f"Toggle {channel}")
        states.append(f"<td class='{word.lower()}'>{word}</td>")
        buttons.append(
            f'<td><form action="index"><input type="hidden" name="tgl" value="{channel}">'
            f'<input class="{colour}" type="submit" value="{escape(name)}"/></form></td>'
        )
    rows = "".join(
        f"<table>{'<tr>' if cells else ''}{''.join(cells)}</table>" for cells in (states, buttons)
    )
    return f"{rows}<table></table>{_meter_part(device)}{_facts_part(device)}"


def _meter_part(device: Firmware) -> str:
    meter = device.meter
    if meter is None:
        return ""
    rows = (
        ("Voltage", f"{meter.voltage:.1f}", "V"),
        ("Current", f"{meter.current:.3f}", "A"),
        ("Power", f"{meter.power:.2f}", "W"),
        ("Apparent Power", f"{meter.apparent:.2f}", "VA"),
        ("Reactive Power", f"{meter.reactive:.2f}", "var"),
        ("Power Factor", f"{meter.factor:.2f}", ""),
        ("Energy Total", f"{meter.energy_wh / 1000:.3f}", "kWh"),
    )
    cells = "".join(
        f"<tr><td><b>{name}</b></td><td style='text-align: right;'>{value}</td><td>{unit}</td>"
        for name, value, unit in rows
    )
    return f"<hr><table style='width:100%'>{cells}</table> - {meter.driver.name}<hr>"


def _facts_part(device: Firmware) -> str:
    block = device.block
    names = f" ({', '.join(sorted(device.drivers))})" if device.drivers else ""
    used = set(device.bank.used_channels())
    used |= {at for at, value in enumerate(device.bank.values) if value}
    channels = ", ".join(f"Channel {at} = {device.bank.values[at]:.2f}" for at in sorted(used))
    counters = (
        f"Cfg size: {STRUCT_LEN}, change counter: {block.number(Number.CHANGES)}, "
        f"ota counter: {block.number(Number.OTA_COUNT)}, incomplete boots: {device.failed_boots}"
    )
    lines = [
        f"{len(device.drivers)} drivers active{names}, total: {_TOTAL_DRIVERS}",
        channels,
        counters,
        *(["NTP: not synced"] if "NTP" in device.drivers else []),
        "Chip temperature: 0.0°C",
    ]
    if block.text(Text.SSID):
        lines.append("Wifi RSSI: Good (-53dBm)")
    if not block.text(Text.MQTT_HOST):
        lines.append("MQTT State: not configured<br>")
    else:
        lines.append(_broker_line(device))
    if block.flag(_SHOW_LEVELS):
        lines.append(f" PIN States<br>{_levels(device)}")
    text = "".join(f"<h5>{line}</h5>" for line in lines)
    if device.safe_mode:
        text += (
            "<h5 class='safe'>You are in safe mode (AP mode) because full reboot failed "
            f"{device.failed_boots} times. Pins, relays, etc are disabled.</h5>"
        )
    return text


def _broker_line(device: Firmware) -> str:
    """State, result of the last attempt to connect, the broker's refusal, and counters."""
    session = device.publisher
    state, colour = session.state
    return (
        f'MQTT State: <span style="color:{colour}">{state}</span> '
        f"RES: {session.result[0]}({session.result[1]})<br>MQTT ErrMsg: {session.message} <br>"
        f"MQTT Stats:CONN: {session.connects} PUB: {session.published} RECV: {session.heard} "
        "ERR: 0 "
    )


def _levels(device: Firmware) -> str:
    taken = {0, 1, *device.bank.used_pins()}  # the log UART is never shown
    return "".join(
        f"P{pin:02d}: {'NA' if pin in taken else f'{device.plug.level(pin)} '} "
        f"{'<br>' if pin % 10 == 9 else ''}"
        for pin in range(PIN_COUNT)
    )
