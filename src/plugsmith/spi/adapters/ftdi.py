"""An FTDI chip with an MPSSE (FT232H, FT2232H, FT4232H) through pyftdi: spi-download.md 5."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from plugsmith.errors.port import PortUnsupported
from plugsmith.messages import _
from plugsmith.spi.adapters.usb_device import usb_errors, without_extra

_CEN = 1 << 4  # AD4


class FtdiSpi:
    """AD0 clock, AD1 out, AD2 in, AD3 chip select, AD4 CEN; modes 0 and 3."""

    max_write = 4096
    max_read = 4096
    modes: tuple[int, ...] = (0, 3)
    cen_name = "AD4"

    def __init__(self, name: str, *, url: str, hz: int) -> None:
        self._name = name
        self._url = url
        self._wanted_hz = hz
        self.hz = hz
        self._controller: Any = None
        self._port: Any = None
        self._cen: Any = None
        self.bytes_on_wire = 0

    def begin(self) -> None:
        """Open it; chip select and CEN are high afterwards."""
        try:
            from pyftdi.spi import SpiController  # noqa: PLC0415 - extra
            from pyftdi.usbtools import UsbToolsError  # noqa: PLC0415
        except ImportError as missing:
            raise without_extra(self._name) from missing
        controller = SpiController(cs_count=1)
        with usb_errors(self._name):
            try:
                controller.configure(self._url)
            except (UsbToolsError, ValueError) as problem:
                raise PortUnsupported(port=self._name, problem=str(problem)) from problem
            self._controller = controller
            self.set_mode(0)
            self._cen = controller.get_gpio()
            self._cen.set_direction(_CEN, _CEN)
            self._cen.write(_CEN)

    def set_mode(self, mode: int) -> None:
        """SPI mode `mode` from the next transfer on."""
        with usb_errors(self._name):
            self._port = self._controller.get_port(cs=0, freq=self._wanted_hz, mode=mode)
            self._port.set_mode(mode)  # a port that exists already keeps its old one
            self.hz = int(self._port.frequency)

    def transfer(self, out: bytes, read: int) -> bytes:
        """`out`, then `read` bytes, the chip select low throughout."""
        with usb_errors(self._name):
            got = bytes(self._port.exchange(out, read))
        self.bytes_on_wire += len(out) + read
        return got

    def pull_cen(self, *, low: bool) -> None:
        """AD4."""
        with usb_errors(self._name):
            self._cen.write(0 if low else _CEN)

    def close(self) -> None:
        """All pins become inputs."""
        controller, self._controller = self._controller, None
        if controller is not None:
            with suppress(OSError):
                controller.close()


def check_url(name: str, place: str) -> str:
    """The URL for pyftdi of what stands behind ftdi://; PortUnsupported for what cannot be one."""
    kind, _slash, rest = place.partition("/")
    if not kind or not rest.strip("/"):
        raise PortUnsupported(
            port=name, problem=_("it must be ftdi://232h/1: the chip and its interface")
        )
    return f"ftdi://{kind if ':' in kind else f'ftdi:{kind}'}/{rest}"
