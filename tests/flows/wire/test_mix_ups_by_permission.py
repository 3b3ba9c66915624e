"""Boards that are exchanged while a permission opens what is their own: not one byte is lost."""

from __future__ import annotations

import itertools

import pytest
from campaign_size import sampled
from flows_rig import Rig
from swap_rig import board, changed, swap_in

from plugsmith.errors.flows import HalfWritten
from plugsmith.errors.link import OtherDevice
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.raw_write import erase_raw, write_raw
from plugsmith.flows.wire.restore import restore
from plugsmith.forge.flash import forge_flash
from plugsmith.memory import AddressRange

CODE = 0x4000
BLANK = b"\xff" * 0x1000
RF = {"BK7231T": 0x1E0000, "BK7231N": 0x1D0000}
PLACES = range(0x150000, 0x158000, 0x1000)
ALL = ("rf", "mac")


def content(chip: str, letter: str) -> bytes:
    contents = {at: letter.encode() * 0x1000 for at in PLACES}
    return forge_flash(
        chip=chip,
        code_len=CODE,
        mac=bytes.fromhex("c8478c") + letter.encode() * 3,
        contents=contents,
    )


def rf_of(chip: str, whole: bytes) -> bytes:
    return whole[RF[chip] : RF[chip] + 0x1000]


def verbs(rig, chip, theirs):
    """Each writes some sectors; where another board's things are wanted, they are those of b."""
    at, sector = RF[chip], rf_of(chip, content(chip, "b"))
    span = AddressRange(at, at + 0x1000)
    around = AddressRange(PLACES.start, PLACES.stop)
    wait = {"timeout": 20.0, "yes": True}
    return {
        "erase": lambda: erase_raw(rig.ctx(**wait), lambda _size: around),
        "erase rf": lambda: erase_raw(rig.ctx(*ALL, **wait), lambda _size: span),
        "write rf": lambda: write_raw(rig.ctx("rf", **wait), sector, start=at),
        "write mac": lambda: write_raw(rig.ctx("mac", **wait), sector, start=at),
        "write both": lambda: write_raw(rig.ctx(*ALL, **wait), sector, start=at),
        "restore mac": lambda: restore(rig.ctx("mac", **wait), theirs),
        "restore both": lambda: restore(rig.ctx(*ALL, **wait), theirs),
    }


VERBS = tuple(verbs(None, "BK7231T", None))


TABLE = [
    case
    for case in itertools.product(RF, VERBS, ("c", "b"), (0.0, 3.0), ("begun", "own"))
    # b holds all that the first board is to hold: in the last sector nothing tells them apart
    if case[4] == "begun" or case[1] not in ("erase", "restore both" if case[2] == "b" else "")
]


def own_is_erased(chip: str):
    """A moment: calibration and address of the board are gone."""
    return lambda pulled: rf_of(chip, bytes(pulled.nor.content)) == BLANK


@pytest.mark.parametrize(("chip", "verb", "second", "gap_s", "moment"), sampled(TABLE, 3))
def test_a_mix_up_under_a_permission_costs_nobody_a_byte(
    tmp_path, chip, verb, second, gap_s, moment
):
    mine, others = content(chip, "a"), content(chip, second)
    (tmp_path / "b").mkdir()
    theirs = backup(Rig(tmp_path / "b", chip, content(chip, "b")).ctx()).backup.file
    rig = Rig(tmp_path, chip, mine)
    backup(rig.ctx())
    run = verbs(rig, chip, theirs)[verb]
    when = changed(rig.chip) if moment == "begun" else own_is_erased(chip)
    pulled = swap_in(rig, lambda: board(chip, others, rig), when=when, gap_s=gap_s)
    with pytest.raises(OtherDevice):
        run()
    assert rig.content == others
    (job,) = rig.library.jobs.open_jobs()
    del rig.port
    rig.replug()
    try:
        assert backup(rig.ctx()).backup.read() == others
    except HalfWritten:  # it holds all that the first board was to hold: which is which?
        assert verb.startswith("restore")
        assert second == "b"
    assert [item.id for item in rig.library.jobs.open_jobs()] == [job.id]
    rig.chip = pulled
    rig.replug()
    assert run().verified
    assert rig.library.jobs.open_jobs() == []
