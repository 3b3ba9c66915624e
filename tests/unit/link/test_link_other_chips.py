"""Start-up texts and boot code answers of other chips, one mistake away from what is known.

The samples and near misses of each are in rigs/recognised.py.
"""

from __future__ import annotations

import pytest
from recognised import SYNC, SYNC_32

from plugsmith.chips.other_chips import other_chips
from plugsmith.link.probes import ANSWERING, PROBES
from plugsmith.link.voices import VOICES, next_step_of, voice_in
from plugsmith.sim.ports.other_rom import ROMS

EVERY = [probe for first in PROBES for probe in (first, *first.then)]
LINK = bytes.fromhex("01e0fc0100")
NO_ANSWERS = (
    b"", b"\x00", b"\xff" * 9, LINK * 4, b"version\r\n", b"ping\n", b"ping\r\n", b"pong",
    b"\x55" * 70, b"OK\r\nERROR", b"OKAY", b"\x15", b"\x15\x15\x16", b"Mar 14 2021/00:23:3\r\n",
    b"May  1 2020/10:00:00\r\n", b"RAMCODE2\r\n", b"$8710b>", b"unknown command\r\n",
    SYNC[:-1], SYNC.replace(b"\x08", b"\x0a"), SYNC_32.replace(b"\x04", b"\x03"),
    bytes.fromhex("c0000802000707122000 00c0".replace(" ", "")),  # a request, no answer
    bytes.fromhex("c001080200070712200105c0"),  # the status says no
    b"Info:MAIN:Time 12, idle 104203/s, free 79208\r\n",
)  # fmt: skip


def nearly(mark: bytes) -> list[bytes]:
    """What is one mistake away from a mark: a bit, a byte too few or many, other case or order."""
    at = len(mark) // 2
    found = [
        mark[:at] + bytes((mark[at] ^ 1,)) + mark[at + 1 :],
        mark[:-1],
        mark[1:],
        mark[:at] + b"\0" + mark[at:],
        mark.swapcase(),
        mark[::-1],
        b"\0".join(mark[i : i + 1] for i in range(len(mark))),
    ]
    return [item for item in found if mark not in item]


def heard_as(name, data):
    found = voice_in(data)
    return found is not None and found.name == name


@pytest.mark.parametrize("voice", VOICES, ids=lambda item: item.name)
def test_each_single_mark_names_its_chip_and_one_mistake_away_none_does(voice):
    own = [*voice.marks, *voice.greets]
    for mark in voice.marks:
        assert heard_as(voice.name, b"\x80\xf0" + mark + b"\r\n"), mark
    for mark in voice.greets:
        assert heard_as(voice.name, mark + b"\r\n"), mark
        assert not heard_as(voice.name, b"\r\n" + mark), mark
    for mark in own:
        misses = [item for item in nearly(mark) if not any(other in item for other in own)]
        assert len(misses) >= 5 or not mark.strip(b"C"), mark
        assert not [item for item in misses if heard_as(voice.name, item + b"\r\n")], mark


@pytest.mark.parametrize("answer", NO_ANSWERS)
def test_an_answer_that_is_nearly_one_names_nobody(answer):
    assert [probe.named(answer) for probe in EVERY] == [None] * len(EVERY)


def test_an_answer_that_two_makers_give_names_nobody_by_itself():
    for answer in (b"OK", b"OK" * 70, b"\0OK"):
        assert [probe.named(answer) for probe in EVERY if probe.named(answer) is not None] == [""]
    assert [bool(probe.then) for probe in PROBES if probe.named(b"OK") == ""] == [True]


@pytest.mark.parametrize("name", sorted(ANSWERING))
def test_whoever_is_named_by_an_answer_is_told_what_helps(name):
    assert next_step_of(name)


def test_the_simulator_plays_each_of_them():
    played = {name.partition("-")[0] for name in ROMS}
    assert played == {
        "esp8266", "esp32c3", "ln882h", "ln8825b", "rtl8710b", "rtl8720c", "bl602", "bl702",
        "bl616", "xr809", "w600", "w800",
    }  # fmt: skip


def test_each_chip_has_evidence_and_no_command_without_its_tool():
    for item in other_chips():
        assert item.evidence, item.name
        assert item.tool or not item.backup, item.name
        assert "PORT" in item.backup or not item.backup, item.name
