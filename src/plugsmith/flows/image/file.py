"""Firmware files on disk: read one with bounds, say what it is, doubt its name, convert it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from plugsmith.chips.model import KeyClass
from plugsmith.errors import UsageError
from plugsmith.errors.flows import NoRightToWrite
from plugsmith.errors.image import ConversionImpossible
from plugsmith.errors.library import OutputExists
from plugsmith.events import EventLog, Warning_
from plugsmith.flows.file_kind import WITH_CODE
from plugsmith.flows.image.results import ConvertResult, ImageInfo, OriginRow, image_info, image_row
from plugsmith.flows.judged_file import JudgedFile, open_file, worked_on
from plugsmith.flows.many import ManyResult, over_files
from plugsmith.image.assemble import ConvertInput, convert, plain_code
from plugsmith.image.keys.rekey import with_key
from plugsmith.image.model import ImageKind
from plugsmith.image.physical import LINE_LEN
from plugsmith.image.scramble import PLAIN_KEY, TUYA_KEY
from plugsmith.messages import _
from plugsmith.private_files import write_private
from plugsmith.system_words import system_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from plugsmith.events import CancelToken, EventSink
    from plugsmith.image.model import FirmwareImage
    from plugsmith.image.scramble import ScrambleKey

_CHIP_IN_NAME = re.compile(
    r"BK(7231[TNMUQ]|7236|7238|7239N|7252N?|7258)(?![0-9A-Za-z])", re.IGNORECASE
)
_VERSION_IN_NAME = re.compile(r"OpenBK\w*?_(\d+\.\d+\.\d+)", re.IGNORECASE)
_KIND_IN_NAME = {
    "_QIO_": (ImageKind.QIO, ImageKind.FULL_DUMP, ImageKind.FLASH_START),
    "_UA_": (ImageKind.APP,),
    "_UG_": (ImageKind.OTA,),
    ".rbl": (ImageKind.OTA,),
    ".uf2": (ImageKind.UF2,),
}


def open_image(path: Path) -> ConvertInput:
    """The file at `path` and what it is. Raises InputMissing, InputEmpty or InputTooLarge."""
    file = open_file(path)
    return ConvertInput(name=file.name, data=file.data, image=file.image)


def doubt_name(name: str, image: FirmwareImage) -> list[str]:
    """Sentences where the file name contradicts the content; the content counts."""
    doubts: list[str] = []
    chip = _CHIP_IN_NAME.search(name)
    if chip and image.chips and f"BK{chip[1].upper()}" not in image.chips:
        doubts.append(
            _(
                "The name says BK{named}, but the content is for {found}.",
                named=chip[1].upper(),
                found=" / ".join(image.chips),
            )
        )
    version = _VERSION_IN_NAME.search(name)
    # a build with other drivers has its name behind the version, in the file and in its name
    if version and image.version and image.version.partition("_")[0] != version[1]:
        doubts.append(
            _(
                "The name says version {named}, but the content is version {found}.",
                named=version[1],
                found=image.version,
            )
        )
    for mark, kinds in _KIND_IN_NAME.items():
        if mark.lower() in name.lower() and image.kind not in {*kinds, ImageKind.UNKNOWN}:
            doubts.append(
                _(
                    "The name says {mark}, but the content is of the kind {found}.",
                    mark=mark.strip("_."),
                    found=image.kind.value,
                )
            )
    return doubts


def image_info_many(paths: Sequence[Path], *, sink: EventSink, cancel: CancelToken) -> ManyResult:
    """`image info` of many files: an item each."""
    brief = ("chip", "firmware", "version")
    return over_files(paths, image_info_one, word="kind", brief=brief, sink=sink, cancel=cancel)


def image_info_one(path: Path) -> ImageInfo:
    """The result for one of many files."""
    return describe(open_image(path), EventLog())


def describe(source: ConvertInput, sink: EventSink) -> ImageInfo:
    """The result of `image info`; a contradicting name is emitted as a warning."""
    doubts = doubt_name(source.name, source.image)
    for doubt in doubts:
        sink.emit(
            Warning_(
                code="PS-NOTE-NAME",
                message=doubt,
                hint=_("The file is judged by its content, not by its name."),
                data={"name": source.name},
            )
        )
    return image_info(source.image, file=source.name, name_doubts=tuple(doubts))


def tell_problems(source: ConvertInput, sink: EventSink, *, hint: str) -> bool:
    """Warn of everything that speaks against writing the file; False where nothing does."""
    problems = [item.text for item in source.image.problems]
    for text in problems:
        sink.emit(
            Warning_(code="PS-NOTE-DAMAGED", message=text, hint=hint, data={"name": source.name})
        )
    return bool(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvertRequest:
    """What `image convert` is asked to do; `time` is Unix time for headers that must be made.

    `from_key`: of the source, where it is one of its own; `key`: of the result, else the same.
    """

    source: ConvertInput
    to: ImageKind
    output: Path
    loader: ConvertInput | None = None
    chip: str | None = None
    time: int = 0
    key: ScrambleKey | None = field(default=None, repr=False)
    from_key: ScrambleKey | None = field(default=None, repr=False)


def convert_file(request: ConvertRequest) -> ConvertResult:
    """Write the converted file, look at it with fresh eyes, and return the result.

    Raises OutputExists before anything else if the output is there already.
    """
    if request.output.exists():
        raise OutputExists(name=str(request.output))
    if request.key is not None and request.to is ImageKind.OTA:
        raise UsageError(problem=_("an update package holds plain code: --key is for qio and app"))
    source = _unlocked(request.source, request.from_key)
    loader = _unlocked(request.loader, request.from_key) if request.loader else None
    with worked_on(source.data, takes=WITH_CODE):
        data = convert(
            source,
            to=request.to,
            loader=loader,
            chip=request.chip,
            time=request.time,
        )
    made = JudgedFile(name=source.name, data=data).image
    doubts = _doubts(source, ConvertInput(name=source.name, data=data, image=made), request.to)
    if doubts:
        raise ConversionImpossible(
            name=request.source.name,
            wanted=request.to.value,
            reason=_("What came out would not be right: {text}", text=" ".join(doubts)),
            remedy=_("Convert another file of the same firmware."),
        )
    key = request.key or request.from_key
    if key is not None and request.to is not ImageKind.OTA:
        data = with_key(data, key, name=request.source.name)
        made = replace(made, key=_class_of(key))
    _write_whole(request.output, data)
    return ConvertResult(
        file=str(request.output),
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        source=OriginRow(file=request.source.name, kind=request.source.image.kind),
        image=image_row(made),
    )


def _doubts(source: ConvertInput, made: ConvertInput, to: ImageKind) -> list[str]:
    """What speaks against the file that was made, read anew: kind, checks, chip, application."""
    if made.image.problems or made.image.kind is not to:
        return [item.text for item in made.image.problems] or [made.image.kind.value]
    ours, theirs = set(source.image.chips), set(made.image.chips)
    if ours and theirs and not ours & theirs:
        return [_("It is for {chips}.", chips=" / ".join(made.image.chips))]
    code, again = plain_code(source), plain_code(made)
    if code is None or again is None or not _is_same(code, again):
        return [_("It holds another application.")]
    return []


def _is_same(code: bytes, other: bytes) -> bool:
    """Whether both are one application: its last line may be filled up, with whatever."""
    short, long = sorted((code, other), key=len)
    return long.startswith(short) and len(long) - len(short) < LINE_LEN


def _unlocked(source: ConvertInput, key: ScrambleKey | None) -> ConvertInput:
    """The source with its code under the usual key, so that everything in it can be judged."""
    if key is None:
        return source
    data = with_key(source.data, TUYA_KEY, name=source.name, old=key)
    image = JudgedFile(name=source.name, data=data).image
    return ConvertInput(name=source.name, data=data, image=image)


def _class_of(key: ScrambleKey) -> KeyClass:
    named = {PLAIN_KEY: KeyClass.NONE, TUYA_KEY: KeyClass.TUYA}
    return KeyClass.NONE if key.plain else named.get(key, KeyClass.OTHER)


def _write_whole(path: Path, data: bytes) -> None:
    """Write all or nothing: a half file under the wanted name could be flashed."""
    try:
        write_private(path, data)
    except OSError as problem:
        raise NoRightToWrite(folder=str(path.parent), problem=system_words(problem)) from problem
