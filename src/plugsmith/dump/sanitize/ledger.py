"""Whose every byte of a file is: proven code, understood structure, searched data, or unread.

Each byte is in exactly one of the four. Everything but proven code is searched. *Searched* means
here that nothing can hide in it: erased and zero runs, padding lines, and the pin text. *Unread* is
what no decoder understands, so that only the searches speak for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.dump.finding import FindingKind, find_all
from plugsmith.dump.store.keyring import key_block_traces
from plugsmith.dump.store.stores import decrypt_phase
from plugsmith.dump.survey.credentials import is_harmless_file
from plugsmith.dump.survey.proven_code import CODE_KINDS, headers, proven_code
from plugsmith.dump.survey.vendor_files import find_file_store
from plugsmith.image.aes import BLOCK_LEN
from plugsmith.image.crc import PADDED_LINE
from plugsmith.memory import SECTOR_LEN, AddressRange, merge_ranges, subtract_ranges
from plugsmith.tuya.keys import (
    KEY_HEAD_LEN,
    KEY_MAGIC,
    KEY_TAIL_CIPHER,
    MASTER_KEY,
    read_key_head,
)
from plugsmith.tuya.rf import sound_len

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from plugsmith.dump.finding import Finding
    from plugsmith.dump.survey.report import DumpReport

_REWRITTEN = (  # the cleaner writes every byte of these anew
    FindingKind.OBK_CONFIG,
    FindingKind.TUYA_STORAGE,
    FindingKind.TUYA_SWAP,
    FindingKind.TUYA_PROTECTED,
)
_MIN_RUN = 16  # shorter runs of one byte may belong to what stands around them
_NOTHING = re.compile(
    rb"(?:\xff{%d,}(?:%s)?|\0{%d,})+|(?:%s)+"
    % (_MIN_RUN, re.escape(PADDED_LINE[-2:]), _MIN_RUN, re.escape(KEY_TAIL_CIPHER))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Sorted ranges that do not overlap and together are the file."""

    code: tuple[AddressRange, ...]
    structure: tuple[AddressRange, ...]
    searched: tuple[AddressRange, ...]
    unread: tuple[AddressRange, ...]

    def sizes(self) -> dict[str, int]:
        """Bytes of each kind."""
        return {
            name: sum(len(span) for span in getattr(self, name))
            for name in ("code", "structure", "searched", "unread")
        }


def account(
    data: bytes,
    report: DumpReport,
    *,
    lost: Iterable[AddressRange] = (),
    pin_text: bytes = b"",
) -> Ledger:
    """The ledger of a file. `lost`: sectors of the store that the cleaner rewrote blindly."""
    whole = AddressRange(0, len(data))
    code = proven_code(data, report.findings)
    known = merge_ranges([*_structures(data, report), *lost])
    structure = subtract_ranges((_clip(span, whole) for span in known), code)
    loose = subtract_ranges([whole], [*code, *structure])
    searched = [found for span in loose for found in _empty(data, span, pin_text)]
    rest = subtract_ranges(loose, searched)
    searched += [span for span in rest if not data[span.start : span.end].strip(b"\0\xff")]
    return Ledger(
        code=tuple(code),
        structure=tuple(structure),
        searched=tuple(merge_ranges(searched)),
        unread=tuple(subtract_ranges(loose, searched)),
    )


def fill_of(span: AddressRange, findings: Sequence[Finding]) -> int:
    """What a blanked stretch is filled with: FF, but 00 in the middle of code.

    An erased line would end the code there.
    """
    inside = any(item.kind in CODE_KINDS and item.span.covers(span) for item in findings)
    return 0x00 if inside else 0xFF


def _clip(span: AddressRange, whole: AddressRange) -> AddressRange:
    return AddressRange(min(span.start, whole.end), min(span.end, whole.end))


def _structures(data: bytes, report: DumpReport) -> Iterator[AddressRange]:
    yield from headers(data, report.findings)
    for item in report.findings:
        if item.kind in _REWRITTEN:
            yield item.span
        elif item.kind is FindingKind.RF_CALIBRATION:
            used = sound_len(data[item.span.start : item.span.end])
            yield AddressRange.sized(item.span.start, used)
        elif item.kind is FindingKind.TUYA_FILES:
            yield item.span
    yield from _keys(data)
    area = find_file_store(data, chip=report.chip, layout=report.layout)
    for stored in area.files if area else ():
        if stored.current and is_harmless_file(stored.name, stored.read(data)):
            yield from _used(stored.spans, stored.size)


def _keys(data: bytes) -> Iterator[AddressRange]:
    """The heads of key blocks; their padding is one constant block, many times."""
    phases = {0} | {trace.offset % BLOCK_LEN for trace in key_block_traces(data)}
    for phase in phases:
        plain = decrypt_phase(data, key=MASTER_KEY, phase=phase)
        for at in find_all(plain, KEY_MAGIC.to_bytes(4, "little")):
            head = plain[at : at + KEY_HEAD_LEN]
            if at % BLOCK_LEN == 0 and len(head) == KEY_HEAD_LEN and read_key_head(head).sound:
                yield AddressRange.sized(phase + at, KEY_HEAD_LEN)


def _used(spans: Iterable[AddressRange], size: int) -> Iterator[AddressRange]:
    for span in spans:
        yield AddressRange(span.start, min(span.end, span.start + max(0, size)))
        size -= SECTOR_LEN


def _empty(data: bytes, span: AddressRange, pin_text: bytes) -> Iterator[AddressRange]:
    body = data[span.start : span.end]
    yield from (
        AddressRange(span.start + hit.start(), span.start + hit.end())
        for hit in _NOTHING.finditer(body)
    )
    at = body.find(pin_text) if pin_text else -1
    while at >= 0:
        yield AddressRange.sized(span.start + at, len(pin_text))
        at = body.find(pin_text, at + len(pin_text))
