"""Who talks at other rates than ours: serial MCUs, and an ESP8266 that starts.

Nothing is sent while we listen there, and a chip that is reset then is missed. So a search listens
for a moment, or keeps an appointment: who talked twice is due again, and one rate is tried then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.boot.wire import START_BAUD
from plugsmith.errors.port import PortUnsupported
from plugsmith.link.hearing import Heard, Hearing

if TYPE_CHECKING:
    from plugsmith.clock import Clock
    from plugsmith.events import CancelToken
    from plugsmith.link.witness import Witness

# uart-protocol.md 4: serial MCUs talk at 9600, some at others of these; 74880: an ESP8266.
_RATES = (9_600, 19_200, 74_880, 57_600, 38_400)
_MOMENT_S = 1.3  # longer than the second between two frames of most serial MCUs
_MOST_S = 9.0
_EARLY_S, _LATE_S = 0.3, 0.4  # an appointment begins before, and ends after, what is expected
_OVER_S = 0.15  # of silence: a burst is over
_TRIES = 2  # appointments for each rate
_UNCLEAR = (Heard.SILENCE, Heard.NOISE)


class Talkers:
    """Listens at other rates; what is heard goes to the witness."""

    def __init__(self, witness: Witness, *, clock: Clock, cancel: CancelToken) -> None:
        self._witness = witness
        self._clock = clock
        self._cancel = cancel

    def listen_briefly(self, end_s: float) -> None:
        """For a moment at each of two rates, until `end_s` at most."""
        for rate in self._witness.next_rates(_RATES):
            if self._listen_at(rate, min(self._clock.monotonic() + _MOMENT_S, end_s)):
                break

    def listen_patiently(self, end_s: float) -> None:
        """At every rate until something is heard there, until somebody is known, or `end_s`."""
        wait_s = max(_MOMENT_S, min(_MOST_S, 1.2 * self._witness.longest_gap_s))
        for rate in self._witness.next_rates(_RATES, len(_RATES)):
            if self._listen_at(rate, min(self._clock.monotonic() + wait_s, end_s)):
                break

    def meet(self) -> None:
        """Be at another rate when who talks regularly is due just now; else return at once.

        Who can be read at the start rate talks there: to listen elsewhere is to miss a reset.
        """
        if self._witness.ear.sound not in _UNCLEAR:
            return
        now_s = self._clock.monotonic()
        due_s = self._witness.due_s(now_s)
        if due_s is None or due_s - now_s > _EARLY_S or self._known():
            return
        rate = self._witness.next_rates(_RATES, 1)[0]
        if self._witness.listened(rate) < _TRIES:
            self._listen_at(rate, due_s + _LATE_S)

    def _known(self) -> bool:
        return any(sound not in _UNCLEAR for _rate, sound in self._witness.seen().elsewhere)

    def _listen_at(self, rate: int, until_s: float) -> bool:
        """Whether listening ends here: somebody is known, the user stops or no rate can be set."""
        port, clock = self._witness.port, self._clock
        if not port.capabilities.speed_changes:
            return True
        ear = Hearing()
        if self._set(rate):
            while (left := until_s - clock.monotonic()) > 0 and not self._cancel.cancelled:
                ear.add(port.read(512, min(left, 0.1)), clock.monotonic())
                if ear.big_bursts and not ear.heard_within(_OVER_S, clock.monotonic()):
                    break
        self._witness.heard_at(rate, ear)
        self._set(START_BAUD)
        return ear.sound not in _UNCLEAR or self._cancel.cancelled

    def _set(self, rate: int) -> bool:
        try:
            self._witness.port.set_baud(rate)
        except PortUnsupported:
            return False
        return True
