"""A wire trace as JSON lines, without anything private in it.

Flash content can hold Wi-Fi passwords and keys, so of every block of bytes only the protocol
header is written out; the rest becomes its length and CRC-32. Text of consoles is left out alike.
"""

from __future__ import annotations

import json
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

from plugsmith.errors.flows import NoRightToWrite
from plugsmith.errors.library import OutputExists
from plugsmith.events import Warning_
from plugsmith.messages import _
from plugsmith.system_words import system_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import TextIO

    from plugsmith.clock import Clock
    from plugsmith.events import EventSink
    from plugsmith.link.port import Port, PortCapabilities, PortInfo

_HARMLESS = 16  # longest piece written out: every control frame fits, no secret of use does
_VERSION = 23  # the reply with a boot loader's version, a text of 16 bytes that is no secret
_HEAD = 11  # of longer pieces: frame header, command, status or address
_REQUEST = b"\x01\xe0\xfc"
_REPLY = b"\x04\x0e"
_EFUSE_DATA = b"\x78\x00\x80\x00"  # register 0x800078: its value may be a byte of the code key


def trace_to(
    path: Path, open_port: Callable[[], Port], *, clock: Clock, sink: EventSink
) -> Callable[[], Port]:
    """`open_port` with a trace in a new file at `path`; OutputExists, NoRightToWrite.

    Where the disk takes no more of it, that is told once, and the work goes on.
    """
    if path.exists():
        raise OutputExists(name=str(path))
    told: list[str] = []

    def cut(problem: str) -> None:
        if not told:
            sink.emit(
                Warning_(
                    code="PS-NOTE-TRACE",
                    message=_(
                        "The trace {file} is not whole: {problem}", file=str(path), problem=problem
                    ),
                    hint=_("Make room, or name another place with --trace FILE."),
                )
            )
        told.append(problem)

    def opened() -> Port:
        try:
            stream = path.open("a", encoding="utf-8")
        except OSError as problem:
            raise NoRightToWrite(
                folder=str(path.parent), problem=system_words(problem)
            ) from problem
        try:
            return TracingPort(open_port(), stream, clock=clock, closes_stream=True, cut=cut)
        except BaseException:
            stream.close()
            raise

    return opened


class TracingPort:
    """A port that writes what passes to `stream`: time, direction, redacted bytes.

    `cut` is called, with the words of the system, when the stream takes no more.
    """

    def __init__(
        self,
        port: Port,
        stream: TextIO,
        *,
        clock: Clock,
        closes_stream: bool = False,
        cut: Callable[[str], None] | None = None,
    ) -> None:
        self._port = port
        self._stream = stream
        self._clock = clock
        self._start_s = clock.monotonic()
        self._stopped = False
        self._closes_stream = closes_stream
        self._cut = cut
        self._note("open", port=port.info.name, baud=port.baud)

    @property
    def info(self) -> PortInfo:
        """Name and adapter of the port behind."""
        return self._port.info

    @property
    def capabilities(self) -> PortCapabilities:
        """What the port behind can do."""
        return self._port.capabilities

    @property
    def baud(self) -> int:
        """The host's current rate in bit/s."""
        return self._port.baud

    def read(self, limit: int, timeout_s: float) -> bytes:
        """Read from the port behind; empty reads are not written down."""
        data = self._port.read(limit, timeout_s)
        if data:
            self._note("rx", **redact(data))
        return data

    def write(self, data: bytes) -> None:
        """Write to the port behind."""
        self._note("tx", **redact(data))
        self._port.write(data)

    def drain(self) -> None:
        """Drain the port behind."""
        self._port.drain()

    def discard_input(self) -> None:
        """Discard what the port behind received."""
        self._note("discard")
        self._port.discard_input()

    def set_baud(self, baud: int) -> None:
        """Change the rate of the port behind."""
        self._note("baud", baud=baud)
        self._port.set_baud(baud)

    def set_lines(self, *, rts: bool | None = None, dtr: bool | None = None) -> None:
        """Set the lines of the port behind."""
        self._note("lines", rts=rts, dtr=dtr)
        self._port.set_lines(rts=rts, dtr=dtr)

    def reopen(self, timeout_s: float) -> bool:
        """Reopen the port behind if it knows how."""
        reopen = getattr(self._port, "reopen", None)
        back = bool(reopen(timeout_s)) if reopen is not None else False
        self._note("reopen", back=back)
        return back

    def close(self) -> None:
        """Close the port behind and flush the trace."""
        self._note("close")
        self._port.close()
        try:
            self._stream.flush()
        except (OSError, ValueError) as problem:
            self._stop(problem)
        with suppress(OSError, ValueError):
            if self._closes_stream:
                self._stream.close()

    def _note(self, event: str, **facts: str | int | bool | None) -> None:
        at_ms = round((self._clock.monotonic() - self._start_s) * 1000, 3)
        line = {"ms": at_ms, "event": event} | {k: v for k, v in facts.items() if v is not None}
        if self._stopped:
            return
        try:
            self._stream.write(json.dumps(line) + "\n")
        except (OSError, ValueError) as problem:
            self._stop(problem)

    def _stop(self, problem: OSError | ValueError) -> None:
        """A full disk ends the trace, not the work."""
        if not self._stopped and self._cut is not None:
            self._cut(system_words(problem))
        self._stopped = True


def redact(data: bytes) -> dict[str, str | int]:
    """`data` for a trace: in full if it is short frames, else length, CRC-32 and frame header."""
    facts: dict[str, str | int] = {"len": len(data)}
    framed = data.startswith(_REQUEST) or _is_reply(data)
    if framed and all(_is_harmless(frame) for frame in _frames(data)):
        facts["hex"] = data.hex()
        return facts
    if len(data) > _HARMLESS:
        facts["crc32"] = f"{zlib.crc32(data):08x}"  # of a short secret this would tell the secret
    if framed:
        facts["head"] = data[:_HEAD].hex()
    return facts


def _frames(data: bytes) -> list[bytes]:
    """The replies that arrived together, each as long as it says; anything else is one piece."""
    found: list[bytes] = []
    rest = data
    while _is_reply(rest) and 4 <= rest[2] <= _VERSION and len(rest) >= 3 + rest[2]:
        found.append(rest[: 3 + rest[2]])
        rest = rest[3 + rest[2] :]
    return [*found, rest] if rest else found


def _is_reply(data: bytes) -> bool:
    return data.startswith(_REPLY) and data[3:6] == _REQUEST


def _is_harmless(frame: bytes) -> bool:
    """Whether a frame is short enough to hold no secret of use."""
    if not (frame.startswith(_REQUEST) or _is_reply(frame)) or _EFUSE_DATA in frame:
        return False
    is_version = _is_reply(frame) and frame[6:7] == b"\x11"
    return len(frame) <= (_VERSION if is_version else _HARMLESS)
