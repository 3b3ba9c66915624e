"""BK7236, BK7258 and BK7239N: named, backed up with proof, their memories read, never written."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from flows_rig import Rig
from hypothesis import given
from hypothesis import strategies as st

from plugsmith.boot.contact.greeting import _later_owners
from plugsmith.chips.catalog import chip as find_chip
from plugsmith.errors.flows import PreflightRefused
from plugsmith.errors.safety import ChipOnlyRead
from plugsmith.flows.permissions import Permission
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.connected import connected
from plugsmith.flows.wire.info import info
from plugsmith.flows.wire.raw_write import erase_raw, write_raw
from plugsmith.flows.write.spaces import read_space
from plugsmith.memory import AddressRange
from plugsmith.sim.chip.personality import Evidence, rom_personality

SIZES = {"BK7236": 0x40_0000, "BK7258": 0x80_0000, "BK7239N": 0x40_0000}


def content(chip):
    flash = bytearray(b"\xff" * SIZES[chip])
    flash[:0x9000] = random.Random(chip).randbytes(0x9000)
    flash[-0x3000:-0x1000] = random.Random(1).randbytes(0x2000)
    return bytes(flash)


@pytest.fixture(params=SIZES)
def rig(request, tmp_path):
    made = Rig(tmp_path, request.param, content(request.param))
    made.named = request.param
    return made


def test_it_is_named_with_its_size_and_no_key(rig):
    found = info(rig.ctx()).result()
    assert (found.chip, found.flash.size) == (rig.named, SIZES[rig.named])
    assert found.chip_id == "0x72360002"
    assert found.key.key_class == "unknown"
    assert found.support == "recognised"
    assert rom_personality(rig.named.lower()).evidence is Evidence.CLAIMED


def test_registers_that_are_the_efuse_of_other_chips_are_never_written(rig):
    written = []
    plain = rig.chip.registers.write
    rig.chip.registers.write = lambda addr, value: (written.append(addr), plain(addr, value))
    info(rig.ctx())
    backup(rig.ctx(), out=None)
    assert written == []


def test_a_backup_is_proven_and_the_flash(rig):
    done = backup(rig.ctx(), out=None).result()
    assert (done.size, done.chip) == (SIZES[rig.named], rig.named)
    assert Path(done.file).read_bytes() == rig.before


@pytest.mark.parametrize("allow", [(), tuple(Permission)])
def test_whatever_is_allowed_nothing_is_written(rig, allow):
    with pytest.raises((PreflightRefused, ChipOnlyRead)) as write:
        write_raw(rig.ctx(*allow), b"\x55" * 0x1000, start=0x20_0000)
    with pytest.raises((PreflightRefused, ChipOnlyRead)):
        erase_raw(rig.ctx(*allow), lambda _size: AddressRange.sized(0x20_0000, 0x1000))
    assert "secure areas" in write.value.message
    assert bytes(rig.chip.nor.content) == rig.before
    assert not rig.chip.nor.operations


def test_the_writer_itself_refuses_such_a_chip(rig):
    with connected(rig.ctx()) as device, pytest.raises(ChipOnlyRead):
        device.flash._writer.guard(AddressRange(0x20_0000, 0x20_1000))


def test_rom_efuse_and_otp_are_read_where_their_place_is_known(tmp_path):
    for chip in SIZES:
        rig = Rig(tmp_path / chip, chip, content(chip))
        registers = rig.chip.registers
        rom = read_space(rig.ctx(), "rom", lambda _size: AddressRange(0, 0x40))
        assert rom.data == registers.rom[:0x40]
        if chip == "BK7236":
            continue
        otp = read_space(rig.ctx(), "otp", lambda size: AddressRange(0x3F0, 0x410))
        assert otp.data == registers.otp[0][0x3F0:] + registers.otp[1][:0x10]
        fuse = read_space(rig.ctx(), "efuse", lambda size: AddressRange(0, size))
        wanted = bytes(registers.efuse) if chip == "BK7258" else registers.otp[0][0x3C:0x40]
        assert fuse.data == wanted
        assert registers.read(0x5401_0030) == 0  # clocks and supplies are as they were
        assert registers.read(0x5401_0040) == 1 << 3


class Registers:
    """A client that knows two registers."""

    def __init__(self, revision):
        self.revision = revision

    def agreed_register(self, addr):
        return {0x4400_01F0: self.revision}.get(addr, 0)


@pytest.mark.parametrize(
    ("word", "revision", "names"),
    [
        (0x7236_0002, 0x2034_0B10, {"BK7236", "BK7258"}),
        (0x7236, 0x2034_0B10, {"BK7236", "BK7258"}),
        (0x7236_1234, 0x2575_0920, {"BK7239N"}),
        (0x7236_0002, 0x2440_0030, {"BK7236"}),
        (0x7236_0002, 0, {"BK7236", "BK7258", "BK7239N"}),
        (0x7236_0002, None, {"BK7236", "BK7258", "BK7239N"}),
        (0x7258_0001, 0x2034_0B10, {"BK7258"}),
        (0x7259_0001, 0x2034_0B10, set()),
        (0x7237_0002, 0x2034_0B10, set()),
        (0x0007_2360, 0x2034_0B10, set()),
        (0, 0x2034_0B10, set()),
        (0xFFFF_FFFF, 0x2034_0B10, set()),
        (0x1_7236, 0x2034_0B10, set()),
    ],
)
def test_the_words_by_which_they_are_known(word, revision, names):
    assert {item.name for item in _later_owners(Registers(revision), word)} == names


@given(st.integers(0, 0xFFFF_FFFF))
def test_no_other_word_is_one_of_them(word):
    known = {0x7236, 0x7258}
    found = _later_owners(Registers(0), word)
    assert bool(found) == ((word >> 16 or word) in known)


def test_a_name_on_the_module_is_found():
    assert find_chip("T3-U").name == "BK7236"
    assert find_chip("T5-E1").name == "BK7258"
    assert find_chip("HLK-B300").name == "BK7239N"
