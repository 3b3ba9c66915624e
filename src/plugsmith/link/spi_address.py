"""Addresses of SPI programmers: `serprog://host:port?cen=cs1`, `ch341://`, `spidev://0.0`."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from plugsmith.errors.port import PortUnsupported
from plugsmith.messages import _

#: each with the ways to pull CEN besides `hand` and a serial line, its usual one first
SCHEMES = {
    "serprog": ("hand", "cs1"),
    "ch341": ("line",),
    "ftdi": ("line",),
    "spidev": ("hand", "gpio"),
}
_MOST_HZ = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SpiAddress:
    """`carrier`: the port to open; `place` is what stands behind the scheme.

    `cen`: hand, cs1, line, gpio@CHIP:LINE, rts@PORT or dtr@PORT.
    """

    scheme: str
    place: str
    carrier: str
    cen: str
    hz: int = 1_000_000

    @property
    def gpio(self) -> str:
        """CHIP:LINE where a GPIO pulls CEN, else empty."""
        line, _at, where = self.cen.partition("@")
        return where if line == "gpio" else ""


def is_spi(name: str) -> bool:
    """Whether a port name means the flash pins and not the UART."""
    return name.partition("://")[0] in SCHEMES and "://" in name


def read_address(name: str) -> SpiAddress:
    """The parts of `name`; PortUnsupported for what cannot be one."""
    scheme, _marker, rest = name.partition("://")
    place, _mark, query = rest.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    cen, hz = options.pop("cen", SCHEMES[scheme][0]), options.pop("hz", "1000000")
    if options or not _is_cen(scheme, cen) or not (_is_number(hz) and 0 < int(hz) <= _MOST_HZ):
        ways = "|".join(["hand", *(way for way in SCHEMES[scheme] if way not in ("hand", "gpio"))])
        ways += "|gpio@CHIP:LINE" * ("gpio" in SCHEMES[scheme])
        raise PortUnsupported(
            port=name,
            problem=_("behind ? only cen={ways}|rts@PORT|dtr@PORT and hz=NUMBER stand", ways=ways),
        )
    carrier = _serprog_carrier(name, place) if scheme == "serprog" else name
    if scheme == "ch341" and place and not _is_number(place):
        raise PortUnsupported(
            port=name, problem=_("it must be ch341://, or ch341://1 for the second of several")
        )
    return SpiAddress(scheme=scheme, place=place, carrier=carrier, cen=cen, hz=int(hz))


def _is_cen(scheme: str, cen: str) -> bool:
    line, at, where = cen.partition("@")
    if line in {"rts", "dtr"}:
        return bool(at and where)
    if line == "gpio":
        chip, _colon, number = where.rpartition(":")
        return "gpio" in SCHEMES[scheme] and "/" not in chip and bool(chip) and _is_number(number)
    return cen == "hand" or cen in SCHEMES[scheme]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 12


def _serprog_carrier(name: str, place: str) -> str:
    host, _colon, number = place.rpartition(":")
    network = bool(host) and _is_number(number) and 0 < int(number) < 65536
    if not place or (host and not network):
        raise PortUnsupported(
            port=name, problem=_("it must be serprog://host:port or serprog://device")
        )
    return f"socket://{place}" if network else place
