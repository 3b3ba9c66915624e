"""`console`: what a device prints, line by line, and commands to it; no flash is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.emu.boot_signs import find_sign, last_words
from plugsmith.errors.flows import NoRightToWrite
from plugsmith.errors.port import PortUnsupported
from plugsmith.events import Log
from plugsmith.flows.wire.boot_watch import judge_text
from plugsmith.flows.wire.results import ConsoleResult
from plugsmith.link.lines import LineReader, SpeedJudge
from plugsmith.messages import _
from plugsmith.secrets import KNOWN, redact_typed
from plugsmith.system_words import system_words
from plugsmith.visible import visible_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from plugsmith.flows.context import FlowContext
    from plugsmith.link.port import Port

RATES = (115_200, 921_600, 9_600, 460_800, 230_400, 74_880, 57_600, 38_400, 1_500_000)
_KEEP = 1 << 16  # bytes at the end that decide whether it booted
_QUIET_S = 0.3  # after which a line without an end is shown
_POLL_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleWish:
    """`baud` None: the usual rate, and others while what is heard is no text. `seconds` None: until
    the user stops it. `output` gets the lines as they are shown; `commands` are sent at the start.
    """

    baud: int | None = None
    seconds: float | None = None
    output: Path | None = None
    commands: tuple[str, ...] = ()
    show_secrets: bool = False


def console(
    ctx: FlowContext, wish: ConsoleWish, *, typed: Callable[[], str | None] | None = None
) -> ConsoleResult:
    """Listen until the user stops it, or for `seconds`; `typed` gives a line to send, or None.

    Secrets are masked unless they are asked for. Raises NoRightToWrite, OutputExists before the
    port is opened, and the errors of the port; what was printed until then is in the file.
    """
    port = ctx.open_port()
    try:
        return _Talk(ctx, wish, port).listen(typed)
    finally:
        port.close()


class _Talk:
    def __init__(self, ctx: FlowContext, wish: ConsoleWish, port: Port) -> None:
        self._ctx = ctx
        self._wish = wish
        self._port = port
        self._lines = LineReader(masked=not wish.show_secrets)
        self._judge = SpeedJudge()
        self._text = bytearray()
        self._count = self._bytes = 0
        self._began_s = self._heard_s = ctx.clock.monotonic()
        self._settled = wish.baud is not None
        self._tried = 0

    def listen(self, typed: Callable[[], str | None] | None) -> ConsoleResult:
        self._set_baud(self._wish.baud or RATES[0])
        for command in self._wish.commands:
            self._send(command)
        while not self._ctx.cancel.cancelled and not self._over():
            line = typed() if typed is not None else None
            if line is not None:
                self._send(line)
            data = self._port.read(4096, _POLL_S)
            if data:
                self._take(data)
            elif self._ctx.clock.monotonic() - self._heard_s > _QUIET_S:
                self._show(self._lines.pause())
        self._show(self._lines.flush())
        text = bytes(self._text)
        kept = self._wish.output  # nothing was heard: nothing was kept
        sign = find_sign(last_words(text), firmware=None)
        return ConsoleResult(
            port=self._ctx.port_name,
            baud=self._port.baud,
            lines=self._count,
            bytes=self._bytes,
            seconds=round(self._ctx.clock.monotonic() - self._began_s, 3),
            booted=judge_text(text),
            firmware=sign.firmware if sign is not None else None,
            file=str(kept) if kept is not None and kept.exists() else None,
        )

    def _over(self) -> bool:
        if self._wish.seconds is None:
            return False
        return self._ctx.clock.monotonic() - self._began_s >= self._wish.seconds

    def _take(self, data: bytes) -> None:
        self._heard_s = self._ctx.clock.monotonic()
        self._bytes += len(data)
        self._text = (self._text + data)[-_KEEP:]
        is_text = None if self._settled else self._judge.feed(data)
        if is_text is False:
            self._next_rate()
            return
        self._settled = self._settled or is_text is True
        self._show(self._lines.feed(data))

    def _next_rate(self) -> None:
        """What is heard is no text: listen at another rate, until all were tried."""
        self._tried += 1
        self._judge.forget()
        self._lines.flush()
        if self._tried >= len(RATES):
            self._settled = True
            self._set_baud(RATES[0])
            self._ctx.warn(
                "PS-NOTE-NO-TEXT",
                _("What is heard is no text at any usual speed."),
                hint=_("Check GND and that RX is at TX2 (or TX1 of a running OpenBeken)."),
            )
            return
        here, there = self._port.baud, RATES[self._tried]
        if not self._set_baud(there):
            self._settled = True
            return
        self._ctx.say(
            _("That is no text at {here} baud; listening at {there}.", here=here, there=there)
        )

    def _set_baud(self, baud: int) -> bool:
        if self._port.baud == baud:
            return True
        try:
            self._port.set_baud(baud)
        except PortUnsupported:
            return False
        return True

    def _send(self, line: str) -> None:
        self._port.write(line.encode("utf-8", "replace") + b"\r\n")
        shown = line
        if not self._wish.show_secrets:
            shown, values = redact_typed(line)
            KNOWN.note(*values)
        self._note(f"> {shown}")

    def _show(self, lines: list[str]) -> None:
        for line in lines:
            if line.strip():
                self._count += 1
                self._note(line)

    def _note(self, shown: str) -> None:
        stamp = self._ctx.clock.monotonic() - self._began_s
        text = f"[{stamp:9.3f}] {shown}"
        self._ctx.sink.emit(Log(message=text, level="device"))
        if self._wish.output is not None:
            _append(self._wish.output, text)


def _append(path: Path, text: str) -> None:
    try:
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(visible_line(text) + "\n")
    except OSError as problem:
        folder = str(path.parent)
        raise NoRightToWrite(folder=folder, problem=system_words(problem)) from problem
