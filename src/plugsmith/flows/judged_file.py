"""What a file is and which verb helps with it: asked here by every verb that is given one.

Its judges are imported when they are asked: reading the pins of one dump needs none of them.

The parts have judges of their own (firmware: `image.kinds`; what is in a flash: `dump.survey`;
texts: `dump.pasted`); here they are put into one order, so that no two verbs call one file two
things.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from plugsmith.dump.randomness import uniform_byte
from plugsmith.dump.survey.report import DISORDER, DumpKind
from plugsmith.errors import (
    InputEmpty,
    InputError,
    InputMissing,
    InputTooLarge,
    NothingFound,
    PlugsmithError,
)
from plugsmith.errors.content import InputUnusable, SeveralInside
from plugsmith.errors.dump import SecretsLeft
from plugsmith.errors.own.emulator import NotBootable
from plugsmith.flows.file_kind import ADVICE, FIRMWARE, OF_IMAGE, WORDS, FileKind
from plugsmith.flows.file_kind import FileKind as K
from plugsmith.flows.input_file import input_of, read_input
from plugsmith.image.foreign.marks import mark_of
from plugsmith.image.foreign.odd_files import tool_for
from plugsmith.image.foreign.other_makers import read_other_maker
from plugsmith.image.model import FindingLevel, ImageFinding, ImageKind
from plugsmith.memory import SECTOR_LEN
from plugsmith.messages import _
from plugsmith.openbeken.config_block import MAGIC

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from plugsmith.dump.survey.report import DumpReport
    from plugsmith.flows.input_file import InputFile
    from plugsmith.image.model import FirmwareImage

_SMALL = 4 * SECTOR_LEN  # a sector in a file of its own, perhaps with its neighbours
_WHOLE = {DumpKind.FACTORY: K.FACTORY, DumpKind.OPENBEKEN: K.OPENBEKEN}
_OF_A_FLASH = frozenset({ImageKind.FULL_DUMP, ImageKind.FLASH_START})
_IN_A_FLASH = frozenset({K.PART, K.DISORDERED, K.SETTINGS, K.RF})
_MARKED = frozenset({K.TEXT, K.PAGE, K.PACKED, K.DOCUMENT})
_NOT_ITS_KIND = (InputMissing, InputEmpty, InputTooLarge, SeveralInside)


@dataclass(frozen=True, kw_only=True)
class JudgedFile:
    """The bytes that are meant, the name to call them by, and what is to be said about them."""

    name: str
    data: bytes = field(repr=False)

    @cached_property
    def image(self) -> FirmwareImage:
        """What it is as a firmware file, and what speaks against the order of its bytes."""
        found = self._recognised
        if found.kind is ImageKind.UNKNOWN and self.kind in _IN_A_FLASH:
            text = " ".join((_("The file is {name}.", name=self.words), self.advice))
            larger = [item for item in found.findings if item.code == "goes-on"]
            return replace(found, findings=(_problem("not-firmware", text), *larger))
        if found.kind in _OF_A_FLASH and not found.rotation:
            more = tuple(_problem("order", text) for text in self._disorder)
            # what it would be in the right order is not said of one that is in none
            kept = [item for item in found.findings if not (more and item.code == "flash-start")]
            return replace(found, findings=(*kept, *more))
        return found

    @cached_property
    def _recognised(self) -> FirmwareImage:
        from plugsmith.image.kinds import recognise  # noqa: PLC0415 - a dump's pins need none of it

        return recognise(self.data)

    @cached_property
    def report(self) -> DumpReport:
        """What is in it, where it is or was in a flash."""
        from plugsmith.dump.dump import Dump  # noqa: PLC0415 - as above
        from plugsmith.dump.survey.survey import survey  # noqa: PLC0415

        return survey(Dump(data=self.data, name=self.name))

    @cached_property
    def kind(self) -> FileKind:
        """What it is. Never raises: a file of no known kind is `UNKNOWN`."""
        if not self.data or uniform_byte(self.data) is not None:
            return K.BLANK
        found = self._recognised
        if found.kind is ImageKind.UNKNOWN:
            return self._of_no_firmware()
        if "rotated" in {item.code for item in found.problems}:
            return K.DISORDERED
        if found.kind in _OF_A_FLASH and self._disorder:
            return K.DISORDERED
        if found.kind is not ImageKind.FULL_DUMP:
            return OF_IMAGE[found.kind]
        return _WHOLE.get(self.report.kind, K.FLASH)

    @property
    def _disorder(self) -> list[str]:
        """What says that bytes of a flash are not where they belong."""
        return [item.text for item in self.report.damage if item.kind in DISORDER]

    def _of_no_firmware(self) -> FileKind:
        if read_other_maker(self.data) is not None:
            return K.OTHER_CHIP
        if self.data.startswith(MAGIC):
            return K.SETTINGS
        mark = mark_of(self.data)
        if mark is not None:
            return self._of_letters() or K(mark.group.value)
        from plugsmith.dump.finders import rf  # noqa: PLC0415 - a dump's pins need none of it

        if len(self.data) < _SMALL and any(rf.find(self.data)):
            return K.RF
        if self.report.kind in {DumpKind.UNKNOWN, DumpKind.RANDOM, DumpKind.BLANK}:
            return K.UNKNOWN
        layout = self.report.layout
        return K.DISORDERED if layout.rotation or layout.shift > 0 else K.PART

    def _of_letters(self) -> FileKind | None:
        """What a text, also a saved page, describes; None where that is no device."""
        from plugsmith.dump.pasted.pasted import read_pasted  # noqa: PLC0415 - a dump's pins need none of it

        found = read_pasted(self.data)
        if found is None:
            return None
        return K.TEMPLATE if found.best.holdings.template else K.PINS

    @property
    def words(self) -> str:
        """What it is, with an article."""
        mark = mark_of(self.data) if self.kind in _MARKED else None
        return _(mark.name if mark is not None else WORDS[self.kind])

    @property
    def advice(self) -> str:
        """One sentence with the verb that helps with a file of this kind."""
        if self._recognised.only_read:
            return _("It is for a chip that is only read here: `plugsmith image info` explains.")
        if self.kind in FIRMWARE and self._recognised.problems:
            return _of_broken(self.kind)
        if self.kind is K.OTHER_CHIP:
            return _of_other_chip(self.data)
        mark = mark_of(self.data) if self.kind in _MARKED else None
        return _(mark.advice if mark is not None else ADVICE[self.kind])


def open_file(path: Path) -> JudgedFile:
    """The file at `path`, packed or not; the errors of `read_input`, and InputEmpty."""
    return _not_empty(read_input(path))


def judged(data: bytes, *, name: str) -> JudgedFile:
    """The same for bytes that came over a pipe, packed or not."""
    return _not_empty(input_of(data, name=name))


@contextmanager
def worked_on(data: bytes, *, takes: frozenset[FileKind]) -> Iterator[None]:
    """Refusals of a file that is of no kind in `takes` name the verb that helps with its kind."""
    try:
        yield
    except (InputError, NothingFound, NotBootable, SecretsLeft) as problem:
        if not isinstance(problem, _NOT_ITS_KIND):
            _point(problem, JudgedFile(name="", data=data), takes)
        raise


def _point(problem: PlugsmithError, file: JudgedFile, takes: frozenset[FileKind]) -> None:
    if not file.data or file.kind in takes:
        return
    problem.advice = file.advice
    if type(problem) is InputUnusable:
        problem.facts["kind"] = file.words
        problem.facts["reason"] = _("A flash dump is the raw content of the chip's memory.")


def _problem(code: str, text: str) -> ImageFinding:
    return ImageFinding(code=code, level=FindingLevel.PROBLEM, text=text, at=0)


def _not_empty(file: InputFile) -> JudgedFile:
    if not file.data:
        raise InputEmpty(name=file.name)
    return JudgedFile(name=file.name, data=file.data)


def _of_other_chip(data: bytes) -> str:
    other = read_other_maker(data)
    way = tool_for(other) if other is not None else ""
    return way or _("Give a flash dump, a firmware file, or a text with pins instead.")


def _of_broken(kind: FileKind) -> str:
    if kind is K.UF2:
        return _("Build it again with ESPHome or LibreTiny, or download it again.")
    return _("Download it again with `plugsmith image fetch`, or read the device again.")
