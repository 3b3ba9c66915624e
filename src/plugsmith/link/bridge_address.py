"""Addresses of a second OpenBeken module that passes its UART on: `openbeken://host?cen=P14`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address
from urllib.parse import parse_qsl

from plugsmith.errors.port import PortUnsupported
from plugsmith.messages import _

SCHEME = "openbeken"
UART_PORT = 8888  # openbeken.md 17
_PIN = re.compile(r"[Pp]?([0-9]{1,2})")
_PLACE = re.compile(r"(?:[0-9A-Za-z_.-]+|\[(?P<six>[^][@]+)\])(?::(?P<port>[0-9]+))?")
_SHOWN = 80  # characters of a wrong address
_PINS = 29


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeAddress:
    """`host`: where the module answers HTTP; `cen`: its pin at the other chip's CEN, if any."""

    host: str
    cen: int | None = None
    uart: int = UART_PORT


def is_bridge(name: str) -> bool:
    """Whether a port name means such a module."""
    return name.startswith(f"{SCHEME}://")


def is_tcp_port(text: str) -> bool:
    """Whether `text` is a decimal number from 1 to 65535."""
    return text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) < 65536


def _is_place(text: str) -> bool:
    """Whether `text` is a host, with or without a port; a bare IPv6 address has none."""
    match = _PLACE.fullmatch(text if text.count(":") < 2 or "[" in text else f"[{text}]")
    if match is None:
        return False
    try:
        IPv6Address(match["six"] or "::")
    except ValueError:
        return False
    return is_tcp_port(match["port"] or "80")


def read_bridge(name: str) -> BridgeAddress:
    """The parts of `name`; PortUnsupported for what cannot be one."""
    rest = name.removeprefix(f"{SCHEME}://").rstrip("/")
    place, _mark, query = rest.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    cen, uart = options.pop("cen", None), options.pop("uart", str(UART_PORT))
    pin = _PIN.fullmatch(cen) if cen is not None else None
    sound = _is_place(place.rstrip("/")) and is_tcp_port(uart)
    shown = f"{SCHEME}://{rest.rpartition('@')[2][:_SHOWN]}"  # a password may stand before the @
    if options or not sound or (cen is not None and pin is None):
        raise PortUnsupported(
            port=shown, problem=_("it must be openbeken://host?cen=PIN, where cen may be missing")
        )
    number = int(pin[1]) if pin else None
    if number is not None and number >= _PINS:
        raise PortUnsupported(port=shown, problem=_("P{pin} is no pin of a module", pin=number))
    return BridgeAddress(host=place.rstrip("/"), cen=number, uart=int(uart))
