"""Update packages of the vendor's T1 (BK7238): a header of 64 bytes, then the code packed with XZ.

Layout: chips-beyond.md 2. A package that holds only a difference needs the old firmware: refused.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from struct import Struct

from plugsmith.errors import Malformed
from plugsmith.errors.image import ContainerUnsupported
from plugsmith.messages import _

MAGIC = b"MMM\0"
_HEAD = Struct("<4s11I2BH3I")
_WHOLE = 0x4C5A_4350  # the code itself, packed
_DIFFERENCES = {
    0x5349_4E47: "SING", 0x4142_5349: "ABSI", 0x4142_5238: "ABR8",
    0x4C5A_4352: "LZCR", 0x4C5A_4351: "LZCQ",
}  # fmt: skip
MAX_LEN = 0x80_0000
_MEMORY = 16 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class T1Header:
    """`kind`: the code whole, or a difference; lengths in bytes; CRCs are zlib's CRC-32."""

    kind: int
    code_crc32: int
    code_len: int
    body_at: int
    body_len: int
    body_crc32: int


def read_header(data: bytes) -> T1Header | None:
    """The header at the start of `data`; None where there is none."""
    if len(data) < _HEAD.size or not data.startswith(MAGIC):
        return None
    fields = _HEAD.unpack_from(data)
    return T1Header(
        kind=fields[1],
        code_crc32=fields[3],
        code_len=fields[5],
        body_at=fields[6],
        body_len=fields[8],
        body_crc32=fields[9],
    )


def unpack(data: bytes) -> bytes:
    """The plain code, whole: its CRC was right.

    Raises ContainerUnsupported for a difference and Malformed for a package that is damaged.
    """
    header = read_header(data)
    if header is None:
        raise _malformed("there is no header")
    if header.kind in _DIFFERENCES:
        kind = _DIFFERENCES[header.kind]
        raise ContainerUnsupported(algorithm=_("diff2ya {kind} (a difference)", kind=kind))
    if header.kind != _WHOLE:
        raise _malformed(_("its kind {kind} is not known", kind=f"{header.kind:#010x}"))
    if not 0 < header.code_len <= MAX_LEN or header.body_at < _HEAD.size:
        raise _malformed("its header holds impossible lengths")
    body = data[header.body_at : header.body_at + header.body_len]
    if len(body) != header.body_len or zlib.crc32(body) != header.body_crc32:
        raise _malformed("the package fails its CRC-32")
    code = _unpacked(body, header.code_len)
    if len(code) != header.code_len or zlib.crc32(code) != header.code_crc32:
        raise _malformed("the unpacked code fails its CRC-32")
    return code


def _unpacked(body: bytes, length: int) -> bytes:
    try:
        import lzma  # noqa: PLC0415 - a Python may be built without it
    except ImportError as missing:
        raise ContainerUnsupported(algorithm="XZ (this Python has no lzma)") from missing
    try:
        engine = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=_MEMORY)
        return engine.decompress(body, length + 1)
    except (lzma.LZMAError, EOFError) as problem:
        raise _malformed("it does not unpack") from problem


def _malformed(problem: str) -> Malformed:
    return Malformed(structure="update package", problem=problem, offset=0)
