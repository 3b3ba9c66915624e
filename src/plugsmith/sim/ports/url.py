"""`sim://<chip>?flash=FILE&...`: an in-process chip behind a port address.

Values: flash (file), boot (personality), id (JEDEC id in hex), size, status, paced (0 or 1),
latency (seconds), speed (factor on the device times), idle (seconds), hand (seconds until the
helping hand resets), lines (rts, dtr, both, none), uart (what the application does on UART1), start
(held or running), fault (repeatable), seed, keep (1: never write the file), log (1: the log UART),
adapter (repeatable, for instance most:460800, noise:230400:0.01, reopen:0.2), user (seconds of
silence until somebody switches the chip off and on).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from plugsmith.clock import RealClock
from plugsmith.errors.own.sim import SimSetup
from plugsmith.messages import _
from plugsmith.sim.chip.board import BoardRequest, SimBoard, build_board
from plugsmith.sim.ports.adapter import Adapter, AdapterModel, adapter_model
from plugsmith.sim.ports.port import SimLogPort, SimPort
from plugsmith.sim.timing import SERVED, WaitTimes

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.clock import Clock

_KEYS = (
    "flash", "boot", "id", "size", "status", "paced", "latency", "speed", "idle", "hand", "lines",
    "uart", "start", "fault", "seed", "keep", "log", "adapter", "user",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SimAddress:
    """A parsed address: the board it asks for, and how the port is wired."""

    request: BoardRequest
    lines: str = "rts"
    log: bool = False
    adapter: AdapterModel = field(default_factory=AdapterModel)
    user_s: float | None = None


def parse_sim_url(url: str, *, patience: WaitTimes) -> SimAddress:
    """Understand a `sim://` address; SimSetup for anything unknown in it."""
    try:
        parts = urlsplit(url)
    except ValueError as problem:
        raise SimSetup(
            problem=_("{url} is no address of a simulated chip", url=url), known="sim://chip?..."
        ) from problem
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    unknown = [key for key, _ in pairs if key not in _KEYS]
    if parts.scheme != "sim" or unknown:
        what = _("{url} is no address of a simulated chip", url=url)
        if unknown:
            what = _("{key} is not a setting", key=unknown[0])
        raise SimSetup(problem=what, known=", ".join(_KEYS))
    values = dict(pairs)
    if values.get("lines", "rts") not in ("rts", "dtr", "both", "none"):
        raise SimSetup(problem=f"lines={values['lines']}", known="rts, dtr, both, none")
    return SimAddress(
        request=_request(parts.netloc or parts.path, values, pairs, patience),
        lines=values.get("lines", "rts"),
        log=_flag(values, "log"),
        adapter=adapter_model(value for key, value in pairs if key == "adapter"),
        user_s=_number(values, "user", 0.0) if "user" in values else None,
    )


def _request(
    chip: str, values: dict[str, str], pairs: list[tuple[str, str]], patience: WaitTimes
) -> BoardRequest:
    if "idle" in values:
        patience = replace(patience, idle_reset_s=_number(values, "idle", 0.0))
    if "hand" in values:
        patience = replace(patience, helping_hand_s=_number(values, "hand", 0.0))
    return BoardRequest(
        chip=chip,
        flash=Path(values["flash"]) if values.get("flash") else None,
        boot=values.get("boot"),
        jedec=values.get("id"),
        size=_integer(values, "size"),
        status=_integer(values, "status"),
        paced=_flag(values, "paced"),
        latency_s=_number(values, "latency", 0.0) if "latency" in values else None,
        speed=_number(values, "speed", 1.0),
        patience=patience,
        uart=values.get("uart", "silent"),
        held=values.get("start", "held") != "running",
        faults=tuple(value for key, value in pairs if key == "fault"),
        seed=_integer(values, "seed") or 0,
        keep=_flag(values, "keep"),
    )


def _flag(values: dict[str, str], key: str) -> bool:
    return values.get(key, "0").lower() in ("1", "true", "yes", "on", "")


def _integer(values: dict[str, str], key: str) -> int | None:
    if key not in values:
        return None
    try:
        return int(values[key], 0)
    except ValueError as problem:
        raise SimSetup(problem=f"{key}={values[key]}", known=_("a number")) from problem


def _number(values: dict[str, str], key: str, default: float) -> float:
    try:
        number = float(values.get(key, default))
    except ValueError as problem:
        raise SimSetup(problem=f"{key}={values[key]}", known=_("a number")) from problem
    if not 0 <= number < 1e6:
        raise SimSetup(problem=f"{key}={values[key]}", known=_("a number from 0"))
    return number


def open_sim_port(url: str, clock: Clock) -> SimPort:
    """A port on a fresh chip."""
    return SimScheme(clock).open(url)


class SimScheme:
    """Opens `sim://` addresses; one address stays one chip, so that a port can be opened again.

    Without `patience` the chip is patient on real time and strict on virtual time. `practice`
    makes the flash of an address without a file.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        patience: WaitTimes | None = None,
        practice: Callable[[BoardRequest], bytes | None] | None = None,
    ) -> None:
        self._practice = practice
        self._clock = clock
        usual = SERVED if isinstance(clock, RealClock) else WaitTimes()
        self._patience = patience or usual
        self._boards: dict[BoardRequest, SimBoard] = {}
        self._adapters: dict[BoardRequest, Adapter] = {}

    def open(self, url: str) -> SimPort:
        """UART1, or UART2 with `log=1`, of the chip with this address."""
        address = parse_sim_url(url, patience=self._patience)
        board = self.board(address.request)
        if address.log:
            return SimLogPort(board.chip, self._clock, name=url)
        adapter = self._adapters.setdefault(
            address.request,
            Adapter(address.adapter, user_s=address.user_s, seed=address.request.seed),
        )
        return SimPort(
            board.chip,
            self._clock,
            name=url,
            lines=address.lines,
            file=board.file,
            adapter=adapter,
        )

    def board(self, request: BoardRequest) -> SimBoard:
        """The board for `request`, built when it is asked for the first time."""
        if request not in self._boards:
            content = self._practice(request) if self._practice is not None else None
            now = self._clock.monotonic()
            self._boards[request] = build_board(request, now=now, content=content)
        return self._boards[request]
