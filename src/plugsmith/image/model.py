"""What recognising a file gives: kind, chips, key, firmware, checks, findings."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.chips.model import KeyClass
from plugsmith.messages import N_
from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.image.partition import PartitionTable
    from plugsmith.image.rbl import RblHeader, Trailer
    from plugsmith.image.scramble import ScrambleKey


class ImageKind(StrEnum):
    """What a file is, by its content."""

    QIO = "qio"  # boot loader and application, from address 0
    APP = "app"  # application alone, as in flash from 0x11000 (the field's "UA")
    OTA = "ota"  # RBL or UG package for an update over the air
    BOOTLOADER = "bootloader"
    FULL_DUMP = "full-dump"
    FLASH_START = "flash-start"  # a flash from address 0 to somewhere behind the application
    UF2 = "uf2"
    UNKNOWN = "unknown"


ONLY_READ = "only-read"  # the code of the finding that says so of a chip
#: what a file of a kind is called in a few words
KIND_WORDS: Mapping[str, str] = {
    ImageKind.QIO: N_("a boot loader with its application"),
    ImageKind.APP: N_("an application alone"),
    ImageKind.OTA: N_("a package for updates over the air"),
    ImageKind.BOOTLOADER: N_("a boot loader alone"),
    ImageKind.FULL_DUMP: N_("a whole flash"),
    ImageKind.FLASH_START: N_("a flash from its start"),
    ImageKind.UF2: N_("a UF2 file"),
}


class CheckVerdict(StrEnum):
    """Outcome of one check."""

    OK = "ok"
    FAILED = "failed"
    MISSING = "missing"  # the thing to check is not there, which need not be wrong
    SKIPPED = "not-checked"  # nothing in the file to check it on


class CodeForm(StrEnum):
    """How the code of a file lies in it."""

    STORED = "stored"  # as in flash: 32 bytes and their CRC16
    PLAIN_CODE = "plain-code"  # the code alone, as a compiler or another tool gives it
    PACKED = "packed"  # inside a package


class FindingLevel(StrEnum):
    """How much a finding matters."""

    PROBLEM = "problem"  # do not write this file
    NOTE = "note"


@frozen
class ImageFinding:
    """One thing worth telling; `text` is a whole sentence, `at` an offset in the file."""

    code: str
    level: FindingLevel
    text: str
    at: int | None = None


@frozen
class WriteSpan:
    """`length` bytes of the file from `offset` on belong at the physical address `start`."""

    start: int
    length: int
    offset: int


@frozen
class CodeSection:
    """Code of one partition inside a file; offsets count from the start of the file.

    `end` is where covered code ends, `limit` where the partition (or the file) ends. `code` is
    descrambled, without line CRC16s; only meaningful where `key_class` is known.
    """

    name: str
    start: int
    end: int
    limit: int
    lines: int
    bad: tuple[int, ...]  # lines with a wrong CRC16
    erased: tuple[int, ...]  # erased lines in the midst of code
    stray: tuple[int, ...]  # bytes that are not FF in the padding behind the code
    trailer: Trailer | None
    body_ok: bool | None  # the trailer's CRC or hash over the code; None: cannot be told
    key: ScrambleKey | None
    key_class: KeyClass
    vectors_ok: bool
    code: bytes = field(repr=False)


@frozen
class LoaderFacts:
    """The boot loader in a file."""

    section: CodeSection
    boot_codes: tuple[str, ...]  # catalogue names that fit; empty: unknown
    chips: tuple[str, ...]
    fingerprint: int  # zlib CRC-32 of the first 256 bytes
    tables: tuple[PartitionTable, ...]


@frozen
class AppFacts:
    """The application in a file; `chips` are those its own texts name."""

    section: CodeSection
    chips: tuple[str, ...]
    firmware: str | None
    version: str | None
    project: str | None


@frozen
class FirmwareImage:
    """A firmware file, known by its content."""

    kind: ImageKind
    size: int
    sha256: str
    chips: tuple[str, ...] = ()
    key: KeyClass = KeyClass.UNKNOWN
    firmware: str | None = None
    version: str | None = None
    writes: tuple[WriteSpan, ...] = ()
    checks: dict[str, CheckVerdict] = field(default_factory=dict)
    findings: tuple[ImageFinding, ...] = ()
    loader: LoaderFacts | None = None
    app: AppFacts | None = None
    header: RblHeader | None = None  # of an OTA package
    rotation: int = 0  # physical address of the first byte of the file, where it is not 0
    built_for: str | None = None  # board or module that the file names (UF2)
    form: CodeForm = CodeForm.STORED

    @property
    def chip(self) -> str | None:
        """The chip, where the content leaves only one."""
        return self.chips[0] if len(self.chips) == 1 else None

    @property
    def problems(self) -> tuple[ImageFinding, ...]:
        """The findings that speak against writing the file."""
        return tuple(item for item in self.findings if item.level is FindingLevel.PROBLEM)

    @property
    def only_read(self) -> bool:
        """Whether it is for a chip that Plugsmith reads and does not write."""
        return any(item.code == ONLY_READ for item in self.notes)

    @property
    def notes(self) -> tuple[ImageFinding, ...]:
        """The findings that are only worth knowing."""
        return tuple(item for item in self.findings if item.level is FindingLevel.NOTE)

    @property
    def sound(self) -> bool:
        """Recognised, and no check failed."""
        return self.kind is not ImageKind.UNKNOWN and not self.problems
