"""Every recognised thing has a sample and five near misses in the one table of them."""

from __future__ import annotations

import pytest
from recognised import ANSWERS, STRANGERS, VOICES

from plugsmith.chips.modules import modules
from plugsmith.chips.other_chips import other_chip, other_chips
from plugsmith.interpret.module_label import read_label
from plugsmith.link import probes, voices
from plugsmith.link.hearing import Heard, Hearing

FEWEST = 5
#: voices of which no single chip can be named
NOBODY = {
    "SSH or web server",
    "computer with a login",
    "another chip of Espressif",
    "another Ameba chip of Realtek",
    "chip that waits for a file by XMODEM",
}


def heard(data):
    found = voices.voice_in(data)
    return found.name if found is not None else None


def answered(data):
    every = [probe for first in probes.PROBES for probe in (first, *first.then)]
    return {probe.named(data) for probe in every} - {None, ""}


def test_no_voice_and_no_answer_is_without_a_row():
    assert {item.name for item in voices.VOICES} == set(VOICES)
    assert set(ANSWERS) == probes.ANSWERING


@pytest.mark.parametrize("table", [VOICES, ANSWERS], ids=["voices", "answers"])
def test_each_row_has_its_near_misses(table):
    assert {name for name, row in table.items() if len(row.misses) < FEWEST} == set()
    assert all(row.samples for row in table.values())


@pytest.mark.parametrize("voice", voices.VOICES, ids=lambda item: item.name)
def test_each_mark_of_a_voice_is_in_a_sample(voice):
    row = VOICES[voice.name]
    lost = [mark for mark in voice.marks if not any(mark in text for text in row.samples)]
    lost += [mark for mark in voice.greets if not any(t.startswith(mark) for t in row.samples)]
    assert lost == []


@pytest.mark.parametrize("name", VOICES)
def test_a_voice_is_named_by_its_samples_and_by_no_near_miss(name):
    greets = next(item.greets for item in voices.VOICES if item.name == name)
    for text in VOICES[name].samples:
        before = b"" if text.startswith(greets) else b"\x80\xf0"  # what a start-up throws out first
        assert heard(before + text) == name, text
    for text in VOICES[name].misses:
        assert heard(text) != name, text
        assert heard(b"\r\n" + text + b"\r\n") != name, text


@pytest.mark.parametrize("name", VOICES)
def test_a_voice_that_comes_byte_by_byte_with_noise_around_it_is_heard(name):
    for text in VOICES[name].samples:
        ear, now = Hearing(), 0.0
        for byte in text + bytes(range(0xF0, 0x100)):
            ear.add(bytes((byte,)), now)
            now += 0.0001
        assert (ear.sound, ear.voice()) == (Heard.OTHER_CHIP, name), text


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_names_its_chip_alone_and_a_near_miss_nobody(name):
    for answer in ANSWERS[name].samples:
        assert answered(answer) == {name}
    assert {found for miss in ANSWERS[name].misses for found in answered(miss)} == set()


@pytest.mark.parametrize("who", STRANGERS)
def test_what_else_talks_on_a_serial_port_is_nobody_of_these(who):
    text = STRANGERS[who]
    assert heard(text) is None
    for start in range(0, len(text), 7):
        assert heard(text[start:]) is None
        assert heard(text[:start] + text) is None
    assert answered(text) == set()


def test_a_chip_that_is_heard_is_one_of_the_catalogue_with_its_tool():
    assert {name for name in VOICES if other_chip(name) is None} == NOBODY
    for item in voices.VOICES:
        chip = other_chip(item.name)
        if chip is not None and chip.backup:
            assert chip.tool in item.next_step, item.name


def nearly(name: str) -> set[str]:
    """What is one mistake away from a name."""
    half, ends = len(name) // 2, name[-1] + name[1:-1] + name[0]
    middle = name[:half] + "Q" + name[half:]
    return {name + "9", "X" + name, name[:-1], name[1:], name + name, ends, middle} - {name}


def test_each_label_is_read_and_no_label_near_it():
    chips = [name for other in other_chips() for name in (other.name, *other.also)]
    own = [board.name for board in modules()]
    known = {name.casefold().strip("-_ ") for name in (*chips, *own)}
    for name in own:
        assert read_label(name).board.name == name
    for name in chips:
        assert read_label(name).known
    for name in (*own, *chips):
        misses = [near for near in nearly(name) if near.casefold().strip("-_ ") not in known]
        assert len(misses) >= FEWEST, name
        for near in misses:
            found = read_label(near)
            item = found.board or found.chip or found.other
            assert not found.known or item.name != name or name in revision_free(near), (name, near)


def revision_free(near: str) -> set[str]:
    """Modules of which `near` is the name without a revision: that is enough by design."""
    return {item.name for item in modules() if item.name.upper().startswith(near.upper())}
