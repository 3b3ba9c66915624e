"""The rules of a proven read, on a chip that is a piece of memory: what is asked, and how often."""

from __future__ import annotations

import zlib
from types import SimpleNamespace

import pytest

from plugsmith.boot.dialects import AfterCrc
from plugsmith.boot.reading import Proof, ProvenReader
from plugsmith.clock import VirtualClock
from plugsmith.errors.flash import ExchangeFailed, UnstableRead
from plugsmith.memory import BLOCK_LEN, SECTOR_LEN, AddressRange

SIZE = 0x20_0000
BLANK = b"\xff" * SECTOR_LEN
BLOCK = AddressRange(0x1_0000, 0x2_0000)


def sector(number: int) -> bytes:
    return b"sector %08d " % number * (SECTOR_LEN // 16)


class Chip:
    """Answers at once; `spoil(addr, data)` changes what one read brings."""

    def __init__(self, *, ring: int = 4, local: bool = True, after_crc=AfterCrc.PROTECTED):
        self.content = bytearray(b"".join(map(sector, range(SIZE // SECTOR_LEN))))
        self.clock = VirtualClock()
        self.dialect = SimpleNamespace(ring=ring, after_crc=after_crc)
        self.port = SimpleNamespace(capabilities=SimpleNamespace(local=local))
        self.baud, self.lag_s, self.errors = 921_600, 0.0, 0
        self.reads: list[int] = []
        self.groups: list[list[AddressRange]] = []
        self.crc_s = 0.0  # for each byte
        self.spoil = lambda _addr, data: data
        self.lie = lambda _span, crc: crc
        self.worked: list[int] = []
        self.rates = 0  # how often it can still go down
        self.downs = 0
        self.reader = ProvenReader(
            self,  # type: ignore[arg-type]
            speed=self,  # type: ignore[arg-type]
            to_wire=lambda addr: addr + SIZE,
            crc_many=self.crc_many,
        )

    def note_error(self) -> None:
        self.errors += 1

    def read_4k(self, addr: int) -> bytes:
        at = addr - SIZE
        self.reads.append(at)
        return self.spoil(at, bytes(self.content[at : at + SECTOR_LEN]))

    def read_many(self, addrs):
        return (self.read_4k(addr) for addr in addrs)

    def crc_many(self, spans):
        self.groups.append(list(spans))
        for span in spans:
            self.clock.sleep(self.crc_s * len(span))
            yield self.lie(span, zlib.crc32(self.content[span.start : span.end]))

    def after(self, pieces: int = 1) -> None:
        self.worked.append(pieces)

    def step_down(self) -> bool:
        self.downs += 1
        self.rates -= 1
        return self.rates >= 0

    def blank(self, start: int, end: int) -> None:
        self.content[start:end] = b"\xff" * (end - start)

    def read(self, span: AddressRange, *, skip_blank: bool = True):
        blocks = list(self.reader.blocks(span, skip_blank=skip_blank))
        got = b"".join(block.data for block in blocks)
        assert got == self.content[span.start : span.end]
        return blocks


def test_checksums_of_sixteen_blocks_are_asked_for_in_one_go():
    chip = Chip()
    chip.read(AddressRange(0, SIZE), skip_blank=False)
    assert [len(group) for group in chip.groups] == [16, 16]
    assert len(chip.reads) == SIZE // SECTOR_LEN
    assert chip.worked == [16] * 32
    assert chip.reader.skipped_blank == 0


def test_blank_blocks_are_not_read_and_the_sectors_of_others_only_where_they_hold_something():
    chip = Chip()
    chip.blank(0x2_0000, 0x4_0000)
    chip.blank(0x1_5000, 0x1_8000)
    blocks = chip.read(AddressRange(0x1_0000, 0x5_0000))
    proofs = [block.proof for block in blocks]
    assert proofs == [Proof.DEVICE_CRC, Proof.BLANK_CRC, Proof.BLANK_CRC, Proof.DEVICE_CRC]
    assert chip.reader.skipped_blank == 0x2_0000 + 0x3000
    assert len(chip.reads) == 32 - 3
    chip.reads.clear()
    chip.read(AddressRange(0x1_0000, 0x3_0000), skip_blank=False)
    assert len(chip.reads) == 32


@pytest.mark.parametrize("trouble", [0, 1])
def test_on_a_wire_with_errors_no_sector_is_asked_for_its_checksum(trouble):
    chip = Chip()
    chip.errors = trouble
    chip.blank(0x1_5000, 0x1_8000)
    chip.read(BLOCK)
    assert chip.reader.skipped_blank == (0 if trouble else 0x3000)
    assert {len(span) for group in chip.groups for span in group} == (
        {BLOCK_LEN} if trouble else {BLOCK_LEN, SECTOR_LEN}
    )


def map_pays(*, rate: float, baud: int, ring: int, local: bool = True, lag_s: float = 0.0) -> bool:
    chip = Chip(ring=ring, local=local)
    chip.baud, chip.lag_s, chip.reader.crc_bytes_per_s = baud, lag_s, rate
    return chip.reader._map_pays()


@pytest.mark.parametrize(
    ("rate", "pays"),
    [(2.52e6, False), (2.54e6, True)],  # (4096 + 27) * 0.042 - 24 bytes at 921600
)
def test_a_checksum_of_each_sector_is_asked_for_where_it_saves_more_than_it_costs(rate, pays):
    bit_s = 10 / 921_600
    threshold = SECTOR_LEN / (((SECTOR_LEN + 27) * 0.042 - 24) * bit_s)
    assert map_pays(rate=threshold * 1.00001, baud=921_600, ring=4)
    assert not map_pays(rate=threshold * 0.99999, baud=921_600, ring=4)
    assert map_pays(rate=rate, baud=921_600, ring=4) is pays


def test_a_chip_that_takes_one_request_at_a_time_pays_the_way_there_and_back():
    bit_s = 10 / 115_200
    for local, lag_s, wait_s in ((True, 0.0, 0.002), (False, 0.0, 0.02), (True, 0.005, 0.005)):
        left_s = ((SECTOR_LEN + 27) * bit_s + wait_s) * 0.042 - 24 * bit_s - wait_s
        how = {"baud": 115_200, "ring": 0, "local": local, "lag_s": lag_s}
        if left_s <= 0:
            assert not map_pays(rate=1e12, **how)
            continue
        assert map_pays(rate=SECTOR_LEN / left_s * 1.00001, **how)
        assert not map_pays(rate=SECTOR_LEN / left_s * 0.99999, **how)


def test_without_a_measured_speed_a_usual_one_counts():
    bit_s = 10 / 115_200
    left_s = ((SECTOR_LEN + 27) * 0.042 - 24) * bit_s
    assert left_s > SECTOR_LEN / 4e5  # so it pays at that
    assert map_pays(rate=0, baud=115_200, ring=4)
    assert not map_pays(rate=0, baud=921_600, ring=4)


@pytest.mark.parametrize(("ring", "answers"), [(4, 1), (0, 16)])
def test_the_speed_of_checksums_is_measured_once_without_the_way_there_and_back(ring, answers):
    chip = Chip(ring=ring)
    chip.lag_s, chip.baud = 0.001, 115_200
    chip.crc_s = 1e-6
    list(chip.reader.blocks(AddressRange(0, 16 * BLOCK_LEN), skip_blank=False))
    length = 16 * BLOCK_LEN
    busy_s = length * 1e-6 - answers * 0.001 - 16 * 24 * 10 / 115_200
    assert chip.reader.crc_bytes_per_s == pytest.approx(length / busy_s, rel=1e-6)
    chip.crc_s = 5e-6
    list(chip.reader.blocks(AddressRange(0, 16 * BLOCK_LEN), skip_blank=False))
    assert chip.reader.crc_bytes_per_s == pytest.approx(length / busy_s, rel=1e-6)


def test_a_sector_that_came_over_wrong_is_found_by_halving_and_read_again_alone():
    chip = Chip()
    bad = {0x1_3000, 0x1_C000}

    def spoil(addr: int, data: bytes) -> bytes:
        if addr in bad:
            bad.discard(addr)
            return b"?" + data[1:]
        return data

    chip.spoil = spoil
    (block,) = chip.read(BLOCK, skip_blank=False)
    assert block.proof is Proof.DEVICE_CRC
    assert chip.reads[16:] == [0x1_3000, 0x1_C000]
    assert chip.errors == 2
    assert chip.worked == [16, 2]
    halves = [span for group in chip.groups[1:] for span in group]
    assert len(halves) < 20
    assert AddressRange(0x1_8000, 0x1_C000) in halves
    assert AddressRange(0x1_0000, 0x1_2000) in halves


def test_where_the_checksums_of_sectors_are_known_nothing_is_halved():
    chip = Chip()
    chip.blank(0x1_7000, 0x1_8000)
    once = iter([True])
    chip.spoil = lambda _addr, data: b"?" + data[1:] if next(once, False) else data
    chip.read(BLOCK)
    asked = [len(span) for group in chip.groups for span in group]
    assert asked == [BLOCK_LEN, *[SECTOR_LEN] * 16, SECTOR_LEN]  # and the one that is read again
    assert chip.errors == 1


def test_a_checksum_that_came_over_wrong_is_asked_for_again():
    chip = Chip()
    lies = iter([True])
    chip.lie = lambda span, crc: crc ^ 1 if len(span) == BLOCK_LEN and next(lies, False) else crc
    chip.read(BLOCK, skip_blank=False)
    assert chip.errors == 0
    assert len(chip.reads) == 16


@pytest.mark.parametrize(("lies", "good"), [(6, True), (7, False)])
def test_after_four_rounds_a_block_is_given_up(lies, good):
    """Each round asks for the block's checksum twice, and one was asked for before."""
    chip = Chip()
    left = iter([True] * lies)

    def lie(span: AddressRange, crc: int) -> int:
        return crc ^ 0xFF if len(span) == BLOCK_LEN and next(left, False) else crc

    chip.lie = lie
    if good:
        chip.read(BLOCK, skip_blank=False)
        return
    with pytest.raises(UnstableRead) as caught:
        chip.read(BLOCK, skip_blank=False)
    assert caught.value.facts == {"start": "0x010000", "length": BLOCK_LEN}


@pytest.mark.parametrize(("times", "rates", "downs"), [(10, 0, 4), (11, 0, None), (11, 1, 5)])
def test_a_sector_is_read_ten_times_and_ten_more_at_a_lower_rate(times, rates, downs):
    chip = Chip()
    chip.rates = rates
    left = iter([True] * times)

    def spoil(addr: int, data: bytes) -> bytes:
        return b"?" + data[1:] if addr == 0x1_5000 and next(left, False) else data

    chip.spoil = spoil
    if downs is not None:
        chip.read(BLOCK, skip_blank=False)
        assert chip.reads.count(0x1_5000) == times + 1
        assert chip.errors == times
        assert chip.downs == downs
    else:
        with pytest.raises(UnstableRead) as caught:
            chip.read(BLOCK, skip_blank=False)
        assert caught.value.facts == {"start": "0x015000", "length": SECTOR_LEN}
        assert chip.reads.count(0x1_5000) == 11


def test_a_rate_is_left_after_two_wrong_reads():
    chip = Chip()
    chip.rates = 3
    left = iter([True] * 4)
    chip.spoil = lambda addr, data: b"?" + data[1:] if not addr and next(left, False) else data
    chip.read(AddressRange(0, BLOCK_LEN), skip_blank=False)
    assert chip.downs == 1  # the first wrong one was that of the whole block


def without_checksums(chip: Chip) -> None:
    def refuse(_spans):
        raise ExchangeFailed(request="checksum", attempts=1)
        yield 0

    chip.reader._crc_many = refuse


def test_without_a_checksum_two_reads_agree_and_the_command_is_asked_for_once():
    chip = Chip()
    without_checksums(chip)
    once = iter([True])
    chip.spoil = lambda _addr, data: b"?" + data[1:] if next(once, False) else data
    blocks = chip.read(AddressRange(0, 2 * BLOCK_LEN))
    assert [block.proof for block in blocks] == [Proof.READ_TWICE] * 2
    assert chip.worked == [32, 32]
    assert chip.errors == 1
    assert len(chip.reads) == 64 + 2
    assert chip.reader.crc_usable is False
    chip.reader._crc_many = chip.crc_many
    chip.read(BLOCK)
    assert chip.groups == []


def test_what_cannot_be_checked_is_what_two_of_ten_reads_brought():
    chip = Chip()
    numbers = iter(range(9))
    chip.spoil = lambda _addr, data: bytes([next(numbers, 8)]) + data[1:]
    assert chip.reader.agreed(0x3000)[0] == 8
    assert len(chip.reads) == 10
    assert chip.groups == []
    chip = Chip()
    chip.rates = 1
    numbers = iter(range(11))
    chip.spoil = lambda _addr, data: bytes([next(numbers, 10)]) + data[1:]
    assert chip.reader.agreed(0x3000)[0] == 10
    assert chip.downs == 1
    chip = Chip()
    numbers = iter(range(200))
    chip.spoil = lambda _addr, data: bytes([next(numbers)]) + data[1:]
    with pytest.raises(UnstableRead) as caught:
        chip.reader.agreed(0x3000)
    assert caught.value.facts == {"start": "0x003000", "length": SECTOR_LEN}
    assert len(chip.reads) == 10


@pytest.mark.parametrize("after", list(AfterCrc))
def test_where_a_checksum_blocks_writing_that_of_a_read_is_taken(after):
    chip = Chip(after_crc=after)
    assert chip.reader.checksum(0x3000) == zlib.crc32(sector(3))
    if after is AfterCrc.BLOCKED:
        assert (chip.reads, chip.groups) == ([0x3000], [])
    else:
        assert (chip.reads, chip.groups) == ([], [[AddressRange(0x3000, 0x4000)]])


@pytest.mark.parametrize("length", [BLOCK_LEN, SECTOR_LEN])
def test_one_checksum_too_few_never_leaves_a_block_out(length):
    chip = Chip()
    chip.blank(0x1_3000, 0x1_4000)
    real = chip.reader._crc_many

    def fewer(spans):
        found = list(real(spans))
        return iter(found[:-1] if len(spans[0]) == length else found)

    chip.reader._crc_many = fewer
    with pytest.raises(ValueError, match="shorter"):
        list(chip.reader.blocks(AddressRange(0, 2 * BLOCK_LEN), skip_blank=True))
