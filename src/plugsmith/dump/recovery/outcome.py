"""What a recovery gives: the answer, how sure it is, and where every part of it was found."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.records import frozen

if TYPE_CHECKING:
    from plugsmith.dump.store.keyring import FoundKey
    from plugsmith.tuya.records import ProductFacts, SerialSettings
    from plugsmith.tuya.schema import SchemaPoint
    from plugsmith.tuya.user_param import PinText


ROTATED_LEN = 0x20_0000  # a file with an origin that is as long as a flash wraps around


class Status(StrEnum):
    """The answer of `dump config`, as the command-line contract names it."""

    FOUND = "found"
    SERIAL_MCU = "serial-mcu"
    COMPILED_IN = "compiled-in"
    NONE = "none"


class AbsenceReason(StrEnum):
    """Why there is no answer."""

    STORAGE_MISSING = "storage-missing"
    STORAGE_DAMAGED = "storage-damaged"
    KEY_LOST = "key-lost"
    ERASED = "erased"
    OTHER_VENDOR = "other-vendor"


class Confidence(StrEnum):
    """How sure a text is; the criteria stand in the command-line contract."""

    PROVEN = "proven"
    STRONG = "strong"
    WEAK = "weak"
    GUESS = "guess"


class SourceKind(StrEnum):
    """What kind of place a text comes from."""

    KV_LIVE = "kv-live"
    KV_STALE = "kv-stale"
    FILE = "file"
    CARVED = "carved"
    JOINED = "joined"
    FIRMWARE_DEFAULT = "firmware-default"


class AgreeingCheck(StrEnum):
    """A check that agreed."""

    CRC7 = "crc7"
    VALUE_SUM = "value-sum"
    SECTOR_SUM = "sector-sum"
    FILE_TABLE = "file-table"
    SECOND_COPY = "second-copy"
    LOG_LINES = "log-lines"  # what the vendor's firmware logged about its pins


class Standing(StrEnum):
    """How current a text is by the store's own rules, the most current first."""

    LIVE = "live"  # marked live in the newest copy of its block, in the device's own store
    BESIDE = "beside"  # outside of the live records: nothing says that it is older or newer
    OLDER = "older"  # deleted, or in an older copy of its block
    LEFTOVER = "leftover"  # in a store that is not the device's own


@frozen
class TextPart:
    """`length` bytes of a text from position `at` on lie at `offset` of the file.

    `kind`: of the copy that this piece of a joined text comes from.
    """

    at: int
    length: int
    offset: int
    kind: SourceKind | None = None


@frozen
class TextSource:
    """A text and the one place (or, if joined, places) that it comes from.

    `repairs` counts single bits that were turned back. `key` opened the place, None for plain text.
    `loose`: some pieces belong together only if the checks say so; nothing in the store vouches for
    it. `ways`: how many combinations of pieces were held against the checks.
    """

    text: bytes
    kind: SourceKind
    offset: int
    checks: tuple[AgreeingCheck, ...] = ()
    pieces: tuple[TextPart, ...] = ()
    key: FoundKey | None = None
    repairs: int = 0
    standing: Standing = Standing.BESIDE
    loose: bool = False
    ways: int = 1

    @property
    def crc_ok(self) -> bool:
        """Whether the CRC-7 of the text agrees."""
        return AgreeingCheck.CRC7 in self.checks

    def piece_of(self, position: int) -> TextPart | None:
        """The piece that holds a position in the text."""
        for piece in self.pieces:
            if piece.at <= position < piece.at + piece.length:
                return piece
        return None

    def offset_of(self, position: int) -> int | None:
        """File offset of a position in the text."""
        piece = self.piece_of(position)
        return piece.offset + position - piece.at if piece is not None else None

    def __repr__(self) -> str:
        return f"TextSource(kind={self.kind.value!r}, offset={self.offset}, checks={self.checks})"


@frozen
class StoreState:
    """What is left of the vendor's store.

    `complete`: every block id has a sector. `sound`: every sector's sum and every live value's sum
    agree. `trace`: something shows that there is, or was, a pin record.
    """

    sectors: int = 0
    sound_sectors: int = 0
    complete: bool = False
    sound: bool = False
    trace: bool = False
    generation: str | None = None
    offset: int | None = None


@frozen
class DeviceFacts:
    """What other records say about the device."""

    platform: str | None = None
    info: ProductFacts | None = None
    serial: SerialSettings | None = None
    schema: tuple[SchemaPoint, ...] = ()
    mac: str | None = None
    chip: str | None = None
    chip_evidence: str = ""


@frozen
class Recovery:
    """The whole answer. `copies` are further places with exactly the best text.

    `at_home`: the text is a live record of the store at the chip's own address, so that nothing
    that lies elsewhere can be newer. `origin`: flash address of file offset 0 if the file is
    shifted (negative) or rotated, else 0.
    """

    status: Status
    reason: AbsenceReason | None = None
    confidence: Confidence | None = None
    best: TextSource | None = None
    parsed: PinText | None = None
    copies: tuple[TextSource, ...] = ()
    alternatives: tuple[TextSource, ...] = ()
    store: StoreState = field(default_factory=StoreState)
    facts: DeviceFacts = field(default_factory=DeviceFacts)
    keys: tuple[FoundKey, ...] = ()
    origin: int = 0
    flash_size: int = 0
    at_home: bool = False
    notes: tuple[str, ...] = ()

    def flash_offset(self, offset: int) -> int:
        """The flash address of a file offset."""
        address = offset + self.origin
        rotated = self.origin > 0 and self.flash_size >= ROTATED_LEN
        return address % self.flash_size if rotated else address
