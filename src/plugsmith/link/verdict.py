"""The one judge of "what is on this wire": observations in, a verdict with causes out.

Used by `doctor`, by every verb that looks for a chip, and while waiting.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plugsmith.link import advice
from plugsmith.link.advice import CAUSES, Cause, by_likelihood
from plugsmith.link.hearing import Heard
from plugsmith.link.voices import next_step_of
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from plugsmith.errors import Fact
    from plugsmith.link.witness import Observations

AGAIN_AND_AGAIN = 3
_TALKERS = (
    Heard.TUYA_MCU, Heard.CONSOLE, Heard.BOOT_TEXT, Heard.OTHER_CHIP, Heard.TEXT,
)  # fmt: skip
_TEXT = {
    Heard.CHIP: N_("The chip's boot code answers."),
    Heard.SILENCE: N_("Nothing at all was received."),
    Heard.ECHO: N_("Your own bytes come back."),
    Heard.BOOT_TEXT: N_("The chip's start-up text was received, but no answer."),
    Heard.CONSOLE: N_("OpenBeken runs and talks here."),
    Heard.TUYA_MCU: N_("Frames of a TuyaMCU (55 AA) were received: another processor talks here."),
    Heard.OTHER_CHIP: N_("The text of something else was received."),
    Heard.TEXT: N_("Text of an unknown program was received, but no answer."),
    Heard.LINE_LOW: N_("The line lies low: only zeros were received."),
    Heard.NOISE: N_("Only unreadable bytes were received: noise, or another speed."),
    Heard.RESET_LOOP: N_("The chip starts again and again."),
    Heard.ANSWERS_LOST: N_("The chip answered and was gone again."),
    Heard.SLOW_NETWORK: N_("The chip answers, but the network is too slow."),
    Heard.TELNET: N_("A telnet server answers, not a serial port."),
    Heard.WRITES_STUCK: N_("The port takes no more bytes: nothing can be sent."),
    Heard.SERVER_CLOSES: N_("The server closes each connection."),
    Heard.PORT_TAKEN: N_("The port vanishes again and again."),
    Heard.PORT_LOST: N_("The port vanished."),
    Heard.NO_ADAPTER: N_("No serial adapter is connected, so nothing was listened to."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is on the wire: `text` is one sentence with what was counted, `causes` likeliest first.

    Texts are in the user's language.
    """

    state: Heard
    text: str
    causes: tuple[Cause, ...]

    @property
    def next_step(self) -> str:
        """What to do about the likeliest cause, and where to learn more."""
        step = self.causes[0].next_step
        if self.state in (Heard.CHIP, Heard.CONSOLE):
            return step
        return _("{step} `plugsmith doctor` shows the other causes and the wiring.", step=step)

    def data(self) -> dict[str, Fact]:
        """For events and errors."""
        rows: list[Fact] = [
            {"cause": item.cause, "likelihood": item.likelihood, "next_step": item.next_step}
            for item in self.causes
        ]
        return {"heard": self.state.value, "heard_text": self.text, "causes": rows}


def judge(
    seen: Observations, *, answers: bool = False, by_text: bool = False, gone: bool = False
) -> Verdict:
    """What is on the wire. `answers`: a boot code answers now, `by_text` because OpenBeken obeyed;
    `gone`: the port is away now.
    """
    state, rate = _state(seen, answers=answers, by_text=by_text, gone=gone)
    causes = _CONSOLE_DEAF if state is Heard.CONSOLE and not answers else CAUSES[state]
    causes = by_likelihood((*_weighed(state, seen), *causes))
    return Verdict(
        state=state,
        text=_sentence(state, seen, rate),
        causes=tuple(
            replace(item, cause=_(item.cause), next_step=_(item.next_step)) for item in causes
        ),
    )


def _state(seen: Observations, *, answers: bool, by_text: bool, gone: bool) -> tuple[Heard, int]:
    """The state, and the rate at which it was heard: the first that holds."""
    away = Heard.SERVER_CLOSES if seen.network else Heard.PORT_TAKEN
    again = seen.quick_losses >= AGAIN_AND_AGAIN or (gone and seen.quick_losses > 1)
    loops = seen.heard is Heard.RESET_LOOP or seen.links_lost >= AGAIN_AND_AGAIN
    rules = (
        (seen.writes_stuck, Heard.WRITES_STUCK),
        (again, away),
        (gone, Heard.PORT_LOST),
        (seen.raw_socket and seen.heard is Heard.TELNET, Heard.TELNET),
        (seen.too_slow, Heard.SLOW_NETWORK),
        (seen.came_back or (loops and not answers), Heard.RESET_LOOP),
        (seen.echo_beside_answers, Heard.ECHO),
        (answers and by_text, Heard.CONSOLE),
        (answers, Heard.CHIP),
        (seen.log is Heard.RESET_LOOP, Heard.RESET_LOOP),
        (seen.links > 0 or seen.links_lost > 0, Heard.ANSWERS_LOST),
    )
    found = next((state for holds, state in rules if holds), None)
    return (found, seen.baud) if found is not None else _talker(seen)


def _talker(seen: Observations) -> tuple[Heard, int]:
    """Nobody answers and nobody did: who talks, and at which rate."""
    heard = Heard.NOISE if seen.heard is Heard.TELNET else seen.heard
    for talker in _TALKERS:
        for rate, sound in ((seen.baud, heard), *seen.elsewhere):
            if sound is talker:
                return talker, rate
    return heard, seen.baud


def _sentence(state: Heard, seen: Observations, rate: int) -> str:
    """One sentence, with what was counted."""
    count = max(seen.resets, seen.links_lost)
    trip_ms = round((seen.round_trip_s or 0.0) * 1000)
    name = _(seen.voice) if seen.voice else _("unknown")
    special = {
        (Heard.SILENCE, seen.stray > 0): _(
            "Nothing but {n} stray bytes was received.", n=seen.stray
        ),
        (Heard.OTHER_CHIP, not seen.boot_answers): _(
            "The text of something else was received: {name}.", name=name
        ),
        (Heard.OTHER_CHIP, seen.boot_answers): _(
            "The boot code of another chip answers: {name}.", name=name
        ),
        (Heard.CONSOLE, seen.asked_console): _(
            "OpenBeken runs and talks here, but does not obey the text `reboot`."
        ),
        (Heard.ANSWERS_LOST, seen.links > 0): _("The chip answered before and does not any more."),
        (Heard.ANSWERS_LOST, seen.links == 0): _(
            "The chip answered {n} {n:time|times} and was gone again.", n=seen.links_lost
        ),
        (Heard.SLOW_NETWORK, True): _(
            "The chip answers, but the network is too slow: an answer takes {ms} ms.", ms=trip_ms
        ),
    }
    text = special.get((state, True)) or _(_TEXT[state])
    if state is Heard.RESET_LOOP and count >= AGAIN_AND_AGAIN:
        text += " " + _("{n} starts were counted.", n=count)
    if state in (Heard.PORT_TAKEN, Heard.SERVER_CLOSES):
        text += " " + _("It was lost {n} {n:time|times}.", n=len(seen.losses))
    if state in _TALKERS and rate != seen.baud:
        text += " " + _("They came at {baud} baud.", baud=rate)
    return text


_CONSOLE_DEAF = (
    Cause(
        cause=N_("The adapter's TX does not reach RX1, or listens on the log pin TX2."),
        likelihood="likely",
        next_step=N_("Check the wires to RX1 and TX1, and reset the chip by hand."),
    ),
    Cause(
        cause=N_("OpenBeken's text console is switched off (flag 31)."),
        likelihood="likely",
        next_step=N_("Reset the chip by hand: connect CEN to GND for a moment."),
    ),
)


def _weighed(state: Heard, seen: Observations) -> list[Cause]:
    """Causes that speak for themselves because of what else was seen."""
    found: list[Cause] = []
    if state is Heard.OTHER_CHIP:
        step = next_step_of(seen.voice)
        if step:
            found.append(replace(CAUSES[state][0], next_step=step))
    if state in (Heard.SILENCE, Heard.NOISE) and seen.raw_socket:
        likely = "likely" if state is Heard.NOISE else "possible"
        found.append(replace(advice.FAR_SPEED, likelihood=likely))
    if state is Heard.NOISE:
        found.append(advice.SLOW_TALK)
    if state is Heard.SILENCE:
        found += _of_silence(seen)
    return found


def _of_silence(seen: Observations) -> list[Cause]:
    found: list[Cause] = []
    starts = seen.log in (Heard.BOOT_TEXT, Heard.CONSOLE, Heard.TEXT)
    if seen.losses:
        found.append(replace(CAUSES[Heard.PORT_LOST][0], likelihood="possible"))
    if starts:
        found.append(advice.STARTS)
    elif seen.log is Heard.SILENCE:
        found.append(advice.NO_POWER)
    if seen.zeros_only:
        found.append(replace(advice.LOW_LINE, likelihood="possible"))
    found.append(advice.NOT_SENDING)
    if not starts:
        found.append(advice.NO_LOADER)
    return found
