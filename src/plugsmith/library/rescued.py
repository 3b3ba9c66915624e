"""Content that a write replaces and no backup holds: kept beside them, never replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.errors.content import InputError
from plugsmith.errors.flows import NoRightToWrite
from plugsmith.library.home import refusal, write_whole
from plugsmith.limited_read import read_regular

if TYPE_CHECKING:
    from pathlib import Path

    from plugsmith.library.device_key import DeviceKey

_MOST_NAMES = 1000


class RescueStore:
    """Files `<chip>_<MAC tail>_<address>.bin`: raw bytes of the flash from that address on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, device: DeviceKey, start: int, data: bytes) -> Path:
        """A new file with `data`, forced to the disk; NoRightToWrite, NoSpaceLeft if refused."""
        tail = device.mac.replace(":", "")[-6:] if device.mac else "nomac"
        stem = f"{device.chip.casefold()}_{tail}_0x{start:06x}"
        for number in range(1, _MOST_NAMES):
            path = self._folder / (f"{stem}.bin" if number == 1 else f"{stem}_{number}.bin")
            try:
                write_whole(path, data)
            except FileExistsError:
                if _holds(path, data):
                    return path
                continue
            except OSError as problem:
                raise refusal(self._folder, problem) from problem
            return path
        raise NoRightToWrite(folder=str(self._folder), problem="too many files")


def _holds(path: Path, data: bytes) -> bool:
    try:
        return read_regular(path, limit=len(data)) == data
    except InputError:
        return False
