"""A computer with one simulated USB adapter, faked by umockdev below libusb: a command runs on it.

    umockdev-wrapper /usr/bin/python3 usb_host.py ch341|ftdi FLASH awake|asleep COMMAND...

FLASH is the chip's content, as it is after the command. `awake`: the chip is in flash mode already,
for clients that cannot lead it there. What libusb asks of the kernel's usbdevfs arrives here, and
the models of `tests/rigs/chip/usb_models.py` answer. Time passes with the transfers, not with the
machine. Needs the system's Python, which has umockdev's binding; nothing of a client is used.
"""

from __future__ import annotations

import errno
import struct
import subprocess
import sys
from collections import deque
from pathlib import Path

import gi
from usb_models import KNOCK, Ch341Model, Ft232hModel, Pins

from plugsmith.clock import VirtualClock
from plugsmith.sim.chip.chip import SimChip, SimSettings
from plugsmith.sim.chip.personality import loader_on
from plugsmith.sim.flash.parts import part_for
from plugsmith.sim.spi.face import SpiFace

gi.require_version("UMockdev", "1.0")
from gi.repository import UMockdev  # noqa: E402

MODELS = {"ch341": Ch341Model, "ftdi": Ft232hModel}
NODE = "bus/usb/001/002"
TRANSFER_S = 0.0005
URB = struct.Struct("=BBxxiIxxxxQiiiiiIQ")  # linux/usbdevice_fs.h, struct usbdevfs_urb on 64 bits
ASKED = {  # ioctl numbers of usbdevfs
    0x8004_551A: "capabilities", 0x8038_550A: "submit", 0x4008_550D: "reap", 0x4008_550C: "reap",
    0x0000_550B: "discard", 0x4104_5508: "driver", 0x8004_550F: "nothing",
    0x8004_5510: "nothing", 0x8004_5505: "nothing", 0x8008_5504: "nothing", 0x0000_5514: "nothing",
    0x8004_5515: "nothing", 0xC010_5512: "no-driver",
}  # fmt: skip
CONTROL, BULK = 2, 3


class Transfer:
    """One URB: where it stands in the client's memory, and what is wanted."""

    def __init__(self, urb):
        self.urb = urb
        kind, self.endpoint, _status, _flags, _buffer, self.length, *_more = URB.unpack(
            bytes(urb.retrieve())
        )
        self.control = kind == CONTROL
        self.buffer = urb.resolve(16, self.length) if self.length else None

    @property
    def data(self):
        return bytes(self.buffer.retrieve()) if self.buffer is not None else b""

    def end(self, status, count):
        self.urb.update(4, struct.pack("=i", status))
        self.urb.update(28, struct.pack("=i", count))


class UsbDevice(UMockdev.IoctlBase):
    """usbdevfs of one device with `model` behind it."""

    def __init__(self, model, clock):
        super().__init__()
        self.model, self.clock = model, clock
        self.waiting, self.done = [], deque()

    def do_handle_ioctl(self, client):
        request = client.get_property("request") & 0xFFFF_FFFF
        act = ASKED.get(request)
        if act is None:
            client.complete(-1, errno.ENOTTY)
        else:
            client.complete(*getattr(self, f"_{act.replace('-', '_')}")(client.get_property("arg")))
        return True

    def _capabilities(self, arg):
        arg.resolve(0, 4).update(0, struct.pack("=I", 0))
        return 0, 0

    def _nothing(self, _arg):
        return 0, 0

    def _no_driver(self, _arg):
        return -1, errno.ENODATA

    _driver = _no_driver

    def _submit(self, arg):
        transfer = Transfer(arg.resolve(0, URB.size))
        self.clock.sleep(TRANSFER_S)
        if transfer.control:
            self._control(transfer)
        elif transfer.endpoint & 0x80:
            self.waiting.append(transfer)
        else:
            self.model.bulk_out(transfer.data)
            self._finish(transfer, 0, transfer.length)
        self._serve_waiting()
        return 0, 0

    def _control(self, transfer):
        kind, request, value, index, length = struct.unpack("<BBHHH", transfer.data[:8])
        reply = self.model.control(kind, request, value, index, length)
        if kind & 0x80:
            transfer.buffer.update(8, reply[:length])
        self._finish(transfer, 0, min(len(reply), length) if kind & 0x80 else length)

    def _serve_waiting(self):
        while self.waiting:
            reply = self.model.bulk_in(self.waiting[0].length)
            if reply is None:
                return
            transfer = self.waiting.pop(0)
            transfer.buffer.update(0, reply)
            self._finish(transfer, 0, len(reply))

    def _finish(self, transfer, status, count):
        transfer.end(status, count)
        self.done.append(transfer)

    def _reap(self, arg):
        if not self.done:
            return -1, errno.EAGAIN
        arg.resolve(0, 8).set_ptr(0, self.done.popleft().urb)
        return 0, 0

    def _discard(self, arg):
        for transfer in self.waiting:
            if transfer.urb.client_addr == arg.client_addr:
                self.waiting.remove(transfer)
                self._finish(transfer, -errno.ENOENT, 0)
                return 0, 0
        return -1, errno.EINVAL


def descriptors(model):
    """Device, configuration, interface, two bulk endpoints."""
    device = struct.pack("<BBHBBBBHHHBBBB", 18, 1, 0x200, 0, 0, 0, 64, model.vendor, model.product,
                         model.device_version, 0, 0, 0, 1)  # fmt: skip
    ends = b"".join(
        struct.pack("<BBBBHB", 7, 5, address, 2, model.packet, 0)
        for address in (model.in_endpoint, model.out_endpoint)
    )
    kind = model.interface_class
    inner = struct.pack("<BBBBBBBBB", 9, 4, 0, 0, 2, kind, kind, kind, 0) + ends
    return device + struct.pack("<BBHBBBBB", 9, 2, 9 + len(inner), 1, 1, 0, 0x80, 50) + inner


def described(model):
    """The device as umockdev takes it."""
    raw = descriptors(model).hex().upper()
    facts = {
        "busnum": "1", "devnum": "2", "speed": "480", "bConfigurationValue": "1",
        "bNumConfigurations": "1", "bNumInterfaces": " 1", "bDeviceClass": "00",
        "idVendor": f"{model.vendor:04x}", "idProduct": f"{model.product:04x}",
    }  # fmt: skip
    lines = [
        *("P: /devices/pci0000:00/usb1/1-1", f"N: {NODE}={raw}", "E: SUBSYSTEM=usb"),
        *("E: DEVTYPE=usb_device", "E: BUSNUM=001", "E: DEVNUM=002", f"E: DEVNAME=/dev/{NODE}"),
        *(f"A: {name}={value}\\n" for name, value in facts.items()),
        f"H: descriptors={raw}",
    ]
    return "\n".join(lines) + "\n\n"


def chip_of(content):
    return SimChip(
        loader_on("bk7231t", content[:257]),
        content,
        settings=SimSettings(part=part_for(bytes.fromhex("C84015"), size=len(content)), held=False),
    )


def into_flash_mode(face, clock):
    face.set_cen(low=True, now=clock.monotonic())
    face.set_cen(low=False, now=clock.monotonic())
    while not face.entered:
        clock.sleep(0.001)
        face.exchange(bytes((KNOCK, KNOCK)), 0, now=clock.monotonic())
    clock.sleep(0.1)


def main(kind, flash, state, *command):
    file, clock = Path(flash), VirtualClock(1.0)
    face = SpiFace(chip_of(file.read_bytes()))
    if state == "awake":
        into_flash_mode(face, clock)
    model = MODELS[kind](Pins(face, clock))
    bed = UMockdev.Testbed.new()
    bed.add_from_string(described(model))
    bed.attach_ioctl(f"/dev/{NODE}", UsbDevice(model, clock))
    try:
        return subprocess.run(command, check=False).returncode
    finally:
        file.write_bytes(face.chip.nor.content)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
