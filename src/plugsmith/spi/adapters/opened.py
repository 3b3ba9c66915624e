"""From an address to the adapter behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.link.spi_address import SCHEMES, read_address
from plugsmith.spi.adapters.ch341 import Ch341
from plugsmith.spi.adapters.ftdi import FtdiSpi, check_url
from plugsmith.spi.adapters.programmer import ProgrammerPort
from plugsmith.spi.adapters.spidev import Spidev, device_path

if TYPE_CHECKING:
    from plugsmith.spi.adapters.programmer import Programmer


def open_programmer(name: str) -> ProgrammerPort:
    """The port of `ch341://`, `ftdi://` or `spidev://`; nothing is touched before it begins.

    Raises PortUnsupported for an address that cannot be one.
    """
    address = read_address(name)
    place, hz = address.place, address.hz
    match address.scheme:
        case "ch341":
            return ProgrammerPort(name, lambda: Ch341(name, number=int(place or 0)))
        case "ftdi":
            url = check_url(name, place)
            return ProgrammerPort(name, lambda: FtdiSpi(name, url=url, hz=hz))
        case "spidev":
            path, cen = device_path(name, place), address.gpio

            def make() -> Programmer:
                return Spidev(name, path=path, hz=hz, cen=cen)

            return ProgrammerPort(name, make)
        case other:
            raise ValueError(f"{other} is none of {SCHEMES}")
