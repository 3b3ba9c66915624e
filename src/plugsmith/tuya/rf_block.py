"""A new calibration block for a device that lost its own: an address, and nothing measured.

Source: one BK7231N in use holds the first group alone (29 dumps, docs/facts/uart-protocol.md 6.4).
The records of that group whose values are equal in every dump are written; those that are measured
for each device are left out, so that a firmware takes its own defaults.
"""

from __future__ import annotations

from plugsmith.errors.content import Malformed
from plugsmith.tuya.rf import MAC_LEN, MAC_TAG, RfGroup, RfRecord, RfSector, encode_rf

_GROUP = 0x1111_1100
_CRYSTAL = RfRecord(tag=0x1111_1101, value=bytes.fromhex("4e61bc00"))
_CONSTANT = RfRecord(tag=0x1111_1104, value=bytes.fromhex("8e155301"))
_SECTOR_LEN = 0x1000


def new_sector(mac: bytes) -> bytes:
    """A whole sector with `mac`; Malformed where it is no address of a single device."""
    if not is_own_address(mac):
        raise Malformed(structure="MAC", problem="it is no address of one device", offset=0)
    records = (_CRYSTAL, RfRecord(tag=MAC_TAG, value=mac), _CONSTANT)
    body = encode_rf(RfSector(groups=(RfGroup(tag=_GROUP, records=records),)))
    return body.ljust(_SECTOR_LEN, b"\xff")


def is_own_address(mac: bytes) -> bool:
    """Whether six bytes can be the address of one device: no group bit, not all zero."""
    return len(mac) == MAC_LEN and not mac[0] & 1 and any(mac)
