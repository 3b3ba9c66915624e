"""Linux's own SPI: /dev/spidevB.C by two ioctls, CEN by a GPIO through gpiod: spi-download.md 6."""

from __future__ import annotations

import ctypes
import os
import struct
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from plugsmith.errors.port import PortDenied, PortLost, PortNotFound, PortUnsupported
from plugsmith.messages import _
from plugsmith.spi.adapters.usb_device import usb_errors, without_extra

if TYPE_CHECKING:
    from collections.abc import Callable

    Ioctl = Callable[[int, int, bytes | bytearray], int]

# linux/spi/spidev.h: _IOW('k', number, type)
_WRITE_MODE = 0x4001_6B01
_WRITE_HZ = 0x4004_6B04
_TRANSFER = struct.Struct("=QQIIHBBBBBB")  # spi_ioc_transfer: tx, rx, len, hz, delay, bits, cs, ...
_MESSAGE = 0x4000_6B00 | _TRANSFER.size << 16
_KERNEL_BUFFER = 4096


def _kernel(file: int, request: int, argument: bytes | bytearray) -> int:
    import fcntl  # noqa: PLC0415 - not on every system

    return fcntl.ioctl(file, request, bytes(argument))  # type: ignore[return-value]


class Spidev:
    """`bus.device` of the kernel; `cen` is GPIOCHIP:LINE or empty."""

    max_write = _KERNEL_BUFFER // 2
    max_read = _KERNEL_BUFFER // 2
    modes: tuple[int, ...] = (0, 3)

    def __init__(
        self, name: str, *, path: str, hz: int, cen: str = "", ioctl: Ioctl = _kernel
    ) -> None:
        self._name = name
        self._path = path
        self._ioctl = ioctl
        self._cen = cen
        self._line: Any = None
        self._file = -1
        self.hz = hz
        self.bytes_on_wire = 0

    @property
    def cen_name(self) -> str:
        """The GPIO, as the user named it."""
        return self._cen

    def begin(self) -> None:
        """Open it, and take the GPIO, high."""
        try:
            self._file = os.open(self._path, os.O_RDWR)
        except FileNotFoundError as missing:
            raise PortNotFound(port=self._name) from missing
        except PermissionError as refused:
            raise PortDenied(port=self._name) from refused
        self.set_mode(0)
        with self._errors():
            self._ioctl(self._file, _WRITE_HZ, struct.pack("=I", self.hz))
        if self._cen:
            self._take_line()

    def _take_line(self) -> None:
        try:
            import gpiod  # noqa: PLC0415 - extra
        except ImportError as missing:
            raise without_extra(self._name) from missing
        place, _colon, number = self._cen.rpartition(":")
        high = gpiod.LineSettings(
            direction=gpiod.line.Direction.OUTPUT, output_value=gpiod.line.Value.ACTIVE
        )
        with usb_errors(self._name):
            self._line = gpiod.request_lines(
                f"/dev/{place}", consumer="plugsmith", config={int(number): high}
            )

    def set_mode(self, mode: int) -> None:
        """SPI mode `mode` from the next transfer on."""
        with self._errors():
            self._ioctl(self._file, _WRITE_MODE, bytes((mode,)))

    def transfer(self, out: bytes, read: int) -> bytes:
        """One message, full duplex: the kernel keeps the chip select low throughout."""
        count = len(out) + read
        sent = ctypes.create_string_buffer(out + bytes(read), count)
        heard = ctypes.create_string_buffer(count)
        message = _TRANSFER.pack(
            ctypes.addressof(sent), ctypes.addressof(heard), count, self.hz, 0, 8, 0, 0, 0, 0, 0
        )
        with self._errors():
            self._ioctl(self._file, _MESSAGE, message)
        self.bytes_on_wire += count
        return heard.raw[len(out) :]

    def pull_cen(self, *, low: bool) -> None:
        """The GPIO."""
        import gpiod  # noqa: PLC0415 - extra

        value = gpiod.line.Value.INACTIVE if low else gpiod.line.Value.ACTIVE
        with self._errors():
            self._line.set_value(int(self._cen.rpartition(":")[2]), value)

    def close(self) -> None:
        """Let both go."""
        if self._line is not None:
            self._line.release()
            self._line = None
        if self._file >= 0:
            with suppress(OSError):
                os.close(self._file)
            self._file = -1

    def _errors(self) -> _Errors:
        return _Errors(self._name)


class _Errors:
    """What the kernel says, in our words."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None: ...

    def __exit__(self, kind: object, problem: object, trace: object) -> None:
        if isinstance(problem, OSError):
            raise PortLost(port=self._name) from problem


def device_path(name: str, place: str) -> str:
    """The device file of `BUS.DEVICE`; PortUnsupported for anything else."""
    bus, dot, device = place.partition(".")
    if not (dot and all(part.isascii() and part.isdigit() for part in (bus, device))):
        raise PortUnsupported(
            port=name, problem=_("it must be spidev://BUS.DEVICE, as spidev://0.0")
        )
    return f"/dev/spidev{bus}.{device}"
