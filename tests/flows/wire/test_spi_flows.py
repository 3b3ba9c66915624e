"""The usual verbs over SPI: the same flows, the flash answers by itself."""

from __future__ import annotations

import pytest
from flows_rig import Rig, openbeken
from spi_rig import LOADER, SpiRig, factory

from plugsmith.boot.linking import LinkPolicy
from plugsmith.errors.link import NotOverSpi, OtherDevice, UnknownBootCode
from plugsmith.errors.safety import ChipMismatch, ProtectedRange
from plugsmith.flows.context import FlowContext
from plugsmith.flows.spi.device import SpiDevice
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.flash import flash
from plugsmith.flows.wire.info import info
from plugsmith.flows.wire.raw_read import read_flash, verify_flash
from plugsmith.flows.wire.raw_write import write_raw
from plugsmith.flows.wire.restore import restore
from plugsmith.flows.write.spaces import read_space
from plugsmith.library.library import Library
from plugsmith.memory import AddressRange
from plugsmith.sim.faults import BrownOut, FaultPlan, FlashStep
from plugsmith.sim.spi.serprog import CenWire, Manners

CS1 = Manners(cen=CenWire.CS1)


def context(rig, tmp_path, *, cen="cs1", **options):
    return FlowContext(
        port_name=f"serprog://rig:1?cen={cen}",
        open_port=rig.port,
        clock=rig.clock,
        sink=rig.log,
        cancel=rig.cancel,
        library=Library(tmp_path / "library"),
        again="plugsmith again",
        consent=lambda _question, _step: None,
        policy=LinkPolicy(timeout_s=60.0),
        **options,
    )


def test_info_names_chip_part_and_firmware(tmp_path):
    found = info(context(SpiRig(manners=CS1), tmp_path)).result()
    assert found.chip == "BK7231T"
    assert found.flash.jedec == "c84015"
    assert found.flash.protected is True
    assert found.firmware.name == "Tuya"


def test_read_and_verify_agree_with_the_chip(tmp_path):
    rig = SpiRig(manners=CS1)
    got = read_flash(context(rig, tmp_path), lambda size: AddressRange(0, size))
    assert (got.data, got.proof) == (rig.before, "read-twice")
    assert verify_flash(context(rig, tmp_path), rig.before, start=0) == []
    other = bytearray(rig.before)
    other[0x1234] ^= 1
    assert verify_flash(context(rig, tmp_path), bytes(other), start=0) == [
        AddressRange(0x1000, 0x2000)
    ]


def test_a_backup_over_spi_says_how_it_was_proven(tmp_path):
    rig = SpiRig(manners=CS1)
    made = backup(context(rig, tmp_path))
    assert (made.backup.read(), made.result().proof) == (rig.before, "read-twice")


def test_a_backup_over_spi_is_the_backup_that_the_uart_makes(tmp_path):
    uart = Rig(tmp_path, "BK7231T", factory())
    backup(uart.ctx())
    rig = SpiRig(manners=CS1)
    ctx = context(rig, tmp_path)
    assert ctx.library.backups.find(SpiDevice(ctx, rig.port()).key()) is not None
    assert backup(ctx).backup.read() == rig.before


def test_flash_and_restore_work_and_leave_loader_and_calibration(tmp_path):
    rig = SpiRig(manners=CS1, status=0x7C)
    file = tmp_path / "obk.bin"
    file.write_bytes(openbeken("BK7231T"))
    done = flash(context(rig, tmp_path), file)
    assert done.result().verified
    assert rig.content[: LOADER.end] == rig.before[: LOADER.end]
    assert rig.content[0x1E_0000:0x1E_1000] == rig.before[0x1E_0000:0x1E_1000]
    assert rig.content != rig.before
    made = context(rig, tmp_path).library.backups.entries()[0]
    restore(context(rig, tmp_path), made.file)
    assert rig.content == rig.before
    assert rig.chip.nor.status & 0x407C == 0x7C


def test_a_dip_of_the_supply_is_healed(tmp_path):
    dips = tuple(BrownOut(step=step, nth=3) for step in FlashStep)
    rig = SpiRig(manners=CS1, faults=FaultPlan(faults=dips))
    write_raw(context(rig, tmp_path), bytes(range(256)) * 64, start=0x14_0000)
    assert rig.content[0x14_0000:0x14_4000] == bytes(range(256)) * 64
    assert rig.content[:0x14_0000] == rig.before[:0x14_0000]


def test_the_boot_loader_is_as_safe_as_over_the_uart(tmp_path):
    rig = SpiRig(manners=CS1)
    with pytest.raises(ProtectedRange):
        write_raw(context(rig, tmp_path), bytes(0x1000), start=0x1_0000)
    assert rig.content == rig.before


def test_a_flash_without_a_loader_is_known_by_the_rest_of_its_content(tmp_path):
    rig = SpiRig(b"\xff" * LOADER.end + factory()[LOADER.end :], manners=CS1)
    assert info(context(rig, tmp_path)).identity.chip.name == "BK7231T"


def test_a_blank_flash_needs_the_users_word(tmp_path):
    rig = SpiRig(b"\xff" * 0x20_0000, manners=CS1)
    with pytest.raises(UnknownBootCode):
        info(context(rig, tmp_path))
    assert info(context(rig, tmp_path, chip="BK7231T")).identity.chip.name == "BK7231T"


def test_another_chip_than_named_is_refused(tmp_path):
    with pytest.raises(ChipMismatch):
        info(context(SpiRig(manners=CS1), tmp_path, chip="BK7231N"))


def test_a_memory_that_is_not_in_the_flash_cannot_be_read_over_spi(tmp_path):
    with pytest.raises(NotOverSpi):
        read_space(context(SpiRig(manners=CS1), tmp_path), "efuse", lambda n: AddressRange(0, n))


def test_another_board_in_the_middle_of_a_run_is_noticed(tmp_path):
    rig = SpiRig(manners=CS1)
    device = SpiDevice(context(rig, tmp_path), rig.port())
    device.rf_now()
    rig.chip.nor.content[0x1E_0000:0x1E_1000] = bytes(0x1000)
    with pytest.raises(OtherDevice):
        device.relink()
