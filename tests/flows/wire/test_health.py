"""`health`: free sectors only, measured, left blank; what is worn or broken is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flows_rig import Rig, factory

from plugsmith.boot.flash import UartFlash
from plugsmith.chips.catalog import chip as chip_called
from plugsmith.chips.model import RegionRole
from plugsmith.cli.app import main
from plugsmith.cli.wire.health_text import health_text
from plugsmith.errors import Cancelled, ExitCode, NothingFound
from plugsmith.errors.link import LinkLost
from plugsmith.errors.safety import ConsentMissing
from plugsmith.flows.write import health as module
from plugsmith.flows.write.health import SLOW_ERASE_MS, health
from plugsmith.sim.flash.nor import OpKind


@pytest.fixture(params=["BK7231T", "BK7231N"])
def rig(request, tmp_path):
    made = Rig(tmp_path, request.param, factory(request.param, code_len=0x8000))
    made.name = request.param
    return made


def touched(rig):
    kinds = {OpKind.ERASE, OpKind.PROGRAM}
    return {
        op.addr % len(rig.content) & ~0xFFF for op in rig.chip.nor.operations if op.kind in kinds
    }


def test_only_free_sectors_are_worn_and_they_are_blank_afterwards(rig):
    found = health(rig.ctx(yes=True), count=4)
    assert (found.verdict, len(found.sectors)) == ("sound", 4)
    assert found.exit_status is ExitCode.DONE
    assert rig.content == rig.before
    assert touched(rig) == {row.start for row in found.sectors}
    for row in found.sectors:
        assert rig.before[row.start : row.start + 4096] == b"\xff" * 4096
        for layout in chip_called(rig.name).memory_maps:
            regions = [r for r in layout.regions if r.span.start <= row.start < r.span.end]
            assert {r.role for r in regions} <= {RegionRole.OTA}
        assert 0 < row.erase_ms < SLOW_ERASE_MS
        assert row.program_ms > 0
    assert found.backup is not None
    assert not list(rig.library.jobs.open_jobs())


def test_without_consent_nothing_is_erased_and_a_dry_run_asks_nothing(rig):
    with pytest.raises(ConsentMissing):
        health(rig.ctx(), count=2)
    planned = health(rig.ctx(), count=2, dry_run=True)
    assert (planned.verdict, planned.erase_ms, len(planned.sectors)) == ("planned", None, 2)
    assert touched(rig) == set()


def test_a_full_flash_has_nothing_to_try(rig, monkeypatch):
    monkeypatch.setattr(module, "_free", lambda *_arguments: [])
    with pytest.raises(NothingFound):
        health(rig.ctx(yes=True), count=2)


@pytest.mark.sample(1)
@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N"])
@pytest.mark.parametrize("baud", [115200, 230400])
def test_the_verdict_does_not_depend_on_the_speed_of_the_wire(tmp_path, chip, baud):
    rig = Rig(tmp_path, chip, factory(chip, code_len=0x8000), paced=True, latency_s=0.001)
    found = health(rig.ctx(yes=True, baud_limit=baud), count=2)
    assert found.verdict == "sound"
    assert all(0 < row.erase_ms < 100 for row in found.sectors)  # 86 ms without any wire


class WeakCell:
    """The bit `mask` at `addr` never holds a one that is programmed; `dead`: nor an erased one."""

    def __init__(self, rig, addr, *, mask=1, dead=False):
        self.nor, self.addr, self.mask = rig.chip.nor, addr, mask
        self.healthy, self.changed, self.dead = self.nor.defect, self.nor.on_change, dead
        self.nor.defect, self.nor.on_change = self, self.after_change

    def __getattr__(self, name):
        return getattr(self.healthy, name)

    def after_program(self, addr, data):
        data = bytearray(self.healthy.after_program(addr, data))
        if addr <= self.addr < addr + len(data):
            data[self.addr - addr] &= ~self.mask
        return bytes(data)

    def after_change(self, sector):
        if self.dead and sector == self.addr >> 12:
            self.nor.content[self.addr] &= ~self.mask
        if self.changed is not None:
            self.changed(sector)


@pytest.mark.sample(2)
@pytest.mark.parametrize("mask", [1, 2])  # shows in the first pattern, or in the second
def test_a_weak_cell_is_told_and_all_is_blank_again(rig, mask):
    at = health(rig.ctx(yes=True), count=3).sectors[1].start
    WeakCell(rig, at, mask=mask)
    found = health(rig.ctx(yes=True), count=3)
    assert (found.verdict, found.exit_status) == ("bad", ExitCode.VERIFY)
    assert [row.start for row in found.sectors if not row.sound] == [at]
    assert "not kept" in health_text(found)
    assert rig.content == rig.before
    assert not list(rig.library.jobs.open_jobs())


def test_a_cell_that_no_erase_brings_back_leaves_the_others_blank_and_nothing_unfinished(rig):
    first, at = (row.start for row in health(rig.ctx(yes=True), count=2).sectors)
    WeakCell(rig, first, dead=True)
    found = health(rig.ctx(yes=True), count=2)
    assert [(row.start, row.sound) for row in found.sectors] == [(first, False), (at, True)]
    assert rig.content == rig.before[:first] + b"\xfe" + rig.before[first + 1 :]
    assert not list(rig.library.jobs.open_jobs())
    assert "PS-NOTE-UNFINISHED" not in rig.warnings()


def test_one_garbled_checksum_is_no_bad_sector(rig, monkeypatch):
    right, wrong = UartFlash.crc32_many, []

    def once_wrong(flash, spans):
        for crc in right(flash, list(spans)):
            wrong.append(rig.chip.nor.erase_counts.total() > 0)
            yield crc ^ (sum(wrong) == 1 and wrong[-1])

    monkeypatch.setattr(UartFlash, "crc32_many", once_wrong)
    assert health(rig.ctx(yes=True), count=2).verdict == "sound"
    assert any(wrong)


def test_a_reset_while_a_sector_is_tried_links_again(rig, monkeypatch):
    real, resets = UartFlash.program_sectors, []

    def once_reset(flash, sectors, *, taken):
        real(flash, sectors, taken=taken)
        if not resets:
            resets.append(sectors[0][0])
            flash.client.reboot()
            raise LinkLost(port="sim://rig")

    monkeypatch.setattr(UartFlash, "program_sectors", once_reset)
    found = health(rig.ctx(yes=True), count=2)
    assert (found.verdict, len(found.sectors), len(resets)) == ("sound", 2, 1)
    assert rig.content == rig.before


def test_stopped_in_the_midst_the_next_run_makes_the_sectors_blank(rig, monkeypatch):
    ctx = rig.ctx(yes=True)
    real, seen = module._try_one, []

    def stop_at_the_second(*arguments):
        row = real(*arguments)
        seen.append(row)
        ctx.cancel.cancel()
        return row

    with monkeypatch.context() as patched:
        patched.setattr(module, "_try_one", stop_at_the_second)
        with pytest.raises(Cancelled) as stopped:
            health(ctx, count=3)
    assert len(seen) == 1
    assert ctx.again in str(stopped.value.facts["resume"])
    rig.cancel.__init__()
    rig.replug()
    assert health(rig.ctx(yes=True), count=3).verdict == "sound"
    assert rig.content == rig.before


def store(rig, at, data):
    """A firmware stores something while the program is away."""
    content = bytearray(rig.content)
    content[at : at + len(data)] = data
    rig.chip.nor.content[:] = content


def test_what_was_stored_since_the_backup_stays_and_is_in_a_backup_first(rig):
    first = health(rig.ctx(yes=True), count=4)
    theirs = {row.start: bytes([row.start >> 12 & 0xFF]) * 4096 for row in first.sectors[:2]}
    for at, data in theirs.items():
        store(rig, at, data)
    before = rig.content
    again = health(rig.ctx(yes=True), count=4)
    assert len(again.sectors) == 4
    assert not {row.start for row in again.sectors} & set(theirs)
    assert rig.content == before
    assert again.backup != first.backup
    assert Path(again.backup).read_bytes() == before


def test_what_a_sector_of_a_run_that_was_cut_off_got_since_is_kept_in_a_file(rig, monkeypatch):
    ctx = rig.ctx(yes=True)
    with monkeypatch.context() as patched:
        patched.setattr(
            module, "_try_one", lambda ctx, *_others: ctx.cancel.cancel() or ctx.cancel.check()
        )
        with pytest.raises(Cancelled):
            health(ctx, count=3)
    (job,) = rig.library.jobs.open_jobs()
    at = job.changes[-1].start
    store(rig, at, b"theirs".ljust(4096, b"\0"))
    rig.cancel.__init__()
    rig.replug()
    assert at in {row.start for row in health(rig.ctx(yes=True), count=3).sectors}
    (told,) = [event for event in rig.log if getattr(event, "code", "") == "PS-NOTE-RESCUED"]
    assert Path(told.data["file"]).read_bytes().startswith(b"theirs")


def test_the_verb_for_people_and_programs(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("PLUGSMITH_HOME", str(tmp_path / "home"))
    file = tmp_path / "chip.bin"
    file.write_bytes(factory("BK7231T", code_len=0x8000))
    port = f"sim://bk7231t?flash={file}"
    assert main(["health", "--port", port]) == 5
    assert main(["health", "--sectors", "2", "--port", port, "--yes"]) == 0
    assert "erase" in capsys.readouterr().out
    assert main(["health", "--sectors", "2", "--port", port, "--yes", "--json"]) == 0
    data = json.loads(capsys.readouterr().out.splitlines()[-1])["data"]
    assert (data["verdict"], len(data["sectors"])) == ("sound", 2)
