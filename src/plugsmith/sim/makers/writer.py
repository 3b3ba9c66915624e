"""Writes a flash as download codes do: each sector is erased when its first byte comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugsmith.sim.flash.nor import NorFlash

_SECTOR = 0x1000


class SectorWriter:
    """One transfer; a sector is erased once in it."""

    def __init__(self, nor: NorFlash) -> None:
        self._nor = nor
        self._erased: set[int] = set()

    def write(self, at: int, data: bytes) -> bool:
        """Whether it fits into the flash and was written."""
        if at < 0 or at + len(data) > self._nor.size:
            return False
        for sector in range(at - at % _SECTOR, at + len(data), _SECTOR):
            if sector not in self._erased:
                self._erased.add(sector)
                self._nor.erase(sector, _SECTOR)
        return self._nor.program(at, data)
