"""The RF calibration sector: groups of tagged records; one of them is the MAC.

There is no checksum over it. Source: tuya-storage.md sections 1.1 and 5.4; grouping as seen in 29
full dumps (a group's length covers its records, the head's length covers the groups).
"""

from __future__ import annotations

import struct
from dataclasses import replace

from plugsmith.errors.content import Malformed
from plugsmith.records import frozen

RF_MAGIC = b"TLV\0"
MAC_TAG = 0x1111_1102
MAC_AT = 0x24  # where the MAC bytes lie in every sector that was seen
MAC_LEN = 6
_HEAD_LEN = 8
_MAX_LEN = 0x1000
_PAIR = struct.Struct("<II")


@frozen
class RfRecord:
    """A tagged value."""

    tag: int
    value: bytes


@frozen
class RfGroup:
    """Records under a common tag; `tail` is filler behind them (5A bytes in many N dumps)."""

    tag: int
    records: tuple[RfRecord, ...]
    tail: bytes = b""


@frozen
class RfSector:
    """All groups in order."""

    groups: tuple[RfGroup, ...]

    @property
    def mac(self) -> bytes | None:
        """The device's MAC, or None."""
        for group in self.groups:
            for record in group.records:
                if record.tag == MAC_TAG and len(record.value) == MAC_LEN:
                    return record.value
        return None

    def with_mac(self, mac: bytes) -> RfSector:
        """The same calibration with another MAC."""
        groups = tuple(
            replace(
                group,
                records=tuple(
                    replace(record, value=mac) if record.tag == MAC_TAG else record
                    for record in group.records
                ),
            )
            for group in self.groups
        )
        return RfSector(groups=groups)


def sound_len(sector: bytes) -> int:
    """Bytes from the start of a sector, damaged or not, that are groups of records and filler.

    Filler is one byte many times; a group with anything else behind its records ends the count.
    """
    end = min(len(sector), _HEAD_LEN + int.from_bytes(sector[4:8], "little"))
    at = _HEAD_LEN
    while group := _pair_at(sector[:end], at):
        _found, tail = _records(group)
        if len(set(tail)) > 1:
            return at + _PAIR.size + len(group.value) - len(tail)
        at += _PAIR.size + len(group.value)
    return min(at, len(sector))


def decode_rf(sector: bytes) -> RfSector:
    """The groups of a sector; raises Malformed where the lengths do not agree."""
    if len(sector) < _HEAD_LEN or sector[:4] != RF_MAGIC:
        raise _bad("its magic is missing", 0)
    (length,) = struct.unpack_from("<I", sector, 4)
    end = _HEAD_LEN + length
    if length > _MAX_LEN or end > len(sector):
        raise _bad("its length does not fit", 4)
    groups: list[RfGroup] = []
    at = _HEAD_LEN
    while at < end:
        group = _pair_at(sector[:end], at)
        if group is None:
            raise _bad("a group does not fit", at)
        records, tail = _records(group)
        groups.append(RfGroup(tag=group.tag, records=records, tail=tail))
        at += _PAIR.size + len(group.value)
    return RfSector(groups=tuple(groups))


def _records(group: RfRecord) -> tuple[tuple[RfRecord, ...], bytes]:
    """The records of a group, which share all but the last byte of its tag, and the rest."""
    found: list[RfRecord] = []
    at = 0
    while (record := _pair_at(group.value, at)) and record.tag >> 8 == group.tag >> 8:
        found.append(record)
        at += _PAIR.size + len(record.value)
    return tuple(found), group.value[at:]


def _pair_at(body: bytes, at: int) -> RfRecord | None:
    if at + _PAIR.size > len(body):
        return None
    tag, length = _PAIR.unpack_from(body, at)
    start = at + _PAIR.size
    if start + length > len(body):
        return None
    return RfRecord(tag=tag, value=body[start : start + length])


def read_mac(sector: bytes) -> bytes | None:
    """The MAC in a sector whose calibration may be damaged; None if it is not there."""
    marker = _PAIR.pack(MAC_TAG, MAC_LEN)
    if sector[:4] != RF_MAGIC or sector[MAC_AT - len(marker) : MAC_AT] != marker:
        return None
    mac = sector[MAC_AT : MAC_AT + MAC_LEN]
    return mac if len(mac) == MAC_LEN else None


def encode_rf(sector: RfSector) -> bytes:
    """The used bytes of the sector; the rest of it is erased. Raises Malformed if too long."""
    body = b"".join(
        _pair(
            group.tag,
            b"".join(_pair(record.tag, record.value) for record in group.records) + group.tail,
        )
        for group in sector.groups
    )
    if len(body) > _MAX_LEN - _HEAD_LEN:
        raise _bad("it does not fit into its sector", _MAX_LEN)
    return RF_MAGIC + struct.pack("<I", len(body)) + body


def _pair(tag: int, value: bytes) -> bytes:
    return _PAIR.pack(tag, len(value)) + value


def _bad(problem: str, offset: int) -> Malformed:
    return Malformed(structure="RF calibration sector", problem=problem, offset=offset)
