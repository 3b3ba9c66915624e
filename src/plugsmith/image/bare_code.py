"""Code without the CRC16s that lie between its lines in flash: as a compiler or a packer gives it.

Such a file is not damaged: every 34-byte line of it fails, and its 32-byte reading has sound
vectors. With the CRC16s built, it is judged like any other; it is only never written as it is.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from plugsmith.chips.model import KeyClass
from plugsmith.image.app import build_twins
from plugsmith.image.crc import PADDED_LINE, bad_lines
from plugsmith.image.model import CheckVerdict, CodeForm, FindingLevel, ImageFinding, ImageKind
from plugsmith.image.physical import APP_LOGICAL_START, LINE_LEN, STORED_LEN
from plugsmith.image.scramble import PLAIN_KEY, TUYA_KEY, scramble
from plugsmith.memory import SECTOR_LEN
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.image.model import FirmwareImage

_VECTORS = bytes.fromhex("14f09fe5") * 7
_BRANCH = 0xEA
_PROBE = 64 * STORED_LEN
_LINE_CHECKS = ("crc16", "loader-crc16")
_KINDS = {ImageKind.QIO, ImageKind.APP, ImageKind.BOOTLOADER, ImageKind.FLASH_START}


def is_plain_code(data: bytes) -> bool:
    """Whether `data` starts with whole vectors and no line of it has its CRC16 behind it."""
    if len(data) < 8 * LINE_LEN or not _has_vectors(data[:LINE_LEN]):
        return False
    probe = data[:_PROBE]
    bad = set(bad_lines(probe))
    good = [at for at in range(0, len(probe) - STORED_LEN + 1, STORED_LEN) if at not in bad]
    return all(probe[at : at + STORED_LEN] == PADDED_LINE for at in good)


def without_filling(data: bytes) -> bytes:
    """Bare code without the FF that fill it up to the size of a partition.

    Less than a sector of FF is left: compilers end code with some, and a device must be able to
    read them there.
    """
    bare = data.rstrip(b"\xff")
    return data if len(data) - len(bare) < SECTOR_LEN else bare


def with_plain_code(data: bytes, judged: FirmwareImage) -> FirmwareImage:
    """The answer on `data`, from that on the same code with its CRC16s (`judged`)."""
    note = ImageFinding(
        code="plain-code",
        level=FindingLevel.NOTE,
        text=_(
            "The file is code without the checksums that lie between its lines in flash. It is not "
            "damaged, and it is not written as it is."
        ),
        at=0,
    )
    checks = {
        name: CheckVerdict.MISSING if name in _LINE_CHECKS else verdict
        for name, verdict in judged.checks.items()
    }
    known = judged.kind in _KINDS
    chips = judged.chips
    if judged.loader is None and judged.key is KeyClass.NONE:
        chips = build_twins(chips)
    return replace(
        judged,
        kind=judged.kind if known else ImageKind.UNKNOWN,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        chips=chips,
        writes=(),
        checks=checks,
        findings=(note, *(item for item in judged.findings if item.code != "stray-bytes")),
        form=CodeForm.PLAIN_CODE,
    )


def _has_vectors(head: bytes) -> bool:
    plain = [scramble(head, PLAIN_KEY, start=0)]
    plain += [scramble(head, TUYA_KEY, start=start) for start in (0, APP_LOGICAL_START)]
    return any(item[3] == _BRANCH and item[4:] == _VECTORS for item in plain)
