"""Listening elsewhere and network delays while a chip is searched: on virtual time."""

from __future__ import annotations

import pytest

from plugsmith.boot.contact.no_link import MOST_ROUND_TRIP_S
from plugsmith.boot.contact.round_trip import measure_round_trip
from plugsmith.boot.contact.talkers import Talkers
from plugsmith.clock import VirtualClock
from plugsmith.events import CancelToken
from plugsmith.link.port import PortCapabilities, PortInfo
from plugsmith.link.witness import Witness

ANSWER = bytes.fromhex("040e0501e0fc0100")
LINE = b"Info:MAIN:Time 12, idle 104203/s, free 79208\r\n"


class Silent:
    info = PortInfo(name="silent")
    capabilities = PortCapabilities(modem_lines=False, speed_changes=True, local=True)

    def __init__(self, clock):
        self.clock, self.baud, self.rates = clock, 115_200, []

    def set_baud(self, rate):
        self.baud = rate
        self.rates.append(rate)

    def read(self, _limit, timeout_s):
        self.clock.sleep(timeout_s)
        return b""


@pytest.mark.parametrize(("said", "leaves"), [(LINE, False), (b"\x80\x91\xf3\xe0" * 9, True)])
def test_only_who_cannot_be_read_is_met_at_other_rates(said, leaves):
    clock = VirtualClock()
    port = Silent(clock)
    witness = Witness(port, clock)
    talkers = Talkers(witness, clock=clock, cancel=CancelToken())
    for twentieth in range(240):
        if twentieth % 20 == 0:
            witness.heard(said)
        clock.sleep(0.05)
        talkers.meet()
    assert bool(port.rates) is leaves


class Lumps:
    """Delivers every `every_s` at `phase_s` what was answered until the lump before."""

    def __init__(self, clock, every_s, phase_s):
        self.clock, self.every_s = clock, every_s
        self.next_s = clock.monotonic() + phase_s
        self.under_way, self.waiting = ANSWER * 30, b""

    def write(self, data):
        self.waiting += ANSWER if len(data) > 1 else b""

    def read(self, _limit, timeout_s):
        end_s = self.clock.monotonic() + timeout_s
        self.clock.sleep(max(0.0, min(end_s, self.next_s) - self.clock.monotonic()))
        if self.clock.monotonic() < self.next_s:
            return b""
        lump, self.under_way, self.waiting = self.under_way, self.waiting, b""
        self.next_s += self.every_s
        return lump


@pytest.mark.parametrize("phase_s", [0.05, 0.19, 0.21, 0.3, 0.45, 0.6, 0.7])
@pytest.mark.parametrize("every_s", [0.5, 0.7, 1.0])
def test_an_answer_to_an_earlier_poll_makes_no_slow_network_quick(every_s, phase_s):
    clock = VirtualClock()
    port = Lumps(clock, every_s, phase_s)
    seconds = measure_round_trip(port, clock=clock, cancel=CancelToken())
    assert MOST_ROUND_TRIP_S < seconds <= 2.5


def test_a_quick_network_is_measured_and_silence_is_none():
    clock = VirtualClock()
    quick = measure_round_trip(Lumps(clock, 0.03, 0.01), clock=clock, cancel=CancelToken())
    assert quick <= 0.1
    assert measure_round_trip(Lumps(clock, 9.0, 9.0), clock=clock, cancel=CancelToken()) is None
