"""Which page, REST call or command endpoint answers a request."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING

from plugsmith.sim.obk.block import Text
from plugsmith.sim.obk.command.replies import command_reply
from plugsmith.sim.obk.outcome import Outcome
from plugsmith.sim.obk.web import forms, pages, wifi_forms
from plugsmith.sim.obk.web.message import Reply, Request, form_arg, json_reply, unauthorised
from plugsmith.sim.obk.web.rest import rest_reply
from plugsmith.sim.obk.web.ssdp import description

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from plugsmith.sim.obk.firmware import Firmware

    Page = Callable[[Firmware, Request], Reply]

_OPEN_PAGES = ("ssdp.xml", "obkdevicelist")
_NO_AUTH_IN_SAFE_MODE = 44
_TWICE_FROM = 124
_LONGEST = 1022
_PREFIX_LIMIT = 31


def answer(device: Firmware, request: Request) -> Reply:
    """The reply to any request; changes the device."""
    if not _allowed(device, request):
        return unauthorised()
    if request.method == "OPTIONS":
        return Reply(body=_stray(device))
    if request.target == "":
        return Reply(status=302, bare=True)
    if request.target.startswith("api/"):
        return pages.not_found(device) if device.safe_mode else rest_reply(device, request)
    found = _PAGES.get(request.path)
    return found(device, request) if found else pages.not_found(device)


def _stray(device: Firmware) -> bytes:
    """What leaks behind the headers of an OPTIONS: the reply buffer, other bytes each time."""
    device.strays += 1
    seed = f"{device.uptime:.3f} {device.strays}".encode()
    return b"".join(hashlib.sha256(seed + bytes([at])).digest() for at in range(8))


def _allowed(device: Firmware, request: Request) -> bool:
    password = device.block.text(Text.WEB_PASSWORD)
    if not password or request.path in _OPEN_PAGES:
        return True
    if device.safe_mode and device.block.flag(_NO_AUTH_IN_SAFE_MODE):
        return True
    scheme, _space, token = request.headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(token, validate=True)
    except (binascii.Error, ValueError):
        return False
    return scheme.lower() == "basic" and given == f"admin:{password}".encode()


def _cm(device: Firmware, request: Request) -> Reply:
    """Tasmota's endpoint; a line of 124 characters or more runs twice, cut the second time."""
    source = request.query if request.method == "GET" else request.body.decode("latin-1")
    line = form_arg(source, "cmnd", _LONGEST)
    if not line:
        return json_reply("")
    if len(line) >= _TWICE_FROM:
        device.run(line)
        device.run(line[:127])
    else:
        device.run(line)
    return json_reply(command_reply(device, line))


def _cmd_tool(device: Firmware, request: Request) -> Reply:
    line, result = request.arg("cmd") or "", ""
    if line:
        kept = device.log.drain()
        outcome = device.run(line)
        said = device.log.drain()
        device.log.put_back(kept + said)
        words = "OK" if outcome is Outcome.OK else outcome.words
        result = f"<br>{said.strip()}<br><h3>{words}</h3><br>"
    shown = forms.form("/cmd_tool", forms.field("cmd", line))
    return pages.config_page(device, "Command tool", f"<h4>Command Tool</h4>{result}{shown}")


def _ha_page(device: Firmware, _request: Request) -> Reply:
    short = device.block.text(Text.SHORT_NAME)
    return pages.config_page(
        device,
        "Home Assistant Setup",
        f"<h4>Home Assistant Cfg</h4><h4>Note that your short device name is: {short}</h4>"
        '<input id="ha_disc_topic" value="homeassistant">',
    )


def _ha_discovery(device: Firmware, request: Request) -> Reply:
    prefix = request.arg("prefix", _PREFIX_LIMIT) or "homeassistant"
    if not device.publisher.connected:
        return pages.text_reply("MQTT not running.", "text/plain")
    if not device.bank.relay_channels() and device.meter is None:
        words = "No relay, PWM, sensor or power driver running."
        return pages.text_reply(words, "text/plain")
    device.publisher.discover(prefix)
    return pages.text_reply("MQTT discovery queued.", "text/plain")


def _ota_page(device: Firmware, _request: Request) -> Reply:
    return pages.config_page(device, "OTA system", '<input id="otafile" type="file">')


def _simple(heading: str) -> Page:
    return lambda device, _request: pages.config_page(device, heading, "")


def _device_list(device: Firmware, _request: Request) -> Reply:
    return json_reply("[]\n") if "SSDP" in device.drivers else pages.not_found(device)


def _description(device: Firmware, _request: Request) -> Reply:
    if "SSDP" not in device.drivers:
        return pages.not_found(device)
    return pages.text_reply(description(device), "application/xml")


_PAGES: Mapping[str, Page] = {
    "index": pages.index,
    "about": lambda device, _request: pages.page(device, "About", ""),
    "cfg": forms.menu,
    "cfg_pins": forms.pins,
    "cfg_generic": forms.generic,
    "cfg_startup": forms.startup_values,
    "startup_command": forms.startup_command,
    "cfg_dgr": forms.groups,
    "cfg_wifi": wifi_forms.wifi,
    "cfg_wifi_set": wifi_forms.wifi_set,
    "cfg_ip": forms.address,
    "cfg_mqtt": forms.mqtt,
    "cfg_mqtt_set": forms.mqtt_set,
    "cfg_name": forms.names,
    "cfg_mac": forms.mac,
    "cfg_ping": forms.ping,
    "cfg_webapp": forms.webapp,
    "cfg_webapp_set": forms.webapp_set,
    "cfg_loglevel_set": forms.log_level,
    "ha_cfg": _ha_page,
    "ha_discovery": _ha_discovery,
    "ota": _ota_page,
    "ota_exec": _simple("OTA request"),
    "cmd_tool": _cmd_tool,
    "app": pages.app_stub,
    "logs": pages.logs,
    "lograw": lambda device, _request: pages.text_reply(device.log.drain()),
    "testmsg": lambda _device, _request: Reply(status=None, body=b"This is just a test msg\n\n"),
    "cm": _cm,
    "ssdp.xml": _description,
    "obkdevicelist": _device_list,
}
