"""Answers that come late on a port of this computer: a hub, a bridge, a computer that is busy."""

from __future__ import annotations

import random
import zlib

import pytest
from boot_rig import Rig, forged

from plugsmith.boot.policy import Pace, RetryPolicy
from plugsmith.boot.protocol.commands import CheckCrc
from plugsmith.errors.link import LinkLost
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.sim.faults import Harm, Way
from plugsmith.sim.timing import DeviceTiming, WaitTimes

SPAN = AddressRange(0x3_0000, 0x3_2000)
NEW = random.Random(8).randbytes(len(SPAN))


@pytest.mark.sample(2)
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


CHIPS = pytest.mark.parametrize(("who", "chip"), [("t-1.0.5", "BK7231T"), ("n-rom", "BK7231N")])


@CHIPS
def test_a_checksum_may_take_far_longer_than_usual(who, chip):
    """As on the emulated boot code of a busy computer."""
    content = forged(chip)
    span = AddressRange(0, len(content))
    usual_s = RetryPolicy().device_s(CheckCrc(start=0, length=len(span)))
    timing = DeviceTiming(crc_byte_s=1.8 * usual_s / len(span))
    patience = WaitTimes(idle_reset_s=2.0)
    rig = Rig.of(who, content, paced=True, timing=timing, patience=patience)
    client, _identity, flash = rig.connect()
    assert flash.crc32(span) == zlib.crc32(content)
    pieces = list(span.split(0x1_0000))
    wanted = [zlib.crc32(content[piece.start : piece.end]) for piece in pieces]
    assert list(flash.crc32_many(pieces)) == wanted
    assert client.errors == 0


@CHIPS
def test_a_chip_that_is_gone_is_not_waited_for_much_longer(who, chip, monkeypatch):
    rig = Rig.of(who, forged(chip), paced=True)
    _client, _identity, flash = rig.connect()
    monkeypatch.setattr(rig.port, "write", lambda _data: None)  # TX has come off
    began_s = rig.clock.monotonic()
    with pytest.raises(LinkLost):
        flash.crc32(AddressRange(0, 0x1000))
    assert rig.clock.monotonic() - began_s < 4.0


def test_the_pace_of_a_chip_is_learnt_and_forgotten():
    pace = Pace()
    for _wait in range(9):
        pace.overdue(8.0)
    assert pace.allowed_s(1.0) == 16.0
    pace.took(0.01, 1.0)  # of a short task
    assert pace.allowed_s(1.0) == 16.0
    pace.took(24.0, 8.0)
    assert pace.allowed_s(1.0) == 6.0
    pace.took(0.1, 8.0)
    assert pace.allowed_s(1.0) == 1.0


@pytest.mark.parametrize(("late_s", "asked"), [(0.001, 2), (0.016, 0)])
def test_blank_sectors_are_looked_for_where_the_answers_cost_less_than_they_save(late_s, asked):
    rig = Rig.of("n-rom", forged("BK7231N"), paced=True, latency_s=late_s)
    _client, _identity, flash = rig.connect()
    spans = []
    ask = flash._reader._crc_many
    flash._reader._crc_many = lambda wanted: (spans.extend(wanted), ask(wanted))[1]
    flash.read(AddressRange(0x2_0000, 0x3_0000))
    assert sum(len(span) == SECTOR_LEN for span in spans) == asked


@CHIPS
@pytest.mark.parametrize("burst", [1, 3])
def test_a_lost_request_is_not_taken_for_a_slow_chip(who, chip, burst):
    rig = Rig.of(who, forged(chip), paced=True)
    client, _identity, flash = rig.connect()
    spans = list(AddressRange(0, burst * 0x10_0000 // 2).split(0x8_0000))
    rig.hurt(Way.TO_CHIP, Harm.DROP, after=3, count=2)
    began_s = rig.clock.monotonic()
    content = forged(chip)
    wanted = [zlib.crc32(content[span.start : span.end]) for span in spans]
    assert list(flash.crc32_many(spans)) == wanted
    usual_s = RetryPolicy().device_s(CheckCrc(start=0, length=0x8_0000 * burst))
    assert rig.clock.monotonic() - began_s < usual_s + 1.5
    assert client._exchanger.pace.allowed_s(1.0) == 1.0


def test_one_lost_answer_to_a_link_check_does_not_slow_down_all_that_follows():
    content = forged("BK7231T")
    rig = Rig.of("t-1.0.5", content, paced=True)
    client, _identity, flash = rig.connect()
    spans = list(AddressRange(0x2_0000, 0x1E_0000).split(SECTOR_LEN))
    behind_the_first_burst = 11 * client._batch
    rig.hurt(Way.FROM_CHIP, Harm.DROP, after=behind_the_first_burst, count=2)
    began_s = rig.clock.monotonic()
    wanted = [zlib.crc32(content[span.start : span.end]) for span in spans]
    assert list(flash.crc32_many(spans)) == wanted
    assert rig.clock.monotonic() - began_s < 1.0
    assert client._exchanger.pace.allowed_s(1.0) == 1.0
