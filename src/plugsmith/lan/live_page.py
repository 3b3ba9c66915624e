"""What only the start page of a device tells: drivers that run, the broker, the radio."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugsmith.lan.obk_http import Obk

_DRIVERS = re.compile(r"\d{1,3} drivers active(?: \(([\w, ]{1,400})\))?")
_STATE = re.compile(r"MQTT State: (?:<span[^>]{0,60}>)?([\w ]{1,30})(?:</span>)?")
_RESULT = re.compile(r"RES: (-?\d{1,4})\((\w{0,24})\)")
_MESSAGE = re.compile(r"MQTT ErrMsg: ([\w ]{0,60}?) ?<br>")
_RSSI = re.compile(r"Wifi RSSI: [\w ]{0,24}\((-?\d{1,3})dBm\)")


class BrokerState(StrEnum):
    """How a device and its broker get on."""

    OFF = "not configured"
    CONNECTED = "connected"
    WRONG_PASSWORD = "wrong user or password"  # noqa: S105 - the name of a state
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    WAITING = "not connected yet"


_CREDENTIALS = ("user credentials", "not authorized")


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePage:
    """The facts of one look. `mqtt_detail` is the firmware's own word; `rssi` in dBm."""

    drivers: tuple[str, ...]
    mqtt: BrokerState | None
    mqtt_detail: str
    rssi: int | None


def read_live_page(text: str) -> LivePage:
    """The facts in the text of /index?state=1; what is not in it is None or empty."""
    drivers = _DRIVERS.search(text)
    names = (drivers[1] or "").split(",") if drivers else []
    rssi = _RSSI.search(text)
    state, detail = _broker(text)
    return LivePage(
        drivers=tuple(name.strip() for name in names if name.strip()),
        mqtt=state,
        mqtt_detail=detail,
        rssi=int(rssi[1]) if rssi else None,
    )


def _broker(text: str) -> tuple[BrokerState | None, str]:
    state, result, message = (item.search(text) for item in (_STATE, _RESULT, _MESSAGE))
    if state is None:
        return None, ""
    if state[1].strip() == "not configured":
        return BrokerState.OFF, ""
    said = unescape(message[1]).strip() if message else ""
    error = result[2] if result else ""
    if state[1].strip() == "connected":
        return BrokerState.CONNECTED, ""
    found = BrokerState.WAITING
    if any(word in said for word in _CREDENTIALS):
        found = BrokerState.WRONG_PASSWORD
    elif said.startswith("Refused"):
        found = BrokerState.REFUSED
    elif said in {"Timeout", "Disconnected"} or error not in {"", "ERR_OK", "ERR_INPROGRESS"}:
        found = BrokerState.UNREACHABLE
    return found, said or (error if found is BrokerState.UNREACHABLE else "")


async def look_live(obk: Obk) -> LivePage:
    """One look at a device; the errors of Obk."""
    return read_live_page((await obk.wire.get("/index?state=1")).text)
