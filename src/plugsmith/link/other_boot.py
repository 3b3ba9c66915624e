"""Greets the boot codes of other chips and listens at the rates of their start-up texts."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from plugsmith.errors.port import PortUnsupported
from plugsmith.link.hearing import Heard, Hearing
from plugsmith.link.probes import PROBES, TEXT_RATES, Probe

if TYPE_CHECKING:
    from plugsmith.clock import Clock
    from plugsmith.events import CancelToken
    from plugsmith.link.port import Port
    from plugsmith.link.witness import Witness

_OPEN = (Heard.SILENCE, Heard.NOISE, Heard.TEXT)  # only then is a stranger looked for
_TEXT_S = 1.3
_QUIET_S = 0.05
_SLICE_S = 0.4  # between two looks at Ctrl-C
_MOST = 4096


def look_for_other_chip(
    port: Port, *, witness: Witness, clock: Clock, cancel: CancelToken, end_s: float = inf
) -> None:
    """Who is there, if it is none of ours? What is found goes to `witness`, for the judge.

    Call it when no boot code answered. Sends the greetings of `link.probes` unless somebody
    talked clearly, as far as they fit before `end_s`; start-up texts are waited for only without
    such an end. The port is left at the rate that it had.
    """
    seen = witness.seen()
    heard = {seen.heard, *(sound for _rate, sound in seen.elsewhere)}
    if seen.writes_stuck or seen.too_slow or not heard <= set(_OPEN):
        return
    before = port.baud
    try:
        if end_s == inf and seen.stray and _listen(port, witness, clock, cancel):
            return
        for probe in _in_turn(talks=seen.stray > 0):
            left_s = end_s - clock.monotonic()
            if left_s < probe.wait_s / 2 or not _to(port, probe.baud):
                continue
            name = probe.named(_greet(port, probe, min(probe.wait_s, left_s), clock, cancel))
            if name == "":
                name = _which(port, probe.then, clock, cancel)
            if name is not None:
                witness.answered_as(name, probe.baud)
                return
    finally:
        _to(port, before)


def _which(port: Port, probes: tuple[Probe, ...], clock: Clock, cancel: CancelToken) -> str | None:
    """Who gave an answer that several give, by the next question to each."""
    names = (item.named(_greet(port, item, item.wait_s, clock, cancel)) for item in probes)
    return next((name for name in names if name is not None), None)


def _in_turn(*, talks: bool) -> list[Probe]:
    """Who `talks` by itself, which is heard as stray bytes, is listened to first."""
    return sorted(PROBES, key=lambda probe: probe.talks is not talks)


def _listen(port: Port, witness: Witness, clock: Clock, cancel: CancelToken) -> bool:
    """Whether a text of a chip comes at one of its rates."""
    for rate in TEXT_RATES:
        cancel.check()
        if not _to(port, rate):
            continue
        ear = Hearing()
        ear.add(_received(port, _TEXT_S, clock, cancel), clock.monotonic())
        if ear.sound is Heard.OTHER_CHIP:
            witness.heard_at(rate, ear)
            return True
    return False


def _greet(port: Port, probe: Probe, wait_s: float, clock: Clock, cancel: CancelToken) -> bytes:
    if probe.first:
        port.write(probe.first)
        _received(port, _QUIET_S, clock, cancel)
    port.discard_input()
    if probe.request:
        port.write(probe.request)
    return _received(port, wait_s, clock, cancel)


def _received(port: Port, seconds: float, clock: Clock, cancel: CancelToken) -> bytes:
    data = bytearray()
    end_s = clock.monotonic() + seconds
    while (left := end_s - clock.monotonic()) > 0 and len(data) < _MOST:
        cancel.check()
        data += port.read(512, min(left, _SLICE_S))
    return bytes(data)


def _to(port: Port, rate: int) -> bool:
    if port.baud == rate or not port.capabilities.speed_changes:
        return port.baud == rate
    try:
        port.set_baud(rate)
    except PortUnsupported:
        return False
    return True
