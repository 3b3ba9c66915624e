"""The protected sector: a second home of the device key and of the account records (N chips only).

The whole sector is encrypted with the master key; from offset 32 on a second time, inside, with the
data key. Source: tuya-storage.md section 3.4.
"""

from __future__ import annotations

import struct

from plugsmith.errors.content import Malformed
from plugsmith.image.aes import ecb_decrypt, ecb_encrypt
from plugsmith.memory import SECTOR_LEN
from plugsmith.records import frozen
from plugsmith.tuya.keys import KEY_MAGIC, MASTER_KEY, data_key
from plugsmith.tuya.kv import SUM_START, byte_sum
from plugsmith.tuya.store import Record

HEAD_LEN = 32
ITEM_HEAD_LEN = 36
NO_COUNTER = 0xFFFF_FFFF

_HEAD = struct.Struct("<II16sII")
_ITEM = struct.Struct("<I32s")
_MAX_LEN = SECTOR_LEN - HEAD_LEN


@frozen
class ProtectedSector:
    """Device key and items; `leftover` is what lies behind the data length."""

    device_key: bytes
    writes: int
    items: tuple[Record, ...]
    leftover: bytes = b""


@frozen
class ProtectedHead:
    """The first 24 bytes after one decryption, sound or not."""

    magic: int
    total: int
    device_key: bytes
    length: int
    writes: int

    @property
    def magic_ok(self) -> bool:
        """Whether the magic is right."""
        return self.magic == KEY_MAGIC


def read_protected_head(plain: bytes) -> ProtectedHead:
    """The head out of 32 or more bytes of the sector as decrypted with the master key."""
    magic, total, device_key, length, writes = _HEAD.unpack_from(plain)
    return ProtectedHead(
        magic=magic, total=total, device_key=device_key, length=length, writes=writes
    )


def protected_sum_ok(plain: bytes) -> bool:
    """Whether the whole-sector sum of the master-decrypted sector agrees."""
    if len(plain) < SECTOR_LEN:
        return False
    return read_protected_head(plain).total == byte_sum(plain[SUM_START:SECTOR_LEN])


def decode_protected(stored: bytes) -> ProtectedSector:
    """The content of a stored sector; raises Malformed if magic, sum or an item is wrong."""
    if len(stored) < SECTOR_LEN:
        raise _bad("it is cut short", len(stored))
    plain = ecb_decrypt(stored[:SECTOR_LEN], key=MASTER_KEY)
    head = read_protected_head(plain)
    if not head.magic_ok:
        raise _bad("its magic number is wrong", 0)
    if not protected_sum_ok(plain):
        raise _bad("its sum is wrong", 4)
    if head.length > _MAX_LEN:
        raise _bad("its length does not fit", 24)
    body = ecb_decrypt(plain[HEAD_LEN:], key=data_key(head.device_key))
    return ProtectedSector(
        device_key=head.device_key,
        writes=head.writes,
        items=_items(body[: head.length]),
        leftover=body[head.length :],
    )


def encode_protected(sector: ProtectedSector) -> bytes:
    """The stored sector; missing leftover is filled with FF. Raises Malformed if it does not fit.

    Everything behind the data length is encrypted with the data as one run, as the devices do it.
    """
    body = b"".join(
        _ITEM.pack(len(item.value), item.name.encode("ascii", "replace")) + item.value
        for item in sector.items
    )
    if len(body) > _MAX_LEN or any(len(item.name) > 32 for item in sector.items):
        raise _bad("the items do not fit", HEAD_LEN)
    rest = sector.leftover.ljust(_MAX_LEN, b"\xff")[: _MAX_LEN - len(body)]
    inner = ecb_encrypt(body + rest, key=data_key(sector.device_key))
    head = _HEAD.pack(KEY_MAGIC, 0, sector.device_key, len(body), sector.writes)
    plain = head + inner
    total = byte_sum(plain[SUM_START:])
    return ecb_encrypt(plain[:4] + struct.pack("<I", total) + plain[SUM_START:], key=MASTER_KEY)


def _items(body: bytes) -> tuple[Record, ...]:
    items: list[Record] = []
    at = 0
    while at < len(body):
        if at + _ITEM.size > len(body):
            raise _bad("an item is cut short", HEAD_LEN + at)
        length, raw = _ITEM.unpack_from(body, at)
        at += _ITEM.size
        name = raw.rstrip(b"\0")
        if at + length > len(body) or not name.isascii():
            raise _bad("an item does not fit", HEAD_LEN + at)
        items.append(Record(name=name.decode("ascii"), value=body[at : at + length]))
        at += length
    return tuple(items)


def _bad(problem: str, offset: int) -> Malformed:
    return Malformed(structure="protected sector", problem=problem, offset=offset)
