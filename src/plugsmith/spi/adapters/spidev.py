"""Linux's own SPI: /dev/spidevB.C by two ioctls, CEN by a GPIO through gpiod: spi-download.md 6."""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from contextlib import suppress
from typing import Any

from plugsmith.errors.port import PortUnsupported
from plugsmith.messages import _
from plugsmith.spi.adapters.usb_device import usb_errors, without_extra

# linux/spi/spidev.h: _IOW('k', number, type)
_WRITE_MODE = 0x4001_6B01
_WRITE_HZ = 0x4004_6B04
_TRANSFER = struct.Struct("=QQIIHBBBBBB")  # spi_ioc_transfer: tx, rx, len, hz, delay, bits, cs, ...
_MESSAGE = 0x4000_6B00 | _TRANSFER.size << 16
_KERNEL_BUFFER = 4096


class Kernel:
    """The three calls of the system; each may raise OSError."""

    def open(self, path: str) -> int:
        """A file number."""
        return os.open(path, os.O_RDWR)

    def ioctl(self, file: int, request: int, argument: bytes) -> None:
        """`argument` is handed over as it is; what it points at may be written to."""
        import fcntl  # noqa: PLC0415 - not on every system

        fcntl.ioctl(file, request, argument)

    def close(self, file: int) -> None:
        """Let the file number go."""
        os.close(file)


class Spidev:
    """`bus.device` of the kernel; `cen` is GPIOCHIP:LINE or empty."""

    max_write = _KERNEL_BUFFER // 2
    max_read = _KERNEL_BUFFER // 2
    modes: tuple[int, ...] = (0, 3)

    def __init__(
        self, name: str, *, path: str, hz: int, cen: str = "", kernel: Kernel | None = None
    ) -> None:
        self._name = name
        self._path = path
        self._kernel = kernel or Kernel()
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
        with usb_errors(self._name):
            self._file = self._kernel.open(self._path)
        self.set_mode(0)
        with usb_errors(self._name):
            self._kernel.ioctl(self._file, _WRITE_HZ, struct.pack("=I", self.hz))
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
        """SPI mode `mode` from the next transfer on, where the controller can; else as before."""
        with usb_errors(self._name):
            try:
                self._kernel.ioctl(self._file, _WRITE_MODE, bytes((mode,)))
            except OSError as refused:
                if mode == 0 or refused.errno != errno.EINVAL:
                    raise

    def transfer(self, out: bytes, read: int) -> bytes:
        """One message, full duplex: the kernel keeps the chip select low throughout."""
        count = len(out) + read
        sent = ctypes.create_string_buffer(out + bytes(read), count)
        heard = ctypes.create_string_buffer(count)
        message = _TRANSFER.pack(
            ctypes.addressof(sent), ctypes.addressof(heard), count, self.hz, 0, 8, 0, 0, 0, 0, 0
        )
        with usb_errors(self._name):
            self._kernel.ioctl(self._file, _MESSAGE, message)
        self.bytes_on_wire += count
        return heard.raw[len(out) :]

    def pull_cen(self, *, low: bool) -> None:
        """The GPIO."""
        import gpiod  # noqa: PLC0415 - extra

        value = gpiod.line.Value.INACTIVE if low else gpiod.line.Value.ACTIVE
        with usb_errors(self._name):
            self._line.set_value(int(self._cen.rpartition(":")[2]), value)

    def close(self) -> None:
        """Let both go."""
        if self._line is not None:
            self._line.release()
            self._line = None
        if self._file >= 0:
            with suppress(OSError):
                self._kernel.close(self._file)
            self._file = -1


def device_path(name: str, place: str) -> str:
    """The device file of `BUS.DEVICE`; PortUnsupported for anything else."""
    bus, dot, device = place.partition(".")
    if not (dot and all(part.isascii() and part.isdigit() for part in (bus, device))):
        raise PortUnsupported(
            port=name, problem=_("it must be spidev://BUS.DEVICE, as spidev://0.0")
        )
    return f"/dev/spidev{bus}.{device}"
