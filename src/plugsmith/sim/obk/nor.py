"""The 2 MiB flash of the device, kept sparsely: thirty devices cost little."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SECTOR = 0x1000
SIZE = 0x20_0000
_BLANK = b"\xff" * SECTOR


class SparseFlash:
    """4 KiB sectors by number; what is not kept is erased."""

    def __init__(self, content: bytes | None = None) -> None:
        self._sectors: dict[int, bytearray] = {}
        if content is not None:
            self.program(0, content[:SIZE])

    def read(self, at: int, length: int) -> bytes:
        """The bytes from `at`; FF beyond the end."""
        parts = []
        for number, start, size in _pieces(at, length):
            held = self._sectors.get(number)
            parts.append(bytes(held[start : start + size]) if held else b"\xff" * size)
        return b"".join(parts)

    def program(self, at: int, data: bytes) -> None:
        """Store `data` as if the bytes under it were erased; the rest of a sector stays."""
        done = 0
        for number, start, size in _pieces(at, len(data)):
            piece = data[done : done + size]
            done += size
            held = self._sectors.get(number)
            if held is None:
                if piece == _BLANK[:size]:
                    continue
                held = self._sectors[number] = bytearray(_BLANK)
            held[start : start + size] = piece

    def write_sectors(self, at: int, data: bytes) -> None:
        """As the device's POST does: whole sectors erased, a partial last one padded with FF."""
        first = at - at % SECTOR
        for number in range(first // SECTOR, -(-(at + len(data)) // SECTOR)):
            self._sectors.pop(number, None)
        self.program(at, data)

    def content(self) -> bytes:
        """All 2 MiB."""
        return self.read(0, SIZE)


def _pieces(at: int, length: int) -> Iterator[tuple[int, int, int]]:
    while length > 0:
        start = at % SECTOR
        size = min(SECTOR - start, length)
        yield at // SECTOR, start, size
        at += size
        length -= size
