"""The in-process port: structurally a `plugsmith.link.port.Port`, but it shares no code with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.errors.port import PortLost, PortNotFound, PortUnsupported

if TYPE_CHECKING:
    from plugsmith.clock import Clock
    from plugsmith.sim.chip.chip import SimChip
    from plugsmith.sim.flash.flash_file import FlashFile

_BAUD_RANGE = range(300, 6_000_001)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimCapabilities:
    """Same fields as `PortCapabilities`."""

    modem_lines: bool
    speed_changes: bool = True
    local: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SimPortInfo:
    """Same fields as `PortInfo`."""

    name: str
    adapter: str | None = "sim:adapter"
    maker: str | None = "Plugsmith"
    product: str | None = "simulated adapter"


class SimPort:
    """UART1 of a chip on a clock. Several ports on one chip, one after the other, are allowed.

    A port that vanished stays lost; a new one waits until the adapter is back (its user plugs it in
    again first), or raises PortNotFound if it never comes back.
    `lines` names the modem line that is wired to CEN ("rts", "dtr", "both") or "none".
    """

    def __init__(
        self,
        chip: SimChip,
        clock: Clock,
        *,
        name: str = "sim://",
        lines: str = "rts",
        baud: int = 115_200,
        file: FlashFile | None = None,
    ) -> None:
        self.chip = chip
        self.info = SimPortInfo(name=name)
        self.capabilities = SimCapabilities(modem_lines=lines != "none")
        self._clock = clock
        self._lines = lines
        self._baud = baud
        self._file = file
        self._asserted: set[str] = set()
        self._closed = False
        back_at = chip.faults.back_at(clock.monotonic())
        if back_at is None:
            raise PortNotFound(port=name)
        clock.sleep(back_at - clock.monotonic())
        chip.advance(clock.monotonic())
        chip.tx.drop_until(clock.monotonic())  # what came while nobody had the port open

    @property
    def baud(self) -> int:
        """The host's current rate in bit/s."""
        return self._baud

    def read(self, limit: int, timeout_s: float) -> bytes:
        """At least one byte if one comes within `timeout_s`, at most `limit`; else b""."""
        deadline = self._now() + max(0.0, timeout_s)
        while True:
            now = self._now()
            data = self.chip.host_receive(limit, now=now, baud=self._baud)
            self._save()
            if data or now >= deadline:
                return data
            due = (self.chip.tx.next_delivery(), self.chip.next_event())
            times = [at for at in due if at is not None]
            # a step is at least a microsecond, so that rounding can never stand still
            self._clock.sleep(max(1e-6, min([deadline, *times]) - now))

    def write(self, data: bytes) -> None:
        """Queue all of `data` for sending."""
        self.chip.host_send(bytes(data), now=self._now(), baud=self._baud)

    def drain(self) -> None:
        """Return when everything queued has left the host."""
        self._clock.sleep(self.chip.rx.free_at - self._now())
        self.chip.advance(self._now())

    def discard_input(self) -> None:
        """Forget received bytes that were not read yet."""
        now = self._now()
        while self.chip.host_receive(65536, now=now, baud=self._baud):
            pass

    def set_baud(self, baud: int) -> None:
        """Change the host's rate; PortUnsupported outside 300 .. 6000000."""
        self._now()
        if baud not in _BAUD_RANGE:
            raise PortUnsupported(port=self.info.name, problem=f"no rate of {baud} bit/s")
        self._baud = baud

    def set_lines(self, *, rts: bool | None = None, dtr: bool | None = None) -> None:
        """Set modem lines; the wired one pulls CEN low while it is on."""
        now = self._now()
        for line, state in (("rts", rts), ("dtr", dtr)):
            if state is not None and self._lines in (line, "both"):
                (self._asserted.add if state else self._asserted.discard)(line)
        self.chip.set_reset_line(low=bool(self._asserted), now=now)

    def close(self) -> None:
        """Release the port and write the flash file; the chip stays as it is."""
        if not self._closed:
            self._closed = True
            self.chip.advance(self._clock.monotonic())
            self._save()

    def _now(self) -> float:
        now = self._clock.monotonic()
        if self._closed or self.chip.faults.port_gone(now):
            self._closed = True
            self.chip.advance(now)
            self._save()
            raise PortLost(port=self.info.name)
        return now

    def _save(self) -> None:
        if self._file is not None:
            self._file.save(self.chip.nor)


class SimLogPort(SimPort):
    """UART2 of a chip: only what it prints."""

    def __init__(self, chip: SimChip, clock: Clock, *, name: str = "sim://?uart=2") -> None:
        super().__init__(chip, clock, name=name, lines="none")
        self._position = 0

    def read(self, limit: int, timeout_s: float) -> bytes:
        """Text that the chip printed."""
        deadline = self._now() + max(0.0, timeout_s)
        while True:
            now = self._now()
            self.chip.advance(now)
            data = self.chip.log.since(self._position)[:limit]
            if data:
                self._position = min(
                    self.chip.log.end, max(self._position, self.chip.log.start) + len(data)
                )
                return data
            if now >= deadline:
                return b""
            due = self.chip.next_event()
            until = deadline if due is None else min(deadline, due)
            self._clock.sleep(max(1e-6, until - now))

    def write(self, data: bytes) -> None:
        """UART2 listens to nothing."""
        del data
        self._now()

    def discard_input(self) -> None:
        """Forget what was printed so far."""
        self.chip.advance(self._now())
        self._position = self.chip.log.end
