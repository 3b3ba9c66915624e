"""What was seen on one port over all links of a run, as a record; who records it knows no meaning.

`Witness` is told by whoever talks; `Witness.seen()` is what the judge (`link.verdict`) gets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

from plugsmith.link.hearing import FORGOTTEN_S, Heard, Hearing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.clock import Clock
    from plugsmith.link.port import Port

# Who talks clearly counts although later only noise or nothing was heard.
_LASTING = (
    Heard.TELNET, Heard.RESET_LOOP, Heard.TUYA_MCU, Heard.CONSOLE, Heard.BOOT_TEXT,
    Heard.OTHER_CHIP, Heard.TEXT, Heard.ECHO, Heard.LINE_LOW,
)  # fmt: skip
_REGULAR_S = 0.8  # between bursts; who talks more often is met anyhow
_QUICK_S = 5.0  # a port that goes so soon after each opening is taken away, not unplugged


@dataclass(frozen=True, slots=True, kw_only=True)
class Observations:
    """Everything that bears on what is on a wire; times in seconds, rates in bit/s.

    `heard` is the sound at the start rate over the whole time, `now` that of the last seconds.
    `elsewhere` are sounds at other rates. `answered` counts link checks that were answered,
    `stray` bytes that were no reply, `links_lost` boot codes that answered and did not stay.
    `losses` are the times for which the port had been open when it vanished; `round_trip_s` is
    known for network ports after an answer.
    `boot_answers`: what `voice` names answered its own greeting.
    `log` is the sound on the log port, None where there is none.
    """

    seconds: float = 0.0
    heard: Heard = Heard.SILENCE
    now: Heard = Heard.SILENCE
    voice: str | None = None
    baud: int = 115_200
    stray: int = 0
    zeros_only: bool = False
    elsewhere: tuple[tuple[int, Heard], ...] = ()
    sent: int = 0
    answered: int = 0
    links: int = 0
    links_lost: int = 0
    resets: int = 0
    losses: tuple[float, ...] = ()
    network: bool = False
    raw_socket: bool = False
    reset_lines: bool = True
    round_trip_s: float | None = None
    too_slow: bool = False
    writes_stuck: bool = False
    echo_beside_answers: bool = False
    came_back: bool = False
    asked_console: bool = False
    boot_answers: bool = False
    log: Heard | None = None

    @property
    def quick_losses(self) -> int:
        """How often the port was lost soon after it was opened."""
        return sum(seconds < _QUICK_S for seconds in self.losses)


@dataclass(slots=True)
class Witness:
    """Counts and listens on one port; kept over all links of a run."""

    port: Port
    clock: Clock
    log: Port | None = None
    ear: Hearing = field(default_factory=Hearing)
    sent: int = 0
    answered: int = 0
    links: int = 0
    links_lost: int = 0
    resets: int = 0
    round_trip_s: float | None = None
    too_slow: bool = False
    writes_stuck: bool = False
    echo_beside_answers: bool = False
    came_back: bool = False
    asked_console: bool = False
    boot_answers: bool = False
    told: set[str] = field(default_factory=set)  # what the user has read already
    _begin_s: float = field(init=False)
    _opened_s: float = field(init=False)
    _losses: list[float] = field(default_factory=list)
    _open: bool = True
    _past: list[tuple[Heard, float]] = field(default_factory=list)
    _received: int = 0
    _voice: str | None = None
    _elsewhere: dict[int, Heard] = field(default_factory=dict)
    _listened: list[int] = field(default_factory=list)
    _bursts_s: list[float] = field(default_factory=list)  # when each began
    _log_ear: Hearing = field(default_factory=Hearing)

    def __post_init__(self) -> None:
        self._begin_s = self._opened_s = self.clock.monotonic()

    def begin(self) -> None:
        """A new search begins: its time counts from here."""
        self._begin_s = self.clock.monotonic()

    def heard(self, data: bytes) -> None:
        """Bytes that were no reply, at the start rate."""
        if data:
            bursts, now_s = self.ear.big_bursts, self.clock.monotonic()
            self.ear.add(data, now_s)
            if self.ear.big_bursts > bursts:
                self._bursts_s.append(now_s)
            self._received += len(data)

    @property
    def longest_gap_s(self) -> float:
        """The longest silence between two of the last bursts, at any rate; 0 before a second."""
        return max(self._gaps_s, default=0.0)

    @property
    def _gaps_s(self) -> list[float]:
        return [later - one for one, later in pairwise(self._bursts_s[-4:])]

    def forget(self) -> None:
        """Listen anew; what was told clearly stays known."""
        sound = self.ear.sound
        if sound is not Heard.SILENCE:
            self._past.append((sound, self.clock.monotonic()))
            self._voice = self.ear.voice() or self._voice
        del self._past[:-16]
        self.ear = Hearing()

    def heard_at(self, rate: int, ear: Hearing) -> None:
        """What was heard at another rate."""
        self._voice = ear.voice() or self._voice
        if ear.total or rate not in self._elsewhere:
            self._elsewhere[rate] = ear.sound
        if ear.total or self.longest_gap_s > 0:
            self._listened.append(rate)
        if ear.big_bursts and ear.began_s is not None:
            self._bursts_s.append(ear.began_s)

    def listened(self, rate: int) -> int:
        """How often was listened at `rate` when somebody should have talked."""
        return self._listened.count(rate)

    def due_s(self, now_s: float) -> float | None:
        """When who talks regularly, at any rate, talks next; None when nobody is known to."""
        gap_s = min(self._gaps_s, default=0.0)
        if gap_s < _REGULAR_S:
            return None
        last_s = self._bursts_s[-1]
        return last_s + gap_s * max(1, ceil((now_s - last_s) / gap_s))

    def answered_as(self, name: str, rate: int) -> None:
        """Another chip's boot code answered its own greeting."""
        self._voice = name
        self.boot_answers = True
        self._elsewhere[rate] = Heard.OTHER_CHIP

    def next_rates(self, rates: Sequence[int], count: int = 2) -> list[int]:
        """The `count` of `rates` at which least was listened, in their order."""
        ranked = sorted(rates, key=lambda rate: (self._listened.count(rate), rates.index(rate)))
        return ranked[:count]

    def port_lost(self) -> None:
        """The port vanished just now; told again before it was opened again, it is one loss."""
        if self._open:
            self._losses.append(self.clock.monotonic() - self._opened_s)
        self._open = False

    def port_opened(self) -> None:
        """It was opened again."""
        self._open = True
        self._opened_s = self.clock.monotonic()

    def linked(self) -> None:
        """A boot code answers and stays."""
        self.links += 1

    def look_at_log(self) -> None:
        """Take what the log port received until now; its troubles are no news here."""
        if self.log is None:
            return
        try:
            for _turn in range(64):
                data = self.log.read(4096, 0.0)
                if not data:
                    return
                self._log_ear.add(data, self.clock.monotonic())
        except Exception:  # noqa: BLE001 - a log port that fails says nothing, whatever the reason
            self.log = None

    def seen(self) -> Observations:
        """Everything so far."""
        now_s = self.clock.monotonic()
        capabilities = self.port.capabilities
        return Observations(
            seconds=now_s - self._begin_s,
            heard=self._over_all(now_s),
            now=self.ear.sound_at(now_s) if self.ear.heard_within(3.0, now_s) else Heard.SILENCE,
            voice=self._voice if self.boot_answers else self.ear.voice() or self._voice,
            baud=self.port.baud,
            stray=self._received,
            zeros_only=self.ear.zeros_only,
            elsewhere=tuple(sorted(self._elsewhere.items())),
            sent=self.sent,
            answered=self.answered,
            links=self.links,
            links_lost=self.links_lost,
            resets=max(self.resets, self.ear.banners),
            losses=tuple(self._losses),
            network=not capabilities.local,
            raw_socket=self.port.info.name.startswith("socket://"),
            reset_lines=capabilities.modem_lines,
            round_trip_s=self.round_trip_s,
            too_slow=self.too_slow,
            writes_stuck=self.writes_stuck,
            echo_beside_answers=self.echo_beside_answers,
            came_back=self.came_back,
            asked_console=self.asked_console,
            boot_answers=self.boot_answers,
            log=self._log_ear.sound if self.log is not None or self._log_ear.total else None,
        )

    def _over_all(self, now_s: float) -> Heard:
        current = self.ear.sound_at(now_s)
        past = [sound for sound, _at_s in self._past]
        for sound in _LASTING:
            if sound is current or sound in past:
                return sound
        noises = [at_s for sound, at_s in self._past if sound is Heard.NOISE]
        if current is Heard.SILENCE and noises:
            lasting = len(noises) > 1 or now_s - noises[-1] <= FORGOTTEN_S
            return Heard.NOISE if lasting else current
        return current
