"""Calibration and MAC as their own subject: shown, saved, put back, set, made anew."""

from __future__ import annotations

import pytest
from flows_rig import Rig, factory
from hypothesis import given
from hypothesis import strategies as st
from paste_forms import TEXT as OTHER_TEXT
from tuya_rig import FORUM_TEXT

from plugsmith.errors import Malformed
from plugsmith.errors.flows import BackupForAnotherDevice
from plugsmith.errors.library import OutputExists
from plugsmith.errors.radio import (
    BackupChoice,
    NoRfSector,
    RfContentUnfit,
    RfKnownToLibrary,
    RfStillSound,
)
from plugsmith.errors.safety import ConsentMissing
from plugsmith.flows.rf.change import NewRf, put_back, rebuild, set_mac
from plugsmith.flows.rf.look import rf_of_chip, rf_of_file, save, show
from plugsmith.flows.rf.sector import judge
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.raw_write import write_raw
from plugsmith.tuya.rf import decode_rf, read_mac
from plugsmith.tuya.rf_block import is_own_address, new_sector

RF = {"BK7231T": 0x1E_0000, "BK7231N": 0x1D_0000, "BK7238": 0x1E_3000}
NEW = bytes.fromhex("c8478c123456")
PLACEHOLDER = bytes.fromhex("c8478c428848")


@pytest.fixture(params=RF)
def rig(request, tmp_path):
    made = Rig(tmp_path, request.param, stock(request.param))
    made.rf = RF[request.param]
    made.name = request.param
    return made


def stock(chip: str, text: str = FORUM_TEXT.decode(), **options) -> bytes:
    """A factory flash with a vendor's store, which is a device's own."""
    return factory(chip, code_len=0x8000, pin_text=text, **options)


def losing(rig, sector=b"\xff" * 0x1000):
    """The device after its RF sector was lost."""
    content = bytearray(rig.content)
    content[rig.rf : rig.rf + 0x1000] = sector
    rig.chip.nor.content[:] = content
    return bytes(content)


def only_rf_differs(rig, before: bytes):
    places = {rig.rf, *([0x1E_0000] if rig.name == "BK7238" else [])}
    for at in range(0, len(before), 0x1000):
        if at not in places:
            assert rig.content[at : at + 0x1000] == before[at : at + 0x1000], hex(at)


def test_show_tells_state_address_and_who_knows_it(rig):
    kept = backup(rig.ctx()).backup
    found = show(rf_of_chip(rig.ctx()), rig.library)
    row = next(item for item in found.sectors if item.offset == rig.rf)
    assert (row.state, row.placeholder, row.measured) == ("sound", False, True)
    assert row.backups == (kept.file.stem,)
    assert found.exit_status == 0
    same = show(rf_of_file(kept.file), rig.library)
    assert [item.mac for item in same.sectors] == [row.mac]


def test_a_device_without_calibration_is_told_what_to_do(rig):
    losing(rig)
    found = show(rf_of_chip(rig.ctx()), rig.library)
    assert {item.state for item in found.sectors} == {"blank"}
    assert found.exit_status == 8
    assert "rf put-back" in found.notes[-1]


@pytest.mark.sample(1)
def test_a_saved_sector_can_be_put_back(rig, tmp_path):
    saved = save(rf_of_chip(rig.ctx()), tmp_path / "rf.bin")
    assert (tmp_path / "rf.bin").read_bytes() == rig.before[rig.rf : rig.rf + 0x1000]
    assert (tmp_path / "rf.bin").stat().st_mode & 0o777 == 0o600
    with pytest.raises(OutputExists):
        save(rf_of_chip(rig.ctx()), tmp_path / "rf.bin")
    lost = losing(rig)
    with pytest.raises(ConsentMissing):  # nothing proves whose sector it is
        put_back(rig.ctx(), tmp_path / "rf.bin")
    assert rig.content == lost
    put_back(rig.ctx(yes=True), tmp_path / "rf.bin")
    assert rig.content[rig.rf : rig.rf + 0x1000] == rig.before[rig.rf : rig.rf + 0x1000]
    only_rf_differs(rig, lost)
    assert saved.mac


@pytest.mark.sample(2)
@pytest.mark.parametrize("named", [True, False])
def test_the_own_backup_needs_no_question(rig, named):
    kept = backup(rig.ctx()).backup
    lost = losing(rig)
    done = put_back(rig.ctx(), kept.file if named else None)
    assert done.verified
    assert rig.asked == []
    assert rig.content[rig.rf : rig.rf + 0x1000] == rig.before[rig.rf : rig.rf + 0x1000]
    only_rf_differs(rig, lost)


@pytest.mark.sample(1)
def test_another_boards_backup_is_asked_about_or_refused(rig, tmp_path):
    other = Rig(tmp_path / "b", rig.name, stock(rig.name, OTHER_TEXT, mac=NEW))
    other.library = rig.library
    theirs = backup(other.ctx()).backup
    before = rig.content
    with pytest.raises(BackupForAnotherDevice):
        put_back(rig.ctx(yes=True), theirs.file)
    assert rig.content == before
    backup(rig.ctx())
    losing(rig)
    # two devices are in the library: the store that is still there tells which one it is
    put_back(rig.ctx(), None)
    assert rig.content[rig.rf : rig.rf + 0x1000] == before[rig.rf : rig.rf + 0x1000]
    bare = bytearray(rig.content)
    bare[0x1C_0000:] = b"\xff" * (len(bare) - 0x1C_0000)
    rig.chip.nor.content[:] = bare
    with pytest.raises(BackupChoice):
        put_back(rig.ctx(yes=True), None)
    with pytest.raises(ConsentMissing):
        put_back(rig.ctx(), theirs.file)


def test_sound_calibration_is_replaced_only_when_asked(rig):
    kept = backup(rig.ctx()).backup
    sector = bytearray(rig.content[rig.rf : rig.rf + 0x1000])
    sector[0x90] ^= 0xFF
    changed = losing(rig, bytes(sector))
    with pytest.raises(ConsentMissing):
        put_back(rig.ctx(), kept.file)
    assert rig.content == changed
    put_back(rig.ctx(yes=True), kept.file)
    assert rig.content == rig.before


def test_set_mac_changes_six_bytes(rig):
    backup(rig.ctx())
    with pytest.raises(ConsentMissing):
        set_mac(rig.ctx(), NEW)
    assert rig.content == rig.before
    done = set_mac(rig.ctx(yes=True), NEW)
    at = rig.rf + 0x24
    assert rig.content == rig.before[:at] + NEW + rig.before[at + 6 :]
    assert done.undo
    losing(rig)
    with pytest.raises(NoRfSector):
        set_mac(rig.ctx(yes=True), NEW)


def test_a_dry_run_asks_nothing_and_changes_nothing(rig):
    kept = backup(rig.ctx()).backup
    set_mac(rig.ctx(), NEW, dry_run=True)
    lost = losing(rig)
    put_back(rig.ctx(), kept.file, dry_run=True)
    kept.passport_file.unlink()
    rebuild(rig.ctx("no-backup"), NewRf(mac=NEW, chosen=True), dry_run=True)
    assert rig.content == lost
    assert rig.asked == []


@pytest.mark.sample(1)
def test_rebuild_is_the_last_resort(rig):
    with pytest.raises(RfStillSound):
        rebuild(rig.ctx(yes=True), NewRf(mac=NEW, chosen=False))
    kept = backup(rig.ctx()).backup
    mac = bytes.fromhex(kept.passport.mac.replace(":", ""))
    lost = losing(rig)
    with pytest.raises(RfKnownToLibrary, match=kept.file.stem):
        rebuild(rig.ctx(yes=True), NewRf(mac=mac, chosen=True))
    with pytest.raises(RfKnownToLibrary, match=kept.file.stem):  # the store tells whose it is
        rebuild(rig.ctx(yes=True), NewRf(mac=NEW, chosen=False))
    assert rig.content == lost
    kept.passport_file.unlink()  # the backup is gone
    with pytest.raises(ConsentMissing):
        rebuild(rig.ctx(), NewRf(mac=NEW, chosen=False))
    assert rig.content == lost
    rebuild(rig.ctx(yes=True), NewRf(mac=NEW, chosen=False))
    row = judge(rig.content[rig.rf : rig.rf + 0x1000], rig.rf)
    assert (row.state, row.mac, row.measured) == ("sound", NEW.hex(":"), False)
    only_rf_differs(rig, lost)


def test_a_placeholder_is_no_address_of_its_own(rig):
    sector = bytearray(rig.content[rig.rf : rig.rf + 0x1000])
    kept = backup(rig.ctx()).backup
    sector[0x24:0x2A] = PLACEHOLDER
    losing(rig, bytes(sector))
    found = show(rf_of_chip(rig.ctx()), rig.library)
    assert any(row.placeholder for row in found.sectors)
    put_back(rig.ctx(), kept.file)
    assert rig.content == rig.before


@pytest.mark.parametrize("data", [b"\0" * 0x1000, b"\x2f\x07" * 0x800, b"TLV\0" + b"\0" * 0xFFC])
def test_no_permission_puts_other_bytes_over_calibration(rig, data):
    backup(rig.ctx())
    with pytest.raises(RfContentUnfit):
        write_raw(rig.ctx("rf", "mac", yes=True), data, start=rig.rf)
    assert rig.content == rig.before


@given(st.binary(min_size=6, max_size=6))
def test_a_new_sector_reads_back(mac):
    if is_own_address(mac):
        sector = new_sector(mac)
        assert len(sector) == 0x1000
        assert read_mac(sector) == mac == decode_rf(sector).mac
    else:
        with pytest.raises(Malformed):
            new_sector(mac)


@given(st.binary(max_size=0x1000))
def test_the_judge_takes_any_bytes(data):
    for sector in (data, b"TLV\0" + data):
        row = judge(sector.ljust(0x1000, b"\xff"), 0)
        assert row.state in {"sound", "no-address", "damaged", "blank", "other-data"}


def test_a_file_of_every_kind(tmp_path):
    (tmp_path / "a.bin").write_bytes(stock("BK7231N"))
    assert [hex(at) for at in rf_of_file(tmp_path / "a.bin").sectors] == ["0x1d0000"]
    (tmp_path / "b.bin").write_bytes(bytes(0x1000))
    with pytest.raises(NoRfSector):
        save(rf_of_file(tmp_path / "b.bin"), tmp_path / "c.bin")
    assert not (tmp_path / "c.bin").exists()
