"""The undo line of a run is a command that really brings back the state before that run."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from flows_rig import Rig, factory

from plugsmith.flows.rf.change import set_mac
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.flash import flash
from plugsmith.flows.wire.raw_write import erase_raw, write_raw
from plugsmith.flows.wire.restore import restore
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.flash import forge_flash
from plugsmith.memory import SECTOR_LEN, AddressRange

CODE = 0x4000
RF = {"BK7231T": 0x1E0000, "BK7231N": 0x1D0000, "BK7238": 0x1E3000}
COPY_OF_RF = 0x1E0000  # where OpenBeken for BK7238 looks for the calibration
OTHER_MAC = bytes.fromhex("c8478cbbbbbb")


def rig_of(tmp_path, chip: str) -> Rig:
    rig = Rig(tmp_path, chip, factory(chip, code_len=CODE))
    backup(rig.ctx())
    rig.replug()
    return rig


def take_back(rig: Rig, undo: str) -> list[str]:
    """Do what the undo line says; returns what it allows."""
    program, verb, file, *options = shlex.split(undo)
    assert (program, verb) == ("plugsmith", "restore")
    given = [(options[at], options[at + 1]) for at in range(0, len(options), 2)]
    assert ("--port", "sim://rig") in given
    allowed = [value for option, value in given if option == "--allow"]
    assert len(allowed) == len(given) - 1
    rig.replug()
    restore(rig.ctx(*allowed, yes=True), Path(file))
    return allowed


def other_board(rig: Rig, chip: str, tmp_path, *allow: str):
    file = tmp_path / "other.bin"
    file.write_bytes(
        forge_flash(
            chip=chip, code_len=CODE, mac=OTHER_MAC, contents={0x150000: b"of another" * 50}
        )
    )
    return restore(rig.ctx(*allow, yes=True), file)


CHANGES = {
    "another address": (
        lambda rig, chip, tmp_path: set_mac(rig.ctx("mac", yes=True), OTHER_MAC),
        ["mac"],
    ),
    "other calibration": (
        lambda rig, chip, tmp_path: write_raw(rig.ctx("rf"), b"Q" * 32, start=RF[chip] + 0x200),
        ["rf"],
    ),
    "no calibration": (
        lambda rig, chip, tmp_path: erase_raw(
            rig.ctx("rf", "mac", yes=True), lambda _size: AddressRange.sized(RF[chip], SECTOR_LEN)
        ),
        ["rf"],
    ),
    "the address of another one": (
        lambda rig, chip, tmp_path: other_board(rig, chip, tmp_path, "mac"),
        ["mac"],
    ),
    "all of another one": (
        lambda rig, chip, tmp_path: other_board(rig, chip, tmp_path, "rf", "mac"),
        ["rf", "mac"],
    ),
    "nothing of its own": (
        lambda rig, chip, tmp_path: write_raw(rig.ctx("rf", "mac"), b"Q" * 32, start=0x150000),
        [],
    ),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("chip", RF)
def test_what_a_permission_changed_comes_back_by_the_undo_line(tmp_path, chip, change):
    rig = rig_of(tmp_path, chip)
    run, needed = CHANGES[change]
    done = run(rig, chip, tmp_path)
    assert done.verified
    assert rig.content != rig.before
    assert take_back(rig, done.undo) == needed
    assert rig.content == rig.before


def test_a_boot_loader_of_which_the_label_alone_was_changed_comes_back(tmp_path):
    rig = rig_of(tmp_path, "BK7231N")
    label = rig.before[0xFE9A:0xFF00]
    changed = bytes(byte ^ 0x55 for byte in label)
    done = write_raw(rig.ctx("bootloader"), changed, start=0xFE9A)
    assert rig.content != rig.before
    assert take_back(rig, done.undo) == ["bootloader"]
    assert rig.content == rig.before


def test_a_moved_calibration_comes_back_after_the_vendors_firmware(tmp_path):
    """OpenBeken's copy of the calibration goes with its firmware, and returns with it."""
    rig = rig_of(tmp_path, "BK7238")
    (stock,) = rig.library.backups.entries()
    image = tmp_path / "image.bin"
    image.write_bytes(forge_openbeken_qio("BK7238", version="1.18.300", code_len=CODE))
    flash(rig.ctx(), image)
    with_copy = rig.content
    own = rig.before[RF["BK7238"] : RF["BK7238"] + SECTOR_LEN]
    assert with_copy[COPY_OF_RF : COPY_OF_RF + SECTOR_LEN] == own
    rig.replug()
    done = restore(rig.ctx(), stock.file)
    assert rig.content == rig.before
    assert take_back(rig, done.undo) == []
    assert rig.content == with_copy
    assert "PS-NOTE-RF-KEPT" not in rig.warnings()


def test_the_calibration_of_another_one_is_no_copy_that_comes_back(tmp_path):
    rig = rig_of(tmp_path, "BK7238")
    theirs = bytearray(rig.before)
    own = theirs[RF["BK7238"] : RF["BK7238"] + SECTOR_LEN]
    theirs[COPY_OF_RF : COPY_OF_RF + SECTOR_LEN] = own
    theirs[COPY_OF_RF + 0x200] ^= 0x40  # not what this device holds
    file = tmp_path / "other.bin"
    file.write_bytes(theirs)
    restore(rig.ctx(yes=True), file)
    assert rig.content == rig.before
    assert "PS-NOTE-RF-KEPT" in rig.warnings()
