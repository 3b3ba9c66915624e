"""`flash` on the simulator: what is written, what is kept, what is refused, what goes wrong."""

from __future__ import annotations

import pytest
from campaign_size import sampled
from flows_rig import Rig, factory

from plugsmith.errors import Cancelled, InputMissing, PlugsmithError
from plugsmith.errors.flows import BootLoop, NoImage, PreflightRefused
from plugsmith.errors.port import PortLost
from plugsmith.errors.safety import FlashProtected
from plugsmith.flows.wire import boot_watch
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.flash import flash
from plugsmith.forge.firmware import forge_app, forge_openbeken_qio
from plugsmith.memory import SECTOR_LEN
from plugsmith.sim.faults import BootLoop as SimBootLoop
from plugsmith.sim.faults import FaultPlan, PortVanishes, StuckProtection, WeakSector
from plugsmith.sim.flash.nor import OpKind

CODE = 0x8000
APP = 0x1_1000
CHANGING = {OpKind.ERASE, OpKind.PROGRAM}
CHIPS = ["BK7231T", "BK7231N", "BK7231U"]


def small(chip):
    return factory(chip, code_len=CODE)


def image(chip):
    return forge_openbeken_qio(chip, version="1.18.300", code_len=CODE)


def rig_of(tmp_path, chip, **options):
    tmp_path.mkdir(exist_ok=True)
    rig = Rig(tmp_path, chip, options.pop("content", None) or small(chip), **options)
    rig.path = tmp_path / "image.bin"
    rig.path.write_bytes(image(chip))
    return rig


@pytest.fixture
def rig(tmp_path):
    return rig_of(tmp_path, "BK7231T")


def expected(before, new):
    """The flash after writing a full image: loader kept, the rest of its last sector blank."""
    padded = new + b"\xff" * (-len(new) % SECTOR_LEN)
    return before[:APP] + padded[APP:] + before[len(padded) :]


def of_another_device():
    mac = bytes.fromhex("c8478c0000aa")
    return factory("BK7231T", code_len=CODE, version="2.0.0", mac=mac)


def changed_addrs(rig):
    return {op.addr % len(rig.content) for op in rig.chip.nor.operations if op.kind in CHANGING}


@pytest.mark.sample(1)
@pytest.mark.parametrize("chip", CHIPS)
def test_the_flash_is_exactly_right_afterwards(tmp_path, chip):
    rig = rig_of(tmp_path, chip)
    done = flash(rig.ctx(log=True), rig.path)
    assert rig.content == expected(rig.before, image(chip))
    assert done.verified
    assert done.boot.booted is True
    assert done.safety.made_now
    assert done.safety.backup.read() == rig.before
    assert done.undo.startswith("plugsmith restore ")
    assert min(changed_addrs(rig)) >= APP
    result = done.result()
    assert result.image.firmware == "OpenBeken"
    assert sum(step.length for step in result.plan) == len(rig.before)


def test_the_event_list(rig):
    flash(rig.ctx(log=True), rig.path)
    tasks = [event.task for event in rig.log if event.kind == "task_begin"]
    assert tasks == ["link", "backup", "write", "verify"]
    assert all(event.ok for event in rig.log if event.kind == "task_end")
    assert "PS-NOTE-BOOT-UNSEEN" not in rig.warnings()


def test_without_a_log_port_the_boot_is_not_claimed(rig):
    done = flash(rig.ctx(), rig.path)
    assert done.boot.booted is None
    assert "PS-NOTE-BOOT-UNSEEN" in rig.warnings()
    assert rig.runs()


def test_writing_the_same_again_changes_nothing(rig):
    flash(rig.ctx(), rig.path)
    rig.chip.nor.operations.clear()
    again = flash(rig.ctx(), rig.path)
    assert again.plan.changed_sectors == []
    assert changed_addrs(rig) == set()
    assert not again.safety.made_now


def test_only_what_differs_is_touched(rig):
    flash(rig.ctx(), rig.path)
    rig.chip.nor.content[0x1_4000] ^= 0xFF
    rig.chip.nor.operations.clear()
    again = flash(rig.ctx(), rig.path)
    assert again.plan.changed_sectors == [0x1_1000, 0x1_4000]  # what starts it is written last
    assert {addr // SECTOR_LEN for addr in changed_addrs(rig)} == {0x11, 0x14}
    assert rig.content == expected(rig.before, image("BK7231T"))


def test_a_dry_run_changes_nothing_and_shows_the_map(rig):
    done = flash(rig.ctx(), rig.path, dry_run=True)
    assert rig.content == rig.before
    assert changed_addrs(rig) == set()
    assert not done.verified
    assert done.plan.changed_sectors
    assert rig.library.backups.entries() == ()
    assert any("Flash map" in event.message for event in rig.log if event.kind == "log")


@pytest.mark.parametrize(
    ("chip", "other"),
    [("BK7231T", "BK7231N"), ("BK7231N", "BK7231T"), ("BK7231N", "BK7238"), ("BK7231T", "BK7231U")],
)
def test_an_image_for_another_chip_is_refused_before_anything_happens(tmp_path, chip, other):
    rig = rig_of(tmp_path, chip)
    rig.path.write_bytes(image(other))
    with pytest.raises(PreflightRefused) as refused:
        flash(rig.ctx(), rig.path)
    assert refused.value.exit_code == 5
    assert changed_addrs(rig) == set()
    assert rig.library.backups.entries() == ()
    assert rig.runs()


def test_an_m_image_on_a_keyed_n_is_refused(tmp_path):
    rig = rig_of(tmp_path, "BK7231N")
    rig.path.write_bytes(image("BK7231M"))
    with pytest.raises(PreflightRefused):
        flash(rig.ctx(), rig.path)
    assert changed_addrs(rig) == set()


@pytest.mark.parametrize(
    "data", [b"", b"\xff" * 4096, b"hello" * 1000, image("BK7231T")[:0x1_5000], bytes(0x20_0000)]
)
def test_an_unusable_file_is_exit_9_before_the_port_is_opened(rig, data):
    rig.path.write_bytes(data)
    with pytest.raises(PlugsmithError) as refused:
        flash(rig.ctx(), rig.path)
    assert refused.value.exit_code == 9
    assert rig.kinds() == []


def test_a_missing_file_and_no_image_at_all(rig, tmp_path):
    with pytest.raises(InputMissing):
        flash(rig.ctx(), tmp_path / "nothing.bin")
    with pytest.raises(NoImage) as none:
        flash(rig.ctx(), None)
    assert none.value.exit_code == 8
    assert "OpenBK7231T_QIO" in none.value.hint


def test_a_bare_application_goes_where_it_belongs(rig):
    app = image("BK7231T")[APP:]
    rig.path.write_bytes(app)
    done = flash(rig.ctx(log=True), rig.path)
    assert rig.content == expected(rig.before, image("BK7231T"))
    assert done.boot.booted is True


def test_a_bare_application_for_another_chip_is_refused(rig):
    rig.path.write_bytes(forge_app("BK7231N", firmware="openbeken", version="1", code_len=CODE))
    with pytest.raises(PreflightRefused):
        flash(rig.ctx(), rig.path)
    assert changed_addrs(rig) == set()


def test_on_n_an_equal_loader_with_another_label_is_kept(tmp_path):
    content = bytearray(small("BK7231N"))
    content[0x1_0FA2:0x1_0FA6] = b"\x01\x02\x03\x04"
    rig = rig_of(tmp_path, "BK7231N", content=bytes(content))
    done = flash(rig.ctx("no-backup"), rig.path)
    assert min(changed_addrs(rig)) >= APP
    assert done.plan.steps[0].why
    assert rig.content[:APP] == rig.before[:APP]


def test_on_n_another_loader_is_written_and_the_plan_says_so(tmp_path):
    content = bytearray(small("BK7231N"))
    content[0x4000:0x4010] = bytes(16)
    rig = rig_of(tmp_path, "BK7231N", content=bytes(content))
    done = flash(rig.ctx("no-backup", log=True), rig.path)
    assert rig.content[:APP] == image("BK7231N")[:APP]
    assert any("boot loader" in note for note in done.notes)
    assert done.boot.booted is True


def test_no_permission_touches_the_loader_of_a_t(rig):
    flash(rig.ctx("bootloader", "rf", "mac", "no-backup"), rig.path)
    assert min(changed_addrs(rig)) >= APP


def test_a_full_dump_of_another_device_leaves_calibration_and_address(rig):
    other = of_another_device()
    rig.path.write_bytes(other)
    flash(rig.ctx(), rig.path)
    assert rig.content[APP:0x1E_0000] == other[APP:0x1E_0000]
    assert rig.content[0x1E_0000:0x1E_1000] == rig.before[0x1E_0000:0x1E_1000]


@pytest.mark.parametrize(
    ("allowed", "mac_of_other", "calibration_of_other"),
    [(("rf",), False, True), (("mac",), True, False), (("rf", "mac"), True, True)],
)
def test_rf_and_mac_are_separate_permissions(rig, allowed, mac_of_other, calibration_of_other):
    other = bytearray(of_another_device())
    other[0x1E_0040] ^= 0x55
    rig.path.write_bytes(other)
    flash(rig.ctx(*allowed), rig.path)
    assert (rig.content[0x1E_0029] == 0xAA) == mac_of_other
    assert (rig.content[0x1E_0040] == other[0x1E_0040]) == calibration_of_other


def test_a_write_needs_a_backup_unless_allowed(tmp_path):
    content = bytearray(small("BK7231T"))
    content[APP : APP + 0x4000] = b"\xff" * 0x4000
    rig = rig_of(tmp_path, "BK7231T", content=bytes(content))
    with pytest.raises(PreflightRefused) as refused:
        flash(rig.ctx(), rig.path)
    assert "--allow no-backup" in refused.value.hint
    assert changed_addrs(rig) == set()
    done = flash(rig.ctx("no-backup"), rig.path)
    assert done.result().backup is None
    assert done.undo == ""
    assert rig.content == expected(rig.before, image("BK7231T"))


def test_an_unknown_flash_id_needs_its_permission(tmp_path):
    from plugsmith.sim.flash.parts import part_for

    part = part_for(bytes.fromhex("aa5515"), size=0x20_0000)
    rig = rig_of(tmp_path, "BK7231N", part=part, status=0)
    with pytest.raises(PreflightRefused) as refused:
        flash(rig.ctx(), rig.path)
    assert "unknown-part" in refused.value.hint
    assert changed_addrs(rig) == set()
    flash(rig.ctx("unknown-part"), rig.path)
    assert rig.content == expected(rig.before, image("BK7231N"))


@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N"])
def test_stuck_protection_is_seen_before_anything_is_lost(tmp_path, chip):
    rig = rig_of(tmp_path, chip, faults=FaultPlan(faults=(StuckProtection(),)))
    with pytest.raises(FlashProtected):
        flash(rig.ctx(), rig.path)
    assert rig.content == rig.before
    rig.replug()
    backup(rig.ctx())  # nothing was changed, so it is not half-written
    flash(rig.ctx(), rig.path)
    assert rig.content == expected(rig.before, image(chip))


@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N"])
def test_a_weak_sector_is_found_and_written_again(tmp_path, chip):
    rig = rig_of(tmp_path, chip, faults=FaultPlan(faults=(WeakSector(sector=0x13),), seed=3))
    flash(rig.ctx(), rig.path)
    assert rig.content == expected(rig.before, image(chip))


def test_a_boot_loop_is_exit_7_on_both_kinds_of_wires(tmp_path):
    for log in (True, False):
        rig = rig_of(tmp_path / str(log), "BK7231T", faults=FaultPlan(faults=(SimBootLoop(),)))
        with pytest.raises(BootLoop) as seen:
            flash(rig.ctx(log=log), rig.path)
        assert seen.value.exit_code == 7
        assert "plugsmith restore" in seen.value.hint
        assert rig.content == expected(rig.before, image("BK7231T"))


@pytest.mark.parametrize("times", [1, 2, 3])
def test_a_chip_that_is_reset_once_or_twice_during_the_look_does_not_loop(
    tmp_path, times, monkeypatch
):
    """A hand at its supply, or another board that is put in: only three in a row are a loop."""
    rig = rig_of(tmp_path, "BK7231T")
    real, left = boot_watch.answers_again, [times]

    def power_cycled(port, **options):
        if left[0]:
            left[0] -= 1
            rig.replug()
            port.chip = rig.chip
        return real(port, **options)

    monkeypatch.setattr(boot_watch, "answers_again", power_cycled)
    if times < 3:
        done = flash(rig.ctx(), rig.path)
        assert done.verified
        assert done.boot.booted is None
        assert rig.runs()
    else:
        with pytest.raises(BootLoop):
            flash(rig.ctx(), rig.path)
    assert left == [0]


@pytest.mark.sample(2)
@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N"])
@pytest.mark.parametrize("at", sampled([*range(2_000, 130_000, 9_700)], 4))
def test_pulling_the_cable_at_any_moment_and_running_again_ends_verified(tmp_path, chip, at):
    rig = rig_of(tmp_path, chip)
    backup(rig.ctx())
    rig.replug(FaultPlan(faults=(PortVanishes(at=at, seconds=None),)))
    try:
        flash(rig.ctx(), rig.path)
    except PortLost:
        if rig.content != rig.before:
            assert "PS-NOTE-UNFINISHED" in rig.warnings()
            assert rig.library.jobs.open_jobs()
    rig.replug()
    done = flash(rig.ctx(log=True), rig.path)
    assert rig.content == expected(rig.before, image(chip))
    assert done.boot.booted is True
    assert rig.library.jobs.open_jobs() == []


def test_an_interrupted_device_does_not_run_a_mixture(rig):
    backup(rig.ctx())
    rig.replug(FaultPlan(faults=(PortVanishes(at=40_000, seconds=None),)))
    with pytest.raises(PortLost):
        flash(rig.ctx(), rig.path)
    assert rig.content != rig.before
    assert rig.content[APP : APP + SECTOR_LEN] == b"\xff" * SECTOR_LEN
    said = [event for event in rig.log if event.kind == "warning"][-1]
    assert "does not start now" in said.message
    assert "plugsmith flash image.bin" in said.hint


def test_cancel_finishes_the_sector_and_says_how_to_go_on(rig):
    backup(rig.ctx())
    emit = rig.log.emit

    def stop_in_write(event):
        emit(event)
        if event.kind == "progress" and event.task == "write":
            rig.cancel.cancel()

    rig.log.emit = stop_in_write
    with pytest.raises(Cancelled) as stopped:
        flash(rig.ctx(), rig.path)
    assert "does not start now" in stopped.value.message
    assert "plugsmith flash" in stopped.value.hint
    for addr in range(APP, APP + CODE, SECTOR_LEN):  # whole sectors only: old, blank or new
        sector = rig.content[addr : addr + SECTOR_LEN]
        new = expected(rig.before, image("BK7231T"))[addr : addr + SECTOR_LEN]
        old = rig.before[addr : addr + SECTOR_LEN]
        assert sector in {old, new, b"\xff" * SECTOR_LEN}


def test_with_corpus_images_the_wrong_chip_is_refused(tmp_path, corpus):
    images = corpus / "openbeken"
    for chip, other in (("BK7231T", "BK7231N"), ("BK7231N", "BK7231T")):
        rig = rig_of(tmp_path / chip, chip)
        with pytest.raises(PreflightRefused):
            flash(rig.ctx(), images / f"OpenBK{other[2:]}_QIO_1.18.300.bin")
        assert changed_addrs(rig) == set()


@pytest.mark.parametrize(
    ("chip", "dump"),
    [("BK7231T", "bk7231t-woox-r5111"), ("BK7231N", "bk7231n-drapow-sk-25")],
)
def test_with_corpus_dumps_the_whole_job(tmp_path, corpus, chip, dump):
    content = (corpus / "factory" / f"{dump}.bin").read_bytes()
    new = (corpus / "openbeken" / f"OpenBK{chip[2:]}_QIO_1.18.300.bin").read_bytes()
    rig = Rig(tmp_path, chip, content)
    path = tmp_path / "image.bin"
    path.write_bytes(new)
    done = flash(rig.ctx(log=True), path)
    assert rig.content == expected(content, new)
    assert done.boot.booted is True
    assert done.safety.backup.read() == content
