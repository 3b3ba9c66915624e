"""OpenBeken's settings block, anywhere in the file (tuya-storage.md section 9)."""

from __future__ import annotations

from plugsmith.dump.finding import Finding, FindingKind, find_all
from plugsmith.errors import Malformed
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.openbeken.config_block import MAGIC, ConfigBlock, field, read_block

_LIMIT = 4096  # plain code holds the text too; most hits fail at the version


def find(data: bytes) -> list[Finding]:
    """Blocks with a known version and a right checksum."""
    found: list[Finding] = []
    for at in find_all(data, MAGIC, limit=_LIMIT):
        block = _block_at(data, at)
        if block is None:
            continue
        found.append(
            Finding(
                kind=FindingKind.OBK_CONFIG,
                span=AddressRange(at, min(at + SECTOR_LEN, len(data))),
                evidence=("CFG marker", "checksum"),
                facts={
                    "version": block.version,
                    "checksum": "signed" if block.signed else "unsigned",
                    "wifi": any(block.value(field(name)) for name in ("wifi_ssid", "wifi_ssid2")),
                },
            )
        )
    return found


def _block_at(data: bytes, at: int) -> ConfigBlock | None:
    if data[at + 5 : at + 8] != b"\0\0\0":  # the version is small: cheap, and nearly all fail here
        return None
    try:
        return read_block(data[at : at + SECTOR_LEN])
    except Malformed:
        return None
