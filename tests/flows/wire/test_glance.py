"""A raw read asks no more than it needs, and still knows the device again after a lost link."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flows_rig import Rig, factory
from swap_rig import board, received, swap_in

from plugsmith.boot.contact.glance import Reading, glance
from plugsmith.boot.contact.greeting import greet
from plugsmith.boot.exchange import Exchanger
from plugsmith.boot.identity import SizeProof
from plugsmith.boot.linking import LinkPolicy, link
from plugsmith.boot.protocol import commands as cmd
from plugsmith.errors.link import OtherDevice
from plugsmith.errors.safety import ChipMismatch
from plugsmith.flows.wire import connection
from plugsmith.flows.wire.connected import connected
from plugsmith.flows.wire.raw_read import read_flash
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.sim.flash.parts import KNOWN_PARTS

BOTH = pytest.mark.parametrize("chip", ["BK7231T", "BK7231N"])
SHORT = AddressRange(0x11000, 0x21000)
CODE = AddressRange(0x20000, 0xC0000)
STORES = AddressRange(0x130000, 0x1D0000)
MAC_B = bytes.fromhex("c8478cbbbbbb")


def read(rig, span, **options):
    return read_flash(rig.ctx(timeout=20.0, **options), lambda _size: span)


def full(chip: str, seed: int, **options) -> bytes:
    """A factory flash whose application differs from that of another `seed` in each sector."""
    content = bytearray(factory(chip, **options))
    for addr in range(0x11000, 0x100000, SECTOR_LEN):
        content[addr : addr + 8] = addr.to_bytes(7, "big") + bytes([seed])
    return bytes(content)


def bare(chip: str, seed: int) -> bytes:
    """The same without calibration and address, wherever a software keeps them."""
    content = bytearray(full(chip, seed))
    for addr in (0x1D0000, 0x1E0000, 0x1E3000):
        content[addr : addr + SECTOR_LEN] = b"\xff" * SECTOR_LEN
    return bytes(content)


def asked(monkeypatch) -> list:
    """Every request of the runs that follow, in order."""
    seen, once = [], Exchanger.once

    def noted(self, command, **options):
        seen.append(command)
        return once(self, command, **options)

    monkeypatch.setattr(Exchanger, "once", noted)
    return seen


@BOTH
def test_no_sector_is_read_that_was_not_asked_for_and_no_key(monkeypatch, tmp_path, chip):
    rig = Rig(tmp_path, chip, full(chip, 1))
    seen = asked(monkeypatch)
    got = read(rig, SHORT, baud_limit=115_200)
    assert got.data == rig.before[SHORT.start : SHORT.end]
    reads = [item.addr for item in seen if isinstance(item, cmd.Read4K)]
    assert sorted(reads) == [part.start for part in SHORT.split(SECTOR_LEN)]
    assert not any(isinstance(item, (cmd.WriteRegister, cmd.ReadStatusRegister)) for item in seen)
    assert sum(isinstance(item, cmd.ReadRegister) for item in seen) == (chip == "BK7231N")


@BOTH
def test_what_is_told_is_true(tmp_path, chip):
    rig = Rig(tmp_path, chip)
    found = read(rig, SHORT).result(file="f")
    assert found.chip == chip
    assert found.chips == {"BK7231T": ("BK7231T",), "BK7231N": ("BK7231N", "BK7231M")}[chip]
    (line,) = [item.message for item in rig.log if getattr(item, "message", "").startswith("Found")]
    assert line == f"Found {' or '.join(found.chips)} with 2048 KiB of flash."


@BOTH
@pytest.mark.parametrize("gap_s", [0.0, 3.0])
@pytest.mark.parametrize("after", [30_000, 500_000])
def test_a_board_that_is_put_in_is_noticed_where_the_range_holds_nothing_of_its_own(
    tmp_path, chip, gap_s, after
):
    rig = Rig(tmp_path, chip, full(chip, 1))
    other = full(chip, 2, mac=MAC_B)
    swap_in(rig, lambda: board(chip, other, rig), when=received(rig, after), gap_s=gap_s)
    with pytest.raises(OtherDevice):
        read(rig, CODE)


@pytest.mark.parametrize("gap_s", [0.05, 0.5])
@pytest.mark.parametrize("after", [6_200, 6_700, 10_200])  # the first 4 KiB prove the rate
def test_a_board_that_is_put_in_while_the_speed_is_raised_is_noticed(tmp_path, gap_s, after):
    """Nothing was read yet, but what was told is of the board that was pulled."""
    rig = Rig(tmp_path, "BK7231T", full("BK7231T", 1))
    other = full("BK7231T", 2, mac=MAC_B)
    swap_in(rig, lambda: board("BK7231T", other, rig), when=received(rig, after), gap_s=gap_s)
    with pytest.raises(OtherDevice):
        read(rig, CODE)


@BOTH
@pytest.mark.parametrize(
    ("first", "second"), [(True, True), (True, False), (False, True), (False, False)]
)
def test_glanced_at_or_identified_a_board_is_known_by_the_same(
    monkeypatch, tmp_path, chip, first, second
):
    """Whichever way each of two links told the device: it is the same, and another is not."""
    ways = iter([first, second, first, second])

    def either(*args, **options):
        return glance(*args, **options) if next(ways) else None

    monkeypatch.setattr(connection, "glance", either)
    for mac in (None, MAC_B):
        rig = Rig(tmp_path, chip, full(chip, 1))
        with connected(rig.ctx(baud_limit=115_200), reading=Reading()) as device:
            assert device.identity.only_glanced is first
            if mac is not None:
                rig.chip = board(chip, full(chip, 1, mac=mac), rig)
                device.port.chip = rig.chip
                with pytest.raises(OtherDevice):
                    device.relink()
            else:
                device.relink()
            assert device.identity.only_glanced is second


@BOTH
@pytest.mark.parametrize("gap_s", [0.0, 3.0])
def test_a_board_that_shows_the_same_content_so_far_is_noticed_too(tmp_path, chip, gap_s):
    rig = Rig(tmp_path, chip, full(chip, 1))
    other = full(chip, 1, mac=MAC_B)
    swap_in(rig, lambda: board(chip, other, rig), when=received(rig, 500_000), gap_s=gap_s)
    with pytest.raises(OtherDevice):
        read(rig, CODE)


@BOTH
def test_a_device_that_lived_meanwhile_is_read_again(tmp_path, chip):
    mine = full(chip, 1)
    for addr in range(STORES.start, STORES.end, SECTOR_LEN):
        mine = mine[:addr] + addr.to_bytes(8, "big") + mine[addr + 8 :]
    lived = bytearray(mine)
    lived[0x134000:0x134010] = b"stored by the fw"
    rig = Rig(tmp_path, chip, mine)
    swap_in(rig, lambda: board(chip, bytes(lived), rig), when=received(rig, 500_000), gap_s=3.0)
    assert read(rig, STORES).data == lived[STORES.start : STORES.end]


@BOTH
@pytest.mark.parametrize("gap_s", [0.0, 3.0])
def test_a_device_without_calibration_that_shows_other_content_is_not_the_same(
    tmp_path, chip, gap_s
):
    rig = Rig(tmp_path, chip, bare(chip, 1))
    swap_in(rig, lambda: board(chip, bare(chip, 2), rig), when=received(rig, 500_000), gap_s=gap_s)
    with pytest.raises(OtherDevice):
        read(rig, CODE)


@BOTH
@pytest.mark.parametrize("gap_s", [0.0, 3.0])
@pytest.mark.parametrize("after", [2_000, 30_000, 60_000])
def test_before_anything_was_proven_there_is_no_mixture_either(tmp_path, chip, gap_s, after):
    mine, other = bare(chip, 1), bare(chip, 2)
    rig = Rig(tmp_path, chip, mine)
    swap_in(rig, lambda: board(chip, other, rig), when=received(rig, after), gap_s=gap_s)
    try:
        got = read(rig, CODE).data
    except OtherDevice:
        got = b""
    assert got in (b"", mine[CODE.start : CODE.end], other[CODE.start : CODE.end])


@pytest.mark.parametrize(
    ("chip", "named"),
    [
        ("BK7231N", "bk7231t"),
        ("BK7231T", "bk7231n"),
        ("BK7231N", "bk7231m"),
        ("BK7231M", "bk7231n"),
        ("BK7231N", "bk7238"),
    ],
)
def test_a_chip_of_another_kind_is_refused(tmp_path, chip, named):
    rig = Rig(tmp_path, chip)
    with pytest.raises(ChipMismatch):
        read(rig, SHORT, chip=named)


@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N", "BK7231M", "BK7231U", "BK7231Q", "BK7238"])
def test_the_chip_that_was_named_is_read_and_named(tmp_path, chip):
    rig = Rig(tmp_path, chip)
    got = read(rig, SHORT, chip=chip.lower())
    assert got.data == rig.before[SHORT.start : SHORT.end]
    assert got.chips[0] == chip


def test_an_end_that_the_flash_id_promises_and_the_content_disproves_is_found(tmp_path):
    """2 MiB whose id says 4: the whole identification has to tell."""
    real = next(item for item in KNOWN_PARTS if item.name == "TH25Q16HB")
    part = replace(real, jedec=bytes.fromhex("C84016"))
    rig = Rig(tmp_path, "BK7231N", full("BK7231N", 1), part=part)
    client = link(rig.port(), policy=LinkPolicy(), clock=rig.clock, sink=rig.log, cancel=rig.cancel)
    hello = greet(client, sure=False)
    for reach in (0x280000, None):
        assert glance(client, hello, Reading(reach=reach), sink=None, expected=None) is None
    short = glance(client, hello, Reading(reach=SHORT.end), sink=None, expected=None)
    assert short.flash.size_proof is SizeProof.JEDEC
    client.close()
    with connected(rig.ctx(), reading=Reading()) as device:
        assert device.identity.flash.size_proof is SizeProof.CONTRADICTED


@BOTH
def test_a_chip_that_was_only_glanced_at_is_never_written(tmp_path, chip):
    rig = Rig(tmp_path, chip)
    span = AddressRange(0x40000, 0x41000)
    with connected(rig.ctx(), reading=Reading()) as device:
        for change in (
            lambda: device.flash.prepare_writes(span),
            lambda: device.flash.erase(span),
            lambda: device.flash.program(span.start, bytes(16)),
            lambda: device.flash.rewrite(span.start, bytes(SECTOR_LEN)),
            lambda: device.flash.program_sectors([(span.start, bytes(4096))], taken=print),
        ):
            with pytest.raises(ValueError, match="glanced"):
                change()
    assert rig.content == rig.before


def test_a_rom_under_the_loader_of_a_t_is_known_by_what_answers(tmp_path):
    content = full("BK7231T", 1)
    rig = Rig(tmp_path, "BK7231N", content)
    got = read(rig, SHORT)
    assert got.data == content[SHORT.start : SHORT.end]
    assert got.chips == ("BK7231N", "BK7231M")
