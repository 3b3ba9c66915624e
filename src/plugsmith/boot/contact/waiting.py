"""What the user sees while a chip is searched: what is heard now, and after a while the cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.events import Log, Progress, Warning_
from plugsmith.link.hearing import Heard
from plugsmith.link.verdict import judge
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.clock import Clock
    from plugsmith.events import EventSink
    from plugsmith.link.verdict import Verdict
    from plugsmith.link.witness import Witness

_ASK_AFTER_S = 0.8
_LOOK_EVERY_S = 0.25
_REPORT_EVERY_S = 1.0
_POINT_AFTER_S = 20.0


class Waiting:
    """Tells once what to do, once each what is heard, each second where things stand."""

    def __init__(self, witness: Witness, *, clock: Clock, sink: EventSink) -> None:
        self._witness = witness
        self._clock = clock
        self._sink = sink
        self._begin_s = clock.monotonic()
        self._look_at_s = self._begin_s + _ASK_AFTER_S
        self._report_at_s = self._begin_s + _ASK_AFTER_S
        self._last_now: Heard | None = None
        self._asked = False

    def look(self) -> None:
        """Say what is due; cheap enough for every poll."""
        now_s = self._clock.monotonic()
        if now_s < self._look_at_s:
            return
        self._look_at_s = now_s + _LOOK_EVERY_S
        if not self._asked:
            self._asked = True
            self._ask_for_reset()
        told = self._witness.told
        seen = self._witness.seen()
        verdict = judge(seen)
        if now_s >= self._report_at_s or seen.now is not self._last_now:
            self._report_at_s, self._last_now = now_s + _REPORT_EVERY_S, seen.now
            self._report(verdict)
        if verdict.state is not Heard.SILENCE and verdict.state.value not in told:
            told.add(verdict.state.value)
            self._warn("PS-NOTE-HEARD", verdict)
        if now_s - self._begin_s >= _POINT_AFTER_S and f"why {verdict.state}" not in told:
            told.add(f"why {verdict.state}")
            self._warn("PS-NOTE-LIKELY-CAUSE", verdict)

    def _ask_for_reset(self) -> None:
        text = _(
            "Reset the chip now: connect CEN to GND for a moment, "
            "or switch its 3.3 V supply off and on."
        )
        self._sink.emit(Log(message=text))
        if not self._witness.port.capabilities.modem_lines:
            text = _("This port has no reset lines, so the reset is up to you.")
            self._sink.emit(Log(message=text))

    def _report(self, verdict: Verdict) -> None:
        seen = self._witness.seen()
        self._sink.emit(
            Progress(
                task="link",
                done=min(seen.answered, seen.sent),
                total=seen.sent,
                data={
                    "now": seen.now.value,
                    "text": verdict.text,
                    "sent": seen.sent,
                    "answered": seen.answered,
                    "resets": seen.resets,
                    "received": seen.stray,
                    "seconds": round(self._clock.monotonic() - self._begin_s, 1),
                    **verdict.data(),
                },
            )
        )

    def _warn(self, code: str, verdict: Verdict) -> None:
        message = verdict.text
        if code == "PS-NOTE-LIKELY-CAUSE":
            cause = verdict.causes[0].cause
            message = _("{text} Most likely: {cause}", text=verdict.text, cause=cause)
        self._sink.emit(
            Warning_(code=code, message=message, hint=verdict.next_step, data=verdict.data())
        )
