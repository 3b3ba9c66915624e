"""The file behind a simulated flash: loaded once, changed sectors written back in place."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from plugsmith.errors.own.sim import SimFlashUnusable
from plugsmith.messages import _
from plugsmith.sim.flash.nor import SECTOR
from plugsmith.system_words import system_words

if TYPE_CHECKING:
    from pathlib import Path

    from plugsmith.sim.flash.nor import NorFlash

SMALLEST, LARGEST = 0x8_0000, 0x100_0000
USUAL = 0x20_0000
_WRITABLE = 0o222


class FlashFile:
    """Content of `path`. A shorter file is padded with FF in memory and never written back.

    Nor is a file that cannot be written, or that lies without write permission in a folder without
    write permission, even where the system would allow it (root): that is somebody's archive.
    Raises SimFlashUnusable for files that cannot be a flash.
    """

    def __init__(self, path: Path, *, keep: bool = False) -> None:
        self.path = path
        try:
            with path.open("rb") as stream:
                content = stream.read(LARGEST + 1)  # a device file has no end
            mode = path.stat().st_mode | path.resolve().parent.stat().st_mode
        except OSError as problem:
            raise SimFlashUnusable(file=str(path), problem=system_words(problem)) from problem
        if not content or len(content) > LARGEST:
            raise SimFlashUnusable(
                file=str(path), problem=_("it has {count} bytes", count=len(content))
            )
        exact = len(content) & (len(content) - 1) == 0 and len(content) >= SMALLEST
        size = len(content) if exact else USUAL
        if len(content) > size:
            raise SimFlashUnusable(
                file=str(path), problem=_("{count} bytes is no size of a flash", count=len(content))
            )
        self.content = content.ljust(size, b"\xff")
        self.padded = not exact
        archived = not mode & _WRITABLE or not os.access(path, os.W_OK)
        self.read_only = keep or self.padded or archived

    def save(self, nor: NorFlash) -> None:
        """Write the sectors that changed since the last time."""
        if not nor.dirty:
            return
        sectors = sorted(nor.dirty)
        nor.dirty.clear()
        if self.read_only:
            return
        try:
            with self.path.open("r+b") as file:
                for sector in sectors:
                    file.seek(sector * SECTOR)
                    file.write(nor.content[sector * SECTOR : (sector + 1) * SECTOR])
        except OSError as problem:
            raise SimFlashUnusable(file=str(self.path), problem=system_words(problem)) from problem
