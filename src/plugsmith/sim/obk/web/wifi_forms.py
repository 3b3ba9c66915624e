"""The Wi-Fi page, which also holds the web password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.sim.obk.block import Text
from plugsmith.sim.obk.web.forms import field, form
from plugsmith.sim.obk.web.pages import config_page

if TYPE_CHECKING:
    from plugsmith.sim.obk.firmware import Firmware
    from plugsmith.sim.obk.web.message import Reply, Request

_LEAST_PASSWORD = 5
_WIFI = (
    ("ssid", Text.SSID, "text"),
    ("pass", Text.PASSWORD, "password"),
    ("ssid2", Text.SSID2, "text"),
    ("pass2", Text.PASSWORD2, "password"),
)


def wifi(device: Firmware, request: Request) -> Reply:
    """Shows the stored networks, passwords included; scans on request."""
    found = ""
    if request.arg("scan") and device.home is not None:
        found = f"SSID: {device.home[0]}, Channel: 6, Signal -53<br>"
    block = device.block
    secured = block.text(Text.WEB_PASSWORD) != ""
    enable = (
        '<input type="checkbox" name="web_admin_password_enabled" '
        f'id="web_admin_password_enabled" value="1"{" checked" if secured else ""}>'
    )
    password = field("web_admin_password", block.text(Text.WEB_PASSWORD), "password")
    fields = [field(name, block.text(which), kind) for name, which, kind in _WIFI]
    return config_page(
        device,
        "Set Wifi",
        found
        + form("/cfg_wifi", '<input type="hidden" id="scan" name="scan" value="1">')
        + form("/cfg_wifi_set", '<input type="hidden" id="open" name="open" value="1">')
        + form("/cfg_wifi_set", *fields, enable, password),
    )


def wifi_set(device: Firmware, request: Request) -> Reply:
    """Stores networks and web password; restarts only if a network changed."""
    notes = []
    before = [device.block.text(which) for _name, which, _kind in _WIFI]
    if request.arg("open") == "1":
        device.set_text(Text.SSID, "")
        device.set_text(Text.PASSWORD, "")
        notes.append("WiFi mode set: open access point.")
    else:
        for name, which, _kind in _WIFI:
            text = request.arg(name)
            if text is not None:
                device.set_text(which, text)
        notes += ["WiFi mode set: connect to WLAN.", *_web_password(device, request)]
    after = [device.block.text(which) for _name, which, _kind in _WIFI]
    if before != after:
        notes.append("<p>WiFi: Configuration changed, please wait.</p>")
        device.restart_in(3.0)
    else:
        notes.append("<p>WiFi: No changes detected.</p>")
    return config_page(device, "Saving Wifi", "".join(notes))


def _web_password(device: Firmware, request: Request) -> list[str]:
    if request.arg("web_admin_password_enabled") != "1":
        device.set_text(Text.WEB_PASSWORD, "")  # leaving the argument out removes it
        return []
    text = request.arg("web_admin_password") or ""
    if len(text) < _LEAST_PASSWORD:
        return ["<p>Web password is too short.</p>"]
    device.set_text(Text.WEB_PASSWORD, text)
    return ["<p>Web password has been changed.</p>"]
