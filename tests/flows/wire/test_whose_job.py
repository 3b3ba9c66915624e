"""An interrupted write belongs to one board: others of its type neither suffer nor end it."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from cut_rig import cut_at
from flows_rig import Rig
from swap_rig import board

from plugsmith.boot.reading import blank_crc
from plugsmith.errors.flows import HalfWritten, PreflightRefused
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.flash import flash
from plugsmith.flows.wire.raw_write import write_raw
from plugsmith.flows.wire.restore import restore
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.flash import forge_flash
from plugsmith.library.jobs.store import JobHeader, JobKind
from plugsmith.sim.ports.port import SimPort

CODE = 0x4000
RF, STORE, PLACE = 0x1E0000, 0x1E8000, 0x150000
BLANK = b"\xff" * 0x1000
VERBS = ("backup", "flash", "write", "restore")


def content(letter: str, *, nameless: bool = False) -> bytes:
    """Boards of one type with one firmware: only their own things tell them apart."""
    mac = bytes.fromhex("c8478c") + letter.encode() * 3
    whole = bytearray(forge_flash(chip="BK7231T", code_len=CODE, mac=mac))
    whole[STORE : STORE + 0x1000] = letter.encode() * 0x1000
    whole[PLACE : PLACE + 0x1000] = b"the same" * 0x200
    if nameless:
        whole[RF : RF + 0x1000] = BLANK
    return bytes(whole)


@pytest.fixture
def rig(tmp_path):
    made = Rig(tmp_path, "BK7231T", content("a"))
    made.path = tmp_path / "image.bin"
    made.path.write_bytes(forge_openbeken_qio("BK7231T", version="1.18.300", code_len=CODE))
    return made


def backup_of(folder, whole: bytes):
    """The file of a backup of another board, in a library of its own."""
    folder.mkdir()
    return backup(Rig(folder, "BK7231T", whole).ctx()).backup.file


def plug(rig, whole: bytes) -> None:
    rig.chip = board("BK7231T", whole, rig)


def work(rig, verb, own, *, yes):
    ctx = rig.ctx(yes=yes)
    if verb == "backup":
        return backup(ctx)
    if verb == "flash":
        return flash(ctx, rig.path)
    if verb == "write":
        return write_raw(ctx, b"abcd", start=PLACE)
    return restore(ctx, own)


@pytest.mark.sample(1)
@pytest.mark.parametrize("yes", [False, True])
@pytest.mark.parametrize("verb", VERBS)
def test_a_board_is_not_taken_for_one_whose_calibration_was_being_changed(rig, tmp_path, verb, yes):
    theirs, other = backup_of(tmp_path / "c", content("c")), content("b")
    backup(rig.ctx())
    with cut_at(rig, None, when=lambda now: now[RF : RF + 0x1000] == BLANK):
        restore(rig.ctx("rf", "mac", yes=True), theirs)
    pulled = rig.content
    plug(rig, other)
    done = work(rig, verb, backup_of(tmp_path / "b", other), yes=yes)
    assert rig.asked == []
    assert "PS-NOTE-HALF-WRITTEN" not in rig.warnings()
    assert rig.content[RF:] == other[RF:]
    secured = done.backup if verb == "backup" else done.safety.backup
    assert secured.read() == other  # its own backup, and not that of the board that was pulled
    (job,) = rig.library.jobs.open_jobs()
    plug(rig, pulled)
    restore(rig.ctx("rf", "mac", yes=True), theirs)
    assert rig.content[RF : RF + 0x1000] == content("c")[RF : RF + 0x1000]
    assert job.begun
    assert rig.library.jobs.open_jobs() == []


@pytest.mark.sample(2)
@pytest.mark.parametrize("verb", VERBS)
def test_the_board_whose_calibration_a_job_wanted_is_not_taken_for_the_one_that_it_changed(
    rig, tmp_path, verb
):
    donor = content("c")
    theirs = backup_of(tmp_path / "c", donor)
    backup(rig.ctx())
    with cut_at(rig, None, when=lambda now: now[RF : RF + 0x1000] == donor[RF : RF + 0x1000]):
        restore(rig.ctx("rf", "mac", yes=True), theirs)
    donor = donor[: STORE + 16] + b"stored meanwhile" + donor[STORE + 32 :]
    plug(rig, donor)
    done = work(rig, verb, backup_of(tmp_path / "now", donor), yes=True)
    assert "PS-NOTE-HALF-WRITTEN" not in rig.warnings()
    assert rig.content[RF:] == donor[RF:]
    secured = done.backup if verb == "backup" else done.safety.backup
    assert secured.read() == donor
    assert len(rig.library.jobs.open_jobs()) == 1


def lost(whole: bytes, how: str) -> bytes:
    """A board that has lost its calibration and its address, or has made up new ones."""
    made_up = forge_flash(chip="BK7231T", code_len=CODE, mac=bytes.fromhex("c8478c000000"))
    rf = BLANK if how == "blank" else made_up[RF : RF + 0x200] + b"made up" + made_up[RF + 0x207 :]
    return whole[:RF] + rf[:0x1000] + whole[RF + 0x1000 :]


def cut_while_calibration_changes(rig, tmp_path, plan) -> bytes:
    """A board whose own calibration is on the disk alone, as it was left."""
    theirs = backup_of(tmp_path / "c", content("c"))
    backup(rig.ctx())
    with cut_at(rig, None, when=lambda now: now[RF : RF + 0x1000] == BLANK):
        if plan == "restore":
            restore(rig.ctx("rf", "mac", yes=True), theirs)
        else:
            write_raw(rig.ctx("rf", "mac", yes=True), content("c")[RF : RF + 0x1000], start=RF)
    assert rig.content[RF : RF + 0x1000] == BLANK
    return rig.content


@pytest.mark.sample(3)
@pytest.mark.parametrize("verb", ["backup", "flash"])
@pytest.mark.parametrize("plan", ["restore", "write"])
@pytest.mark.parametrize("how", ["blank", "made up"])
def test_a_board_that_lost_its_calibration_is_not_taken_for_one_whose_was_being_changed(
    rig, tmp_path, how, plan, verb
):
    cut_while_calibration_changes(rig, tmp_path, plan)
    other = lost(content("b"), how)
    plug(rig, other)
    done = work(rig, verb, None, yes=True)
    assert rig.asked == []
    assert rig.content[RF:] == other[RF:]
    secured = done.backup if verb == "backup" else done.safety.backup
    assert secured.read() == other
    assert len(rig.library.jobs.open_jobs()) == 1


@pytest.mark.sample(2)
@pytest.mark.parametrize("plan", ["restore", "write"])
@pytest.mark.parametrize("how", ["blank", "made up"])
def test_the_board_whose_calibration_was_being_changed_is_known_after_its_firmware_ran(
    rig, tmp_path, how, plan
):
    half = lost(cut_while_calibration_changes(rig, tmp_path, plan), how)
    plug(rig, half[: STORE + 16] + b"stored meanwhile" + half[STORE + 32 :])
    with pytest.raises(HalfWritten):
        backup(rig.ctx())


@pytest.mark.sample(1)
@pytest.mark.parametrize("yes", [False, True])
@pytest.mark.parametrize("verb", VERBS)
def test_boards_without_an_address_are_told_apart_by_what_they_hold(tmp_path, rig, verb, yes):
    mine, other = content("a", nameless=True), content("b", nameless=True)
    plug(rig, mine)
    backup(rig.ctx())
    with cut_at(rig, None, when=lambda now: now[PLACE : PLACE + 0x1000] == BLANK):
        write_raw(rig.ctx(), b"wxyz", start=PLACE)
    pulled = rig.content
    plug(rig, other)
    own = backup_of(tmp_path / "b", other)
    yes = yes or verb == "restore"  # a file whose owner cannot be told
    done = work(rig, verb, own, yes=yes)
    assert "PS-NOTE-HALF-WRITTEN" not in rig.warnings()
    assert not [step for step in rig.asked if step.startswith("putting back")]
    assert rig.content[RF:] == other[RF:]
    if verb == "restore":  # of what it holds already: nothing is destroyed
        assert rig.content == other
    else:
        secured = done.backup if verb == "backup" else done.safety.backup
        assert secured.read() == other
    plug(rig, pulled)
    write_raw(rig.ctx(), b"wxyz", start=PLACE)
    assert rig.content[PLACE : PLACE + 0x1000] == b"wxyz" + mine[PLACE + 4 : PLACE + 0x1000]
    assert rig.library.jobs.open_jobs() == []


def test_a_board_without_an_address_is_known_by_the_work_that_was_cut(rig):
    """Also after its firmware has run and stored something elsewhere."""
    plug(rig, content("a", nameless=True))
    backup(rig.ctx())
    with cut_at(rig, None, when=lambda now: now[PLACE : PLACE + 0x1000] == BLANK):
        write_raw(rig.ctx(), b"wxyz", start=PLACE)
    rig.chip.nor.content[STORE : STORE + 0x10] = b"stored meanwhile"
    rig.replug()
    write_raw(rig.ctx(), b"wxyz", start=PLACE)
    kept = content("a")[PLACE + 4 : PLACE + 0x1000]
    assert rig.content[PLACE : PLACE + 0x1000] == b"wxyz" + kept
    assert rig.content[STORE : STORE + 0x10] == b"stored meanwhile"
    assert rig.library.jobs.open_jobs() == []


def test_where_every_backup_is_gone_the_hint_names_a_command_that_works(rig):
    """It named the command that had just been refused."""
    backup(rig.ctx())
    rig.replug()
    with cut_at(rig, 20):
        flash(rig.ctx(), rig.path)
    shutil.rmtree(rig.library.backups.folder)
    rig.replug()
    with pytest.raises(PreflightRefused) as refusal:
        flash(rig.ctx(), rig.path)
    (job,) = rig.library.jobs.open_jobs()
    assert f"{job.header.command} --allow no-backup" in refusal.value.hint
    assert refusal.value.hint.count(job.header.command) == 1
    rig.replug()
    assert flash(rig.ctx("no-backup"), rig.path).verified


def header_of(rig, device) -> JobHeader:
    return JobHeader(
        kind=JobKind.FLASH, device=device, port="COM9", adapter=None, subject="image.bin",
        command="plugsmith flash image.bin", started="2026-11-26T12:00:00+00:00",
    )  # fmt: skip


def test_what_another_process_is_about_to_do_to_a_board_of_the_same_address_is_not_forgotten(rig):
    own = backup(rig.ctx()).backup.passport
    (entry,) = rig.library.backups.entries()
    assert own.mac is not None
    other = rig.library.jobs.start(header_of(rig, replace(entry.device, rf_sha256="00" * 32)))
    flash(rig.ctx(), rig.path)
    (state,) = rig.library.jobs.open_jobs()
    assert state.id == other.id


def protected(tmp_path, **options) -> Rig:
    mac = bytes.fromhex("c8478caaaaaa")
    whole = forge_flash(chip="BK7231N", code_len=CODE, mac=mac, **options)
    rig = Rig(tmp_path, "BK7231N", whole, status=0x021C)
    rig.path = tmp_path / "image.bin"
    rig.path.write_bytes(forge_openbeken_qio("BK7231N", version="1.18.300", code_len=CODE))
    return rig


class CutWhenOpen(SimPort):
    """The process is gone as soon as the write protection is lifted."""

    def write(self, data):
        if not self.chip.nor.status & 0x1C:
            raise KeyboardInterrupt
        super().write(data)


def test_the_protection_of_a_write_that_was_cut_before_its_first_erase_comes_back(tmp_path):
    rig = protected(tmp_path)
    backup(rig.ctx())
    rig.port = lambda: CutWhenOpen(rig.chip, rig.clock, name="sim://rig", lines=rig.lines)
    with pytest.raises(KeyboardInterrupt):
        flash(rig.ctx(), rig.path)
    del rig.port
    assert rig.content == rig.before
    assert not rig.chip.nor.status & 0x1C
    status = rig.chip.nor.status
    rig.settings = replace(rig.settings, status=status)
    rig.replug()
    flash(rig.ctx(), rig.path)
    assert rig.chip.nor.status == 0x021C
    assert rig.library.jobs.open_jobs() == []


@pytest.mark.parametrize("verb", ["flash", "write"])
def test_a_twin_of_a_half_written_board_neither_ends_its_job_nor_gets_its_old_content(
    rig, tmp_path, verb
):
    """The user gives another board the calibration and the address of a board amid its write."""
    own = backup(rig.ctx()).backup.file
    with cut_at(rig, 9):
        flash(rig.ctx(), rig.path)
    half = rig.content
    plug(rig, content("b"))
    restore(rig.ctx("rf", "mac", yes=True), own)
    rig.chip.nor.content[STORE : STORE + 0x1000] = b"stored since" + BLANK[12:]
    rig.replug()
    before = rig.content
    work(rig, verb, own, yes=True)
    assert rig.content[STORE : STORE + 0x1000] == before[STORE : STORE + 0x1000]
    assert "PS-NOTE-REPAIR" not in rig.warnings()
    (job,) = rig.library.jobs.open_jobs()
    assert job.header.kind is JobKind.FLASH
    plug(rig, half)
    with pytest.raises(HalfWritten):
        backup(rig.ctx())
    work(rig, "flash", own, yes=True)
    assert rig.library.jobs.open_jobs() == []
    image = rig.path.read_bytes()
    assert rig.content[0x11000:0x15000] == image[0x11000:0x15000]


@pytest.mark.sample(2)
@pytest.mark.parametrize("verb", VERBS)
def test_what_a_firmware_stores_meanwhile_never_hides_that_its_device_is_half_written(rig, verb):
    """Most of the ranges that tell boards apart changed; the address and the work stayed."""
    own = backup(rig.ctx()).backup.file
    with cut_at(rig, 9):
        flash(rig.ctx(), rig.path)
    (job,) = rig.library.jobs.open_jobs()
    now = bytearray(rig.content)
    for item in job.kept:
        at = item.span.start
        if item.crc32 != blank_crc(len(item.span)) and at > 0 and RF not in item.span:
            now[at : at + 64] = b"stored by the firmware".ljust(64)
    plug(rig, bytes(now))
    if verb == "backup":
        with pytest.raises(HalfWritten):
            backup(rig.ctx())
    else:
        work(rig, verb, own, yes=True)
    assert bytes(now) not in [item.read_bytes() for item in rig.library.root.glob("backups/*.bin")]
    still_open = [item.id for item in rig.library.jobs.open_jobs()]
    assert still_open == ([job.id] if verb in {"backup", "write"} else [])


@pytest.mark.parametrize("cut", [False, True])
def test_a_half_written_board_that_gets_another_calibration_and_address_is_known_as_such(rig, cut):
    own = backup(rig.ctx()).backup.file
    with cut_at(rig, 9):
        flash(rig.ctx(), rig.path)
    theirs = content("c")[RF : RF + 0x1000]
    if cut:
        with cut_at(rig, None, when=lambda now: now[RF : RF + 0x1000] == BLANK):
            write_raw(rig.ctx("rf", "mac", yes=True), theirs, start=RF)
        with pytest.raises(HalfWritten):
            backup(rig.ctx())
    write_raw(rig.ctx("rf", "mac", yes=True), theirs, start=RF)
    assert rig.content[RF : RF + 0x1000] == theirs
    (job,) = rig.library.jobs.open_jobs()
    assert job.header.kind is JobKind.FLASH
    with pytest.raises(HalfWritten):
        backup(rig.ctx())
    restore(rig.ctx("rf", "mac", yes=True), own)
    assert rig.content == own.read_bytes()
    assert rig.library.jobs.open_jobs() == []
