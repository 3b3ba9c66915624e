"""A CH341A in its parallel mode, over pyusb: spi-download.md 4."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from plugsmith.errors.flash import ExchangeFailed
from plugsmith.errors.port import PortNotFound, PortUnsupported
from plugsmith.messages import _
from plugsmith.spi.adapters.usb_device import find_device, usb_errors

VENDOR, PRODUCT, UART_PRODUCT = 0x1A86, 0x5512, 0x5523
_OUT, _IN = 0x02, 0x82
_PACKET = 32
_SPI, _PINS, _CONFIG = 0xA8, 0xAB, 0xAA
_SET, _DIRECTIONS, _END = 0x80, 0x40, 0x20
_IDLE, _SELECTED, _RESET = 0x37, 0x36, 0x33  # D0 is the chip select, D2 goes to CEN
_ALL_OUT = 0x3F
_SPEED = 0x60  # the middle one, a single data line
_TIMEOUT_MS = 1000
_MIRRORED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


class Ch341:
    """One adapter. Its clock is fixed and it knows mode 0 only; every packet is waited for."""

    max_write = 4096
    max_read = 4096
    hz = 1_500_000
    modes: tuple[int, ...] = (0,)
    cen_name = "D2"

    def __init__(self, name: str, *, number: int = 0) -> None:
        self._name = name
        self._number = number
        self._device: Any = None
        self.bytes_on_wire = 0

    def begin(self) -> None:
        """Claim it; chip select and CEN are high afterwards."""
        with usb_errors(self._name):
            self._device = device = find_device(
                self._name, vendor=VENDOR, product=PRODUCT, number=self._number
            )
            if device is None:
                raise self._absent()
            with suppress(NotImplementedError):
                if device.is_kernel_driver_active(0):
                    device.detach_kernel_driver(0)
            device.set_configuration()
            self._send(bytes((_CONFIG, _SPEED | 0x01, 0x00)))
            self._pins(_IDLE)

    def _absent(self) -> PortNotFound | PortUnsupported:
        other = find_device(self._name, vendor=VENDOR, product=UART_PRODUCT, number=0)
        if other is None:
            return PortNotFound(port=self._name)
        return PortUnsupported(
            port=self._name,
            problem=_(
                "a CH341A is there in its serial mode: set its jumper to SPI and plug it in again"
            ),
        )

    def set_mode(self, mode: int) -> None:
        """Nothing: there is but one."""
        del mode

    def transfer(self, out: bytes, read: int) -> bytes:
        """Full duplex in pieces of 31 bytes, the chip select low throughout."""
        data = out + bytes(read)
        heard = bytearray()
        with usb_errors(self._name):
            self._pins(_IDLE, _SELECTED)
            for at in range(0, len(data), _PACKET - 1):
                piece = data[at : at + _PACKET - 1]
                self._send(bytes((_SPI,)) + piece.translate(_MIRRORED))
                heard += self._receive(len(piece))
            self._pins(_IDLE)
        return bytes(heard[len(out) :])

    def pull_cen(self, *, low: bool) -> None:
        """D2."""
        with usb_errors(self._name):
            self._pins(_RESET if low else _IDLE)

    def close(self) -> None:
        """All pins become inputs: CEN has a pull-up, so the chip stays in its mode."""
        device, self._device = self._device, None
        if device is None:
            return
        import usb.util  # noqa: PLC0415 - extra

        with suppress(OSError):
            device.write(_OUT, bytes((_PINS, _SET | _IDLE, _DIRECTIONS, _END)), _TIMEOUT_MS)
        with suppress(OSError):
            usb.util.dispose_resources(device)

    def _pins(self, *states: int) -> None:
        sets = bytes(_SET | state for state in states)
        self._send(bytes((_PINS,)) + sets + bytes((_DIRECTIONS | _ALL_OUT, _END)))

    def _send(self, data: bytes) -> None:
        self._device.write(_OUT, data, _TIMEOUT_MS)
        self.bytes_on_wire += len(data)

    def _receive(self, count: int) -> bytes:
        got = bytearray()
        for _read in range(_PACKET):  # an adapter that goes on sending nothing is not waited for
            got += bytes(self._device.read(_IN, _PACKET, _TIMEOUT_MS))
            if len(got) >= count:
                self.bytes_on_wire += count
                return bytes(got[:count]).translate(_MIRRORED)
        raise ExchangeFailed(request=_("a transfer over SPI"), attempts=1)
