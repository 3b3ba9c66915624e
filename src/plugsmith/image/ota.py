"""OTA packages: an RBL header in front of the packed code, optionally inside a UG file.

The packed code is plain, without line CRC16s: the boot loader adds both when it unpacks into the
application partition (uart-protocol.md sections 7.4, 7.5; a left-over package in a factory dump
shows the same). Algorithms 0x0000 and 0x0102 are read and written, 0x0002 and 0x0100 (packed or
encrypted alone, as other tools make them) are read, others are named and refused.
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass

from plugsmith.errors import Malformed
from plugsmith.errors.image import ContainerUnsupported
from plugsmith.image.aes import BLOCK_LEN, cbc_decrypt, cbc_encrypt
from plugsmith.image.packages import diff2ya
from plugsmith.image.rbl import (
    HEADER_LEN,
    MAGIC,
    Cipher,
    Packing,
    RblHeader,
    algorithm_name,
    fnv1a,
    pad_package,
    read_header,
)
from plugsmith.messages import _

PLAIN = 0x0000
GZIP_AES = 0x0102
_READ = frozenset({PLAIN, GZIP_AES, Cipher.AES256_CBC, Packing.GZIP << 8})
# Public: in the build scripts of the SDK and of OpenBeken, and the same in Tuya's Q firmware.
OTA_KEY = b"0123456789ABCDEF0123456789ABCDEF"
OTA_IV = b"0123456789ABCDEF"
UG_MAGIC = bytes.fromhex("55aa55aa")
UG_END = bytes.fromhex("aa55aa55")
UG_HEADER_LEN = 32
MAX_RAW_LEN = 0x80_0000  # the largest flash of these chips
_GZIP_FORMAT = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class OtaPackage:
    """An unpacked package; `code` is plain and whole, its hash and CRCs were right.

    `end`: the offset behind it in the file. `header` None: a package of another form
    (`image.packages.diff2ya`).
    """

    header: RblHeader | None
    code: bytes
    end: int


def package_start(data: bytes) -> int | None:
    """Offset of the header in an OTA file (RBL, plain or in UG; diff2ya), or None."""
    if data.startswith(MAGIC) or diff2ya.read_header(data) is not None:
        return 0
    if (
        data.startswith(UG_MAGIC)
        and data[UG_HEADER_LEN - 4 : UG_HEADER_LEN] == UG_END
        and data[UG_HEADER_LEN : UG_HEADER_LEN + 4] == MAGIC
    ):
        return UG_HEADER_LEN
    return None


def read_package(data: bytes, at: int = 0) -> OtaPackage:
    """Unpack the package whose header is at `at`.

    Raises ContainerUnsupported for other algorithms and Malformed for a package that is damaged.
    """
    label = diff2ya.read_header(data) if at == 0 else None
    if label is not None:
        end = label.body_at + label.body_len
        return OtaPackage(header=None, code=diff2ya.unpack(data), end=end)
    header = read_header(data, at)
    if header is None:
        raise _malformed("there is no header", at)
    if not header.sound:
        raise _malformed("the header fails its own CRC-32", at)
    if header.algorithm not in _READ:
        raise ContainerUnsupported(algorithm=algorithm_name(header.algorithm))
    if not 0 < header.raw_size <= MAX_RAW_LEN:
        raise _malformed(_("a raw size of {size} bytes is impossible", size=header.raw_size), at)
    body_at = at + HEADER_LEN
    body = data[body_at : body_at + header.package_size]
    if len(body) < header.package_size:
        missing = header.package_size - len(body)
        raise _malformed(_("{count} bytes are missing at the end", count=missing), body_at)
    if zlib.crc32(body) != header.body_crc32:
        raise _malformed("the package fails its CRC-32", body_at)
    code = _unpack(body, header, body_at)
    if fnv1a(code) != header.raw_hash:
        raise _malformed("the unpacked code does not have the hash that the header gives", body_at)
    return OtaPackage(header=header, code=code, end=body_at + header.package_size)


def _unpack(body: bytes, header: RblHeader, at: int) -> bytes:
    packed = body
    if header.algorithm & 0xFF == Cipher.AES256_CBC:
        if not body or len(body) % BLOCK_LEN:
            raise _malformed("its length is no multiple of the cipher's block", at)
        packed = cbc_decrypt(body, key=OTA_KEY, iv=OTA_IV)
    if header.algorithm >> 8 == Packing.NONE:
        if len(packed) < header.raw_size:
            raise _malformed("it is shorter than the code it should hold", at)
        return packed[: header.raw_size]
    engine = zlib.decompressobj(_GZIP_FORMAT)
    try:
        code = engine.decompress(packed, header.raw_size + 1)
    except zlib.error as problem:
        raise _malformed("it does not unpack: another key, or damage", at) from problem
    if len(code) != header.raw_size or not engine.eof:
        raise _malformed(
            _("it unpacks to another size than {size} bytes", size=header.raw_size), at
        )
    return code


def write_package(
    code: bytes, *, version: str, time: int, algorithm: int = GZIP_AES, partition: str = "app"
) -> bytes:
    """An OTA file of plain `code`; `time` is Unix time. Raises ContainerUnsupported."""
    if algorithm == GZIP_AES:
        packed = pad_package(gzip.compress(code, 9, mtime=0))
        body = cbc_encrypt(packed, key=OTA_KEY, iv=OTA_IV)
    elif algorithm == PLAIN:
        body = pad_package(code)
    else:
        raise ContainerUnsupported(algorithm=algorithm_name(algorithm))
    header = RblHeader(
        algorithm=algorithm,
        time=time,
        partition=partition,
        version=version,
        body_crc32=zlib.crc32(body),
        raw_hash=fnv1a(code),
        raw_size=len(code),
        package_size=len(body),
    )
    return header.encode() + body


def _malformed(problem: str, at: int) -> Malformed:
    return Malformed(structure="update package", problem=problem, offset=at)
