"""What of an interrupted write is put right by the next one, and what stays as it is."""

from __future__ import annotations

import zlib
from pathlib import Path
from types import SimpleNamespace

import pytest

from plugsmith.chips.catalog import chip
from plugsmith.chips.model import APP_START
from plugsmith.errors.safety import ConsentMissing
from plugsmith.flows.write import collateral
from plugsmith.flows.write.collateral import with_repairs
from plugsmith.flows.write.plan import app_end
from plugsmith.flows.write.target_image import TargetImage
from plugsmith.library.jobs.state import KeptRange
from plugsmith.memory import SECTOR_LEN, AddressRange

SIZE = 0x20_0000
BLANK = b"\xff" * SECTOR_LEN
BEFORE = b"".join(at.to_bytes(2, "big") * (SECTOR_LEN // 2) for at in range(SIZE // SECTOR_LEN))
RF = 0x1D_0000  # of a BK7231N
CODE, STORED = 0x5_0000, 0x1F_0000
END = app_end(chip("BK7231N"))
OTHER = b"stored by the firmware..".ljust(SECTOR_LEN, b"\0")


def before(addr):
    return BEFORE[addr : addr + SECTOR_LEN]


def now(**changed):
    """The flash with other content of the sectors at aN (a place in hexadecimal)."""
    whole = bytearray(BEFORE)
    for name, data in changed.items():
        addr = int(name[1:], 16)
        whole[addr : addr + SECTOR_LEN] = data
    return bytes(whole)


def kept(addr, length=SECTOR_LEN, crc32=None):
    span = AddressRange.sized(addr, length)
    held = zlib.crc32(BEFORE[span.start : span.end])
    return KeptRange(span=span, crc32=held if crc32 is None else crc32)


class Job:
    """An interrupted write of `addrs`; its work shows in each sector that is not as before."""

    def __init__(self, *addrs, olds=(), since=(), backup="before.bin"):
        self.addrs = frozenset(addrs)
        self.sectors = SimpleNamespace(before={addr: before(addr) for addr in olds})
        self.changed_since = tuple(since)
        self.state = SimpleNamespace(header=SimpleNamespace(backup=backup))

    def left(self, addr, held):
        return held != before(addr) and held != OTHER


class World:
    """A device with interrupted jobs; `asked` and `warned` are what the user was told."""

    def __init__(self, monkeypatch, *jobs, name="BK7231N", agrees=False):
        self.asked, self.warned, self.agrees = [], [], agrees
        self.ctx = SimpleNamespace(
            consent=self._consent,
            warn=lambda code, text, *, hint: self.warned.append((code, text, hint)),
        )
        self.held = BEFORE
        self.device = SimpleNamespace(
            identity=SimpleNamespace(chip=chip(name)),
            unfinished=lambda: list(jobs),
            rf_now=lambda: {RF: before(RF)},
            under=lambda addr: self.held[addr : addr + SECTOR_LEN],
        )
        backup = SimpleNamespace(read=lambda: BEFORE)
        monkeypatch.setattr(
            collateral, "try_open", lambda path: backup if path == Path("before.bin") else None
        )

    def _consent(self, question, step):
        self.asked.append((question, step))
        if not self.agrees:
            raise ConsentMissing(step=step)

    def repaired(self, target, held, *, firmware=False):
        return with_repairs(self.ctx, self.device, target, held, firmware=firmware)

    def repairs(self, held, *wanted, firmware=False):
        """The sectors that are put back beside those of the plan."""
        target = TargetImage(wanted=dict.fromkeys(wanted, b"new"))
        found = self.repaired(target, held, firmware=firmware).wanted
        assert {addr: found[addr] for addr in wanted} == target.wanted
        return {addr: data for addr, data in found.items() if addr not in wanted}


def test_without_a_repair_the_plan_is_the_same(monkeypatch):
    target = TargetImage(wanted={0x2_0000: b"new"}, notes=("A note.",))
    assert World(monkeypatch).repaired(target, BEFORE) is target
    job = Job(0x2_0000, olds=(0x2_0000,))
    assert World(monkeypatch, job).repaired(target, now(a20000=BLANK), firmware=True) is target


def test_a_repair_is_added_with_a_note_that_names_each_place(monkeypatch):
    world = World(monkeypatch, Job(since=[kept(CODE), kept(0x1_5000)]))
    target = TargetImage(wanted={0x2_0000: b"new"}, notes=("A note.",), copied=(0x1E_0000,))
    found = world.repaired(target, now(a50000=BLANK, a15000=BLANK))
    assert found.wanted == {0x2_0000: b"new", CODE: before(CODE), 0x1_5000: before(0x1_5000)}
    assert set(found.copied) == {0x1E_0000, CODE, 0x1_5000}
    assert found.notes == (
        "A note.",
        "An interrupted write damaged 0x015000, 0x050000; it is put back as it was before.",
    )


# sectors that the job had begun to change


def begun(monkeypatch, held, *wanted, firmware, addrs=(CODE, STORED, RF)):
    world = World(monkeypatch, Job(*addrs, olds=(CODE, STORED, RF)))
    return set(world.repairs(held, *wanted, firmware=firmware))


HALF = {"a50000": BLANK, "a1f0000": BLANK, "a1d0000": BLANK}


def test_calibration_that_a_job_had_begun_is_put_back_and_its_program_left_to_its_own_command(
    monkeypatch,
):
    assert begun(monkeypatch, now(**HALF), firmware=False) == {RF}
    assert begun(monkeypatch, now(**HALF), firmware=True) == {RF}  # it does not replace the program
    assert begun(monkeypatch, None, firmware=False) == set()


def test_a_whole_firmware_brings_back_the_data_too(monkeypatch):
    assert begun(monkeypatch, now(**HALF), CODE, firmware=True) == {STORED, RF}
    assert begun(monkeypatch, now(**HALF), CODE, firmware=False) == {RF}


@pytest.mark.parametrize(("program", "needed"), [(END - SECTOR_LEN, True), (END, False)])
def test_what_lies_behind_the_application_is_no_program(monkeypatch, program, needed):
    found = begun(monkeypatch, now(**HALF), firmware=True, addrs=(program,))
    assert found == ({RF} if needed else {CODE, STORED, RF})


def test_only_sectors_that_show_the_work_of_the_job_are_put_back(monkeypatch):
    stored = now(a1f0000=OTHER, a1d0000=BLANK)  # a firmware stored its own there
    assert begun(monkeypatch, stored, CODE, firmware=True) == {RF}
    assert begun(monkeypatch, now(a1d0000=OTHER), CODE, firmware=True) == set()


# places that changed although they should have stayed


def damaged(monkeypatch, held, *since, agrees=False, name="BK7231N", **job):
    addrs = job.pop("addrs", (APP_START,))
    world = World(monkeypatch, Job(*addrs, since=since, **job), agrees=agrees, name=name)
    return world, world.repairs(held)


RAN = {"a11000": OTHER}  # the first sector of the application is there: it may have run
NOT_RAN = {"a11000": BLANK}


def test_what_was_changed_is_put_back_while_no_firmware_can_have_run(monkeypatch):
    world, found = damaged(monkeypatch, now(a1f0000=OTHER, **NOT_RAN), kept(STORED))
    assert found == {STORED: before(STORED)}
    assert (world.asked, world.warned) == ([], [])


def test_what_was_changed_where_a_firmware_may_have_stored_it_is_asked_for(monkeypatch):
    held = now(a1f0000=OTHER, **RAN)
    world, found = damaged(monkeypatch, held, kept(STORED))
    assert found == {}
    ((question, step),) = world.asked
    assert "0x1F0000" in question
    assert "0x1F0000" in step
    ((code, text, hint),) = world.warned
    assert code == "PS-NOTE-KEPT-CHANGED"
    assert "0x1F0000" in text
    assert "stays as it is now" in text
    assert "backup" in hint
    world, found = damaged(monkeypatch, held, kept(STORED), agrees=True)
    assert found == {STORED: before(STORED)}
    assert len(world.asked) == 1
    assert world.warned == []


@pytest.mark.parametrize(
    ("held", "addrs"),
    [
        (now(a1f0000=OTHER, **NOT_RAN), (CODE,)),  # the job never touched the first sector
        (now(a1f0000=OTHER, **RAN), (APP_START,)),
        (now(a1f0000=OTHER, **RAN), (CODE,)),
    ],
)
def test_a_firmware_may_have_run_unless_the_job_erased_its_first_sector(monkeypatch, held, addrs):
    world, found = damaged(monkeypatch, held, kept(STORED), addrs=addrs)
    assert found == {}
    assert len(world.asked) == 1


def test_blank_sectors_and_program_code_are_put_back_unasked(monkeypatch):
    held = now(a1f0000=BLANK, a50000=OTHER, **RAN)
    world, found = damaged(monkeypatch, held, kept(STORED), kept(CODE))
    assert found == {STORED: before(STORED), CODE: before(CODE)}
    assert (world.asked, world.warned) == ([], [])


def test_only_the_sectors_of_a_range_that_differ_are_put_back(monkeypatch):
    held = now(a1f1000=BLANK, a1f3000=OTHER, **NOT_RAN)
    _world, found = damaged(monkeypatch, held, kept(STORED, 4 * SECTOR_LEN))
    assert found == {addr: before(addr) for addr in (0x1F_1000, 0x1F_3000)}


def test_where_the_content_is_not_known_the_device_is_asked_sector_by_sector(monkeypatch):
    world = World(monkeypatch, Job(APP_START, since=[kept(STORED, 2 * SECTOR_LEN)]))
    world.held = now(a1f1000=BLANK, **NOT_RAN)
    assert world.repairs(None) == {0x1F_1000: before(0x1F_1000)}
    world.held = now(a1f1000=OTHER, **NOT_RAN)
    assert world.repairs(None) == {}  # nobody looked whether it may have run
    assert len(world.asked) == 1


@pytest.mark.parametrize(
    ("item", "job"),
    [
        (kept(STORED, crc32=1), {}),  # the backup does not hold it
        (kept(STORED), {"backup": None}),
        (kept(STORED), {"backup": "lost.bin"}),
    ],
)
def test_what_no_backup_holds_is_told_and_left(monkeypatch, item, job):
    world, found = damaged(monkeypatch, now(a1f0000=BLANK, **NOT_RAN), item, **job)
    assert found == {}
    assert world.asked == []
    ((code, text, hint),) = world.warned
    assert code == "PS-NOTE-KEPT-CHANGED"
    assert "0x1F0000" in text
    assert "the backup does not hold what was there" in text
    assert "verify" in hint


@pytest.mark.parametrize(
    ("name", "addr", "told"),
    [
        ("BK7231T", 0x1_0000, True),  # the loader answers the wire: never written
        ("BK7231T", 0x1_1000, False),
        ("BK7231N", 0x1_0000, False),
    ],
)
def test_a_boot_loader_that_answers_the_wire_is_not_put_back(monkeypatch, name, addr, told):
    world, found = damaged(monkeypatch, now(**{f"a{addr:x}": BLANK}), kept(addr), name=name)
    assert found == ({} if told else {addr: before(addr)})
    assert len(world.warned) == told
