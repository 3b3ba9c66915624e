"""Measure the code of one partition: where it ends, which lines are wrong, its trailer, its key."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice

from plugsmith.chips.model import KeyClass
from plugsmith.image.crc import ERASED_LINE, bad_lines, code_end, line_crc
from plugsmith.image.keys.recovery import key_of_vectors
from plugsmith.image.model import CodeSection
from plugsmith.image.physical import (
    APP_LOGICAL_START,
    APP_START,
    LINE_LEN,
    LOADER_LEN,
    STORED_LEN,
    physical_len,
    strip_lines,
)
from plugsmith.image.rbl import TRAILER_LEN, Trailer, body_matches, read_trailer
from plugsmith.image.scramble import PLAIN_KEY, TUYA_KEY, ScrambleKey, scramble

VECTOR = bytes.fromhex("14f09fe5")  # ldr pc, [pc, #20]: words 1..7 of every vector table
_BRANCH = 0xEA  # highest byte of word 0: a branch, always taken
_IN_STEP = 3  # lines whose checksums are not right by chance
_MOSTLY_FF = 26  # of 34 bytes: a padding line with a few bits lost, not code
_MAX_STRAY = 16
_WRITTEN = re.compile(rb"[^\xff]")
_PROBE_LINES = 64
# physical ends of application partitions (uart-protocol.md 7.4); 0x100000 is OpenBeken's T image
APP_ENDS = (0x12_9F70, 0x13_2000, 0x10_0000)
LOADER_ENDS = (0x1_1000, 0xFF00)


def looks_like_code(data: bytes, at: int) -> bool:
    """Whether stored lines start at `at`: most of the first ones have a right CRC16."""
    probe = data[at : at + _PROBE_LINES * STORED_LEN]
    lines = [
        probe[start : start + STORED_LEN]
        for start in range(0, len(probe) - STORED_LEN + 1, STORED_LEN)
    ]
    written = [line for line in lines if line != ERASED_LINE]
    good = sum(
        line_crc(line[:LINE_LEN]) == int.from_bytes(line[LINE_LEN:], "big") for line in written
    )
    return good >= 4 and good * 10 >= len(written) * 9


def measure_loader(data: bytes, *, at: int = 0) -> CodeSection:
    """The boot loader whose physical address 0 is at `at` of the file."""
    limit = min(at + LOADER_LEN, len(data))
    ends = [at + end for end in LOADER_ENDS if at + end <= limit]
    trailer = _find_trailer(data, ends, partition="bootloader")
    return _measure(data, name="bootloader", start=at, limit=limit, logical=0, trailers=trailer[:1])


def measure_app(data: bytes, *, at: int = APP_START, limit: int | None = None) -> CodeSection:
    """The application whose physical address 0x11000 is at `at` of the file.

    `limit` is the end of the partition in the file, where the boot loader's table tells it.
    """
    end = min(limit or len(data), len(data))
    shift = at - APP_START
    ends = [end, *(shift + item for item in APP_ENDS), len(data)]
    ends = [item for item in dict.fromkeys(ends) if at < item <= len(data)]
    return _measure(
        data,
        name="app",
        start=at,
        limit=end,
        logical=APP_LOGICAL_START,
        trailers=_find_trailer(data, ends, partition="app"),
    )


def goes_on(data: bytes, section: CodeSection) -> bool:
    """Whether lines of code follow in step behind a partition that code fills to its end."""
    behind = data[section.end : section.end + _IN_STEP * STORED_LEN]
    fills = section.limit - section.end < STORED_LEN
    whole = len(behind) == _IN_STEP * STORED_LEN and ERASED_LINE not in behind
    return fills and whole and not bad_lines(behind)


def _find_trailer(data: bytes, ends: list[int], *, partition: str) -> list[Trailer]:
    """The stored headers at the usual places, also damaged ones that still say what they are."""
    found = [read_trailer(data, end - TRAILER_LEN) for end in ends if end >= TRAILER_LEN]
    return [
        item
        for item in found
        if item is not None and (item.header.partition == partition or not item.header.sound)
    ]


def _measure(
    data: bytes, *, name: str, start: int, limit: int, logical: int, trailers: list[Trailer]
) -> CodeSection:
    """The section as the header describes it that fits best: an older one may lie further on."""
    found = [
        _measured(data, name=name, start=start, limit=limit, logical=logical, trailer=trailer)
        for trailer in _fitting_trailers(data, start, trailers)
    ]
    return next((section for section in found if section.body_ok), found[0])


def _measured(
    data: bytes, *, name: str, start: int, limit: int, logical: int, trailer: Trailer | None
) -> CodeSection:
    body_limit = trailer.at if trailer else limit
    stored = data[start:body_limit]
    end, erased = _covered(stored, trailer)
    bad = tuple(at for at in bad_lines(stored[:end]) if at not in erased)
    scrambled = strip_lines(stored[:end])
    key_class, key, vectors_ok = find_key(scrambled, logical)
    section = CodeSection(
        name=name,
        start=start,
        end=start + end,
        limit=limit,
        lines=end // STORED_LEN,
        bad=tuple(start + at for at in bad),
        erased=tuple(start + at for at in sorted(erased)),
        stray=tuple(start + at for at in _stray(stored, end)),
        trailer=trailer,
        body_ok=None,
        key=key,
        key_class=key_class,
        vectors_ok=vectors_ok,
        code=scramble(scrambled, key, start=logical) if key else scrambled,
    )
    return replace(section, body_ok=_body_ok(section, scrambled))


def _fitting_trailers(
    data: bytes, start: int, trailers: list[Trailer]
) -> list[Trailer] | list[None]:
    """Of several headers those whose size is that of the code, else the first; never empty."""
    if len(trailers) < 2:
        return trailers or [None]
    end = code_end(data[start : min(item.at for item in trailers)])
    fitting = [item for item in trailers if physical_len(item.header.raw_size) == end]
    return fitting or trailers[:1]


def _covered(stored: bytes, trailer: Trailer | None) -> tuple[int, set[int]]:
    """Where covered code ends in `stored`, and the erased lines before that end."""
    first_erased = code_end(stored)
    header = trailer.header if trailer else None
    if header is not None and header.sound and physical_len(header.raw_size) <= len(stored):
        end = physical_len(header.raw_size)
        erased = {
            at
            for at in range(first_erased, end, STORED_LEN)
            if stored[at : at + STORED_LEN] == ERASED_LINE
        }
        return end, erased
    end = first_erased
    while end and _is_worn_padding(stored[end - STORED_LEN : end]):
        end -= STORED_LEN
    return end, set()


def _is_worn_padding(line: bytes) -> bool:
    """A line that fails its CRC16 and is FF but for a few bytes: padding that lost bits."""
    return line.count(0xFF) >= _MOSTLY_FF and bool(bad_lines(line))


def _stray(stored: bytes, end: int) -> list[int]:
    rest = stored[end:]
    if rest.count(0xFF) == len(rest):
        return []
    found = (end + hit.start() for hit in _WRITTEN.finditer(rest))
    return list(islice(found, _MAX_STRAY))


def _body_ok(section: CodeSection, scrambled: bytes) -> bool | None:
    if section.trailer is None or not section.trailer.header.sound:
        return None
    header = section.trailer.header
    matches = body_matches(header, scrambled)
    if matches is False and header.algorithm and section.key is not None:
        # after an update over the air the header describes the code before it was scrambled
        return body_matches(header, section.code)
    return matches


def find_key(scrambled: bytes, logical: int) -> tuple[KeyClass, ScrambleKey | None, bool]:
    """Key class, key and whether the vectors are whole, from the vector table of `scrambled`.

    A damaged table still tells the key while most of its words fit.
    """
    head = scrambled[:LINE_LEN]
    if len(head) < LINE_LEN:
        return KeyClass.UNKNOWN, None, False
    for key_class, key in ((KeyClass.NONE, PLAIN_KEY), (KeyClass.TUYA, TUYA_KEY)):
        fits = _vector_words(scramble(head, key, start=logical))
        if fits >= 2:
            return key_class, key, _vectors_ok(scramble(head, key, start=logical))
    key_other = key_of_vectors(scrambled, start=logical)
    if key_other is not None:
        return KeyClass.OTHER, key_other, True
    return KeyClass.UNKNOWN, None, False


def _vector_words(head: bytes) -> int:
    return sum(head[at : at + 4] == VECTOR for at in range(4, LINE_LEN, 4))


def _vectors_ok(head: bytes) -> bool:
    """An always-taken branch, then seven times `ldr pc`; boot loaders have the same table."""
    return head[3] == _BRANCH and _vector_words(head) == 7
