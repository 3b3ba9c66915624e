"""What the `image` verbs give back, as records; the JSON names are the command-line contract's."""

from __future__ import annotations

from typing import Any

from plugsmith.chips.model import KeyClass
from plugsmith.errors import ExitCode
from plugsmith.image.model import (
    CheckVerdict,
    CodeForm,
    FirmwareImage,
    ImageFinding,
    ImageKind,
)
from plugsmith.records import Record, Result, named, record, sparse


@record
class SpanRow(Record):
    """`length` bytes that belong at the physical address `start`."""

    start: int
    length: int


@record
class ImageRow(Record):
    """A firmware file by its content; `problems` speak against writing it, `notes` do not.

    `name_doubts` are sentences where the file's name contradicts its content.
    """

    file: str | None = sparse(default=None)
    name_doubts: tuple[str, ...] | None = sparse(default=None)
    kind: ImageKind
    chip: str | None
    chips: tuple[str, ...]
    key: KeyClass | None
    firmware: str | None
    version: str | None
    writes: tuple[SpanRow, ...]
    checks: dict[str, CheckVerdict]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    findings: tuple[ImageFinding, ...]
    boot_code: str | None
    project: str | None
    built_for: str | None
    form: CodeForm
    size: int
    sha256: str


@record
class ImageInfo(ImageRow, Result):
    """`image info`."""

    @property
    def exit_status(self) -> ExitCode:
        """9 for a file that is no firmware at all."""
        return ExitCode.BAD_INPUT if self.kind is ImageKind.UNKNOWN else ExitCode.DONE


@record
class OriginRow(Record):
    """The file that another one was made of."""

    file: str
    kind: ImageKind


@record
class ConvertResult(Result):
    """`image convert`: the file that was made, looked at again."""

    file: str
    sha256: str
    size: int
    source: OriginRow = named("from")
    image: ImageRow


@record
class AssetRow(Record):
    """A file of a release; `size` in bytes."""

    name: str
    size: int
    cached: bool


@record
class ReleaseRow(Record):
    """A release; `published` as its server writes it."""

    version: str
    published: str
    prerelease: bool
    assets: tuple[AssetRow, ...]


@record
class ReleaseList(Result):
    """`image fetch` without a wanted file: the releases, newest first, as of `listed`."""

    repo: str
    listed: str
    releases: tuple[ReleaseRow, ...]
    file: str | None = None


@record
class FetchedFile(ReleaseList):
    """`image fetch`: the file and what it is; `digest` is ok or not-published."""

    asset: str
    version: str
    sha256: str
    size: int
    url: str
    digest: str
    downloaded: bool
    image: ImageRow | None


@record
class BootResult(Result):
    """`image boot`; `boots` is None where the run does not tell. Times in seconds."""

    chip: str
    boots: bool | None
    reached: str
    firmware: str | None
    instructions: int
    seconds: float
    emulated_seconds: float
    resets: int
    faults: tuple[str, ...]
    meaning: str
    log: str

    @property
    def exit_status(self) -> ExitCode:
        """7 where it was seen not to boot."""
        return ExitCode.VERIFY if self.boots is False else ExitCode.DONE


@record
class EmulatedPin(Record):
    """A pin that firmware set up; `first_s` is emulated time."""

    gpio: int
    modes: tuple[str, ...]
    pwm: bool
    levels: tuple[int, ...]
    first_s: float


@record
class GpioResult(Result):
    """`dump gpio`; a pin that is not listed is unknown, not unused."""

    chip: str
    reached: str
    instructions: int
    seconds: float
    pins: tuple[EmulatedPin, ...]
    complete: bool
    meaning: str

    @property
    def exit_status(self) -> ExitCode:
        """8 where the firmware did not get as far as its pins."""
        return ExitCode.DONE if self.pins else ExitCode.NOTHING_FOUND


def image_row(image: FirmwareImage, *, file: str | None = None) -> ImageRow:
    """What is told about an image, with the name of its file where that is not told elsewhere."""
    return ImageRow(**_told(image), file=file)


def image_info(image: FirmwareImage, *, file: str, name_doubts: tuple[str, ...]) -> ImageInfo:
    """The result of `image info`."""
    return ImageInfo(**_told(image), file=file, name_doubts=name_doubts)


def _told(image: FirmwareImage) -> dict[str, Any]:
    boot = image.loader.boot_codes if image.loader else ()
    return {
        "kind": image.kind,
        "chip": image.chip,
        "chips": image.chips,
        "key": image.key if image.key is not KeyClass.UNKNOWN else None,
        "firmware": image.firmware,
        "version": image.version,
        "writes": tuple(SpanRow(start=item.start, length=item.length) for item in image.writes),
        "checks": image.checks,
        "problems": tuple(item.text for item in image.problems),
        "notes": tuple(item.text for item in image.notes),
        "findings": image.findings,
        "boot_code": boot[0] if len(boot) == 1 else None,
        "project": image.app.project if image.app else None,
        "built_for": image.built_for,
        "form": image.form,
        "size": image.size,
        "sha256": image.sha256,
    }
