"""Pins that vendor firmware sets up: time that it takes, and what it waits for."""

from __future__ import annotations

import os

import pytest

from plugsmith.emu.gpio_trace import PINS_SETTLE_S
from plugsmith.emu.runner import emulator_installed
from plugsmith.events import EventLog
from plugsmith.flows.image.emulation import BootRequest, choose_chip, trace_pins
from plugsmith.flows.image.file import open_image

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not emulator_installed(), reason="the extra `emu` is not installed"),
]

CPU_S = 6.0  # what `dump gpio` may take on a quiet core; these took up to 30 s
BULB = "bk7231t-woox-r5111"  # waits by a timer's counter
WAIT_FOR_DMA = "bk7231n-allegro-berge-mi0014-30-x-5-cm-milio"


def trace(corpus, name: str):
    request = BootRequest(source=open_image(corpus / "factory" / f"{name}.bin"))
    before = os.times()
    answer = trace_pins(request, choose_chip(request), EventLog())
    after = os.times()
    spent_s = after.children_user + after.children_system
    return answer, spent_s - before.children_user - before.children_system


@pytest.mark.parametrize("name", [WAIT_FOR_DMA, BULB])
def test_firmware_that_used_to_wait_in_vain_runs_on(corpus, name) -> None:
    answer, cpu_s = trace(corpus, name)
    assert answer["polled"] is None
    assert answer["emulated_s"] >= PINS_SETTLE_S
    assert cpu_s < 2 * CPU_S, "twice: the other core may be busy"
    if name == BULB:  # of two colours
        assert {use["gpio"] for use in answer["pins"] if use["pwm"]} == {6, 8}


@pytest.mark.campaign
def test_no_dump_takes_long_or_waits_in_vain(corpus) -> None:
    whole = [
        path
        for path in sorted((corpus / "factory").glob("*.bin"))
        if open_image(path).image.chips  # one is a store alone: it holds no firmware
    ]
    assert len(whole) >= 28
    for path in whole:
        answer, cpu_s = trace(corpus, path.stem)
        assert answer["polled"] is None, path.stem
        assert cpu_s < 2 * CPU_S, path.stem
