"""The application after the boot code: what it says on UART2 and how it behaves on UART1."""

from __future__ import annotations

import random
from collections import deque
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.sim.chip.firmware import AppKind

if TYPE_CHECKING:
    from plugsmith.sim.chip.firmware import AppVerdict
    from plugsmith.sim.chip.stage import Board

_POLL_S = 0.025  # the OpenBeken console looks at its ring so often
_LINE_MAX = 127
_REBOOT_TICKS = 3
_HEARTBEAT_S = 1.0
_HEARTBEAT = bytes.fromhex("55AA00000000FF")  # module asks the product MCU for a heartbeat
_PRODUCT_QUERY = bytes.fromhex("55AA0001000000")
_NOISE_S = 0.05
_LINK_CHECK = bytes.fromhex("01E0FC0100")
_SDK_RESET = bytes.fromhex("01E0FC05FE95279527")


class AppUart(StrEnum):
    """What runs on UART1 once the application is up."""

    SILENT = "silent"
    CONSOLE = "console"  # OpenBeken with its text console switched on (flag 31)
    TUYA_MCU = "tuyamcu"  # frames 55 AA for a product MCU
    ADR = "adr"  # LibreTiny: a LinkCheck reboots it
    SDK_RESET = "sdk-reset"  # 01 E0 FC 05 FE 95 27 95 27 reboots it
    CHATTER = "chatter"  # log text on UART1
    NOISE = "noise"  # bytes that mean nothing


def boot_text(verdict: AppVerdict, chip: str) -> list[tuple[float, str]]:
    """Seconds after the jump and lines on UART2, in our own words, of an application that boots."""
    if verdict.kind is AppKind.OPENBEKEN:
        name = f"Open{chip.upper()}"
        return [
            (0.02, f"{name}, version {verdict.version}\r\n"),
            (0.10, "Info:MAIN:Main_Init_Before_Delay\r\n"),
            (0.30, "Info:MAIN:Main_Init_Before_Delay done\r\n"),
            (1.00, "Info:MAIN:Main_Init_After_Delay\r\n"),
            (1.20, "Info:MAIN:Main_Init_After_Delay done\r\n"),
            (2.00, "Info:MAIN:Time 1, idle 1, free 90000, MQTT 0, bWifi 0\r\n"),
        ]
    if verdict.kind is AppKind.TUYA:
        return [
            (0.02, "prvHeapInit-start, heap ready\r\n"),
            (0.20, "[01-01 00:00:00 TUYA Info][simulated] sdk started\r\n"),
            (0.80, "[01-01 00:00:01 TUYA Notice][simulated] online task started\r\n"),
        ]
    return [(0.02, "prvHeapInit-start, heap ready\r\n"), (0.5, "application started\r\n")]


class AppStage:
    """A running application. A helping hand resets it when the host polls for long enough."""

    def __init__(self, board: Board, *, at: float, text: list[tuple[float, str]]) -> None:
        self._board = board
        self._at = at
        self._text = deque((at + after, line) for after, line in text)
        self._polled_since: float | None = None
        self._last_poll = at
        self.over = False

    def run(self, now: float) -> None:
        """Print what is due, listen to the host."""
        while not self.over:
            due = self._due()
            first = self._board.rx.next_arrival()
            if first is not None and first <= now and (due is None or first <= due):
                data = self._board.rx.peek(now)
                self._hear(data, self._board.rx.take(len(data)))
            elif due is not None and due <= now:
                self._happen(due)
            else:
                return

    def next_event(self) -> float | None:
        """The next line, tick or byte."""
        times = [at for at in (self._due(), self._board.rx.next_arrival()) if at is not None]
        return min(times) if times else None

    def _due(self) -> float | None:
        return self._text[0][0] if self._text else None

    def _happen(self, due: float) -> None:
        del due
        self._board.print(self._text.popleft()[1])

    def _hear(self, data: bytes, at: float) -> None:
        del data
        patience = self._board.patience.helping_hand_s
        if self._polled_since is None or at - self._last_poll > 1.0:
            self._polled_since = at
        self._last_poll = at
        if patience is not None and at - self._polled_since >= patience:
            self._restart(at)

    def _restart(self, at: float) -> None:
        self.over = True
        self._board.reset(at=at)


class CrashStage(AppStage):
    """An application that cannot run: a few last words, then the watchdog."""

    def __init__(self, board: Board, *, at: float, text: list[tuple[float, str]]) -> None:
        super().__init__(board, at=at, text=text)
        self._end = at + board.patience.crash_s

    def _due(self) -> float | None:
        due = super()._due()
        return self._end if due is None else min(due, self._end)

    def _happen(self, due: float) -> None:
        if due >= self._end:
            self._restart(self._end)
        else:
            super()._happen(due)

    def _hear(self, data: bytes, at: float) -> None:
        """Nobody listens."""


class TalkingStage(AppStage):
    """An application that says something on UART1 at intervals."""

    def __init__(
        self, board: Board, *, at: float, text: list[tuple[float, str]], what: AppUart, seed: int
    ) -> None:
        super().__init__(board, at=at, text=text)
        self._what = what
        self._random = random.Random(seed)  # noqa: S311 - repeatable noise, nothing secret
        self._next = at + 0.1

    def _due(self) -> float | None:
        due = super()._due()
        return self._next if due is None else min(due, self._next)

    def _happen(self, due: float) -> None:
        if self._text and self._text[0][0] <= due:
            super()._happen(due)
            return
        match self._what:
            case AppUart.TUYA_MCU:
                self._board.transmit(_HEARTBEAT + _PRODUCT_QUERY, at=due)
                self._next = due + _HEARTBEAT_S
            case AppUart.CHATTER:
                self._board.transmit(b"[simulated application] log line on UART1\r\n", at=due)
                self._next = due + _HEARTBEAT_S / 4
            case _:
                self._board.transmit(self._random.randbytes(self._random.randint(1, 24)), at=due)
                self._next = due + _NOISE_S


class MagicStage(AppStage):
    """An application that restarts when it hears certain bytes."""

    def __init__(
        self, board: Board, *, at: float, text: list[tuple[float, str]], magic: bytes
    ) -> None:
        super().__init__(board, at=at, text=text)
        self._magic = magic
        self._tail = b""

    def _hear(self, data: bytes, at: float) -> None:
        self._tail = (self._tail + data)[-4096:]
        if self._magic in self._tail:
            self._restart(at)
            return
        self._tail = self._tail[-len(self._magic) :]
        super()._hear(data, at)


class ConsoleStage(AppStage):
    """OpenBeken's text console (uart-protocol.md 1.6): one line a poll, `reboot` takes seconds."""

    def __init__(self, board: Board, *, at: float, text: list[tuple[float, str]]) -> None:
        super().__init__(board, at=at, text=text)
        self._ring = b""
        self._poll_at = at + _POLL_S
        self._second = at + 1.0
        self._left: int | None = None

    def _due(self) -> float | None:
        times = [self._second] if self._left is not None else []
        if self._ring:
            times.append(self._poll_at)
        due = super()._due()
        if due is not None:
            times.append(due)
        return min(times) if times else None

    def _hear(self, data: bytes, at: float) -> None:
        if not self._ring:  # the poll that will see it
            self._poll_at += max(0, int((at - self._poll_at) / _POLL_S) + 1) * _POLL_S
        self._ring = (self._ring + data)[-512:]
        super()._hear(data, at)

    def _happen(self, due: float) -> None:
        if self._ring and self._poll_at <= due:
            line, self._ring = self._ring, b""
            self._command(line, due)
        elif self._left is not None and self._second <= due:
            self._tick()
        else:
            super()._happen(due)

    def _command(self, raw: bytes, at: float) -> None:
        line = raw.lstrip(b"\r\n ")[:_LINE_MAX].split(b"\n")[0].split(b"\x00")[0]
        words = line.split()
        if not words or words[0].lower() not in (b"reboot", b"restart"):
            return
        ticks = int(words[1]) if len(words) > 1 and words[1].isdigit() else _REBOOT_TICKS
        if ticks > 0:
            self._left = ticks
            self._second += max(0, int(at - self._second) + 1)
            self._board.print("Info:CMD:Reboot requested\r\n")

    def _tick(self) -> None:
        at = self._second
        self._second += 1.0
        self._left = (self._left or 1) - 1
        if self._left == 0:
            self._restart(at)


def run_application(
    board: Board, *, at: float, text: list[tuple[float, str]], uart: AppUart, seed: int
) -> AppStage:
    """The stage for an application that boots and uses UART1 as `uart`."""
    match uart:
        case AppUart.CONSOLE:
            return ConsoleStage(board, at=at, text=text)
        case AppUart.ADR:
            return MagicStage(board, at=at, text=text, magic=_LINK_CHECK)
        case AppUart.SDK_RESET:
            return MagicStage(board, at=at, text=text, magic=_SDK_RESET)
        case AppUart.TUYA_MCU | AppUart.CHATTER | AppUart.NOISE:
            return TalkingStage(board, at=at, text=text, what=uart, seed=seed)
        case AppUart.SILENT:
            return AppStage(board, at=at, text=text)
