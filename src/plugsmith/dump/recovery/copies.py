"""Copies of a pin text as they lie in the file, whole or with holes, before anybody judges them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.dump.recovery.outcome import (
    AgreeingCheck,
    SourceKind,
    Standing,
    TextPart,
    TextSource,
)
from plugsmith.image.aes import BLOCK_LEN
from plugsmith.memory import SECTOR_LEN
from plugsmith.records import frozen
from plugsmith.tuya.kv import PAGE_LEN, byte_sum
from plugsmith.tuya.user_param import CRC_TAIL, crc_ok, stated_crc

if TYPE_CHECKING:
    from plugsmith.dump.store.keyring import FoundKey

MAX_TEXT_LEN = 0x1000
_MAX_ENDS = 6  # a sector may hold some old texts, not hundreds
# What pin texts are made of: printable ASCII without the characters that no text ever held.
# A wrongly decrypted block passes with a chance of one in five million.
_ALPHABET = bytes(set(range(0x20, 0x7F)) - set(b'"\\^`|~<>'))
_NOT_CLEAN = bytes(0 if value in _ALPHABET else 1 for value in range(256))


def is_clean(piece: bytes) -> bool:
    """Whether `piece` could stand in a pin text."""
    return 1 not in piece.translate(_NOT_CLEAN)


def looks_like_text(page: bytes) -> bool:
    """Whether some block of a page could be pin text."""
    blocks = (page[at : at + BLOCK_LEN] for at in range(0, len(page), BLOCK_LEN))
    return any(b":" in block and b"," in block and is_clean(block) for block in blocks)


@frozen
class TextCopy:
    """One copy. `data` begins with the text and may run on behind it; holes are zero bytes.

    `length`: bytes of the stored value where something tells it (an index page, a file table).
    `total`: the value sum of the index page. `key`: AES key of the data where it is encrypted, so
    that single bits can be repaired; `pieces` say where the bytes lie in the file. `named`: whether
    something says that these bytes are the pin text; without it only the CRC-7 can. `loose`: pages
    of it belong together by assumption only.
    """

    kind: SourceKind
    data: bytes
    pieces: tuple[TextPart, ...]
    length: int | None = None
    total: int | None = None
    sectors_ok: bool = False
    file_ok: bool = False
    named: bool = True
    key: bytes | None = None
    found_key: FoundKey | None = None
    standing: Standing = Standing.BESIDE
    loose: bool = False

    @property
    def offset(self) -> int:
        """File offset of the first byte that is there."""
        return self.pieces[0].offset if self.pieces else 0

    @property
    def value(self) -> bytes:
        """The stored value as far as its length is known, else everything."""
        return self.data if self.length is None else self.data[: self.length]

    def block(self, number: int, *, length: int) -> bytes:
        """16-byte block `number` of the text, cut at `length`; shorter where data is missing."""
        return self.data[number * BLOCK_LEN : min((number + 1) * BLOCK_LEN, length)]

    def block_offset(self, number: int) -> int | None:
        """File offset of a block, None in a hole."""
        at = number * BLOCK_LEN
        for piece in self.pieces:
            if piece.at <= at and at + BLOCK_LEN <= piece.at + piece.length:
                return piece.offset + at - piece.at
        return None


def text_of(value: bytes) -> bytes:
    """The text of a stored value: without the zeros behind it."""
    return value.rstrip(b"\0")


def find_end(data: bytes) -> int | None:
    """Length of the text that `data` begins with, if a crc pair that agrees ends it."""
    at = tries = 0
    while (brace := data.find(b"}", at, MAX_TEXT_LEN)) >= 0 and tries < _MAX_ENDS:
        at = brace + 1
        if CRC_TAIL.search(data[max(0, at - 12) : at]):
            tries += 1
            if crc_ok(data[:at]):
                return at
    return None


def judge(copy: TextCopy) -> TextSource | None:
    """The text of a copy with all checks that agree; None if the copy holds no whole text."""
    length = copy.length
    if length is None or not _ends_well(text_of(copy.data[:length])):
        length = find_end(copy.data) if copy.total is None else length
    if length is None or len(copy.data) < length:
        return None
    text = text_of(copy.data[:length])
    if not text.startswith(b"{") or not text.endswith(b"}"):
        return None
    if not copy.named and not crc_ok(text):
        return None
    # then the CRC-7 agrees by chance, if it does
    against = copy.total is not None and not sum_ok(copy, text)
    against |= stated_crc(text) is not None and not is_clean(text)
    return TextSource(
        text=text,
        kind=copy.kind,
        offset=copy.offset,
        checks=() if against else checks_of(copy, text),
        pieces=copy.pieces,
        key=copy.found_key,
        standing=copy.standing,
        loose=copy.loose and _crosses_page(copy, len(text)),
    )


def _crosses_page(copy: TextCopy, length: int) -> bool:
    """Whether a text goes on over the end of the first thing that was stored as one."""
    return length > (PAGE_LEN if copy.key is not None else SECTOR_LEN)


def _ends_well(text: bytes) -> bool:
    return text.endswith(b"}")


def checks_of(copy: TextCopy, text: bytes) -> tuple[AgreeingCheck, ...]:
    """The checks that agree for `text` in the place of `copy`."""
    found: list[AgreeingCheck] = []
    if crc_ok(text):
        found.append(AgreeingCheck.CRC7)
    if sum_ok(copy, text):
        found.append(AgreeingCheck.VALUE_SUM)
    if copy.sectors_ok:
        found.append(AgreeingCheck.SECTOR_SUM)
    if copy.file_ok:
        found.append(AgreeingCheck.FILE_TABLE)
    return tuple(found)


def sum_ok(copy: TextCopy, text: bytes) -> bool:
    """Whether the index page's sum and length agree with `text` (zeros behind it count nothing)."""
    if copy.total is None or copy.length is None:
        return False
    return byte_sum(text) == copy.total and len(text) <= copy.length <= len(text) + BLOCK_LEN


def fits(copy: TextCopy, text: bytes) -> bool:
    """Whether a damaged copy can be one of `text`: sum, length, and every block that is clean."""
    blocks = range(-(-len(text) // BLOCK_LEN))
    return sum_ok(copy, text) and all(
        block == text[number * BLOCK_LEN : (number + 1) * BLOCK_LEN]
        for number in blocks
        if is_clean(block := copy.block(number, length=len(text)))
    )
