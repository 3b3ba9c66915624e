"""What is told while a chip is searched: what is heard now, and after 20 s the likeliest cause."""

from __future__ import annotations

import pytest

from plugsmith.boot.contact.waiting import Waiting
from plugsmith.clock import VirtualClock
from plugsmith.events import EventLog
from plugsmith.link.hearing import Heard
from plugsmith.link.port import PortCapabilities, PortInfo
from plugsmith.link.witness import Witness


class Quiet:
    info = PortInfo(name="quiet")
    capabilities = PortCapabilities(modem_lines=False, speed_changes=True, local=True)
    baud = 115_200


@pytest.fixture
def scene():
    clock, log = VirtualClock(), EventLog()
    witness = Witness(Quiet(), clock)
    return clock, log, witness, Waiting(witness, clock=clock, sink=log)


def let_pass(scene, seconds):
    clock, _log, witness, waiting = scene
    for _poll in range(round(seconds / 0.05)):
        clock.sleep(0.05)
        witness.sent += 1
        waiting.look()


def codes(log):
    return [event.code for event in log if event.kind == "warning"]


def test_each_second_a_progress_line_holds_the_verdict_so_far(scene):
    let_pass(scene, 5.0)
    lines = [event for event in scene[1] if event.kind == "progress"]
    assert 4 <= len(lines) <= 6
    data = lines[-1].data
    assert (data["now"], data["heard"], data["answered"]) == ("silence", "silence", 0)
    assert data["sent"] > 80
    assert data["causes"][0]["likelihood"] == "likely"
    assert lines[-1].done <= lines[-1].total


def test_a_voice_is_told_at_once_and_once(scene):
    clock, log, witness, _waiting = scene
    let_pass(scene, 2.0)
    witness.heard(bytes.fromhex("55aa00000000ff"))
    let_pass(scene, 0.5)
    assert codes(log) == ["PS-NOTE-HEARD"]
    last = [event for event in log if event.kind == "progress"][-1]
    assert last.data["now"] == Heard.TUYA_MCU
    let_pass(scene, 5.0)
    assert codes(log) == ["PS-NOTE-HEARD"]
    last = [event for event in log if event.kind == "progress"][-1]
    assert (last.data["now"], last.data["heard"]) == ("silence", "tuya-mcu")
    assert clock.monotonic() < 20


def test_after_twenty_seconds_the_likeliest_cause_is_named_once(scene):
    let_pass(scene, 19.0)
    assert codes(scene[1]) == []
    let_pass(scene, 30.0)
    (told,) = [event for event in scene[1] if event.kind == "warning"]
    assert told.code == "PS-NOTE-LIKELY-CAUSE"
    assert "Most likely: The chip was not reset" in told.message
    assert "CEN" in told.hint
