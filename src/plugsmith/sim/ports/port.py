"""The in-process port: structurally a `plugsmith.link.port.Port`, but it shares no code with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.errors.port import PortLost, PortNotFound, PortStuck, PortUnsupported
from plugsmith.messages import _
from plugsmith.sim.ports.adapter import Adapter
from plugsmith.sim.ports.troubles import Distance, Supply, Voices, earliest

if TYPE_CHECKING:
    from plugsmith.clock import Clock
    from plugsmith.sim.chip.chip import SimChip
    from plugsmith.sim.flash.flash_file import FlashFile

_STUCK_S = 1.8  # how long a write that goes nowhere is tried
_BAUD_RANGE = range(300, 6_000_001)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimCapabilities:
    """Same fields as `PortCapabilities`."""

    modem_lines: bool
    speed_changes: bool = True
    local: bool = True
    reopens: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SimPortInfo:
    """Same fields as `PortInfo`."""

    name: str
    adapter: str | None = "sim:adapter"
    maker: str | None = "Plugsmith"
    product: str | None = "simulated adapter"


class SimPort:
    """UART1 of a chip on a clock. Several ports on one chip, one after the other, are allowed.

    A port that vanished stays lost until it is opened again; a new one waits until the adapter is
    back (its user plugs it in again first), or raises PortNotFound if it never comes back.
    `lines` names the modem line that is wired to CEN ("rts", "dtr", "both") or "none"; `adapter`
    is what sits between, the same one for every port of a desk.
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
        adapter: Adapter | None = None,
    ) -> None:
        self.chip = chip
        self.adapter = adapter or Adapter()
        self.info = SimPortInfo(name=name)
        self.capabilities = SimCapabilities(
            modem_lines=lines != "none",
            reopens=self.adapter.model.reopen_s is not None,
            local=self.adapter.model.far_s is None,
        )
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
        far_s = self.adapter.model.far_s
        self._distance = None if far_s is None else Distance(far_s / 2)
        self._supply = Supply(self.adapter.model, clock.monotonic())
        self._begin()
        if self.adapter.model.inverted:
            self.set_lines()

    def _begin(self) -> None:
        """What an opening does."""
        now = self._opened = self._clock.monotonic()
        self.chip.tx.drop_until(now)  # what came while nobody had the port open
        self.adapter.set_rate(self._baud, now)
        self._voices = Voices(self.adapter.model, now)
        self._closed = False

    def reopen(self, timeout_s: float) -> bool:
        """Open a port that vanished again, if it comes back in time."""
        now = self._clock.monotonic()
        back_at = self.chip.faults.back_at(now)
        if back_at is None or back_at - now > timeout_s:
            self._clock.sleep(timeout_s)
            return False
        self._clock.sleep(back_at - now)
        self.chip.advance(self._clock.monotonic())
        self._begin()
        return True

    @property
    def baud(self) -> int:
        """The host's current rate in bit/s."""
        return self._baud

    def read(self, limit: int, timeout_s: float) -> bytes:
        """At least one byte if one comes within `timeout_s`, at most `limit`; else b""."""
        now = self._now()
        deadline = now + max(0.0, timeout_s)
        while True:
            data = self._received(limit, now)
            self._save()
            self.adapter.heard(anything=bool(data), now=now)
            if data or now >= deadline:
                return data
            if self.adapter.user_acts(now):
                self._power_cycle(now)
            due = earliest(
                deadline,
                self.chip.tx.next_delivery(),
                self.chip.next_event(),
                self.adapter.user_due(),
                self._voices.next_event(),
                self._supply.next_event(),
                self._distance.next_event() if self._distance else None,
            )
            # a step is at least a microsecond, so that rounding can never stand still
            self._clock.sleep(max(1e-6, (deadline if due is None else due) - now))
            now = self._now()

    def _power_cycle(self, now: float) -> None:
        """Off and on; a line that holds CEN low goes on holding it."""
        self.chip.press_reset(now=now)
        self.chip.set_reset_line(low=self._pulls_reset(), now=now)

    def _pulls_reset(self) -> bool:
        return bool(self._asserted) != self.adapter.model.inverted

    def _received(self, limit: int, now: float) -> bytes:
        adapter, rate = self.adapter, self.adapter.rate(now)
        others = self._voices.heard(rate, now)
        if others[limit:]:
            self._voices.keep(others[limit:])
        if adapter.model.low:
            self.chip.tx.drop_until(now)
        if len(others) >= limit:
            return others[:limit]
        if self._distance is None:
            data = self.chip.host_receive(limit - len(others), now=now, baud=rate)
        else:
            data = self._distance.arrived(limit - len(others), now)
        return others + adapter.garble(data, now)

    def write(self, data: bytes) -> None:
        """Queue all of `data` for sending; a small buffer of the adapter loses what is too much."""
        now = self._now()
        stuck = self.adapter.model.stuck_after
        if stuck is not None and self.adapter.taken + len(data) > stuck:
            self._clock.sleep(_STUCK_S)
            raise PortStuck(port=self.info.name)
        kept = self.adapter.garble(self.adapter.accept(bytes(data), now), now)
        rate = self.adapter.rate(now)
        if self._voices.other is not None:
            self._voices.other.take(kept, rate, now)
        elif self._distance is not None:
            self._distance.going.append((now + self._distance.half_s, kept, rate))
        else:
            self.chip.host_send(kept, now=now, baud=rate)

    def drain(self) -> None:
        """Return when everything queued has left the host."""
        now = self._now()
        buffered = self.adapter.sent_at() if self.adapter.model.buffer is not None else now
        self._clock.sleep(max(self.chip.rx.free_at, buffered) - now)
        self.chip.advance(self._now())

    def discard_input(self) -> None:
        """Forget received bytes that were not read yet."""
        now = self._now()
        while self._received(65536, now):
            pass

    def set_baud(self, baud: int) -> None:
        """Change the host's rate; PortUnsupported where the adapter says that it cannot."""
        now = self._now()
        refuses = self.adapter.model.refuses
        if baud not in _BAUD_RANGE or (refuses is not None and baud > refuses):
            raise PortUnsupported(
                port=self.info.name, problem=_("no rate of {baud} bit/s", baud=baud)
            )
        self._baud = baud
        self._reopen()
        self.adapter.set_rate(baud, self._now() if self.capabilities.reopens else now)

    def _reopen(self) -> None:
        """Close and open again, where a rate cannot be changed otherwise."""
        model = self.adapter.model
        if model.reopen_s is None:
            return
        self.adapter.reopenings += 1
        now = self._now()
        if model.reopen_resets == "resets":
            self.chip.press_reset(now=now)
        self._clock.sleep(model.reopen_s)
        if model.reopen_resets == "resets-late":
            self.chip.press_reset(now=self._now())
        self.chip.advance(self._now())
        self.chip.tx.drop_until(self._now())

    def set_lines(self, *, rts: bool | None = None, dtr: bool | None = None) -> None:
        """Set modem lines; the wired one pulls CEN low while it is on."""
        now = self._now()
        for line, state in (("rts", rts), ("dtr", dtr)):
            if state is not None and self._lines in (line, "both"):
                (self._asserted.add if state else self._asserted.discard)(line)
        self.chip.set_reset_line(low=self._pulls_reset(), now=now)

    def close(self) -> None:
        """Release the port and write the flash file; the chip stays as it is."""
        if not self._closed:
            self._closed = True
            self.chip.advance(self._clock.monotonic())
            self._save()

    def _now(self) -> float:
        now = self._clock.monotonic()
        if self._closed or self.chip.faults.port_gone(now) or self._gone(now):
            self._closed = True
            self.chip.advance(now)
            self._save()
            raise PortLost(port=self.info.name)
        if self._supply.dips(self.chip, now):
            self._power_cycle(now)
        if self._supply.dark(now):
            self.chip.set_reset_line(low=True, now=now)
        if self._distance is not None:
            self._carry(self._distance, now)
        return now

    def _gone(self, now: float) -> bool:
        gone_s = self.adapter.model.gone_s
        return gone_s is not None and now - self._opened >= gone_s

    def _carry(self, distance: Distance, now: float) -> None:
        """Let arrive what is due, both ways."""
        while distance.going and distance.going[0][0] <= now:
            due, data, rate = distance.going.popleft()
            self.chip.host_send(data, now=due, baud=rate)
        came = self.chip.host_receive(65536, now=now, baud=self.adapter.rate(now))
        if came:
            distance.coming.append((now + distance.half_s, came))

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
