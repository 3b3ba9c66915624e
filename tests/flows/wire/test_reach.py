"""How far permissions, writes and settings reach: as far as their names, and no byte further."""

from __future__ import annotations

from dataclasses import replace

import pytest
from campaign_size import sampled
from flows_rig import Rig, factory

from plugsmith.chips.catalog import flash_parts
from plugsmith.chips.flash_parts import one_time_bits
from plugsmith.errors.flows import (
    BackupForAnotherDevice,
    FileNotABackup,
    PermissionNeeded,
    PreflightRefused,
)
from plugsmith.errors.safety import ConsentMissing, SettingsDamaged, SizeContradicted
from plugsmith.flows.settings.desired_settings import DesiredSettings
from plugsmith.flows.settings.settings_block import change_chip, make_block, read_chip, sector_of
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.flash import flash
from plugsmith.flows.wire.raw_write import erase_raw, write_raw
from plugsmith.flows.wire.restore import restore
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.rf import forge_rf
from plugsmith.memory import AddressRange
from plugsmith.openbeken.settings import read_settings
from plugsmith.sim.flash.parts import KNOWN_PARTS

CODE = 0x8000
RF, SETTINGS = 0x1E0000, 0x1E1000
OTHERS = forge_rf(bytes.fromhex("c8478c999999"))


@pytest.fixture
def rig(tmp_path):
    return Rig(tmp_path, "BK7231T", factory("BK7231T", code_len=CODE))


def parts(sector):
    """Calibration and address of an RF sector."""
    return sector[:0x24] + sector[0x2A:], sector[0x24:0x2A]


@pytest.mark.parametrize(
    ("allow", "calibration", "address"),
    [(("rf",), True, False), (("mac",), False, True), (("rf", "mac"), True, True)],
)
def test_a_raw_write_changes_what_the_permission_names(rig, allow, calibration, address):
    before = parts(rig.content[RF : RF + 0x1000])
    done = write_raw(rig.ctx(*allow), OTHERS, start=RF)
    assert done.verified
    now = parts(rig.content[RF : RF + 0x1000])
    assert now[0] == (parts(OTHERS) if calibration else before)[0]
    assert now[1] == (parts(OTHERS) if address else before)[1]


@pytest.mark.parametrize(
    ("allow", "at", "data", "missing"),
    [
        ("mac", RF + 0x40, b"\x00" * 16, "rf"),
        ("mac", RF + 0x2A, b"\x00", "rf"),
        ("rf", RF + 0x24, b"\x12\x34\x56\x78\x9a\xbc", "mac"),
        ("rf", RF + 0x29, b"\x77", "mac"),
    ],
)
def test_a_write_of_which_nothing_is_allowed_is_refused_and_not_called_verified(
    rig, allow, at, data, missing
):
    with pytest.raises(PermissionNeeded) as refused:
        write_raw(rig.ctx(allow), data, start=at)
    assert f"--allow {missing}" in refused.value.hint
    assert rig.content == rig.before
    assert write_raw(rig.ctx("rf", "mac"), data, start=at).verified
    assert rig.content[at : at + len(data)] == data


@pytest.mark.parametrize("allow", ["mac", "rf"])
@pytest.mark.parametrize(("at", "data"), [(RF, OTHERS), (RF + 0x24, bytes(range(0x40, 0x50)))])
def test_a_write_of_which_a_part_is_allowed_ends_the_same_way_when_it_is_run_again(
    rig, allow, at, data
):
    assert write_raw(rig.ctx(allow), data, start=at).verified
    once = rig.content
    assert once != rig.before
    rig.replug()
    assert write_raw(rig.ctx(allow), data, start=at).verified
    assert rig.content == once


@pytest.mark.parametrize("allow", [(), ("mac",), ("rf",)])
def test_erasing_calibration_and_address_needs_both_permissions(rig, allow):
    span = AddressRange(RF, RF + 0x1000)
    with pytest.raises(PermissionNeeded) as refused:
        erase_raw(rig.ctx(*allow, yes=True), lambda _size: span)
    assert f"--allow {'mac' if 'rf' in allow else 'rf'}" in refused.value.hint
    assert rig.content == rig.before
    assert erase_raw(rig.ctx("rf", "mac", yes=True), lambda _size: span).verified


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("chip", "size"),
    sampled(
        [
            ("BK7231T", 0x10_0000),
            ("BK7252", 0x80_0000),
            ("BK7238", 0x40_0000),
            ("BK7231T", 0x40_0000),
            ("BK7231N", 0x80_0000),
            ("BK7231N", 0x10_0000),
        ],
        2,
    ),
)
def test_flashes_of_other_sizes_are_backed_up_and_restored(tmp_path, chip, size):
    content = factory(chip, code_len=CODE)[:size].ljust(size, b"\xff")
    rig = Rig(tmp_path, chip, content)
    made = backup(rig.ctx()).backup
    assert made.read() == content
    write_raw(rig.ctx(), b"x" * 0x1000, start=0x80000)
    assert rig.content != content
    restored = restore(rig.ctx(yes=True), made.file, dry_run=True)
    assert [step.span.start for step in restored.plan.steps if step.action == "erase"] == [0x80000]


@pytest.mark.parametrize(
    ("chip", "size"),
    sampled(
        [
            ("BK7231N", 0x40_0000),
            ("BK7231U", 0x20_0000),
            ("BK7252", 0x40_0000),
            ("BK7231T", 0x20_0000),
            ("BK7238", 0x40_0000),
            ("BK7252", 0x20_0000),
        ],
        2,
    ),
)
def test_a_flashed_device_starts_and_so_does_its_restored_stock(tmp_path, chip, size):
    rig = Rig(tmp_path, chip, factory(chip, code_len=CODE, size=size))
    path = tmp_path / "image.bin"
    path.write_bytes(forge_openbeken_qio(chip, version="1.18.300", code_len=CODE))
    stock = backup(rig.ctx()).backup
    assert flash(rig.ctx(log=True), path).boot.booted
    rig.replug()
    done = restore(rig.ctx(), stock.file)
    assert done.verified
    assert done.boot.booted is None  # no log port; a loop would be seen
    rig.clock.sleep(3)
    rig.chip.advance(rig.clock.monotonic())
    assert "TUYA Notice" in rig.chip.log.text.rpartition("J 0x10000")[2]


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    ("chip", "size"), [("BK7231T", 0x40_0000), ("BK7231N", 0x10_0000), ("BK7252", 0x10_0000)]
)
def test_a_bare_file_of_another_size_is_restored_where_the_flash_has_that_size(
    tmp_path, chip, size
):
    content = factory(chip, code_len=CODE)[:size].ljust(size, b"\xff")
    rig = Rig(tmp_path, chip, content)
    bare = tmp_path / "dump.bin"
    bare.write_bytes(content)
    backup(rig.ctx())
    write_raw(rig.ctx(), b"x" * 0x1000, start=0x80000)
    assert restore(rig.ctx(yes=True), bare).verified
    assert rig.content == content


def test_the_same_file_is_cut_off_for_a_device_with_a_larger_flash(tmp_path):
    rig = Rig(tmp_path, "BK7231T", factory("BK7231T", code_len=CODE))
    bare = tmp_path / "dump.bin"
    bare.write_bytes(rig.before[:0x10_0000])
    with pytest.raises(FileNotABackup) as refused:
        restore(rig.ctx(yes=True), bare)
    assert "1048576" in refused.value.message
    assert rig.content == rig.before


def test_a_flash_that_is_smaller_than_its_id_says_is_neither_backed_up_nor_written(tmp_path):
    real = next(item for item in KNOWN_PARTS if item.name == "TH25Q16HB")
    rig = Rig(
        tmp_path,
        "BK7231N",
        factory("BK7231N", code_len=CODE),
        part=replace(real, jedec=bytes.fromhex("C84016")),
    )
    with pytest.raises(SizeContradicted):
        backup(rig.ctx())
    with pytest.raises(PreflightRefused):
        write_raw(rig.ctx("no-backup"), b"\0" * 0x1000, start=0x20_0000)
    assert rig.content == rig.before


def test_a_flash_that_may_be_larger_than_its_id_says_is_told_and_kept_as_far_as_that(tmp_path):
    real = next(item for item in KNOWN_PARTS if item.name == "TH25Q16HB")
    part = replace(real, size=0x40_0000)
    inside = factory("BK7231N", code_len=CODE)
    rig = Rig(tmp_path, "BK7231N", inside + b"\x77" * len(inside), part=part)
    made = backup(rig.ctx()).backup
    assert "PS-NOTE-FLASH-LARGER" in rig.warnings()
    assert made.file.read_bytes() == inside
    assert made.passport.size_proof == "no-wrap"
    write_raw(rig.ctx(), b"x" * 0x1000, start=0x80000)
    assert rig.content[len(inside) :] == b"\x77" * len(inside)


def test_chips_with_one_loader_are_told_as_a_doubt_and_get_the_image_that_is_named(tmp_path):
    rig = Rig(tmp_path, "BK7252", factory("BK7252", code_len=CODE))
    path = tmp_path / "image.bin"
    path.write_bytes(forge_openbeken_qio("BK7252", version="1.18.300", code_len=CODE))
    done = flash(rig.ctx(), path, dry_run=True)
    assert "PS-NOTE-CHIP-DOUBT" in rig.warnings()
    assert any("BK7252" in check.text for check in done.checks if check.name == "image-chip")


def with_settings(rig, change=None):
    made = make_block(
        DesiredSettings(settings={"wifi_ssid": "home"}), chip="BK7231T", mac="c8:47:8c:00:00:01"
    )
    sector = bytearray(sector_of(made))
    if change is not None:
        sector[change // 8] ^= 1 << change % 8
    rig.chip.nor.content[SETTINGS : SETTINGS + 0x1000] = sector
    rig.replug()


def change(rig, **options):
    return change_chip(rig.ctx(**options), DesiredSettings(settings={"mqtt_host": "10.0.0.1"}))


@pytest.mark.parametrize("bit", [3 * 8, 4 * 8 + 1, 40 * 8, 900 * 8 + 5, 3583 * 8])
def test_a_settings_block_with_one_wrong_bit_is_never_replaced_by_a_first_start(rig, bit):
    with_settings(rig, change=bit)
    before = rig.content
    with pytest.raises(SettingsDamaged):
        change(rig, yes=True)
    assert rig.content == before


@pytest.mark.sample(1)
@pytest.mark.parametrize("bit", [0, 13, 23])
def test_a_worn_marker_of_a_settings_block_is_repaired(rig, bit):
    with_settings(rig, change=bit)
    change(rig)
    assert read_settings(read_chip(rig.ctx()).block)["wifi_ssid"] == "home"


def test_what_a_vendor_stored_in_that_place_is_overwritten_only_by_consent(rig):
    rig.chip.nor.content[SETTINGS : SETTINGS + 16] = b"of the vendor..."
    rig.replug()
    with pytest.raises(ConsentMissing):
        change(rig)
    assert rig.content[SETTINGS : SETTINGS + 16] == b"of the vendor..."
    assert change(rig, yes=True)[0].verified


def test_no_bit_that_is_set_for_good_is_ever_masked():
    for part in flash_parts():
        assert part.compare_mask & one_time_bits(part) == 0, part.name
        assert part.read_opcodes[1:] != (0x35,) or part.compare_mask & 0x3D00 == 0, part.name


@pytest.mark.parametrize(
    ("allow", "calibration", "address"),
    [(("mac",), False, True), (("rf", "mac"), True, True)],
)
def test_another_boards_backup_brings_what_the_permission_names(
    rig, tmp_path, allow, calibration, address
):
    other = Rig(
        tmp_path / "other",
        "BK7231T",
        factory("BK7231T", code_len=CODE, mac=bytes.fromhex("c8478c999999")),
    )
    theirs = backup(other.ctx()).backup.file
    before, others = (parts(item.content[RF : RF + 0x1000]) for item in (rig, other))
    for refused in ((), ("rf",)):  # whose it is, is not open to `rf` alone
        with pytest.raises(BackupForAnotherDevice):
            restore(rig.ctx(*refused, yes=True), theirs)
    assert rig.content == rig.before
    assert restore(rig.ctx(*allow, yes=True), theirs).verified
    now = parts(rig.content[RF : RF + 0x1000])
    assert now == ((others if calibration else before)[0], (others if address else before)[1])
