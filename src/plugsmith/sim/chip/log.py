"""The text on UART2, kept for whoever reads it later."""

from __future__ import annotations

_KEEP = 65536


class LogBuffer:
    """The newest 64 KiB; a reader keeps the position that it has read to."""

    def __init__(self) -> None:
        self._tail = bytearray()
        self.end = 0

    def write(self, data: bytes) -> None:
        """Append text."""
        self._tail += data
        self.end += len(data)
        if len(self._tail) > 2 * _KEEP:
            del self._tail[:-_KEEP]

    def since(self, position: int) -> bytes:
        """Everything from `position` on that is still kept."""
        return bytes(self._tail[max(0, position - self.start) :])

    @property
    def start(self) -> int:
        """Position of the oldest text that is still kept."""
        return self.end - len(self._tail)

    @property
    def text(self) -> str:
        """All that is kept, as text."""
        return self._tail.decode("utf-8", "replace")
