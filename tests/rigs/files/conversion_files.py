"""One firmware as every kind of file that it can come in, and which of them can become which."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pytest

from plugsmith.emu.board import BOARDS
from plugsmith.emu.job import EmuLimits
from plugsmith.emu.runner import emulator_installed, run_boot
from plugsmith.errors import PlugsmithError
from plugsmith.flows.image.emulation import BootRequest, flash_to_boot
from plugsmith.flows.image.file import ConvertRequest, convert_file, open_image
from plugsmith.image.kinds import recognise
from plugsmith.image.model import ImageKind
from plugsmith.image.ota import (
    GZIP_AES,
    PLAIN,
    UG_END,
    UG_HEADER_LEN,
    UG_MAGIC,
    read_package,
    write_package,
)
from plugsmith.image.physical import APP_LOGICAL_START, APP_START, LINE_LEN, strip_lines
from plugsmith.image.scramble import ScrambleKey, scramble

if TYPE_CHECKING:
    from pathlib import Path

TWINS = ("BK7231N", "BK7231M")  # the same code, stored with and without the key
_CODE_ONLY = ("plain code", "scrambled code")
_PACKED = ("package", "package, not packed", "package in UG")
_WITHOUT_LOADER = {"application", "application, no header", "UF2", *_CODE_ONLY, *_PACKED}
KINDS = (
    "qio",
    "application",
    "application, no header",
    *_CODE_ONLY,
    *_PACKED,
    "UF2",
    "flash start",
    "flash start, just behind the application",
    "full dump",
    "rotated dump",
    "loader",
)
WAYS = [
    (to, with_loader, named)
    for to in ("qio", "app", "ota")
    for with_loader in (False, True)
    for named in (False, True)
]


@dataclass(frozen=True, kw_only=True)
class Firmware:
    """A QIO image that is sound, and what is known of it without reading it."""

    chip: str
    key: ScrambleKey
    qio: bytes
    app_end: int  # behind the last line of the application
    says_chip: bool = True  # whether the application names its chip

    @property
    def stored(self) -> bytes:
        """The lines of the application alone."""
        return self.qio[APP_START : self.app_end]

    @property
    def code(self) -> bytes:
        """Its code as a compiler gave it."""
        return scramble(strip_lines(self.stored), self.key, start=APP_LOGICAL_START)

    def as_kind(self, kind: str, uf2: bytes = b"") -> bytes:
        """The firmware in a file of this kind."""
        dump = self.qio.ljust(0x20_0000, b"\xff")
        version = "1.18.300"
        match kind:
            case "qio":
                return self.qio
            case "application":
                return self.qio[APP_START:]
            case "application, no header":
                return self.stored
            case "plain code":
                return self.code
            case "scrambled code":
                return strip_lines(self.stored)
            case "package" | "package, not packed" | "package in UG":
                form = PLAIN if "not" in kind else GZIP_AES
                package = write_package(self.code, version=version, time=7, algorithm=form)
                return ug_file(package) if "UG" in kind else package
            case "UF2":
                return uf2
            case "flash start":
                return dump[:0x1E_2000]
            case "flash start, just behind the application":
                return dump[:0x13_5000]
            case "full dump":
                return dump
            case "rotated dump":
                return dump[APP_START:] + dump[:APP_START]
            case _:
                return self.qio[:APP_START]

    def refusal(self, kind: str, to: str, *, with_loader: bool, named: bool) -> str | None:
        """What the refusal of a conversion must name; None: it can be made."""
        if kind == "loader":
            return "--loader"
        if to == "qio" and kind in _WITHOUT_LOADER and not with_loader:
            return "--loader"
        without_key = (*_PACKED, *_CODE_ONLY) if self.key.plain else (*_PACKED, "plain code")
        open_key = kind in without_key and (self.chip in TWINS or not self.says_chip)
        return "--chip" if to == "app" and open_key and not (named or with_loader) else None


def application_in(data: bytes) -> bytes:
    """The plain code in a file that was made."""
    image = recognise(data)
    if image.kind is ImageKind.OTA:
        return read_package(data).code
    assert image.app is not None
    return image.app.section.code


def same_code(ours: bytes, theirs: bytes) -> bool:
    """Whether they are one application: the last line of one may be filled up."""
    return theirs[: len(ours)] == ours[: len(theirs)] and abs(len(ours) - len(theirs)) < LINE_LEN


def ug_file(package: bytes) -> bytes:
    """The package as Tuya's cloud sends it."""
    head = UG_MAGIC + b"1.0.0".ljust(12, b"\0") + len(package).to_bytes(4, "big")
    return head.ljust(UG_HEADER_LEN - 4, b"\0") + UG_END + package


@cache
def started(flash: bytes, chip: str) -> tuple[bool | None, str]:
    """What the emulator says of the flash: most conversions of a firmware give the same one."""
    answer = run_boot(flash, chip=chip, limits=EmuLimits(instructions=10_000_000, wall_s=300))
    return answer["boots"], answer["reached"]


def check(wanted: Firmware, kind: str, data: bytes, folder: Path, *, boot: bool = True) -> int:
    """Every way from one file: refused with the way on, or the same application that starts.

    How many ways that were.

    `boot` False: a flash that holds the same boot loader and application starts like the original.
    """
    original = wanted.as_kind("full dump")
    (folder / "source").write_bytes(data)
    (folder / "loader").write_bytes(wanted.as_kind("loader"))
    (folder / "dump").write_bytes(original)
    tried = 0
    for to, with_loader, named in WAYS:
        tried += 1
        way = f"{kind} to {to}{' with a loader' * with_loader}{' for a named chip' * named}"
        output = folder / f"out {way}"
        request = ConvertRequest(
            source=open_image(folder / "source"),
            to=ImageKind(to),
            output=output,
            loader=open_image(folder / "loader") if with_loader else None,
            chip=wanted.chip if named else None,
            time=5,
        )
        refusal = wanted.refusal(kind, to, with_loader=with_loader, named=named)
        if refusal is not None:
            with pytest.raises(PlugsmithError) as caught:
                convert_file(request)
            assert refusal in caught.value.hint, (way, caught.value.message, caught.value.hint)
            assert to in caught.value.message, (way, caught.value.message)
            assert not output.exists()
            continue
        convert_file(request)
        made = recognise(output.read_bytes())
        assert (made.kind, made.problems) == (ImageKind(to), ()), way
        assert wanted.chip in made.chips or not wanted.says_chip, (way, made.chips)
        assert same_code(application_in(output.read_bytes()), wanted.code), way
        if wanted.chip in BOARDS:
            flash = flash_with(wanted, output, folder)
            assert flash[: wanted.app_end] == original[: wanted.app_end], way
            if boot and emulator_installed():
                assert started(flash, wanted.chip) == (True, "application log"), way
    return tried


def flash_with(wanted: Firmware, made: Path, folder: Path) -> bytes:
    """The flash after the file was written, or its boot loader has unpacked it."""
    source = open_image(made)
    if source.image.kind is ImageKind.OTA:
        unpacked = folder / "unpacked"
        unpacked.unlink(missing_ok=True)
        convert_file(
            ConvertRequest(
                source=source,
                to=ImageKind.APP,
                output=unpacked,
                chip=wanted.chip,
            )
        )
        source = open_image(unpacked)
    base = open_image(folder / "dump") if source.image.kind is ImageKind.APP else None
    return flash_to_boot(BootRequest(source=source, base=base), chip=wanted.chip)
