"""RFC 2217 as a server: telnet with the COM port option; no sockets here, bytes in and out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
BINARY, SUPPRESS_GO_AHEAD, COM_PORT = 0, 3, 44
_OURS = frozenset((BINARY, SUPPRESS_GO_AHEAD, COM_PORT))
_SERVER_OFFSET = 100
_SET_BAUD, _SET_CONTROL, _PURGE = 1, 5, 12
_ECHOED = frozenset((2, 3, 4, 10, 11, _PURGE))  # size, parity, stop bits, masks: accepted as asked
_SIGNATURE = 0
_LIMIT = 1024  # bytes of a sub-negotiation; longer ones are cut
_DTR = {8: True, 9: False}
_RTS = {11: True, 12: False}
_DEFAULT_REPLY = {
    7: 9,
    10: 12,
    0: 1,
    4: 6,
    13: 14,
}  # request state: DTR, RTS off, no flow, no break


class _State(Enum):
    DATA = auto()
    COMMAND = auto()
    OPTION = auto()
    SUB = auto()
    SUB_IAC = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class TelnetEvent:
    """What the client did: sent data (at rate `baud`), changed the rate, moved lines, or purged."""

    data: bytes = b""
    baud: int | None = None
    rts: bool | None = None
    dtr: bool | None = None
    purge: bool = False


def looks_like_telnet(first: bytes) -> bool | None:
    """Whether a client that begins with `first` speaks telnet; None: two bytes are needed."""
    if not first or first[0] != IAC:
        return False if first else None
    return None if len(first) < 2 else first[1] in (DONT, DO, WONT, WILL, SB)


def escape(data: bytes) -> bytes:
    """`data` for a telnet stream."""
    return data.replace(b"\xff", b"\xff\xff")


class TelnetSession:
    """One client. `feed` returns events in order; `replies` collects what must be sent back."""

    def __init__(self, *, baud: int) -> None:
        self.baud = baud
        self.replies = bytearray()
        self._we: set[int] = set()
        self._they: set[int] = set()
        self._state = _State.DATA
        self._verb = 0
        self._sub = bytearray()
        for option in sorted(_OURS):
            self._offer(option)

    def _offer(self, option: int) -> None:
        self._we.add(option)
        self._they.add(option)
        self.replies += bytes((IAC, WILL, option, IAC, DO, option))

    def feed(self, raw: bytes) -> list[TelnetEvent]:
        """Understand `raw`, which may be cut anywhere."""
        events: list[TelnetEvent] = []
        data = bytearray()
        at = 0
        while at < len(raw):
            if self._state is _State.DATA:
                stop = raw.find(IAC, at)
                stop = len(raw) if stop < 0 else stop
                data += raw[at:stop]
                at = stop
                if at < len(raw):
                    self._state = _State.COMMAND
                    at += 1
                continue
            baud = self.baud
            event, literal = self._control(raw[at])
            data += literal
            if event is not None:
                if data:
                    events.append(TelnetEvent(data=bytes(data), baud=baud))
                    data.clear()
                events.append(event)
            at += 1
        if data:
            events.append(TelnetEvent(data=bytes(data), baud=self.baud))
        return events

    def _control(self, byte: int) -> tuple[TelnetEvent | None, bytes]:
        state, self._state = self._state, _State.DATA
        match state:
            case _State.COMMAND:
                return None, self._command(byte)
            case _State.OPTION:
                self._negotiate(byte)
            case _State.SUB:
                self._state = _State.SUB_IAC if byte == IAC else _State.SUB
                if byte != IAC and len(self._sub) < _LIMIT:
                    self._sub.append(byte)
            case _:
                if byte == SE:
                    return self._sub_negotiation(bytes(self._sub)), b""
                self._sub.append(byte)
                self._state = _State.SUB
        return None, b""

    def _command(self, byte: int) -> bytes:
        if byte == IAC:
            return b"\xff"
        if byte == SB:
            self._sub.clear()
            self._state = _State.SUB
        elif byte in (DONT, DO, WONT, WILL):
            self._verb = byte
            self._state = _State.OPTION
        return b""

    def _negotiate(self, option: int) -> None:
        asks_us = self._verb in (DO, DONT)
        agreed = self._we if asks_us else self._they
        yes, no = (WILL, WONT) if asks_us else (DO, DONT)
        if self._verb in (DO, WILL):
            if option not in _OURS:
                self.replies += bytes((IAC, no, option))
            elif option not in agreed:
                agreed.add(option)
                self.replies += bytes((IAC, yes, option))
        elif option in agreed:
            agreed.discard(option)
            self.replies += bytes((IAC, no, option))

    def _sub_negotiation(self, body: bytes) -> TelnetEvent | None:
        if len(body) < 2 or body[0] != COM_PORT:
            return None
        command, value = body[1], body[2:]
        if command == _SET_BAUD and len(value) == 4:
            wanted = int.from_bytes(value, "big")
            self.baud = wanted or self.baud
            self._answer(command, self.baud.to_bytes(4, "big"))
            return TelnetEvent(baud=wanted) if wanted else None
        if command == _SET_CONTROL and value:
            self._answer(command, bytes((_DEFAULT_REPLY.get(value[0], value[0]),)))
            return TelnetEvent(rts=_RTS.get(value[0]), dtr=_DTR.get(value[0]))
        if command == _SIGNATURE:
            self._answer(command, b"Plugsmith simulated chip")
        elif command in _ECHOED and value:
            self._answer(command, value)
            return TelnetEvent(purge=True) if command == _PURGE else None
        return None

    def _answer(self, command: int, value: bytes) -> None:
        body = bytes((COM_PORT, command + _SERVER_OFFSET)) + value
        self.replies += bytes((IAC, SB)) + escape(body) + bytes((IAC, SE))
