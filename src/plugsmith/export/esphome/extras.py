"""What an ESPHome configuration may have beside the device's own parts, each if it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugsmith.errors import UsageError
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plugsmith.export.esphome.draft import EspDraft

    Secret = Callable[[str], Any]

EXTRAS = (
    "web-server",
    "restart",
    "uptime",
    "wifi-signal",
    "version",
    "mac-suffix",
    "api-key",
    "ota-password",
    "mqtt",
)


def check_extras(names: Sequence[str]) -> None:
    """UsageError for a name that is none."""
    odd = next((name for name in names if name not in EXTRAS), None)
    if odd is not None:
        raise UsageError(
            problem=_("{name!r} is none of {known}", name=odd[:40], known=", ".join(EXTRAS))
        )


def add_parts(draft: EspDraft, names: Sequence[str]) -> None:
    """Buttons and sensors."""
    if "restart" in names:
        draft.add("button", {"platform": "restart", "name": "Restart"})
    if "uptime" in names:
        draft.add("sensor", {"platform": "uptime", "name": "Uptime"})
    if "wifi-signal" in names:
        draft.add("sensor", {"platform": "wifi_signal", "name": "Wi-Fi signal"})
    if "version" in names:
        draft.add("text_sensor", {"platform": "version", "name": "Version"})


def change_head(root: dict[str, Any], names: Sequence[str], secret: Secret) -> None:
    """The sections that every configuration begins with; secrets stay in secrets.yaml."""
    if "mac-suffix" in names:
        root["esphome"]["name_add_mac_suffix"] = True
    if "api-key" in names:
        root["api"] = {"encryption": {"key": secret("api_key")}}
    if "ota-password" in names:
        root["ota"] = [{"platform": "esphome", "password": secret("ota_password")}]
    if "mqtt" in names:
        root["mqtt"] = {
            "broker": secret("mqtt_broker"),
            "username": secret("mqtt_username"),
            "password": secret("mqtt_password"),
        }
    if "web-server" in names:
        root["web_server"] = {"port": 80}


def secrets_of(names: Sequence[str]) -> list[str]:
    """Which further names secrets.yaml must hold."""
    found = ["api_key"] if "api-key" in names else []
    found += ["ota_password"] if "ota-password" in names else []
    return found + (["mqtt_broker", "mqtt_username", "mqtt_password"] if "mqtt" in names else [])


__all__ = ["EXTRAS", "add_parts", "change_head", "check_extras", "secrets_of"]
