"""The table of settings in Tuya's firmware for ESP8266 modules: names and values as text.

Source: tuya-storage.md 3.6, from the GUI flasher alone; no dump of such a device was at hand.
"""

from __future__ import annotations

import re
from dataclasses import field

from plugsmith.image.aes import BLOCK_LEN, ecb_decrypt
from plugsmith.memory import SECTOR_LEN
from plugsmith.records import frozen

MAGIC = b"PSM1"
_KEY = (b"Qby6", b"TH9bj8GiexU")  # one byte between them is not known, so each is tried
KEYS = tuple(_KEY[0] + bytes((byte,)) + _KEY[1] for byte in range(256))
_MOST_SECTORS = 32
_GAP = 2  # so many sectors without a pair end the table
# From the first letter of a name on, so that letters without an end cost no more than others.
_PAIR = re.compile(rb"(?<![A-Za-z0-9_.\-])[A-Za-z0-9_.\-]{1,96}=[^\0\xff]")


@frozen
class PsmTable:
    """The table at `offset`; `plain` has each byte at the place that it has in the file.

    `scrambled`: it was opened with one of the known keys. `names` as they stand there, once each.
    """

    offset: int
    plain: bytes = field(repr=False)
    scrambled: bool
    names: tuple[str, ...]


def find_psm(data: bytes) -> PsmTable | None:
    """The first table that begins with a sector of `data` and holds a pair; None if none does."""
    heads = b"".join(data[at : at + BLOCK_LEN] for at in _sectors(data))
    for key in (None, *KEYS):
        opened = heads if key is None else ecb_decrypt(heads, key=key)
        for number in range(len(heads) // BLOCK_LEN):
            if opened.startswith(MAGIC, number * BLOCK_LEN):
                table = _table(data, number * SECTOR_LEN, key)
                if table is not None:
                    return table
    return None


def _sectors(data: bytes) -> range:
    return range(0, len(data) - SECTOR_LEN + 1, SECTOR_LEN)


def _table(data: bytes, start: int, key: bytes | None) -> PsmTable | None:
    plain = bytearray()
    held = missing = 0
    end = min(len(data), start + _MOST_SECTORS * SECTOR_LEN)
    for at in range(start, end - SECTOR_LEN + 1, SECTOR_LEN):
        sector = data[at : at + SECTOR_LEN]
        opened = sector if key is None else ecb_decrypt(sector, key=key)
        missing = 0 if _PAIR.search(opened.removeprefix(MAGIC)) else missing + 1
        plain += opened
        if missing == 0:
            held = len(plain)
        if missing >= _GAP:
            break
    names = dict.fromkeys(
        hit[0][:-2].decode("ascii") for hit in _PAIR.finditer(bytes(plain[len(MAGIC) : held]))
    )
    if not names:
        return None
    return PsmTable(
        offset=start, plain=bytes(plain[:held]), scrambled=key is not None, names=tuple(names)
    )
