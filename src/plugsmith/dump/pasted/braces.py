"""Pin texts whose first or last brace was not copied, or is another bracket.

The CRC-7 covers the braces, so it says whether the text between them is whole.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from plugsmith.dump.pasted.pin_texts import FoundPinText, is_plain
from plugsmith.messages import N_
from plugsmith.tuya.user_param import MAX_TEXT_LEN, crc_ok

if TYPE_CHECKING:
    from collections.abc import Iterator

BRACES = N_("a missing brace was put back")

_CRC = re.compile(r"\bcrc\s{0,9}:\s{0,9}(\d{1,3})(?!\d)")
_OPENING = re.compile(r"[\[({]\s{0,9},?\s{0,9}(?=[A-Za-z_]\w{0,40}\s{0,9}:)")
_END = re.compile(r"[ \t]{0,9},?[ \t]{0,9}[\])}]?")
_MOST, _FEW = 8, 3


def completed(text: str) -> Iterator[FoundPinText]:
    """The texts up to a crc pair that agree with it once they stand in braces."""
    before = 0
    for hit in islice(_CRC.finditer(text), _MOST):
        floor = max(before, hit.start() - MAX_TEXT_LEN)
        for start in _starts(text, floor, hit.start()):
            body = "".join(text[start : hit.start()].split()).strip("{,")
            whole = f"{{{body},crc:{hit[1]},}}"
            if crc_ok(whole.encode("utf-8", "replace")) and is_plain(whole):
                end = _END.match(text, hit.end())
                at = end.end() if end is not None else hit.end()
                yield FoundPinText(text=whole, crc_ok=True, offset=start, end=at, remarks=(BRACES,))
                break
        before = hit.end()


def _starts(text: str, floor: int, crc_at: int) -> Iterator[int]:
    """Where the text may begin: behind its bracket, or with the run of letters that it ends."""
    openings = [hit.end() for hit in islice(_OPENING.finditer(text, floor, crc_at), 64)]
    yield from openings[: -_FEW - 1 : -1]
    run = re.search(r"\S*\Z", text[floor:crc_at])
    yield floor + (run.start() if run is not None else 0)
    yield floor
