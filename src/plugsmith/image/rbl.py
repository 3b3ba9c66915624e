"""RBL headers: in front of an OTA package, or as the trailer of a partition in flash.

In flash the 96 bytes lie as three stored lines (102 bytes) at the end of their partition or of the
file that fills it; the body is then the code itself, as stored but without its line CRC16s.
Source: uart-protocol.md section 7.4; that the body CRC covers the raw code filled up to 16 bytes
in PKCS#7 manner was computed from vendor files, where it always holds.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum
from hashlib import sha256

from plugsmith.image.crc import PADDED_LINE, bad_lines, build_lines
from plugsmith.image.physical import strip_lines

MAGIC = b"RBL\0"
HEADER_LEN = 96
TRAILER_LEN = 102  # the header as stored lines
_LAYOUT = struct.Struct("<4sII16s24s24sIIIII")
_CIPHER_BLOCK = 16
NO_SERIAL = "0" * 23
_KNOWN: dict[tuple[int, bytes], int] = {}  # 50 ms a MB; a run asks for the same one several times
_MOST_KNOWN = 8


class Cipher(IntEnum):
    """Low byte of the algorithm."""

    NONE = 0
    XOR = 1
    AES256_CBC = 2


class Packing(IntEnum):
    """Second byte of the algorithm."""

    NONE = 0
    GZIP = 1
    QUICKLZ = 2
    FASTLZ = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RblHeader:
    """The fields of a header; `sound` says whether its own CRC-32 was right when it was read."""

    algorithm: int
    time: int
    partition: str
    version: str
    serial: str = NO_SERIAL
    body_crc32: int
    raw_hash: int
    raw_size: int
    package_size: int
    sound: bool = True

    def encode(self) -> bytes:
        """The 96 bytes, with a right header CRC; texts are cut to their fields."""
        body = _LAYOUT.pack(
            MAGIC,
            self.algorithm,
            self.time,
            _field(self.partition, 16),
            _field(self.version, 24),
            _field(self.serial, 24),
            self.body_crc32,
            self.raw_hash,
            self.raw_size,
            self.package_size,
            0,
        )[:-4]
        return body + zlib.crc32(body).to_bytes(4, "little")

    def trailer(self) -> bytes:
        """The header as the 102 bytes that lie in flash."""
        return build_lines(self.encode())


def read_header(data: bytes, at: int = 0) -> RblHeader | None:
    """The plain header at `at`, or None when there is no magic or not enough bytes."""
    raw = data[at : at + HEADER_LEN]
    if len(raw) < HEADER_LEN or not raw.startswith(MAGIC):
        return None
    _, algorithm, time, partition, version, serial, *numbers, crc = _LAYOUT.unpack(raw)
    body_crc32, raw_hash, raw_size, package_size = numbers
    return RblHeader(
        algorithm=algorithm,
        time=time,
        partition=_text(partition),
        version=_text(version),
        serial=_text(serial),
        body_crc32=body_crc32,
        raw_hash=raw_hash,
        raw_size=raw_size,
        package_size=package_size,
        sound=crc == zlib.crc32(raw[:-4]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Trailer:
    """A header stored as lines at the physical offset `at`; `lines_ok` is about its CRC16s."""

    at: int
    header: RblHeader
    lines_ok: bool

    @property
    def end(self) -> int:
        """First byte after the stored header."""
        return self.at + TRAILER_LEN


def read_trailer(data: bytes, at: int) -> Trailer | None:
    """The stored header at `at`, or None when there is none.

    A header whose first line alone is damaged is still taken for one (`lines_ok` is False), or a
    lost bit in its magic would make it disappear.
    """
    stored = data[at : at + TRAILER_LEN]
    if at < 0 or len(stored) < TRAILER_LEN:
        return None
    raw = strip_lines(stored)
    bad = bad_lines(stored)
    if bad == [0] and PADDED_LINE not in (stored[34:68], stored[68:]):
        raw = MAGIC + raw[len(MAGIC) :]
    header = read_header(raw)
    return Trailer(at=at, header=header, lines_ok=not bad) if header is not None else None


def header_for(
    code: bytes, *, partition: str, version: str, time: int, algorithm: int = 0
) -> RblHeader:
    """The header of `code` (as stored, without line CRC16s) kept as it is in its partition."""
    padded = pad_package(code)
    return RblHeader(
        algorithm=algorithm,
        time=time,
        partition=partition,
        version=version,
        body_crc32=zlib.crc32(padded),
        raw_hash=fnv1a(code),
        raw_size=len(code),
        package_size=len(padded),
    )


def body_matches(header: RblHeader, code: bytes) -> bool | None:
    """Whether `code` (at least raw_size bytes, as stored) is what `header` describes.

    None when the code is shorter than the header says. The CRC-32 decides where the package was
    not transformed, else the hash of the raw image.
    """
    if len(code) < header.raw_size:
        return None
    raw = code[: header.raw_size]
    padded = pad_package(raw)
    if header.algorithm == 0 and len(padded) == header.package_size:
        return zlib.crc32(padded) == header.body_crc32
    return fnv1a(raw) == header.raw_hash


def pad_package(raw: bytes) -> bytes:
    """`raw` filled to a multiple of 16, PKCS#7: always by 1 to 16 bytes that hold their number."""
    fill = _CIPHER_BLOCK - len(raw) % _CIPHER_BLOCK
    return raw + bytes([fill]) * fill


def fnv1a(data: bytes | bytearray) -> int:
    """32-bit FNV-1a; the last results are remembered, by length and SHA-256, not the data."""
    key = (len(data), sha256(data).digest())
    value = _KNOWN.get(key)
    if value is None:
        value = 0x811C_9DC5
        for byte in data:
            value = (value ^ byte) * 0x0100_0193 & 0xFFFF_FFFF
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[key] = value
    return value


def algorithm_name(algorithm: int) -> str:
    """Plain words for an algorithm number."""
    cipher, packing = algorithm & 0xFF, algorithm >> 8
    try:
        if algorithm == 0:
            return "none"
        return f"{Packing(packing).name.lower()} + {Cipher(cipher).name.lower()}"
    except ValueError:
        return f"unknown (0x{algorithm:X})"


def _field(text: str, size: int) -> bytes:
    return text.encode("ascii", "replace")[: size - 1]


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("ascii", "backslashreplace")
