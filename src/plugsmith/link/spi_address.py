"""Addresses of SPI programmers: `serprog://host:port?cen=cs1`, `serprog:///dev/ttyACM0`."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from plugsmith.errors.port import PortUnsupported
from plugsmith.messages import _

SCHEME = "serprog"
_MOST_HZ = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SpiAddress:
    """`carrier`: the port that carries serprog; `cen`: hand, cs1, rts@PORT or dtr@PORT."""

    carrier: str
    cen: str = "hand"
    hz: int = 1_000_000


def is_spi(name: str) -> bool:
    """Whether a port name means the flash pins and not the UART."""
    return name.startswith(f"{SCHEME}://")


def read_address(name: str) -> SpiAddress:
    """The parts of `name`; PortUnsupported for what cannot be one."""
    place, _mark, query = name.removeprefix(f"{SCHEME}://").partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    cen, hz = options.pop("cen", "hand"), options.pop("hz", "1000000")
    line, at, port = cen.partition("@")
    known = cen in {"hand", "cs1"} or (line in {"rts", "dtr"} and at and port)
    if options or not known or not (hz.isascii() and hz.isdigit() and 0 < int(hz) <= _MOST_HZ):
        raise PortUnsupported(
            port=name, problem=_("behind ? only cen=hand|cs1|rts@PORT|dtr@PORT and hz=NUMBER stand")
        )
    host, _colon, number = place.rpartition(":")
    network = bool(host) and number.isascii() and number.isdigit() and 0 < int(number) < 65536
    if not place or (host and not network):
        raise PortUnsupported(
            port=name, problem=_("it must be serprog://host:port or serprog://device")
        )
    return SpiAddress(carrier=f"socket://{place}" if network else place, cen=cen, hz=int(hz))
