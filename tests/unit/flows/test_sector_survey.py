"""The survey by checksums: finds each changed sector, with few questions, and a right baseline."""

from __future__ import annotations

import random
import zlib

import pytest

from plugsmith.flows.write.sector_survey import survey_device, survey_known
from plugsmith.memory import SECTOR_LEN

SIZE = 0x8_0000
APP = 0x1_1000
END = 0x7_3000


class Chip:
    def __init__(self, content: bytes) -> None:
        self.content = content
        self.asked = 0

    def crcs(self, spans):
        for span in spans:
            self.asked += 1
            yield zlib.crc32(self.content[span.start : span.end])


def case(changed):
    dice = random.Random(5)
    content = bytearray(dice.randbytes(SIZE))
    wanted = {at: bytes(content[at : at + SECTOR_LEN]) for at in range(APP, END, SECTOR_LEN)}
    for at in changed:
        content[at + dice.randrange(SECTOR_LEN)] ^= 1
    return wanted, bytes(content)


@pytest.mark.parametrize("seed", range(12))
def test_it_agrees_with_a_comparison_of_the_bytes(seed):
    dice = random.Random(seed)
    every = range(APP, END, SECTOR_LEN)
    changed = dice.sample(every, dice.choice((0, 1, 2, 5, 40, len(every))))
    wanted, content = case(changed)
    chip = Chip(content)
    found = survey_device(wanted, SIZE, chip.crcs)
    known = survey_known(wanted, content)
    assert found.equal == known.equal == frozenset(set(wanted) - set(changed))
    assert found.baseline == known.baseline


def test_one_changed_sector_of_a_block_costs_four_questions_and_two_for_each_kept_range():
    wanted, content = case([0x2_5000])
    chip = Chip(content)
    survey_device(wanted, SIZE, chip.crcs)
    blocks, edges = SIZE // 0x1_0000, 15 + 3  # sectors of the two blocks that are wanted in part
    kept = 3  # before, between and behind what is wanted: a baseline asked once is no proof
    assert chip.asked <= blocks + 4 + edges + 2 * kept


@pytest.mark.parametrize("garbled", range(3))
def test_a_baseline_is_what_any_two_answers_say(garbled):
    wanted, content = case([0x2_5000])

    class Noisy(Chip):
        """Garbles every other answer about what lies behind the application."""

        behind = 0

        def crcs(self, spans):
            for span, crc in zip(spans, super().crcs(spans), strict=True):
                self.behind += span.start >= END
                yield crc ^ (span.start >= END and self.behind % 3 == garbled) * self.behind

    found = survey_device(wanted, SIZE, Noisy(content).crcs)
    assert found.baseline == survey_known(wanted, content).baseline


def test_kept_blocks_are_asked_for_a_second_time_in_one_go():
    wanted, content = case([])
    behind = content + random.Random(6).randbytes(0x18_0000)
    chip = Chip(behind)
    survey_device(wanted, len(behind), chip.crcs)
    blocks, edges = len(behind) // 0x1_0000, 15 + 3
    assert chip.asked <= blocks + edges + 5  # not one for each of the 24 kept blocks


def test_where_answers_cost_time_an_image_that_is_all_new_is_not_asked_about_sector_by_sector():
    wanted, content = case(range(APP, END, SECTOR_LEN))
    chip = Chip(content)
    found = survey_device(wanted, SIZE, chip.crcs, sparing=True)
    assert (found.equal, found.baseline) == (frozenset(), survey_known(wanted, content).baseline)
    blocks, sample, kept = 5, 12, 2
    assert chip.asked == blocks + sample + 2 * kept


@pytest.mark.parametrize("count", [1, 5, 40])
def test_what_is_equal_is_found_there_as_well_where_a_sample_shows_that_there_is_some(count):
    changed = random.Random(count).sample(range(APP, END, SECTOR_LEN), count)
    wanted, content = case(changed)
    found = survey_device(wanted, SIZE, Chip(content).crcs, sparing=True)
    assert found.equal == survey_known(wanted, content).equal


def test_calibration_that_was_read_is_not_written_again_for_want_of_questions():
    wanted, content = case(range(APP, END - SECTOR_LEN, SECTOR_LEN))
    rf = END - SECTOR_LEN
    held = {rf: content[rf:END], 0: content[:SECTOR_LEN]}
    assert held[rf] == wanted[rf]
    found = survey_device(wanted, SIZE, Chip(content).crcs, sparing=True, held=held)
    assert (found.equal, found.baseline) == ({rf}, survey_known(wanted, content).baseline)
    other = survey_device(wanted, SIZE, Chip(content).crcs, sparing=True, held={rf: b""})
    assert other.equal == frozenset()
