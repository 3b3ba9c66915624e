"""Answers that come late on a port of this computer: a hub, a bridge, a computer that is busy."""

from __future__ import annotations

import random

import pytest
from boot_rig import Rig, forged

from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.sim.timing import WaitTimes

SPAN = AddressRange(0x3_0000, 0x3_2000)
NEW = random.Random(8).randbytes(len(SPAN))


@pytest.mark.parametrize(
    ("who", "chip", "late_s", "loader_waits_s"),
    [
        ("n-rom", "BK7231N", 0.06, 0.1),
        ("n-rom", "BK7231N", 0.2, 0.1),
        ("t-1.0.5", "BK7231T", 0.05, 0.1),
        ("t-1.0.5", "BK7231T", 0.1, 2.0),
        ("t-1.0.5", "BK7231T", 0.2, 2.0),
    ],
)
def test_late_answers_do_not_stand_in_the_way_of_a_write(who, chip, late_s, loader_waits_s):
    """The emulated boot code is as slow on a busy computer."""
    patience = WaitTimes(idle_reset_s=loader_waits_s)
    rig = Rig.of(who, forged(chip), paced=True, latency_s=late_s, patience=patience)
    client, _identity, flash = rig.connect(baud=921_600)
    assert client.baud == 921_600 or (who, late_s) == ("t-1.0.5", 0.2)
    flash.prepare_writes(SPAN)
    flash.erase(SPAN)
    flash.program_sectors(
        [(at, NEW[at - SPAN.start :][:SECTOR_LEN]) for at in range(SPAN.start, SPAN.end, 0x1000)],
        taken=lambda _addr: None,
    )
    assert bytes(rig.chip.nor.content)[SPAN.start : SPAN.end] == NEW


def test_one_pause_is_not_taken_for_the_usual_way_of_an_adapter():
    rig = Rig.of("n-rom", forged("BK7231N"))
    client = rig.link()
    for lag_s in (0.0, 0.001, 1.5, 0.002):
        client._wire.note_lag(lag_s)
    assert client._wire.latency_s == 0.03
