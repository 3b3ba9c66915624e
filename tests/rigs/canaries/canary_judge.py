"""The outside judge of a sanitized copy: which pieces of planted values can still be read in it.

It shares no code with the product. It looks at the file raw, under the vendor's mask, decrypted
with the store's key in all 16 phases, and behind the two layers of protected sectors; a third of a
spelling that still stands in one of these is a value that stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dump_scanner import MASTER, SECTOR, decrypted, masked, protected_views, store_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LEAST = 6  # bytes of a piece that are no coincidence
_TWINS = (b"Xk2pVw8QmR4nTz6LbYcD", b"aQ9wErTy7UiOp3sDfGhJ", b"mNb8vCx1ZlKj5hGfDsAq")


@dataclass(frozen=True)
class Stay:
    """A piece of a value that was found: in which view, and which bytes of the file."""

    view: str
    start: int
    end: int


def core_of(spell: Callable[[bytes], bytes], value: bytes) -> bytes:
    """The part of a spelling that depends on the value, without what stands around it."""
    text = spell(value)
    others = [spell(twin[: len(value)]) for twin in _TWINS]
    same = [other for other in others if len(other) == len(text)]
    if not same:
        return text
    differs = [at for at in range(len(text)) if any(other[at] != text[at] for other in same)]
    return text[differs[0] : differs[-1] + 1]


def pieces_of(core: bytes) -> list[bytes]:
    """Pieces side by side; whoever leaves two thirds of a core in leaves at least one."""
    core = core.strip(b"\0")
    length = max(_LEAST, len(core) // 3)
    pieces = [core[at : at + length] for at in range(0, len(core) - length + 1, length)]
    return [piece for piece in pieces if len(set(piece)) > 2] or [core]


class Judge:
    """Every view of a file, made once for all values."""

    def __init__(self, data: bytes, *, device_key: bytes | None, code_end: int) -> None:
        self.views = list(_views(data, device_key, code_end))

    def stays(self, core: bytes) -> list[Stay]:
        """Where pieces of the core still stand."""
        return [
            Stay(view=name, start=base + at, end=base + at + len(piece))
            for piece in pieces_of(core)
            for name, base, body in self.views
            for at in _all(body, piece)
        ]


def _all(body: bytes, piece: bytes) -> Iterator[int]:
    at = body.find(piece)
    while at >= 0:
        yield at
        at = body.find(piece, at + 1)


def _views(
    data: bytes, device_key: bytes | None, code_end: int
) -> Iterator[tuple[str, int, bytes]]:
    yield "raw", 0, data
    for start, body in _filled(data, code_end):
        for phase in range(8):
            yield f"mask {phase}", start, masked(body, phase)
        if device_key is None:
            continue
        key = store_key(device_key)
        for phase in range(16):
            yield f"decrypted {phase}", start + phase, decrypted(body, key, phase)
            outer = decrypted(body, MASTER, phase)
            if bytes.fromhex("53975713") in outer:
                yield f"protected {phase}", start, protected_views(body, key, phase)


def _filled(data: bytes, code_end: int) -> Iterator[tuple[int, bytes]]:
    """Runs of sectors that are not erased, behind the program."""
    start = None
    for at in range(code_end, len(data) + SECTOR, SECTOR):
        sector = data[at : at + SECTOR]
        if sector.strip(b"\xff"):
            start = at if start is None else start
        elif start is not None:
            yield start, data[start:at]
            start = None
