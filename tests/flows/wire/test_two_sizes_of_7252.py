"""BK7252 with 2 and with 4 MiB: told apart by content, backed up, judged, restored, never mixed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flows_rig import Rig, factory

from plugsmith.dump.dump import Dump
from plugsmith.dump.survey.survey import survey
from plugsmith.errors import PlugsmithError
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.flash import flash
from plugsmith.flows.wire.info import info
from plugsmith.flows.wire.restore import restore
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.rf import forge_rf
from plugsmith.library.backups.store import open_backup

if TYPE_CHECKING:
    from pathlib import Path

CODE = 0x8000
MIB = 0x10_0000
RF = {2: 0x1E_0000, 4: 0x3F_E000}
MAC = bytes.fromhex("c8478c112233")


def content(size: int) -> bytes:
    """A factory flash whose calibration lies where a flash of this size has it."""
    flash_ = bytearray(factory("BK7252", code_len=CODE, size=size * MIB))
    flash_[RF[2] : RF[2] + 0x1000] = b"\xff" * 0x1000
    flash_[RF[size] : RF[size] + 0x1000] = forge_rf(MAC)
    if size == 4:
        flash_[0x39_8000:0x39_9000] = bytes(range(256)) * 16  # the vendor's store
    return bytes(flash_)


@pytest.fixture(params=[2, 4])
def size(request):
    return request.param


@pytest.fixture
def rig(tmp_path, size):
    return Rig(tmp_path, "BK7252", content(size))


def image(tmp_path) -> Path:
    path = tmp_path / "image.bin"
    path.write_bytes(forge_openbeken_qio("BK7252", version="1.18.300", code_len=CODE))
    return path


def test_size_and_address_are_found_and_only_the_larger_one_is_surely_this_chip(rig, size):
    found = info(rig.ctx()).result()
    assert found.flash.size == size * MIB
    assert found.flash.size_proof == "wrap"
    assert found.mac == MAC.hex(":")
    if size == 4:  # no BK7231U has so much
        assert found.chip == "BK7252"
    else:  # one loader for both chips, and one size
        assert "PS-NOTE-CHIP-DOUBT" in rig.warnings()


def test_it_is_backed_up_whole_and_judged_as_what_it_is(rig, size):
    made = backup(rig.ctx()).backup
    stored = open_backup(made.file)
    assert stored.read() == rig.before == rig.content
    assert stored.passport.proven
    assert stored.passport.rf_start == RF[size]
    report = survey(Dump(data=stored.read(), name="x.bin"), flash_size=size * MIB)
    assert report.flash_size == size * MIB
    assert not [item for item in report.damage if item.kind.value == "trailing-bytes"]


def test_it_is_flashed_and_restored_to_the_byte(rig, size, tmp_path):
    stock = backup(rig.ctx()).backup
    assert flash(rig.ctx(log=True), image(tmp_path)).boot.booted
    assert rig.content != rig.before
    assert rig.content[RF[size] : RF[size] + 0x1000] == rig.before[RF[size] : RF[size] + 0x1000]
    rig.replug()
    assert restore(rig.ctx(), stock.file).verified
    assert rig.content == rig.before


def test_a_backup_of_the_other_size_is_refused(rig, size, tmp_path):
    other = Rig(tmp_path / "other", "BK7252", content(6 - size))
    theirs = backup(other.ctx()).backup
    backup(rig.ctx())
    with pytest.raises(PlugsmithError) as refused:
        restore(rig.ctx("rf", "mac", yes=True), theirs.file)
    assert int(refused.value.exit_code) in {5, 9}
    assert rig.content == rig.before


TWICE = {
    "the application": slice(0x1_1000, 0x3_0000),
    "the start of the boot loader": slice(0, 0x1000),
    "the whole boot loader": slice(0, 0x1_1000),
}


@pytest.mark.parametrize("what", TWICE)
def test_four_mib_that_hold_something_twice_are_not_called_two(tmp_path, what):
    flash_ = bytearray(content(4))
    part = TWICE[what]
    flash_[part.start + 2 * MIB : part.stop + 2 * MIB] = flash_[part]
    rig = Rig(tmp_path, "BK7252", bytes(flash_))
    found = info(rig.ctx()).result()
    assert (found.chip, found.flash.size) == ("BK7252", 4 * MIB)


def test_four_mib_without_an_application_are_not_called_two(tmp_path):
    flash_ = bytearray(content(4))
    flash_[0x1_1000:0x3_0000] = b"\xff" * 0x1_F000
    found = info(Rig(tmp_path, "BK7252", bytes(flash_)).ctx()).result()
    assert (found.chip, found.flash.size) == ("BK7252", 4 * MIB)
