"""Proven reads: every personality, faults on the way, blank detection, and how long it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from boot_rig import Rig, corpus_file, forged

from plugsmith.boot.reading import Proof
from plugsmith.errors import UsageError
from plugsmith.errors.flash import ExchangeFailed, UnstableRead
from plugsmith.errors.link import LinkLost
from plugsmith.errors.safety import OutsideFlash
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.sim.faults import FaultPlan, Harm, ReplyLost, Way
from plugsmith.sim.timing import DeviceTiming

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plugsmith.boot.flash import UartFlash

CASES = [
    ("t-1.0.5", "BK7231T", "BK7231T 1.0.5"),
    ("t-1.0.4", "BK7231T", "BK7231T 1.0.4"),
    ("q", "BK7231Q", "BK7231Q 1.00"),
    ("u-1.0.15", "BK7231U", "BK7231U/BK7252 1.0.15"),
    ("n-rom", "BK7231N", "BK7231N 1.0.1"),
]
WHOLE = AddressRange(0, 0x20_0000)


@pytest.mark.sample(3)
@pytest.mark.parametrize(("who", "chip", "boot"), CASES, ids=[case[0] for case in CASES])
@pytest.mark.parametrize("skip_blank", [True, False])
def test_the_whole_flash_is_read_as_it_is(who: str, chip: str, boot: str, skip_blank: bool) -> None:
    content = forged(chip, boot)
    rig = Rig.of(who, content)
    _client, _identity, flash = rig.connect()
    blocks = list(flash.blocks(WHOLE, skip_blank=skip_blank))
    assert b"".join(block.data for block in blocks) == content
    assert [block.span.start for block in blocks] == list(range(0, 0x20_0000, 0x1_0000))
    proofs = {block.proof for block in blocks}
    assert proofs == ({Proof.DEVICE_CRC, Proof.BLANK_CRC} if skip_blank else {Proof.DEVICE_CRC})
    assert (flash.skipped_blank > 0) is skip_blank
    assert flash.crc_bytes_per_s is not None
    assert bytes(rig.chip.nor.content) == content


@pytest.mark.parametrize(
    "span", [(0, 1), (0x10F9A, 0x11000), (0x1FFFF0, 0x200000), (0x12345, 0x23456)]
)
def test_any_range_can_be_read(span: tuple[int, int]) -> None:
    content = forged("BK7231T")
    _client, _identity, flash = Rig.of("t-1.0.5", content).connect()
    assert flash.read(AddressRange(*span)) == content[span[0] : span[1]]


def test_what_cannot_be_meant_is_refused() -> None:
    _client, _identity, flash = Rig.of("t-1.0.5", forged("BK7231T")).connect()
    with pytest.raises(OutsideFlash):
        flash.blocks(AddressRange(0x1FF000, 0x201000))
    with pytest.raises(UsageError):
        flash.blocks(AddressRange(0x10, 0x1010))
    with pytest.raises(UsageError):
        flash.crc32(AddressRange(0x11000, 0x11010))
    with pytest.raises(UsageError):
        flash.crc32(AddressRange(0x11000, 0x11000))


@pytest.mark.sample(3)
@pytest.mark.parametrize("who", ["t-1.0.5", "n-rom"])
@pytest.mark.parametrize("harm", list(Harm))
def test_a_fault_in_what_the_chip_says_is_healed(who: str, harm: Harm) -> None:
    content = forged("BK7231T" if who == "t-1.0.5" else "BK7231N")
    span = AddressRange(0x11000, 0x31000)
    for turn in range(8):
        rig = Rig.of(who, content)
        client, _identity, flash = rig.connect()
        rig.hurt(Way.FROM_CHIP, harm, after=3 + 17_321 * turn, count=1 + 5 * turn)
        assert flash.read(span) == content[span.start : span.end]
        assert harm is Harm.DELAY or rig.chip.faults.struck
        assert client.errors <= 3


@pytest.mark.sample(3)
@pytest.mark.parametrize("who", ["t-1.0.5", "n-rom"])
@pytest.mark.parametrize("harm", list(Harm))
def test_a_fault_in_what_the_host_says_never_gives_wrong_bytes(who: str, harm: Harm) -> None:
    """A damaged checksum request can hang the chip for good (paper 2.5): then the link is lost."""
    content = forged("BK7231T" if who == "t-1.0.5" else "BK7231N")
    span = AddressRange(0x11000, 0x31000)
    healed = 0
    for turn in range(12):
        rig = Rig.of(who, content, lines="none")
        _client, _identity, flash = rig.connect()
        rig.hurt(Way.TO_CHIP, harm, after=7 + 29 * turn, count=1 + turn % 3)
        try:
            assert flash.read(span) == content[span.start : span.end]
            healed += 1
        except LinkLost:
            assert harm is not Harm.DELAY
    assert healed >= 1


def test_lost_replies_are_asked_for_again() -> None:
    content = forged("BK7231N")
    for nth in range(60, 90, 3):
        rig = Rig.of("n-rom", content, faults=FaultPlan(faults=(ReplyLost(nth=nth, count=2),)))
        _client, _identity, flash = rig.connect()
        assert flash.read(AddressRange(0x11000, 0x21000)) == content[0x11000:0x21000]


def test_a_sector_that_never_agrees_is_not_returned() -> None:
    """The chip says another checksum every time: no bytes, but an error that says where."""
    content = forged("BK7231N")
    rig = Rig.of("n-rom", content)
    client, _identity, flash = rig.connect()
    real, turn = client.crc32_many, iter(range(10_000))
    client.crc32_many = lambda spans: (crc ^ next(turn) + 1 for crc in real(spans))  # type: ignore[method-assign]
    with pytest.raises(UnstableRead) as caught:
        flash.read(AddressRange(0x11000, 0x13000))
    assert caught.value.exit_code == 6
    assert caught.value.code == "PS-FLASH-UNSTABLE"


def test_bytes_that_agree_by_the_sector_and_not_by_the_block_are_not_returned() -> None:
    """The last net: each sector is as its own checksum says, and the block is not."""
    rig = Rig.of("n-rom", forged("BK7231N"))
    client, _identity, flash = rig.connect()
    real = client.crc32_many

    def lies(spans: Sequence[AddressRange]) -> Iterator[int]:
        asked = list(spans)
        for span, crc in zip(asked, real(asked), strict=True):
            yield crc ^ 1 if len(span) > SECTOR_LEN else crc

    client.crc32_many = lies  # type: ignore[method-assign,assignment]
    with pytest.raises(UnstableRead) as caught:
        flash.read(AddressRange(0x11000, 0x15000))
    assert caught.value.facts == {"start": "0x011000", "length": 0x4000}


def test_a_sector_that_reads_otherwise_each_time_is_not_returned() -> None:
    rig = Rig.of("n-rom", forged("BK7231N"))
    client, _identity, flash = rig.connect()
    real, turn = client.read_4k, iter(range(100_000))

    def drifts(addr: int) -> bytes:
        return next(turn).to_bytes(4, "little") + real(addr)[4:]

    client.read_4k = drifts  # type: ignore[method-assign]
    flash.prepare_writes(AddressRange(0x20000, 0x22000))
    with pytest.raises(UnstableRead) as caught:
        flash.program(0x20010, b"abcd")  # what is around it is kept, so it is read first
    assert caught.value.facts == {"start": "0x020000", "length": SECTOR_LEN}


def test_a_checksum_command_that_fails_in_the_middle_weakens_no_proof() -> None:
    """Once it has worked, its failure is an error: nothing falls back to a weaker proof."""
    rig = Rig.of("n-rom", forged("BK7231N"))
    client, _identity, flash = rig.connect()
    list(flash.blocks(AddressRange(0x11000, 0x21000)))

    def refuse(spans: object) -> Iterator[int]:
        raise ExchangeFailed(request="checksum", attempts=1)
        yield 0

    client.crc32_many = refuse  # type: ignore[method-assign,assignment]
    with pytest.raises(ExchangeFailed):
        list(flash.blocks(AddressRange(0x21000, 0x31000)))


def test_without_a_checksum_command_everything_is_read_twice() -> None:
    content = forged("BK7231N")
    rig = Rig.of("n-rom", content)
    client, _identity, flash = rig.connect()

    def refuse(spans: object) -> Iterator[int]:
        raise ExchangeFailed(request="checksum", attempts=1)
        yield 0

    client.crc32_many = refuse  # type: ignore[method-assign,assignment]
    rig.hurt(Way.FROM_CHIP, Harm.FLIP, after=5000, count=3)
    blocks = list(flash.blocks(AddressRange(0x11000, 0x21000)))
    assert b"".join(block.data for block in blocks) == content[0x11000:0x21000]
    assert {block.proof for block in blocks} == {Proof.READ_TWICE}


def test_a_slow_checksum_leaves_the_sector_map_out() -> None:
    content = bytearray(forged("BK7231T"))
    content[0x100000:0x100800] = bytes(0x800)  # a block with one sector in it
    fast = Rig.of("t-1.0.5", bytes(content), paced=True)
    _client, _identity, flash = fast.connect(baud=921_600)
    list(flash.blocks(AddressRange(0x100000, 0x110000)))
    assert flash.skipped_blank == 0xF000
    slow = Rig.of("t-1.0.5", bytes(content), paced=True, timing=DeviceTiming(crc_byte_s=2.5e-6))
    _client, _identity, flash = slow.connect(baud=921_600)
    list(flash.blocks(AddressRange(0x100000, 0x110000)))
    assert flash.skipped_blank == 0
    assert flash.crc_bytes_per_s == pytest.approx(400_000, rel=0.05)


TARGETS = [  # who, file, latency, skip, ratio to the wire limit of 22.91 s at 921600
    ("t-1.0.5", "factory/bk7231t-woox-r5111.bin", 0.001, False, 1.05),
    ("t-1.0.5", "factory/bk7231t-woox-r5111.bin", 0.016, False, 1.10),
    ("t-1.0.5", "factory/bk7231t-woox-r5111.bin", 0.001, True, 0.75),
    ("n-rom", "factory/bk7231n-lspa9-clone-first-bydarkman.bin", 0.001, False, 1.05),
    ("n-rom", "factory/bk7231n-lspa9-clone-first-bydarkman.bin", 0.016, False, 1.40),
]


@pytest.mark.parametrize(("who", "file", "latency", "skip", "most"), TARGETS)
@pytest.mark.usefixtures("corpus")
def test_a_whole_read_is_as_fast_as_the_wire(
    who: str, file: str, latency: float, skip: bool, most: float
) -> None:
    """Proof included, on virtual time; the targets of the project."""
    assert _read_time(who, corpus_file(file).read_bytes(), latency, skip) / 22.91 <= most


def _read_time(who: str, content: bytes, latency: float, skip: bool) -> float:
    rig = Rig.of(who, content, paced=True, latency_s=latency)
    _client, _identity, flash = rig.connect(baud=921_600)
    begin = rig.clock.monotonic()
    data = b"".join(block.data for block in flash.blocks(WHOLE, skip_blank=skip))
    assert data == content
    return rig.clock.monotonic() - begin


FORGED_TARGETS = [  # the same on a forged factory flash
    ("t-1.0.5", "BK7231T", 0.001, False, 1.05),
    ("t-1.0.5", "BK7231T", 0.016, False, 1.10),
    ("t-1.0.5", "BK7231T", 0.001, True, 0.75),
    ("n-rom", "BK7231N", 0.001, False, 1.05),
    ("n-rom", "BK7231N", 0.016, False, 1.40),
]


@pytest.mark.sample(2)
@pytest.mark.slow
@pytest.mark.parametrize(("who", "chip", "latency", "skip", "most"), FORGED_TARGETS)
def test_a_whole_read_of_a_forged_flash_is_as_fast_as_the_wire(
    who: str, chip: str, latency: float, skip: bool, most: float
) -> None:
    assert _read_time(who, forged(chip), latency, skip) / 22.91 <= most


def asked_of(flash: UartFlash) -> list[AddressRange]:
    """The ranges whose checksums the reader asks for from now on."""
    spans: list[AddressRange] = []
    ask = flash._reader._crc_many

    def noted(wanted: Sequence[AddressRange]) -> Iterator[int]:
        spans.extend(wanted)
        return ask(wanted)

    flash._reader._crc_many = noted  # type: ignore[method-assign]
    return spans


def solid(chip: str) -> bytearray:
    """A flash without a blank sector from 0x40000 to 0x80000 on."""
    content = bytearray(forged(chip))
    content[0x40000:0x80000] = bytes(range(256)) * 0x400
    return content


@pytest.mark.parametrize(("baud", "shared"), [(921_600, 0x20000), (115_200, 0x10000)])
def test_a_rom_proves_some_blocks_by_one_checksum_as_long_as_progress_is_seen(
    baud: int, shared: int
) -> None:
    content = bytes(solid("BK7231N"))
    _client, _identity, flash = Rig.of("n-rom", content, paced=True).connect(baud=baud)
    spans = asked_of(flash)
    span = AddressRange(0x40000, 0x80000)
    blocks = list(flash.blocks(span, skip_blank=False))
    assert b"".join(block.data for block in blocks) == content[span.start : span.end]
    assert [len(block.span) for block in blocks] == [0x10000] * 4
    assert spans == list(span.split(shared))


@pytest.mark.parametrize("first_blank", [True, False])
def test_a_blank_block_among_others_is_not_read(first_blank: bool) -> None:
    content = solid("BK7231N")
    content[0x50000 : 0x60000 if first_blank else 0x51000] = b"\xff" * (
        0x10000 if first_blank else 0x1000
    )
    _client, _identity, flash = Rig.of("n-rom", bytes(content), paced=True).connect(baud=921_600)
    blocks = list(flash.blocks(AddressRange(0x40000, 0x80000)))
    assert b"".join(block.data for block in blocks) == bytes(content[0x40000:0x80000])
    second = Proof.BLANK_CRC if first_blank else Proof.DEVICE_CRC
    code = Proof.DEVICE_CRC
    assert [block.proof for block in blocks] == [code, second, code, code]
    assert flash.skipped_blank == (0x10000 if first_blank else 0)


@pytest.mark.parametrize("after", [9_000, 70_000, 120_000])
def test_what_one_checksum_of_some_blocks_denies_is_found_and_read_again(after: int) -> None:
    content = bytes(solid("BK7231N"))
    rig = Rig.of("n-rom", content)
    client, _identity, flash = rig.connect(baud=921_600)
    errors = client.errors
    rig.hurt(Way.FROM_CHIP, Harm.FLIP, after=after, count=3)
    span = AddressRange(0x40000, 0x80000)
    assert b"".join(block.data for block in flash.blocks(span)) == content[span.start : span.end]
    assert client.errors > errors
    assert flash._reader._together(list(span.split(0x10000))) == 1  # one by one from now on


@pytest.mark.parametrize(
    ("blank", "asked"),
    [
        ((), 2),
        ((15,), 16),
        ((7,), 16),
        ((5, 6, 7, 8), 16),
        ((0, 1), 2),  # not seen by the samples, and read
    ],
)
def test_two_sectors_of_a_block_tell_whether_to_look_for_blank_ones(
    blank: tuple[int, ...], asked: int
) -> None:
    content = solid("BK7231T")
    for index in blank:
        content[0x50000 + index * SECTOR_LEN : 0x50000 + (index + 1) * SECTOR_LEN] = (
            b"\xff" * SECTOR_LEN
        )
    _client, _identity, flash = Rig.of("t-1.0.5", bytes(content), paced=True).connect(baud=921_600)
    spans = asked_of(flash)
    assert flash.read(AddressRange(0x50000, 0x60000)) == bytes(content[0x50000:0x60000])
    assert sum(len(span) == SECTOR_LEN for span in spans) == asked
    assert flash.skipped_blank == (len(blank) * SECTOR_LEN if asked == 16 else 0)
