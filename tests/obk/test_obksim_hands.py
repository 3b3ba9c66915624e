"""What a person at the keyboard of a simulated plug does and sees."""

from __future__ import annotations

import pytest

from plugsmith.cli.sim.hands import Onlooker, look, obey
from plugsmith.clock import VirtualClock
from plugsmith.sim.obk.device import SimObk
from plugsmith.sim.obk.firmware import Phase


@pytest.fixture
def device() -> SimObk:
    made = SimObk(clock=VirtualClock())
    made.run("backlog setPinRole 26 Rel; setPinChannel 26 1; setPinRole 6 LED; setPinChannel 6 1")
    return made


def test_button_and_power(device: SimObk) -> None:
    obey(device, "press")
    assert device.plug.button_down
    obey(device, " RELEASE ")
    assert not device.plug.button_down
    obey(device, "unplug")
    assert device.phase is Phase.OFF
    obey(device, "plug")
    assert device.phase is Phase.RUNNING
    obey(device, "cycle")
    assert device.resets == 3


def test_load(device: SimObk) -> None:
    assert "60" in obey(device, "load 60")
    assert device.plug.load.watts == 60
    for text in ("load", "load much", "load -1", "load 9999"):
        assert "4000" in obey(device, text)
    assert device.plug.load.watts == 60


def test_unknown_words_are_answered_with_the_known_ones(device: SimObk) -> None:
    assert "unplug" in obey(device, "jump")
    assert obey(device, "") == ""


def test_onlooker_tells_changes_once(device: SimObk) -> None:
    said: list[str] = []
    onlooker = Onlooker(device, said.append)
    onlooker.glance()
    assert said == []
    device.run("POWER ON")
    onlooker.glance()
    onlooker.glance()
    assert said == ["Relay closed, red lamp on, blue lamp off."]
    assert obey(device, "look") == look(device) == said[0]
