"""A write that was cut, stopped or repaired: what is done again, and what is not."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from test_execution import BLANK, OLD, Desk, N, T, fails, new

from plugsmith.errors import Cancelled
from plugsmith.errors.flash import ExchangeFailed
from plugsmith.errors.flows import KeptChanged, VerifyFailed
from plugsmith.flows.write.execute import Execution
from plugsmith.memory import SECTOR_LEN, AddressRange


def relinking(desk: Desk) -> list[int]:
    """The device is found again after each loss; the list is what was left each time."""
    told: list[int] = []

    def resume(work, *, left):
        while True:
            try:
                work()
            except ExchangeFailed:
                told.append(left())
                desk.flash.steps.append(("again",))
                continue
            return

    desk.device.resume_on_relink = resume
    return told


def after_relink(desk: Desk) -> list[tuple]:
    steps = desk.flash.steps
    return [step for step in steps[steps.index(("again",)) :] if step[0] in {"erase", "program"}]


LOST = ExchangeFailed(request="write", attempts=5)


def test_what_was_taken_before_the_link_was_lost_is_not_written_again():
    desk = Desk((0x14_0000, 0x14_1000, 0x14_2000))
    told = relinking(desk)
    desk.when("program", fails(LOST), skip=2)
    desk.execute()
    assert told == [1]
    assert after_relink(desk) == [("erase", 0x14_2000, 0x14_3000), ("program", 0x14_2000)]


def test_a_start_that_was_written_is_neither_erased_nor_written_again():
    desk = Desk((0, 0x1000, 0x1_1000, 0x1_2000), device=N, allow=("bootloader",))
    told = relinking(desk)
    desk.when("program", fails(LOST), skip=3)  # of sector 0, the very last
    desk.execute()
    assert told == [1]
    assert after_relink(desk) == [("erase", 0, 0x1000), ("program", 0)]


def test_a_link_that_is_lost_when_all_is_written_costs_nothing_more():
    desk = Desk((0x14_0000,))
    told = relinking(desk)
    lost = iter([True])
    real = desk.flash.program_sectors

    def program_sectors(sectors, *, taken):
        real(sectors, taken=taken)
        if next(lost, False):
            raise LOST

    desk.flash.program_sectors = program_sectors
    desk.execute()
    assert told == [0]
    assert after_relink(desk) == []


def test_a_comparison_that_is_begun_anew_counts_each_difference_once():
    desk = Desk((0x14_0000, 0x14_1000))
    relinking(desk)
    compared = []

    def before(step):
        if step[0] == "compare":
            compared.append(step)
            if len(compared) == 1:
                desk.damage(0x1E_8000)
            if len(compared) in {1, 2}:  # of the whole, then of the sectors
                desk.flash.steps.append(("lost",))
                raise LOST

    desk.flash.before = before
    desk.execute()
    assert desk.did("rewrite") == [("rewrite", 0x1E_8000)]
    assert "1 sector" in str(desk.told)


def test_a_repair_that_is_cut_goes_on_where_it_was():
    desk = Desk((0x14_0000, 0x14_1000, 0x14_2000))
    told = relinking(desk)
    seen = []

    def before(step):
        if step[0] == "compare" and not seen:
            seen.append(step)
            desk.damage(0x14_0000, 0x14_1000)
        if step[:2] == ("rewrite", 0x14_1000) and len(seen) == 1:
            seen.append(step)
            raise LOST

    desk.flash.before = before
    desk.execute()
    assert told == [1]
    assert desk.did("rewrite") == [("rewrite", 0x14_0000), ("rewrite", 0x14_1000)]
    assert desk.did("prepare")[1:] == [("prepare", 0x14_0000), ("prepare", 0x14_1000)]


def test_a_stop_while_sectors_travel_is_heard_though_the_flash_left_off_quietly():
    desk = Desk((0x14_0000, 0x14_1000, 0x14_2000))
    real = desk.flash.program_sectors

    def program_sectors(sectors, *, taken):
        real(sectors[:2], taken=taken)
        desk.ctx.cancel.cancel()

    desk.flash.program_sectors = program_sectors
    with pytest.raises(Cancelled) as stop:
        desk.execute()
    assert desk.run.left == [0x14_2000]
    assert "1 sector " in str(stop.value)
    assert desk.did("compare") == []


def test_a_stop_after_the_last_sector_of_a_place_does_not_hide_that_all_is_written():
    desk = Desk((0x14_0000,))
    desk.when("program", desk.ctx.cancel.cancel)
    desk.execute()
    assert desk.run.left == []


def test_a_stop_before_the_start_is_written_leaves_it_erased_and_says_so():
    desk = Desk((0x1_1000, 0x14_0000))
    desk.when("program", desk.ctx.cancel.cancel)
    with pytest.raises(Cancelled) as stop:
        desk.execute()
    assert "does not start now: 1 sector" in str(stop.value)
    assert desk.flash.content[0x1_1000:0x1_2000] == BLANK
    assert desk.run.left == [0x1_1000]


@pytest.mark.parametrize(("kind", "skip", "rewritten"), [("compare", 1, 0), ("rewrite", 0, 1)])
def test_a_stop_is_heard_between_the_sectors_of_a_repair(kind, skip, rewritten):
    desk = Desk((0x14_0000, 0x14_1000, 0x14_2000))
    done = []

    def once(step):
        if step[0] == "compare":
            done.append(step)
            if len(done) == 1:
                desk.damage(0x14_0000, 0x14_1000)
            if kind == "compare" and len(done) == skip + 1:
                desk.ctx.cancel.cancel()
        if step[0] == kind == "rewrite":
            desk.ctx.cancel.cancel()

    desk.flash.before = once
    with pytest.raises(Cancelled):
        desk.execute()
    assert len(desk.did("rewrite")) == rewritten


def test_before_each_erase_its_rate_and_its_range_are_noted():
    desk = Desk((0x1_1000, 0x14_0000))
    noted = []
    desk.device.note_speed = lambda: noted.append("speed")
    desk.device.known = SimpleNamespace(begin=lambda span: noted.append(span.start))
    desk.when("erase", lambda: noted.append("erased"))
    desk.execute()
    assert noted == ["speed", 0x1_1000, "erased", "speed", 0x14_0000]


def test_a_loader_that_changed_is_named_and_not_touched():
    desk = Desk((0x14_0000,))
    desk.when("compare", lambda: desk.damage(0x8000))
    with pytest.raises(KeptChanged) as told:
        desk.execute()
    assert "0x008000" in told.value.message
    assert desk.run.left == []


def test_where_it_is_not_known_which_sectors_are_wrong_the_whole_range_is_named():
    desk = Desk((0x14_0000,))
    rounds = []

    def before(step):
        if step[0] == "compare" and step[2]:
            rounds.append(step)
            desk.damage(0x14_0000 if len(rounds) <= 3 else 0x1E_8000)
            if len(rounds) > 3:
                desk.flash.content[0x14_0000:0x14_1000] = new(0x14_0000)

    desk.flash.before = before
    with pytest.raises(VerifyFailed) as failed:
        desk.execute()
    assert "0x140000" not in failed.value.message
    assert "0x1C0000..0x200000" in failed.value.message


@pytest.mark.parametrize(("original", "there"), [(OLD, True), (None, False), (bytes(8), False)])
def test_what_was_there_is_proven_only_against_what_was_there(original, there):
    desk = Desk((0x14_0000,), original=original)
    run = desk.run
    assert isinstance(run, Execution)
    desk.when("compare", lambda: desk.damage(0x1E_8000))
    if there:
        desk.execute()
        return
    with pytest.raises(KeptChanged) as told:
        desk.execute()
    assert "restore" in told.value.hint


def test_code_of_either_map_counts_as_what_a_device_starts():
    desk = Desk((0x14_0000,), device=T)
    for left, code in (([0x1_1000], True), ([0], True), ([0x1F_0000], False), ([], False)):
        desk.run.left = left
        assert desk.run.code_left is code


def test_neighbours_behind_the_start_are_one_place():
    desk = Desk((0x1_1000, 0x1_2000, 0x1_3000))
    desk.execute()
    erased = [AddressRange(*step[1:]) for step in desk.flash.steps if step[0] == "erase"]
    assert erased == [
        AddressRange.sized(0x1_1000, SECTOR_LEN),
        AddressRange(0x1_2000, 0x1_4000),
    ]
