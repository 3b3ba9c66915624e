"""Pin texts inside application code: the firmware's default, never the device's configuration.

Code lies in flash as lines of 32 bytes with a CRC-16 behind each, scrambled on T and N
(uart-protocol.md section 7); a text in it cannot be seen without undoing both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.dump.recovery.carve import carve
from plugsmith.dump.recovery.outcome import AgreeingCheck, SourceKind, TextPart, TextSource
from plugsmith.dump.store.origin import FLASH_LEN
from plugsmith.image.physical import APP_START, LINE_LEN, STORED_LEN, strip_lines
from plugsmith.image.scramble import TUYA_KEY, scramble
from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plugsmith.dump.recovery.carve import Carved
    from plugsmith.dump.store.origin import Origin

APP_END = 0x13_2000  # end of the application partition on T and N (uart-protocol.md section 6)
_MIN_CODE_LEN = 0x1000


@frozen
class ClearCode:
    """Application code without its line checksums; its first line lies at `start` of the file."""

    start: int
    code: bytes
    scrambled: bool


def application_code(data: bytes, origin: Origin) -> tuple[ClearCode, ...]:
    """The application of a dump that begins at `origin`: descrambled, and as it lies in flash."""
    start = origin.offset(APP_START, size=len(data))
    if start < 0:  # the file begins inside the application: go on at the next whole line
        start = -origin.address % STORED_LEN
    first = (start + origin.address) % FLASH_LEN
    logical = first // STORED_LEN * LINE_LEN
    code = strip_lines(data[start : start + max(0, APP_END - first)])
    if len(code) < _MIN_CODE_LEN:
        return ()
    return (
        ClearCode(start=start, code=scramble(code, TUYA_KEY, start=logical), scrambled=True),
        ClearCode(start=start, code=code, scrambled=False),
    )


def default_texts(codes: Iterable[ClearCode]) -> list[TextSource]:
    """Texts with an agreeing CRC-7 in application code."""
    return [_source(text, code.start) for code in codes for text in carve(code.code) if text.crc_ok]


def _source(text: Carved, start: int) -> TextSource:
    pieces = tuple(_pieces(text, start))
    return TextSource(
        text=text.text,
        kind=SourceKind.FIRMWARE_DEFAULT,
        offset=pieces[0].offset,
        checks=(AgreeingCheck.CRC7,),
        pieces=pieces,
    )


def _pieces(text: Carved, start: int) -> Iterator[TextPart]:
    """Where each line's share of the text lies in the file."""
    at = 0
    while at < len(text.text):
        line, column = divmod(text.offset + at, LINE_LEN)
        length = min(LINE_LEN - column, len(text.text) - at)
        yield TextPart(at=at, length=length, offset=start + line * STORED_LEN + column)
        at += length
