"""Text out of the bytes of a UART: whole lines, and whether it is text at all. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from plugsmith.secrets import MASK, new_in, redact, sure_until

LONGEST_LINE = 2048  # what has no end by then is cut: a device may print for ever without one
_WINDOW = 192  # bytes that a judgement needs
_TEXT_SHARE = 0.9
_NOISE_SHARE = 0.7
_PLAIN = frozenset(b"\t\r\n\x1b") | frozenset(range(0x20, 0x7F))


@dataclass(slots=True)
class LineReader:
    """Takes bytes as they come and gives the lines that they complete.

    `masked`: without secrets. A line that was given in pieces is masked as a whole: each piece is
    what the redacted line has behind the pieces before.
    """

    masked: bool = False
    _rest: bytearray = field(default_factory=bytearray)
    _line: bytearray = field(default_factory=bytearray)  # of the line of which a piece was given
    _given: str = ""  # of that line, as it was given
    _hidden: bool = False  # what comes until its end belongs to a secret

    def feed(self, data: bytes) -> list[str]:
        """The lines that end in `data`, without their ends; bytes that are no UTF-8 as U+FFFD."""
        self._rest += data
        lines: list[str] = []
        while True:
            end = self._rest.find(b"\n", 0, LONGEST_LINE)
            if end < 0 and len(self._rest) < LONGEST_LINE:
                return lines
            lines += self._give(end + 1 if end >= 0 else LONGEST_LINE, ended=end >= 0)

    def pause(self) -> list[str]:
        """What came last without an end, but for a tail that may begin a secret; it goes on."""
        return self._give(len(self._rest), ended=False) if self._rest else []

    def flush(self) -> list[str]:
        """What came last without an end, if anything: it stands for a line."""
        return self._give(len(self._rest), ended=True)

    def _give(self, size: int, *, ended: bool) -> list[str]:
        self._line += self._rest[:size]
        del self._rest[:size]
        told, sure = self._told(ended=ended)
        piece = "" if self._hidden else told[new_in(told, self._given) : sure]
        self._given = told[:sure]
        if ended:
            self._line.clear()
            self._given, self._hidden = "", False
        elif len(self._line) > 2 * LONGEST_LINE:
            self._hidden = self._hidden or (self.masked and told.rstrip("\"'").endswith(MASK))
            del self._line[:-LONGEST_LINE]
            told, sure = self._told(ended=False)
            self._given = told[:sure]
        return [piece] if piece.strip() else []

    def _told(self, *, ended: bool) -> tuple[str, int]:
        """The line until now as it may be seen, and how much of it no later byte can hide."""
        text = _text(self._line)
        if not self.masked:
            return text, len(text)
        told = redact(text)
        return told, len(told) if ended else sure_until(text, told)


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
