"""The configuration pages: forms that show fields and change them by their query arguments."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from plugsmith.sim.obk.block import PIN_COUNT, Address, Number, Table, Text
from plugsmith.sim.obk.command.words import number
from plugsmith.sim.obk.plug.gpio import ROLE_NAMES
from plugsmith.sim.obk.web.pages import config_page
from plugsmith.sim.obk.web.skin import PIN_SCRIPT

if TYPE_CHECKING:
    from plugsmith.sim.obk.firmware import Firmware
    from plugsmith.sim.obk.web.message import Reply, Request

_IP_LIMIT = 63
_STARTUP_LIMIT = 1567
_MENU = (
    ("cfg_pins", "Configure Module"),
    ("cfg_generic", "Configure General/Flags"),
    ("cfg_startup", "Configure Startup"),
    ("cfg_dgr", "Configure Device Groups"),
    ("cfg_wifi", "Configure WiFi &amp; Web"),
    ("cfg_ip", "Configure IP"),
    ("cfg_mqtt", "Configure MQTT"),
    ("cfg_name", "Configure Names"),
    ("cfg_mac", "Change MAC"),
    ("cfg_ping", "Ping Watchdog"),
    ("cfg_webapp", "Configure Webapp"),
    ("ha_cfg", "Home Assistant Configuration"),
    ("ota", "OTA (update software by WiFi)"),
    ("cmd_tool", "Execute Custom Command"),
    ("startup_command", "Change Startup Command Text"),
)


def field(name: str, value: str, kind: str = "text") -> str:
    """A form field with its present value."""
    return f'<input type="{kind}" id="{name}" name="{name}" value="{escape(value)}"><br>'


def form(action: str, *fields: str) -> str:
    """A form with its button."""
    return f'<form action="{action}">{"".join(fields)}<input type="submit" value="Submit"></form>'


def menu(device: Firmware, _request: Request) -> Reply:
    """The menu of configuration pages."""
    items = "".join(
        f'<form action="{name}"><input type="submit" value="{words}"/></form>'
        for name, words in _MENU
    )
    return config_page(device, "Config", items)


def pins(device: Firmware, request: Request) -> Reply:
    """Roles and channels; saved at once."""
    asked = changed = 0
    for pin in range(PIN_COUNT):
        role = _number_arg(request, str(pin))
        if role is not None:
            asked += 1
            if device.bank.set_role(pin, role & 0xFF):
                changed += 1
        for name, table in ((f"r{pin}", Table.CHANNELS), (f"e{pin}", Table.CHANNELS2)):
            value = _number_arg(request, name)
            if value is not None:
                asked += 1
                changed += int(device.block.item(table, pin) != value)
                device.set_item(table, pin, value)
    if changed:
        device.save()
    note = f"Pins update - {asked} reqs, {changed} changed!<br><br>" if asked else ""
    return config_page(device, "Pin config", f"{note}{_PIN_NOTES}{_pin_form(device)}")


_PIN_NOTES = (
    "<p>The first field gives the pin its role, the next one is the channel that belongs to it: "
    "the first button and the first relay have channel 1, the second ones channel 2.</p>"
    "<p>Only buttons have another field: the channel that a double click toggles. It appears when "
    "the role is one of a button.</p>"
)


def _pin_form(device: Firmware) -> str:
    """A select for each pin, built by a script out of one list of roles."""
    names = ",".join(f"'{name}'" for name in ROLE_NAMES)
    tables = (Table.ROLES, Table.CHANNELS, Table.CHANNELS2)
    rows = "".join(
        f"row({pin},{','.join(str(device.block.item(table, pin)) for table in tables)},"
        f"{int(device.bank.role(pin).startswith('Btn'))});"
        for pin in range(PIN_COUNT)
    )
    return (
        f'<form action="cfg_pins" id="x"><script>var r=[{names}];{PIN_SCRIPT}{rows}</script>'
        '<input type="submit" value="Save"/></form>'
    )


def _number_arg(request: Request, name: str) -> int | None:
    text = request.arg(name)
    return None if text is None else number(text)


def generic(device: Firmware, request: Request) -> Reply:
    """Flags: those that are not listed are cleared."""
    note = ""
    delay = _number_arg(request, "boot_ok_delay")
    if delay is not None:
        device.block.set_number(Number.BOOT_OK, delay)
        device.touch()
        note = f"<h5>Setting boot OK delay to {delay}<h5>"
    if request.arg("setFlags"):
        device.set_flags(sum(1 << bit for bit in range(64) if request.arg(f"flag{bit}")))
    boxes = "".join(
        f'<div><input type="checkbox" name="flag{bit}" id="flag{bit}" value="1"'
        f"{' checked' if device.block.flag(bit) else ''}></div>"
        for bit in range(64)
    )
    return config_page(
        device,
        "Generic config",
        f"{note}<h4>Flags (Current value={device.block.shown_flags()})</h4>"
        f'<form action="/cfg_generic">{boxes}'
        '<input type="hidden" id="setFlags" name="setFlags" value="1">'
        '<input type="submit" value="Submit"></form>'
        + form(
            "/cfg_generic",
            field("boot_ok_delay", str(device.block.number(Number.BOOT_OK)), "number"),
        ),
    )


def startup_values(device: Firmware, request: Request) -> Reply:
    """Power-on values of channels."""
    channel, value, note = _number_arg(request, "idx"), _number_arg(request, "value"), ""
    if channel is not None and value is not None:
        device.set_item(Table.START_VALUES, channel, value)
        note = f"<h5>Setting channel {channel} start value to {value}<h5>"
    fields = "".join(
        form(
            "/cfg_startup",
            f'<input type="hidden" id="idx" name="idx" value="{used}"/>',
            field("value", str(device.block.item(Table.START_VALUES, used)), "number"),
        )
        for used in device.bank.used_channels()
    )
    return config_page(device, "Config startup", f"{note}<h4>New start values</h4>{fields}")


def groups(device: Firmware, request: Request) -> Reply:
    """Tasmota device groups: only the name is kept."""
    if request.arg("bSet"):
        device.set_text(Text.GROUP_NAME, request.arg("name") or "")
    shown = field("name", device.block.text(Text.GROUP_NAME))
    mark = '<input type="hidden" name="bSet" value="1">'
    return config_page(device, "Device groups", form("/cfg_dgr", shown, mark))


def startup_command(device: Firmware, request: Request) -> Reply:
    """The short startup command."""
    note = ""
    if request.arg("startup_cmd") == "1":
        device.set_text(Text.STARTUP, request.arg("data", _STARTUP_LIMIT) or "")
        note = "<h3>Command changed!</h3>"
    text = escape(device.block.text(Text.STARTUP))
    return config_page(
        device,
        "Set startup command",
        f"{note}<form action=\"/startup_command\"><textarea id='data' name='data' rows='15' "
        f"cols='40'>{text}</textarea><input type='hidden' name='startup_cmd' value='1'>"
        '<input type="submit" value="Submit"></form>',
    )


def address(device: Firmware, request: Request) -> Reply:
    """Static address or DHCP."""
    fields = (
        ("IP", Address.IP),
        ("mask", Address.MASK),
        ("dns", Address.DNS),
        ("gate", Address.GATEWAY),
    )
    changed = False
    for name, which in fields:
        text = request.arg(name, _IP_LIMIT)
        if text is not None:
            device.block.set_address(which, text)
            changed = True
    if changed:
        device.touch()
    inputs = [field(name, device.block.address(which)) for name, which in fields]
    return config_page(
        device, "IP", f"{'<h4>Saved.</h4>' if changed else ''}{form('/cfg_ip', *inputs)}"
    )


def mqtt(device: Firmware, _request: Request) -> Reply:
    """Shows the broker's fields, password included."""
    block = device.block
    inputs = [
        field("host", block.text(Text.MQTT_HOST)),
        field("port", str(block.number(Number.MQTT_PORT)), "number"),
        field("client", block.text(Text.MQTT_CLIENT)),
        field("group", block.text(Text.MQTT_GROUP)),
        field("user", block.text(Text.MQTT_USER)),
        field("password", block.text(Text.MQTT_PASSWORD), "password"),
    ]
    topic = block.text(Text.MQTT_CLIENT)
    note = f"<h4>Command topic: cmnd/{topic}/[Command]</h4>"
    return config_page(device, "MQTT", note + form("/cfg_mqtt_set", *inputs))


def mqtt_set(device: Firmware, request: Request) -> Reply:
    """Stores the broker's fields; the host is cleared when it is not sent."""
    device.set_text(Text.MQTT_HOST, request.arg("host") or "")
    port = _number_arg(request, "port")
    if port is not None:
        device.block.set_number(Number.MQTT_PORT, port)
        device.touch()
    for name, which in (
        ("user", Text.MQTT_USER),
        ("password", Text.MQTT_PASSWORD),
        ("client", Text.MQTT_CLIENT),
        ("group", Text.MQTT_GROUP),
    ):
        text = request.arg(name)
        if text is not None:
            device.set_text(which, text)
    device.publisher.settings_changed = True
    note = "Please wait for module to connect.<br>"
    return config_page(device, "Saving MQTT", note)


def names(device: Firmware, request: Request) -> Reply:
    """Short and long name."""
    title = device.block.text(Text.LONG_NAME)
    short, name = request.arg("shortName"), request.arg("name")
    if short is not None:
        device.set_short_name(short)
    if name is not None:
        device.set_text(Text.LONG_NAME, name)
    inputs = (
        field("shortName", device.block.text(Text.SHORT_NAME)),
        field("name", device.block.text(Text.LONG_NAME)),
    )
    return config_page(device, "Set name", form("/cfg_name", *inputs), title=title)


def mac(device: Firmware, request: Request) -> Reply:
    """The MAC address."""
    text, note = request.arg("mac"), ""
    if text is not None:
        try:
            value = bytes.fromhex(text)
        except ValueError:
            value = b""
        if len(value) == 6:
            device.block.mac = value
            device.touch()
            note = "<h4>New MAC set!</h4>"
        else:
            note = "<h4>MAC is not set.</h4>"
    return config_page(
        device,
        "Set MAC address",
        note + form("/cfg_mac", field("mac", device.block.mac.hex().upper())),
    )


def ping(device: Firmware, request: Request) -> Reply:
    """The ping watchdog."""
    host, seconds = request.arg("host"), _number_arg(request, "disconnectTime")
    if request.arg("clear"):
        device.block.set_number(Number.PING_SECONDS, 0)
        device.set_text(Text.PING_HOST, "")
        device.touch()
    if host is not None:
        device.set_text(Text.PING_HOST, host)
    if seconds is not None:
        device.block.set_number(Number.PING_SECONDS, seconds)
        device.touch()
    clear = form("/cfg_ping", '<input type="hidden" id="clear" name="clear" value="1">')
    inputs = (
        field("host", device.block.text(Text.PING_HOST)),
        field("disconnectTime", str(device.block.number(Number.PING_SECONDS)), "number"),
    )
    return config_page(device, "Set Watchdog", clear + form("/cfg_ping", *inputs))


def webapp(device: Firmware, _request: Request) -> Reply:
    """The address of the web application."""
    text = device.block.text(Text.WEBAPP)
    return config_page(device, "Set Webapp", form("/cfg_webapp_set", field("url", text)))


def webapp_set(device: Firmware, request: Request) -> Reply:
    """Stores the address of the web application."""
    text = request.arg("url") or ""
    device.set_text(Text.WEBAPP, text)
    return config_page(device, "Saving Webapp", f"Webapp url set to {escape(text)}<br>")


def log_level(device: Firmware, request: Request) -> Reply:
    """The log level."""
    level = _number_arg(request, "loglevel")
    note = ""
    if level is not None:
        device.log.level = level
        note = "LOG level changed."
    return config_page(
        device, "Set log level", note + form("/cfg_loglevel_set", field("loglevel", ""))
    )
