"""Another board in the middle of a run: not one byte of the first on it, and the right error."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flows_rig import Rig, factory
from swap_rig import board, programmed, received, swap_in

from plugsmith.boot import linking, reading
from plugsmith.errors.link import OtherDevice
from plugsmith.flows.wire import backup as backup_module
from plugsmith.flows.wire import info as info_module
from plugsmith.flows.wire import raw_read
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.connection import Device
from plugsmith.flows.wire.flash import flash
from plugsmith.flows.wire.info import info
from plugsmith.flows.wire.linked.same_device import Known
from plugsmith.flows.wire.raw_read import read_flash, verify_flash
from plugsmith.flows.wire.raw_write import erase_raw
from plugsmith.flows.wire.restore import restore
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.flash import forge_flash
from plugsmith.memory import AddressRange
from plugsmith.sim.chip.chip import SimChip

CODE = 0x8000
MAC_A = bytes.fromhex("c8478caaaaaa")
MAC_B = bytes.fromhex("c8478cbbbbbb")


def rig_of(tmp_path, chip="BK7231T", content=None):
    rig = Rig(tmp_path, chip, content or factory(chip, code_len=CODE))
    rig.path = tmp_path / "image.bin"
    rig.path.write_bytes(forge_openbeken_qio(chip, version="1.18.300", code_len=CODE))
    return rig


@pytest.mark.sample(1)
@pytest.mark.parametrize("gap_s", [0.0, 3.0])
@pytest.mark.parametrize(
    ("chip", "boot"),
    [("BK7231T", None), ("BK7231T", "BK7231T 1.0.4"), ("BK7231N", None), ("BK7231U", None)],
)
def test_a_board_that_is_put_in_during_a_flash_gets_nothing(tmp_path, chip, boot, gap_s):
    kind = {"boot_code_name": boot} if boot else {}
    rig = rig_of(tmp_path, chip, factory(chip, code_len=CODE, **kind))
    other = factory(chip, code_len=CODE, mac=MAC_B, **kind)
    backup(rig.ctx())
    rig.replug()
    swap_in(rig, lambda: board(chip, other, rig), when=programmed(4), gap_s=gap_s)
    with pytest.raises(OtherDevice):
        flash(rig.ctx(timeout=20.0), rig.path)
    assert rig.content == other
    (job,) = rig.library.jobs.open_jobs()
    assert job.header.device.mac != MAC_B.hex(":")
    assert [entry.device.mac for entry in rig.library.backups.entries()] == [job.header.device.mac]


VERBS = {
    "read": lambda rig: read_flash(
        rig.ctx(timeout=20.0), lambda _size: AddressRange(0x20000, 0x40000)
    ),
    "verify": lambda rig: verify_flash(
        rig.ctx(timeout=20.0), rig.before[0x20000:0x40000], start=0x20000
    ),
    "backup": lambda rig: backup(rig.ctx(timeout=20.0)),
    "flash": lambda rig: flash(rig.ctx(timeout=20.0), rig.path),
}


@pytest.mark.sample(2)
@pytest.mark.parametrize("gap_s", [0.05, 0.5, 3.0])
@pytest.mark.parametrize("count", [0, 30, 1_000, 5_000])
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N", "BK7231U"])
def test_a_board_that_is_put_in_while_the_speed_is_raised_is_noticed(
    monkeypatch, tmp_path, chip, verb, count, gap_s
):
    """It answers at the starting rate, where a chip is sent whose probe went wrong."""
    rig = rig_of(tmp_path, chip)
    other, raise_speed, begun = factory(chip, code_len=CODE, mac=MAC_B), Device.raise_speed, []

    def raised(device):
        begun.append(rig.got)
        raise_speed(device)

    def when(_chip):
        return bool(begun) and rig.got - begun[0] > count

    monkeypatch.setattr(Device, "raise_speed", raised)
    swap_in(rig, lambda: board(chip, other, rig), when=when, gap_s=gap_s)
    with pytest.raises(OtherDevice):
        VERBS[verb](rig)
    assert rig.content == other
    assert rig.library.backups.entries() == ()


def test_a_backup_never_mixes_two_boards(tmp_path):
    contents = {addr: bytes([addr >> 16]) * 0x8000 for addr in range(0x40000, 0x130000, 0x10000)}
    rig = rig_of(tmp_path, content=factory_with(contents))
    other = factory_with({addr: data[::-1] + b"B" for addr, data in contents.items()}, mac=MAC_B)
    swap_in(rig, lambda: board("BK7231T", other, rig), when=received(rig, 300_000), gap_s=3.0)
    with pytest.raises(OtherDevice):
        backup(rig.ctx(timeout=20.0))
    assert rig.library.backups.entries() == ()


def test_what_the_firmware_stored_while_the_link_was_lost_is_read_again(tmp_path):
    contents = {addr: bytes([addr >> 16]) * 0x8000 for addr in range(0x40000, 0x130000, 0x10000)}
    rig = rig_of(tmp_path, content=factory_with(contents))

    def lived():
        content = bytearray(pulled.nor.content)
        for addr in (0x1E3000, 0x130000):
            content[addr : addr + 16] = b"written by fw!!!"
        return board("BK7231T", bytes(content), rig)

    pulled = swap_in(rig, lived, when=received(rig, 300_000), gap_s=3.0)
    made = backup(rig.ctx(timeout=20.0))
    assert b"written by fw!!!" in rig.content
    assert made.backup.read() == rig.content


def factory_with(contents, **options):
    return forge_flash(chip="BK7231T", code_len=CODE, contents=contents, **options)


SPAN = AddressRange(0x130000, 0x170000)


def with_mark(content: bytes, mark: bytes) -> bytes:
    return content[:0x140000] + mark * 0x2000 + content[0x160000:]


@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N"])
@pytest.mark.parametrize("after", [40_000, 80_000, 120_000])
def test_bytes_that_are_read_are_of_one_time_also_of_boards_that_nothing_tells_apart(
    tmp_path, chip, after
):
    mine = with_mark(factory(chip, code_len=CODE), b"of the first ...")
    later = with_mark(mine, b"of the second...")
    rig = rig_of(tmp_path, chip, mine)
    swap_in(rig, lambda: board(chip, later, rig), when=received(rig, after), gap_s=3.0)
    out = read_flash(rig.ctx(timeout=20.0), lambda _size: SPAN)
    assert out.data in (mine[SPAN.start : SPAN.end], later[SPAN.start : SPAN.end])


def answered(rig, verb) -> int:
    """How many bytes the host gets in `verb`, which is done once for that."""
    swap_in(rig, lambda: None, when=lambda _chip: False, gap_s=0.0)
    verb()
    del rig.port
    rig.replug()
    return rig.got


@pytest.mark.parametrize("part", range(1, 10))
def test_a_comparison_is_of_one_time(tmp_path, part):
    """One half was right before the supply went away, the other half is afterwards."""
    mine = with_mark(factory("BK7231T", code_len=CODE), b"of the first ...")
    wanted = with_mark(mine, b"of the second...")
    rig = rig_of(tmp_path, content=mine[:0x150000] + wanted[0x150000:])
    later = wanted[:0x150000] + mine[0x150000:]

    def verb():
        piece = wanted[SPAN.start : SPAN.end]
        return verify_flash(rig.ctx(timeout=20.0), piece, start=SPAN.start)

    when = received(rig, answered(rig, verb) * part // 10)
    swap_in(rig, lambda: board("BK7231T", later, rig), when=when, gap_s=3.0)
    assert verb()


def test_a_backup_compares_again_what_it_took_from_the_last_one(tmp_path, monkeypatch):
    """The firmware runs between the look at the blocks and the look at sectors of a changed one."""
    rig = rig_of(tmp_path)
    backup(rig.ctx())
    rig.chip.nor.content[0x1E3000:0x1E3010] = b"written by fw!!!"
    rig.replug()
    later = bytearray(rig.content)
    for addr in (0x150000, 0x1E3000):
        later[addr : addr + 16] = b"and then this..."
    looks = []

    def look(*args, **how):
        looks.append(args)
        return real(*args, **how)

    real = backup_module._changed
    monkeypatch.setattr(backup_module, "_changed", look)
    second = lambda _chip: len(looks) == 2  # noqa: E731 - a moment
    swap_in(rig, lambda: board("BK7231T", bytes(later), rig), when=second, gap_s=9.0)
    assert backup(rig.ctx(timeout=20.0)).backup.read() == later
    assert len(looks) == 2


def coded(chip: str, seed: int, *, bare: bool) -> bytes:
    """A flash whose application is its own; `bare`: without calibration, else with a copied one."""
    content = bytearray(factory(chip, code_len=CODE))
    for addr in range(0x20000, 0x100000, 0x1000):
        content[addr : addr + 8] = addr.to_bytes(7, "big") + bytes([seed])
    for addr in (0x1D0000, 0x1E0000, 0x1E3000) if bare else ():
        content[addr : addr + 0x1000] = b"\xff" * 0x1000
    return bytes(content)


READERS = {
    "read": lambda rig, _mine: read_flash(
        rig.ctx(timeout=20.0), lambda _size: AddressRange(0x20000, 0x100000)
    ),
    "verify": lambda rig, mine: verify_flash(
        rig.ctx(timeout=20.0), mine[0x20000:0x100000], start=0x20000
    ),
    "info": lambda rig, _mine: info(rig.ctx(timeout=20.0)),
    "backup": lambda rig, _mine: backup(rig.ctx(timeout=20.0)),
}


def blocks_or_code_known(monkeypatch, rig, count: int):
    """A moment: `count` blocks were proven, or the checksums of the code were taken."""
    seen = []

    def proven(**values):
        seen.append(values["span"])
        return real_block(**values)

    def pinned(device):
        real_pin(device)
        seen.extend([device] * count)

    real_block, real_pin = reading.ProvenBlock, raw_read.pin_code
    monkeypatch.setattr(reading, "ProvenBlock", proven)
    for module in (raw_read, info_module):
        monkeypatch.setattr(module, "pin_code", pinned)
    return lambda _chip: len(seen) >= count


@pytest.mark.sample(4)
@pytest.mark.parametrize("gap_s", [0.05, 3.0])
@pytest.mark.parametrize("verb", READERS)
@pytest.mark.parametrize("bare", [True, False])
@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N"])
def test_a_board_that_only_its_code_tells_from_the_one_before_is_noticed(
    monkeypatch, tmp_path, chip, bare, verb, gap_s
):
    """Its calibration was copied, or it has none; but no firmware changes its own code."""
    mine, other = coded(chip, 1, bare=bare), coded(chip, 2, bare=bare)
    rig = rig_of(tmp_path, chip, mine)
    when = blocks_or_code_known(monkeypatch, rig, 14 if verb == "backup" else 8)
    swap_in(rig, lambda: board(chip, other, rig), when=when, gap_s=gap_s)
    with pytest.raises(OtherDevice):
        READERS[verb](rig, mine)
    assert rig.content == other
    assert rig.library.backups.entries() == ()


NEWS, PLACES = b"written by fw!!!", (0x158000, 0x160000, 0x162000)


def off_and_on(pulled, rig, *news: int):
    """The board that was pulled; its flash part keeps what it holds, and how it is protected."""
    content = with_news(bytes(pulled.nor.content), *news)
    again = SimChip(pulled.who, content, settings=rig.settings, now=rig.clock.monotonic())
    again.nor.status = pulled.nor.status
    return again


def with_news(content: bytes, *places: int, news: bytes = NEWS) -> bytes:
    lived = bytearray(content)
    for addr in places:
        lived[addr : addr + len(news)] = news
    return bytes(lived)


@pytest.mark.sample(1)
@pytest.mark.parametrize("allow", [("mac",), ("rf", "mac")])
@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N"])
def test_a_board_whose_address_another_one_gets_is_not_taken_for_it(tmp_path, chip, allow):
    """The first board's backup goes onto a second one, and the first, which has lived, comes in."""
    first = with_news(factory(chip, code_len=CODE, mac=MAC_A), *PLACES, news=b"as it was")
    rig = rig_of(tmp_path, chip, first)
    copy = backup(rig.ctx()).backup.file
    lived = with_news(first, 0x150000, PLACES[1])
    mine = with_news(factory(chip, code_len=CODE, mac=MAC_B), *PLACES)
    for count in range(1, 5):
        rig.chip = board(chip, mine, rig)
        rig.replug()
        swap_in(rig, lambda: board(chip, lived, rig), when=programmed(count), gap_s=1.0)
        with pytest.raises(OtherDevice):
            restore(rig.ctx(*allow, timeout=20.0), copy)
        assert rig.content == lived, f"after {count} writes"
        del rig.port


@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N"])
def test_a_board_that_is_switched_off_while_its_address_changes_is_known_again(tmp_path, chip):
    first = with_news(factory(chip, code_len=CODE, mac=MAC_A), *PLACES, news=b"as it was")
    rig = rig_of(tmp_path, chip, first)
    copy = backup(rig.ctx()).backup.file
    mine = with_news(factory(chip, code_len=CODE, mac=MAC_B), *PLACES)
    for count in range(1, 5):
        rig.chip = board(chip, mine, rig)
        rig.replug()
        pulled = swap_in(rig, lambda: off_and_on(pulled, rig), when=programmed(count), gap_s=1.0)  # noqa: B023
        assert restore(rig.ctx("rf", "mac", timeout=20.0), copy).verified
        assert rig.content == first, f"after {count} writes"
        del rig.port


@pytest.mark.parametrize(
    ("changing", "renames"),
    [([0x1E0000], False), ([0x1E3000], True), ([0x1E0000, 0x1E3000], True), ([0x20000], False)],
)
def test_who_keeps_an_address_is_known_by_it_while_another_place_gets_a_copy(changing, renames):
    """The usual way of a BK7238 to OpenBeken; else each silence would cost a read of all work."""
    content = factory("BK7238", code_len=CODE)
    rf = {addr: content[addr : addr + 0x1000] for addr in (0x1E0000, 0x1E3000)}
    assert Known(rf=rf, aims=dict.fromkeys(changing, ())).renames is renames


def test_what_was_stored_in_a_kept_place_meanwhile_is_on_the_disk_before_it_is_put_back(tmp_path):
    """On a boot code whose checksums block writing only samples are looked at before the end."""
    content = factory("BK7231T", code_len=CODE, boot_code_name="BK7231T 1.0.4")
    rig = rig_of(tmp_path, content=content)
    backup(rig.ctx())
    rig.replug()
    pulled = swap_in(rig, lambda: off_and_on(pulled, rig, 0x150000), when=programmed(4), gap_s=3.0)
    flash(rig.ctx(timeout=20.0), rig.path)
    held = rig.content[0x150000:0x151000]
    kept = [path.read_bytes() for path in (rig.library.root / "rescued").glob("*.bin")]
    assert held.startswith(NEWS) or any(data.startswith(NEWS) for data in kept)


class Keeper:
    """Sends link checks while a question waits, as the thread does on real time."""

    last = None

    def __init__(self, wire):
        self._wire, self._on = wire, True
        Keeper.last = self

    def stop(self):
        self._on = False

    def run(self, clock, seconds):
        for _look in range(round(seconds / 0.015)):
            clock.sleep(0.015)
            with self._wire.turn.between() as free:
                if free and self._on:
                    self._wire.keep_alive()


@pytest.mark.sample(4)
@pytest.mark.parametrize("gap_s", [0.0, 0.01, 0.02, 0.05, 0.3, 3.0])
@pytest.mark.parametrize("baud", [None, 115_200])
@pytest.mark.parametrize("chip", ["BK7231T", "BK7231U", "BK7231N"])
def test_a_board_that_is_put_in_while_a_question_waits_gets_nothing(
    tmp_path, monkeypatch, chip, baud, gap_s
):
    """Link checks go out meanwhile, and catch the boot loader of the new board, too."""
    monkeypatch.setattr(linking, "_usual_keeper", lambda _clock: Keeper)
    rig = rig_of(tmp_path, chip)
    backup(rig.ctx())
    rig.replug()
    other = factory(chip, code_len=CODE, mac=MAC_B)
    waits = []
    swap_in(rig, lambda: board(chip, other, rig), when=lambda _chip: waits, gap_s=gap_s)

    def consent(_question, _step):
        waits.append(True)
        Keeper.last.run(rig.clock, gap_s + 2.0)

    ctx = replace(rig.ctx(timeout=20.0, baud_limit=baud), consent=consent)
    with pytest.raises(OtherDevice):
        erase_raw(ctx, lambda _size: AddressRange(0x1FE000, 0x1FF000))
    assert waits
    assert rig.content == other
