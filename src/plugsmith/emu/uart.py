"""One UART of the chip: registers at 0x802100 and 0x802200."""

from __future__ import annotations

from collections import deque

FIFO_LEN = 128
SENT_LIMIT = 0x4_0000  # bytes kept for a host that does not fetch them
_CRYSTAL_HZ = 26_000_000
_RX_THRESHOLD, _RX_IDLE, _TX_WANTED, _TX_END = 1 << 1, 1 << 6, 1 << 0, 1 << 5


class Uart:
    """Bytes from the host wait in `incoming`; bytes to the host collect in `sent`."""

    def __init__(self) -> None:
        self.incoming: deque[int] = deque()
        self.sent = bytearray()
        self._fifo: deque[int] = deque()
        self.reset()

    def reset(self) -> None:
        """Back to the power-on state; what the host still holds in `incoming` stays."""
        self._fifo.clear()
        self._config = 0
        self._fifo_config = 0
        self._enabled = 0
        self._status = 0

    @property
    def baud(self) -> int:
        """The rate that the divider gives, or 0 while the UART is not set up."""
        return round(_CRYSTAL_HZ / ((self._config >> 8 & 0x1FFF) + 1)) if self._config & 3 else 0

    @property
    def listening(self) -> bool:
        """Whether the receiver is on."""
        return bool(self._config & 2)

    @property
    def interrupt(self) -> bool:
        """Whether the UART asks for its interrupt."""
        return bool(self._pending() & self._enabled)

    def feed(self, limit: int) -> int:
        """Move at most `limit` host bytes into the FIFO and return how many went."""
        moved = 0
        while self.incoming and moved < limit and len(self._fifo) < FIFO_LEN:
            self._fifo.append(self.incoming.popleft())
            moved += 1
        if moved:
            self._status |= _RX_IDLE
            if len(self._fifo) >= (self._fifo_config >> 8 & 0xFF):
                self._status |= _RX_THRESHOLD
        return moved

    def read(self, offset: int) -> int:  # noqa: PLR0911 - a register table
        """Value of the register at `offset`; reading the port pops a byte."""
        match offset:
            case 0x00:
                return self._config
            case 0x04:
                return self._fifo_config
            case 0x08:
                count = len(self._fifo)
                flags = 1 << 17 | 1 << 20 | (1 << 21 if count else 1 << 19)
                return flags | count << 8 | (1 << 18 if count >= FIFO_LEN else 0)
            case 0x0C:
                byte = self._fifo.popleft() if self._fifo else 0
                return byte | byte << 8
            case 0x10:
                return self._enabled
            case 0x14:
                return self._pending()
            case _:
                return 0

    def write(self, offset: int, value: int) -> None:
        """Write a register; writing the port sends a byte."""
        match offset:
            case 0x00:
                self._config = value
            case 0x04:
                self._fifo_config = value
            case 0x0C:
                if len(self.sent) < SENT_LIMIT:
                    self.sent.append(value & 0xFF)
                self._status |= _TX_END
            case 0x10:
                self._enabled = value
            case 0x14:
                self._status &= ~value
            case _:
                pass

    def _pending(self) -> int:
        return self._status | _TX_WANTED
