"""The device's log: a ring of 4 KiB that every reader drains."""

from __future__ import annotations

RING_LEN = 4096


class LogRing:
    """Text since the last reader, at most 4 KiB of it."""

    def __init__(self) -> None:
        self._text = ""
        self.level = 3
        self.features = 67_108_351

    def add(self, level: str, feature: str, text: str) -> None:
        """Append a line."""
        self._text = f"{self._text}{level}:{feature}:{text}\r\n"[-RING_LEN:]

    def drain(self) -> str:
        """Everything there is; the next reader gets only what comes later."""
        text, self._text = self._text, ""
        return text

    def put_back(self, text: str) -> None:
        """What a page showed stays for the log's readers."""
        self._text = (text + self._text)[-RING_LEN:]
