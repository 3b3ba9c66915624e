"""Made-up but valid firmware and flashes of a BK7236, a BK7239N and a BK7258."""

from __future__ import annotations

import random
import struct

from plugsmith.forge.flash import forge_flash
from plugsmith.forge.rf import forge_rf
from plugsmith.image.crc import build_lines
from plugsmith.image.partition import CODE_DEVICE, Partition, PartitionTable

SIZES = {"BK7236": 0x40_0000, "BK7258": 0x80_0000}
RF = {"BK7236": 0x3F_E000, "BK7258": 0x7F_E000}
STORE = {"BK7236": 0x3D_0000, "BK7258": 0x7D_D000}
TABLE = PartitionTable(
    at=0,
    partitions=(
        Partition(name="bootloader", device=CODE_DEVICE, start=0, length=0x1_0000),
        Partition(name="app", device=CODE_DEVICE, start=0x1_0000, length=0x12_0000),
    ),
)


def code(*, loader: bool, length: int = 0x8000, stack=0x2809_F700, reset=0x0200_0141) -> bytes:
    """Code without CRC16s: vectors, the mark, anything."""
    vectors = struct.pack("<64I", stack, *[reset] * 63)
    mark = b"BK7236" + (b"\x10\0" if loader else b"\0\0")
    table = TABLE.encode() if loader else b""
    body = vectors + mark + bytes(0x38) + table
    return body + random.Random(loader).randbytes(length - len(body))


def firmware(*, loader: bool, named: bytes = b"", **more) -> bytes:
    """The same as in flash; `named` stands somewhere in the code."""
    body = code(loader=loader, **more)
    return build_lines(body[:0x4000] + named + body[0x4000 + len(named) :])


def sealed(mark: bytes, length: int = 0x8000) -> bytes:
    """A loader of encrypted code: nothing but the mark can be read."""
    body = random.Random(9).randbytes(length)
    return build_lines(body[:0x100] + mark + body[0x100 + len(mark) :])


def for_product(stored: bytes, name: bytes, *, flip: int = 0) -> bytes:
    """A name behind the mark as the maker's tool puts it there: the CRC16 of its line stays."""
    letters, crc = name.ljust(15, b"\0"), 0
    for byte in letters:
        crc ^= byte
        for _bit in range(8):
            crc = crc >> 1 ^ 0x8C if crc & 1 else crc >> 1
    return stored[:0x118] + letters + bytes((crc ^ flip,)) + stored[0x128:]


def flash(chip: str, *, pins: str | None = None) -> bytes:
    """A whole flash with loader, application, calibration and, with `pins`, the vendor's store."""
    whole = bytearray(b"\xff" * SIZES[chip])
    for at, piece in ((0, firmware(loader=True)), (0x1_1000, firmware(loader=False))):
        whole[at : at + len(piece)] = piece
    if pins is not None:
        store = forge_flash(chip="BK7231T", pin_text=pins)[0x1E_E000:0x1F_D000]
        whole[STORE[chip] : STORE[chip] + len(store)] = store
    whole[RF[chip] : RF[chip] + 0x1000] = forge_rf(bytes.fromhex("c8478c010203"))
    return bytes(whole)
