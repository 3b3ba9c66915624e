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
from plugsmith.errors import Cancelled, ExitCode, NothingFound
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


def test_a_pattern_that_does_not_stand_is_told(rig, monkeypatch):
    right, seen = UartFlash.crc32, []

    def once_wrong(flash, span):
        seen.append(span)
        return right(flash, span) ^ (len(seen) == 1)

    monkeypatch.setattr(UartFlash, "crc32", once_wrong)
    found = health(rig.ctx(yes=True), count=2)
    assert found.verdict == "bad"
    assert found.exit_status is ExitCode.VERIFY
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
        with pytest.raises(Cancelled):
            health(ctx, count=3)
    assert len(seen) == 1
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
        patched.setattr(module, "_try_one", lambda *_arguments: ctx.cancel.cancel())
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
