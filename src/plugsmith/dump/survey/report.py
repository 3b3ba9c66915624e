"""What a survey says about a file: the record behind `dump info`."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.records import frozen

if TYPE_CHECKING:
    from plugsmith.dump.finding import Finding
    from plugsmith.dump.layout import Layout
    from plugsmith.dump.randomness import Randomness
    from plugsmith.errors import Fact
    from plugsmith.image.model import FirmwareImage
    from plugsmith.memory import AddressRange


class DumpKind(StrEnum):
    """What a file is, in one word (command-line contract)."""

    FACTORY = "factory"
    OPENBEKEN = "openbeken"
    ESPHOME = "esphome"
    STORAGE_ONLY = "storage-only"
    OTHER_VENDOR = "other-vendor"
    PARTIAL = "partial"
    BLANK = "blank"
    RANDOM = "random"
    UNKNOWN = "unknown"


class DamageKind(StrEnum):
    """What is wrong with a file, as a stable word."""

    ROTATED = "rotated"
    SHIFTED = "shifted"
    BYTES_LOST = "bytes-lost"
    MOVED = "sectors-moved"
    TRUNCATED = "truncated"
    IMAGE = "firmware-image"
    TRAILING = "trailing-bytes"
    LOADER_MISSING = "bootloader-missing"
    LOADER_DAMAGED = "bootloader-damaged"
    APP_MISSING = "application-missing"
    APP_DAMAGED = "application-damaged"
    APP_INCOMPLETE = "application-incomplete"
    RF_MISSING = "rf-missing"
    STORAGE_MISSING = "storage-missing"
    STORAGE_DAMAGED = "storage-damaged"
    KEY_MISSING = "key-missing"
    BLANK = "blank"
    NOT_A_FLASH = "not-a-flash"
    MISMATCH = "parts-do-not-match"


#: bytes of a flash are not where they belong: what `dump repair` puts right
DISORDER = frozenset(
    {DamageKind.ROTATED, DamageKind.SHIFTED, DamageKind.BYTES_LOST, DamageKind.TRAILING}
)


@frozen
class Damage:
    """One thing that is wrong, with a sentence for people."""

    kind: DamageKind
    text: str


@frozen
class FileRegion:
    """A stretch of the file: a finding or a gap. `address` is its place in flash, if known."""

    name: str
    span: AddressRange
    address: int | None = None
    texture: Randomness | None = None
    sound: bool = True
    facts: dict[str, Fact] = field(default_factory=dict)


@frozen
class FirmwareFacts:
    """What would run: name, version and code key of the application; vendor ids of the store."""

    name: str
    version: str | None = None
    key: str | None = None
    boot_code: str | None = None
    vendor: dict[str, str] = field(default_factory=dict)


class Looked(StrEnum):
    """Whether a file was searched for secrets: what was not read cannot be called clean."""

    ALL = "all"
    PARTLY = "partly"  # something in it could not be read
    NO = "no"


@frozen
class Secrets:
    """Which kinds of secrets are in the file; never the secrets."""

    wifi: bool = False
    cloud: bool = False
    device: bool = False  # names or addresses that point at this one device or its network
    looked: Looked = Looked.NO


@frozen
class DumpReport:
    """All of it. Spans are file offsets."""

    kind: DumpKind
    size: int
    chip: str | None
    chip_evidence: tuple[str, ...]
    flash_size: int | None
    layout: Layout
    firmware: FirmwareFacts | None
    mac: str | None
    regions: tuple[FileRegion, ...]
    findings: tuple[Finding, ...]
    secrets: Secrets
    damage: tuple[Damage, ...]
    looks_like: str | None = None  # another kind of file, in words
    image: FirmwareImage | None = None  # the file as a firmware image; None: nothing is known in it
