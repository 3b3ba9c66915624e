"""The RF calibration sector with the device's MAC (uart-protocol.md section 6.4)."""

from __future__ import annotations

import struct

from plugsmith.dump.finding import Finding, FindingKind, find_all
from plugsmith.errors import Malformed
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.tuya.rf import MAC_LEN, RF_MAGIC, decode_rf, read_mac

_FIRST_GROUP = 0x1111_1100
_NO_MAC = (b"\0" * MAC_LEN, b"\xff" * MAC_LEN)


def find(data: bytes) -> list[Finding]:
    """Every sector that starts with the marker, a sane length and the first group's tag."""
    found: list[Finding] = []
    for at in find_all(data, RF_MAGIC):
        head = data[at : at + 12]
        if len(head) < 12:
            continue
        length, tag = struct.unpack_from("<II", head, 4)
        if not 8 <= length <= SECTOR_LEN or tag != _FIRST_GROUP:
            continue
        span = AddressRange(at, min(at + SECTOR_LEN, len(data)))
        found.append(_sector(data[span.start : span.end], span))
    return found


def mac_of(sector: bytes) -> str | None:
    """The MAC of an RF sector as text, None if there is none or it is all zero or all FF."""
    raw = read_mac(sector)
    return raw.hex(":").upper() if raw is not None and raw not in _NO_MAC else None


def _sector(sector: bytes, span: AddressRange) -> Finding:
    mac = mac_of(sector)
    try:
        decode_rf(sector)
    except Malformed:
        records = False
    else:
        records = True
    return Finding(
        kind=FindingKind.RF_CALIBRATION,
        span=span,
        evidence=("TLV marker", "first group tag"),
        facts={"mac": mac, "records": records},
        sound=records and mac is not None,
    )
