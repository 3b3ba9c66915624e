"""What a sector may hold after its write was cut, and what only a firmware can have stored."""

from __future__ import annotations

import random

import pytest

from plugsmith.flows.write.cut_sector import left_by_cut

AIM = random.Random(4).randbytes(600).ljust(4096, b"\xff")
POLL = bytes.fromhex("01e0fc0100")
REBOOT = bytes.fromhex("01e0fc020ea5")


@pytest.mark.parametrize("written", [0, 1, 300, 600, 2888])
def test_erased_and_half_written_isleft_by_cut(written):
    assert left_by_cut(AIM[:written].ljust(4096, b"\xff"), AIM)


@pytest.mark.parametrize(
    "lead",
    [
        b"",
        bytes(8),
        POLL[1:],
        POLL[2:],
        POLL[3:],
        POLL[4:],
        REBOOT * 3,
        REBOOT + bytes(8),
        bytes(8) + REBOOT,
    ],
)
@pytest.mark.parametrize("cut", range(5))
@pytest.mark.parametrize("at", [120, 600, 2888])
def test_what_we_say_before_and_after_a_cut_is_on_the_way_too(lead, cut, at):
    polls = (lead + POLL * 40)[: len(lead) + 200 - cut]
    held = (AIM[:at] + polls).ljust(4096, b"\xff")
    assert left_by_cut(held, AIM)


@pytest.mark.parametrize("at", [700, 2888])
def test_what_a_firmware_stores_is_not(at):
    own = random.Random(5).randbytes(64)
    assert not left_by_cut(AIM[:at] + own + AIM[at + 64 :], AIM)
    assert not left_by_cut(AIM[:at] + own + POLL * 9 + AIM[at + 109 :], AIM)
