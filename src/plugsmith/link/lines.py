"""Text out of the bytes of a UART: whole lines, and whether it is text at all. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

LONGEST_LINE = 2048  # what has no end by then is cut: a device may print for ever without one
_WINDOW = 192  # bytes that a judgement needs
_TEXT_SHARE = 0.9
_NOISE_SHARE = 0.7
_PLAIN = frozenset(b"\t\r\n\x1b") | frozenset(range(0x20, 0x7F))


@dataclass(slots=True)
class LineReader:
    """Takes bytes as they come and gives the lines that they complete."""

    _rest: bytearray = field(default_factory=bytearray)

    def feed(self, data: bytes) -> list[str]:
        """The lines that end in `data`, without their ends; bytes that are no UTF-8 as U+FFFD."""
        self._rest += data
        lines: list[str] = []
        while True:
            end = self._rest.find(b"\n", 0, LONGEST_LINE)
            if end < 0 and len(self._rest) < LONGEST_LINE:
                return lines
            cut = end + 1 if end >= 0 else LONGEST_LINE
            lines.append(_text(self._rest[:cut]))
            del self._rest[:cut]

    def flush(self) -> list[str]:
        """What came last without an end, if anything: after a pause it stands for a line."""
        rest, self._rest = self._rest, bytearray()
        return [_text(rest)] if rest.strip() else []


@dataclass(slots=True)
class SpeedJudge:
    """Whether what is heard is text: a wrong rate makes noise of it."""

    _seen: bytearray = field(default_factory=bytearray)

    def feed(self, data: bytes) -> bool | None:
        """True for text, False for noise, None while too little was heard or it is in between."""
        self._seen = (self._seen + data)[-_WINDOW:]
        if len(self._seen) < _WINDOW:
            return None
        share = sum(byte in _PLAIN for byte in self._seen) / len(self._seen)
        if share >= _TEXT_SHARE:
            return True
        return False if share <= _NOISE_SHARE else None

    def forget(self) -> None:
        """Begin anew, at another rate."""
        self._seen.clear()


def _text(line: bytes | bytearray) -> str:
    return line.decode("utf-8", "replace").rstrip("\r\n")
