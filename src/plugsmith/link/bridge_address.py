"""Addresses of a second OpenBeken module that passes its UART on: `openbeken://host?cen=P14`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from plugsmith.errors.port import PortUnsupported
from plugsmith.messages import _

SCHEME = "openbeken"
UART_PORT = 8888  # openbeken.md 17
_PIN = re.compile(r"[Pp]?(\d{1,2})")
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


def read_bridge(name: str) -> BridgeAddress:
    """The parts of `name`; PortUnsupported for what cannot be one."""
    place, _mark, query = name.removeprefix(f"{SCHEME}://").rstrip("/").partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    cen, uart = options.pop("cen", None), options.pop("uart", str(UART_PORT))
    pin = _PIN.fullmatch(cen) if cen is not None else None
    sound = uart.isascii() and uart.isdigit() and 0 < int(uart) < 65536
    if not place or options or not sound or (cen is not None and pin is None):
        raise PortUnsupported(
            port=name, problem=_("it must be openbeken://host?cen=PIN, where cen may be missing")
        )
    number = int(pin[1]) if pin else None
    if number is not None and number >= _PINS:
        raise PortUnsupported(port=name, problem=_("P{pin} is no pin of a module", pin=number))
    return BridgeAddress(host=place.rstrip("/"), cen=number, uart=int(uart))
