"""Packets between bytes C0, as Espressif's papers on the serial protocol have them (SLIP)."""

from __future__ import annotations

_ESCAPED = {0xDC: 0xC0, 0xDD: 0xDB}
_LONGEST = 0x2_0000


def packed(content: bytes) -> bytes:
    """One packet with its ends."""
    inside = content.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc")
    return b"\xc0" + inside + b"\xc0"


class SlipReader:
    """Cuts a stream into packets; what is no packet is dropped, as the ROM does."""

    def __init__(self) -> None:
        self._inside: bytearray | None = None

    def feed(self, data: bytes) -> list[bytes]:
        """The packets that end in `data`."""
        out: list[bytes] = []
        pieces = data.split(b"\xc0")
        for number, piece in enumerate(pieces):
            if self._inside is not None:
                self._inside += piece
            if number == len(pieces) - 1:
                break
            if self._inside:
                out += _unescaped(bytes(self._inside))
                self._inside = None
            else:
                self._inside = bytearray()
        if self._inside is not None and len(self._inside) > _LONGEST:
            self._inside = None  # no packet: wait for the next end
        return out


def _unescaped(inside: bytes) -> list[bytes]:
    """The content between two ends; nothing where an escape is none."""
    first, *rest = inside.split(b"\xdb")
    out = bytearray(first)
    for piece in rest:
        byte = _ESCAPED.get(piece[0]) if piece else None
        if byte is None:
            return []
        out.append(byte)
        out += piece[1:]
    return [bytes(out)]
