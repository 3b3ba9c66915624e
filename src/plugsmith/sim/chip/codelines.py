"""Code in flash as the CPU sees it: 34-byte lines with CRC-16, and the chip's key stream.

A second implementation on purpose: the simulator must not share the client's (uart-protocol.md 3.4,
7.2, 7.3). All lines are checked column by column, so that no byte costs a Python step of its own.
"""

from __future__ import annotations

import struct
from functools import lru_cache

LINE = 34
PAYLOAD = 32
BLANK_LINE = b"\xff" * LINE
_POLY = 0x8005
_ALL = 0xFFFF_FFFF


def _xor(left: bytes, right: bytes) -> bytes:
    mixed = int.from_bytes(left, "little") ^ int.from_bytes(right, "little")
    return mixed.to_bytes(len(left), "little")


@lru_cache(maxsize=1)
def _crc_tables() -> tuple[bytes, bytes]:
    high, low = bytearray(), bytearray()
    for byte in range(256):
        crc = byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ _POLY if crc & 0x8000 else crc << 1) & 0xFFFF
        high.append(crc >> 8)
        low.append(crc & 0xFF)
    return bytes(high), bytes(low)


def line_states(area: bytes) -> bytes:
    """One letter per whole line of `area`: V valid, F blank (all FF), x anything else."""
    count = len(area) // LINE
    area = area[: count * LINE]
    table_high, table_low = _crc_tables()
    high = low = b"\xff" * count
    blank = b"\xff" * count
    ones = blank
    for column in range(PAYLOAD):
        data = area[column::LINE]
        index = _xor(high, data)
        high = _xor(low, index.translate(table_high))
        low = index.translate(table_low)
        blank = _and(blank, data)
    stored_high, stored_low = area[PAYLOAD::LINE], area[PAYLOAD + 1 :: LINE]
    blank = _and(_and(blank, stored_high), stored_low)
    wrong = _or(_xor(high, stored_high), _xor(low, stored_low))
    states = bytearray(b"x" * count)
    for at in range(count):
        if blank[at] == ones[at]:
            states[at] = ord("F")
        elif wrong[at] == 0:
            states[at] = ord("V")
    return bytes(states)


def _and(left: bytes, right: bytes) -> bytes:
    mixed = int.from_bytes(left, "little") & int.from_bytes(right, "little")
    return mixed.to_bytes(len(left), "little")


def _or(left: bytes, right: bytes) -> bytes:
    mixed = int.from_bytes(left, "little") | int.from_bytes(right, "little")
    return mixed.to_bytes(len(left), "little")


def payload(area: bytes) -> bytes:
    """The 32 code bytes of every whole line."""
    count = len(area) // LINE
    out = bytearray(count * PAYLOAD)
    for column in range(PAYLOAD):
        out[column::PAYLOAD] = area[column : count * LINE : LINE]
    return bytes(out)


def _rotated(value: int, left: int, width: int) -> int:
    left %= width
    mask = (1 << width) - 1
    value &= mask
    return (value << left | value >> (width - left)) & mask


def stream_word(addr: int, key: tuple[int, int, int, int]) -> int:
    """The key stream word for the code word at logical `addr` (a multiple of 4)."""
    _, c1, c2, c3 = key
    if c3 >> 24 in (0x00, 0xFF):
        return 0
    word = 0
    if not c3 & 1:
        word ^= _generator_16(addr, c1, c3) << 16
    if not c3 & 2:
        word ^= _generator_17(addr, c1, c3) & 0xFFFF
    if not c3 & 4:
        mixed = _rotated(addr, -8 * (c3 >> 11 & 3), 32) ^ key[0]
        nibble = mixed >> 2 & 0xF
        word ^= _rotated(mixed, 17, 32) ^ (0xE519_A4F1 & nibble * 0x1111_1111)
    if not c3 & 8:
        word ^= c2
    return word & _ALL


def _generator_16(addr: int, c1: int, c3: int) -> int:
    low, high = addr & 0xFFFF, addr >> 16 & 0xFFFF
    if c3 & 0x20:
        low = (low << 8 | low >> 8) & 0xFFFF
    if c3 & 0x40:
        high = (high << 8 | high >> 8) & 0xFFFF
    mixed = low ^ high ^ c1 >> 16
    return _rotated(mixed, -7, 16) ^ (0x6371 & (mixed >> 5 & 0xF) * 0x1111)


def _generator_17(addr: int, c1: int, c3: int) -> int:
    fixed = (c1 >> 8 & 0xFF) << 9 | (c3 >> 4 & 1) << 8 | c1 & 0xFF
    mixed = (addr >> (c3 >> 8 & 3) & 0x1_FFFF) ^ fixed
    nibble = mixed >> 13 & 1 | (mixed >> 9 & 1) << 1 | (mixed >> 5 & 1) << 2 | (mixed >> 1 & 1) << 3
    mask = (mixed >> 4 & 1) << 16 | nibble * 0x1111
    return _rotated(mixed, -10, 17) ^ (0x1_3659 & mask)


@lru_cache(maxsize=4)
def key_stream(bits: int, key: tuple[int, int, int, int]) -> bytes:
    """The stream for logical 0 .. 2^bits, built by doubling: it is affine in the address bits."""
    zero = stream_word(0, key)
    stream = struct.pack("<I", zero)
    for bit in range(2, bits):
        step = struct.pack("<I", stream_word(1 << bit, key) ^ zero)
        stream += _xor(stream, step * (len(stream) // 4))
    return stream


def decrypt(code: bytes, *, addr: int, key: tuple[int, int, int, int]) -> bytes:
    """Code at logical `addr` as the CPU executes it; the same call encrypts."""
    end = addr + len(code)
    return _xor(code, key_stream(max(2, (end - 1).bit_length()), key)[addr:end])
