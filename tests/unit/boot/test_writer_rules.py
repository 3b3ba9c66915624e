"""The rules of erasing and programming, on a flash that is a piece of memory."""

from __future__ import annotations

import random
import zlib
from dataclasses import replace
from types import SimpleNamespace

import pytest

from plugsmith.boot.ladder import Ladder
from plugsmith.boot.protocol import commands as cmd
from plugsmith.boot.writing import BLANK, Writer
from plugsmith.chips.catalog import chip
from plugsmith.chips.model import Family, Support
from plugsmith.errors import UsageError
from plugsmith.errors.flash import ExchangeFailed, StatusRefused, WriteLost
from plugsmith.errors.safety import ChipOnlyRead, FlashProtected, OutsideFlash, ProtectedRange
from plugsmith.memory import BLOCK_LEN, SECTOR_LEN, AddressRange

SIZE = 0x20_0000
AT = 0x3_0000
OLD = bytes(at & 0xFE for at in range(SECTOR_LEN)) * (SIZE // SECTOR_LEN)
T, N = chip("BK7231T"), chip("BK7231N")


def new(seed: int) -> bytes:
    return random.Random(seed).randbytes(SECTOR_LEN)


class Board:
    """A chip, its reader and the control of its rate in one; `did` is what happened, in order."""

    def __init__(self, device=T, *, piece: int | None = 4108, ahead: bool = False):
        self.flash = bytearray(OLD)
        self.did: list[tuple] = []
        self.may_run_ahead = ahead
        self.policy = SimpleNamespace(write_s=0.5)
        self.ladder = Ladder(piece=piece)
        self.rates = 0
        self.protected = 0  # so many changes that have no effect
        self.failing: list[Exception] = []  # of the next writes
        self.swallowed = 0  # requests of unknown length that do not arrive
        self.doubtful = 0  # frames at the end of a train
        self.misread = 0  # single reads that go wrong
        family = Family.ROM if device is N else Family.LOADER
        facts = SimpleNamespace(size=SIZE)
        self.identity = SimpleNamespace(chip=device, family=family, flash=facts)
        self.writer = Writer(self, self.identity, reader=self, speed=self)  # type: ignore[arg-type]

    # the client
    def link_check(self):
        self.did.append(("unlock",))

    def exchange(self, command, attempts=5):
        if isinstance(command, cmd.Erase):
            length = BLOCK_LEN if command.size_code == cmd.ERASE_64K else SECTOR_LEN
            self.did.append(("erase", command.addr, length // SECTOR_LEN))
            at = command.addr // length * length
            data = b"\xff" * length
        else:
            self.did.append(("write", command.addr, attempts))
            if self.failing:
                raise self.failing.pop(0)
            at, data = command.addr, command.data
            held = self.flash[at : at + SECTOR_LEN]
            data = bytes(a & b for a, b in zip(held, data, strict=True))
        if self.protected:
            self.protected -= 1
            return
        self.flash[at : at + len(data)] = data

    def ask(self, command, device_s):
        self.did.append(("ask", command.addr, device_s))
        assert command.data == BLANK  # programs nothing
        if self.swallowed:
            self.swallowed -= 1
            return None
        return b"ok"

    def recover(self):
        self.did.append(("recover",))

    def write_in_pieces(self, piece, *, seen):
        self.did.append(("pieces", piece, seen))

    def write_train(self, train, *, taken, stopped):
        self.did.append(("train", *(frame.addr for frame in train)))
        sure = len(train) - self.doubtful
        for frame in train[:sure]:
            if stopped():
                return []
            self.flash[frame.addr : frame.addr + SECTOR_LEN] = frame.data
            taken(frame)
        return train[sure:]

    # the reader
    def once(self, addr):
        self.did.append(("read", addr))
        data = bytes(self.flash[addr : addr + SECTOR_LEN])
        if self.misread:
            self.misread -= 1
            return b"?" + data[1:]
        return data

    def agreed(self, addr):
        self.did.append(("agree", addr))
        return bytes(self.flash[addr : addr + SECTOR_LEN])

    def checksum(self, addr):
        return zlib.crc32(self.flash[addr : addr + SECTOR_LEN])

    # the rate
    def after(self, pieces=1):
        self.did.append(("work", pieces))

    def step_down(self):
        self.did.append(("slower",))
        self.rates -= 1
        return self.rates >= 0

    def sent(self, *kinds: str) -> list[tuple]:
        return [step for step in self.did if step[0] in kinds]

    def proven(self) -> Board:
        """Erase and write have been seen to work."""
        self.writer.erase(AddressRange.sized(AT - SECTOR_LEN, SECTOR_LEN))
        self.writer.program(AT - SECTOR_LEN, new(99))
        self.did.clear()
        return self


def erased(board: Board, start: int, end: int) -> Board:
    board.writer.erase(AddressRange(start, end))
    board.did.clear()
    return board


def test_whole_blocks_are_erased_at_once_and_the_first_sector_only_once():
    board = Board()
    board.writer.erase(AddressRange(0x2_F000, 0x4_1000))
    inside = 0x500  # an address that misses a byte never hits the boot loader
    assert board.sent("erase") == [
        ("erase", 0x2_F000 + inside, 1),
        ("erase", 0x3_0000 + inside, 16),
        ("erase", 0x4_0000 + inside, 1),
    ]
    assert board.sent("unlock") == [("unlock",)]  # only before the first
    assert board.flash[0x2_F000:0x4_1000] == b"\xff" * 0x1_2000
    assert board.flash[:0x2_F000] == OLD[:0x2_F000]
    assert board.flash[0x4_1000:] == OLD[0x4_1000:]
    assert len(board.sent("work")) == 3


def test_a_rom_needs_no_unlocking_and_gets_the_address_as_it_is():
    board = Board(N)
    board.writer.erase(AddressRange(AT, AT + SECTOR_LEN))
    assert board.sent("erase", "unlock") == [("erase", AT, 1)]


def test_the_first_erase_is_looked_at_and_the_next_ones_are_not():
    board = Board()
    board.writer.erase(AddressRange(AT, AT + 0x2000))
    assert board.sent("read", "agree") == [("read", AT)]
    board.writer.restart()
    board.writer.erase(AddressRange(AT + 0x2000, AT + 0x3000))
    assert board.sent("read", "agree") == [("read", AT), ("read", AT + 0x2000)]
    assert len(board.sent("unlock")) == 2


def test_an_erase_of_what_is_blank_proves_nothing():
    board = Board()
    board.flash[AT : AT + SECTOR_LEN] = BLANK
    board.writer.erase(AddressRange(AT, AT + 0x2000))
    assert board.sent("read", "agree") == []
    board.writer.erase(AddressRange(AT + 0x2000, AT + 0x3000))
    assert board.sent("read") == [("read", AT + 0x2000)]


@pytest.mark.parametrize(("times", "error"), [(5, None), (6, FlashProtected)])
def test_a_first_erase_that_has_no_effect_is_tried_six_times_each_time_unlocked(times, error):
    board = Board()
    board.protected = times
    if error is None:
        board.writer.erase(AddressRange(AT, AT + SECTOR_LEN))
    else:
        with pytest.raises(error, match="first erase"):
            board.writer.erase(AddressRange(AT, AT + SECTOR_LEN))
        assert board.flash == OLD
    assert len(board.sent("erase")) == len(board.sent("unlock")) == 6
    assert len(board.sent("agree")) == times


def test_a_first_erase_that_leaves_something_else_is_no_protection():
    board = Board()
    board.protected = 6
    board.flash[AT : AT + SECTOR_LEN] = new(1)
    board.checksum = lambda _addr: 5  # type: ignore[method-assign]
    with pytest.raises(WriteLost) as caught:
        board.writer.erase(AddressRange(AT, AT + SECTOR_LEN))
    assert caught.value.facts["start"] == "0x030000"


def test_after_anything_was_changed_a_failing_erase_is_no_protection_either():
    board = Board().proven()
    board.writer.restart()
    board.protected = 6
    with pytest.raises(WriteLost):
        board.writer.erase(AddressRange(AT, AT + SECTOR_LEN))


def test_a_first_read_that_went_wrong_is_read_again_before_it_counts():
    board = Board()
    board.misread = 1
    board.writer.erase(AddressRange(AT, AT + SECTOR_LEN))
    assert len(board.sent("erase")) == 1
    assert board.sent("read", "agree") == [("read", AT), ("agree", AT)]


@pytest.mark.parametrize("span", [(AT + 1, AT + SECTOR_LEN), (AT, AT + 1), (AT + 8, AT + 0x1008)])
def test_half_sectors_are_never_erased(span):
    board = Board()
    with pytest.raises(UsageError):
        board.writer.erase(AddressRange(*span))
    board.writer.erase(AddressRange(AT, AT))
    assert board.did == []


@pytest.mark.parametrize(
    ("device", "span", "error"),
    [
        (T, (0x1_0000, 0x1_1000), ProtectedRange),
        (T, (0x1_1000, 0x1_2000), None),
        (T, (SIZE - SECTOR_LEN, SIZE), None),
        (T, (SIZE, SIZE + SECTOR_LEN), OutsideFlash),
        (N, (0, 0x1000), None),
        (N, (SIZE - SECTOR_LEN, SIZE + SECTOR_LEN), OutsideFlash),
        (replace(T, support=Support.RECOGNISED), (0x2_0000, 0x2_1000), ChipOnlyRead),
    ],
)
def test_nothing_is_sent_where_nothing_may_be_changed(device, span, error):
    for act in (
        lambda board: board.writer.erase(AddressRange(*span)),
        lambda board: board.writer.program(span[0], bytes(span[1] - span[0])),
        lambda board: board.writer.rewrite(span[0], bytes(span[1] - span[0])),
        lambda board: board.writer.guard(AddressRange(*span)),
    ):
        board = Board(device)
        if error is None:
            act(board)
            continue
        with pytest.raises(error):
            act(board)
        assert board.did == []


def test_how_long_a_frame_may_be_is_found_out_before_the_first_erase_and_once():
    board = Board(piece=None)
    board.writer.erase(AddressRange(AT, AT + SECTOR_LEN))
    assert board.did[:2] == [("pieces", None, False), ("ask", AT, 0.015)]
    assert board.ladder.pieces_known
    board.writer.erase(AddressRange(AT, AT + SECTOR_LEN))
    assert len(board.sent("ask")) == 1


def test_a_frame_that_does_not_arrive_is_sent_twice_and_then_in_shorter_pieces():
    board = Board(piece=None)
    board.swallowed = 3
    board.writer.erase(AddressRange(AT, AT + SECTOR_LEN))
    assert board.sent("pieces", "ask", "recover") == [
        ("pieces", None, False),
        ("ask", AT, 0.015), ("recover",), ("ask", AT, 0.015), ("recover",),
        ("pieces", 512, False),
        ("ask", AT, 0.015), ("recover",), ("ask", AT, 0.015),
    ]  # fmt: skip
    assert board.ladder.pieces[0] == 512


def test_where_no_piece_arrives_the_rate_goes_down_and_at_the_lowest_time_is_given():
    board = Board(piece=None)
    board.swallowed, board.rates = 6, 1
    board.writer.erase(AddressRange(AT, AT + SECTOR_LEN))
    assert len(board.sent("slower")) == 1
    assert board.ladder.pieces[0] is None
    board = Board(piece=None)
    board.swallowed = 6
    board.writer.erase(AddressRange(AT, AT + SECTOR_LEN))
    assert board.sent("pieces", "ask")[-2:] == [("pieces", None, False), ("ask", AT, 0.5)]
    assert board.ladder.pieces_known
    board = Board(piece=None)
    board.swallowed = 7
    with pytest.raises(ExchangeFailed) as caught:
        board.writer.erase(AddressRange(AT, AT + SECTOR_LEN))
    assert caught.value.facts["attempts"] == 5
    assert board.sent("erase") == []
    assert not board.ladder.pieces_known


def test_the_first_write_is_read_back_and_the_next_ones_are_not():
    board = erased(Board(), AT, AT + 0x2000)
    board.writer.program(AT, new(1) + new(2))
    assert board.did == [
        ("write", AT, 1), ("work", 1), ("read", AT),
        ("write", AT + SECTOR_LEN, 1), ("work", 1),
    ]  # fmt: skip
    assert board.flash[AT : AT + 0x2000] == new(1) + new(2)


def test_a_write_proves_the_erase_too():
    board = Board()
    board.flash[AT : AT + SECTOR_LEN] = BLANK
    board.writer.erase(AddressRange(AT, AT + SECTOR_LEN))
    board.writer.program(AT, new(1))
    board.did.clear()
    board.writer.erase(AddressRange(AT, AT + SECTOR_LEN))
    assert board.sent("read", "agree") == []


@pytest.mark.parametrize(("times", "good"), [(10, True), (11, False)])
def test_a_first_write_that_has_no_effect_is_tried_six_times(times, good):
    board = Board()
    board.flash[AT : AT + SECTOR_LEN] = BLANK
    erased(board, AT, AT + SECTOR_LEN)
    board.protected = times  # each further try is an erase and a write
    if good:
        board.writer.program(AT, new(1))
        assert board.flash[AT : AT + SECTOR_LEN] == new(1)
        assert len(board.sent("write")) == 6
        assert len(board.sent("erase")) == len(board.sent("unlock")) == 5
        return
    with pytest.raises(FlashProtected, match="first write"):
        board.writer.program(AT, new(1))
    assert len(board.sent("write")) == 6
    assert len(board.sent("erase")) == 5


def test_a_first_write_that_brings_something_else_is_no_protection():
    board = erased(Board(), AT, AT + SECTOR_LEN)  # that erase was seen to work
    board.protected = 100
    with pytest.raises(WriteLost) as caught:
        board.writer.program(AT, new(1))
    assert caught.value.facts["start"] == "0x030000"
    board = Board()
    board.flash[AT : AT + SECTOR_LEN] = BLANK
    erased(board, AT, AT + SECTOR_LEN)
    board.flash[AT] = 0  # a cell that is worn out
    board.protected = 100
    with pytest.raises(WriteLost):
        board.writer.program(AT, new(1))


def test_a_first_write_that_was_read_wrong_is_read_again():
    board = erased(Board(), AT, AT + SECTOR_LEN)
    board.misread = 1
    board.writer.program(AT, new(1))
    assert len(board.sent("write")) == 1
    assert board.sent("read", "agree") == [("read", AT), ("agree", AT)]


def test_blank_sectors_are_not_written():
    board = erased(Board().proven(), AT, AT + 0x3000)
    board.writer.program(AT, new(1) + BLANK + new(3))
    assert [step[1] for step in board.sent("write")] == [AT, AT + 0x2000]


@pytest.mark.parametrize(("before", "erases"), [(BLANK, 0), (bytes(range(256)) * 16, 1)])
def test_what_a_short_write_does_not_cover_stays_and_is_erased_only_where_something_is(
    before, erases
):
    board = erased(Board().proven(), AT - SECTOR_LEN, AT)
    board.flash[AT : AT + SECTOR_LEN] = before
    board.writer.program(AT + 8, b"\x01\x02")
    assert len(board.sent("erase")) == erases
    held = bytearray(before)
    held[8:10] = bytes((before[8] & 1, before[9] & 2))
    assert board.flash[AT : AT + SECTOR_LEN] == held
    assert board.flash[AT + SECTOR_LEN :] == OLD[AT + SECTOR_LEN :]


def test_sectors_are_covered_from_their_first_byte_to_their_last():
    board = erased(Board().proven(), AT, AT + 0x4000)
    board.writer.program(AT + 1, bytes(2 * SECTOR_LEN))
    assert board.sent("agree") == [("agree", AT), ("agree", AT + 0x2000)]
    board.did.clear()
    board.writer.program(AT + 0x3000, bytes(SECTOR_LEN))
    assert board.sent("agree") == []


def test_where_a_checksum_protected_the_flash_again_the_sector_is_erased_before_it_is_written():
    board = erased(Board().proven(), AT, AT + SECTOR_LEN)
    board.writer.relock()
    board.writer.program(AT, new(1))
    assert [step[0] for step in board.sent("unlock", "erase", "write")] == [
        "unlock", "erase", "write",
    ]  # fmt: skip
    board = erased(Board(N).proven(), AT, AT + SECTOR_LEN)
    board.writer.relock()  # means nothing to a ROM
    board.writer.program(AT, new(1))
    assert [step[0] for step in board.sent("unlock", "erase", "write")] == ["write"]


@pytest.mark.parametrize("error", [ExchangeFailed, StatusRefused])
def test_a_write_that_was_not_answered_is_erased_and_sent_again_more_slowly_from_the_third_on(
    error,
):
    board = erased(Board().proven(), AT, AT + SECTOR_LEN)
    facts = {"request": "x", "attempts": 1, "status": 6, "meaning": "?"}
    board.failing = [error(**facts) for _try in range(3)]
    board.writer.program(AT, new(1))
    again = [("unlock",), ("erase", AT + 0x500, 1), ("work", 1), ("write", AT, 1)]
    assert board.did == [
        ("write", AT, 1), ("recover",),
        ("work", 1), *again, ("recover",),
        ("work", 1), ("slower",), *again, ("recover",),
        ("work", 1), ("slower",), *again,
        ("work", 1),
    ]  # fmt: skip
    assert board.flash[AT : AT + SECTOR_LEN] == new(1)


def test_a_write_that_fails_five_times_is_an_error():
    board = erased(Board().proven(), AT, AT + SECTOR_LEN)
    board.failing = [ExchangeFailed(request="x", attempts=1) for _try in range(9)]
    with pytest.raises(ExchangeFailed) as caught:
        board.writer.program(AT, new(1))
    assert caught.value.facts == {"request": "sector write", "attempts": 5}
    assert len(board.sent("write")) == 5


def test_rewriting_erases_whole_sectors_and_writes_what_it_was_given():
    board = Board().proven()
    board.writer.rewrite(AT, new(1) + b"end")
    assert board.flash[AT : AT + 0x2000] == new(1) + b"end".ljust(SECTOR_LEN, b"\xff")
    assert board.flash[AT + 0x2000 :] == OLD[AT + 0x2000 :]


def neighbours(count: int) -> list[tuple[int, bytes]]:
    return [(AT + at * SECTOR_LEN, new(at)) for at in range(count)]


def written(board: Board, sectors, *, stop_after: int = 99) -> list[int]:
    told: list[int] = []
    board.writer.program_sectors(
        sectors, taken=told.append, stopped=lambda: len(told) >= stop_after
    )
    return told


def ready(count: int = 8) -> Board:
    return erased(Board(ahead=True).proven(), AT, AT + count * SECTOR_LEN)


def test_sectors_go_in_one_train_where_the_chip_and_the_wire_allow_it():
    board = ready()
    assert written(board, neighbours(4)) == [addr for addr, _data in neighbours(4)]
    assert board.did == [("train", *(addr for addr, _data in neighbours(4))), ("work", 4)]


@pytest.mark.parametrize("why", ["not ahead", "not proven", "locked", "alone"])
def test_sectors_go_one_by_one_where_a_train_is_not_safe(why):
    board = Board(ahead=why != "not ahead")
    if why != "not proven":
        board.proven()
    erased(board, AT, AT + 0x4000)
    if why == "locked":
        board.writer.relock()
    count = 1 if why == "alone" else 2
    assert written(board, neighbours(count)) == [AT, AT + SECTOR_LEN][:count]
    trains = board.sent("train")
    assert trains == []
    assert [step[1] for step in board.sent("write")] == [AT, AT + SECTOR_LEN][:count]


def test_a_train_ends_at_a_blank_sector_and_where_the_next_is_no_neighbour():
    board = ready(16)
    sectors = neighbours(10)
    sectors[3] = (sectors[3][0], BLANK)
    del sectors[6]
    assert written(board, sectors) == [addr for addr, _data in sectors]
    assert board.sent("train") == [
        ("train", AT, AT + 0x1000, AT + 0x2000),
        ("train", AT + 0x4000, AT + 0x5000),
        ("train", AT + 0x7000, AT + 0x8000, AT + 0x9000),
    ]
    assert board.sent("write") == []


def test_what_a_train_left_in_doubt_is_erased_and_written_again_and_no_train_follows():
    board = ready()
    board.doubtful = 2
    told = written(board, [*neighbours(3), (AT + 0x5000, new(7)), (AT + 0x6000, new(8))])
    assert told == [AT, AT + 0x1000, AT + 0x2000, AT + 0x5000, AT + 0x6000]
    assert len(board.sent("train")) == 1
    assert [step[1] for step in board.sent("erase")] == [AT + 0x1500, AT + 0x2500]
    assert len(board.sent("unlock")) == 2
    assert [step[1] for step in board.sent("write")] == told[1:]
    assert all(board.flash[at : at + SECTOR_LEN] == data for at, data in neighbours(3))


@pytest.mark.parametrize("ahead", [True, False])
def test_a_stop_leaves_off_between_two_sectors(ahead):
    board = ready()
    board.may_run_ahead = ahead
    assert written(board, neighbours(4), stop_after=2) == [AT, AT + 0x1000]
    assert board.flash[AT + 0x2000 : AT + 0x3000] == BLANK
    assert written(board, neighbours(4), stop_after=0) == []


def test_no_train_reaches_the_loader():
    board = ready()
    with pytest.raises(ProtectedRange):
        written(board, [(0x1_0000, new(1)), (0x1_1000, new(2))])
    assert board.did == []


def test_the_last_net_stands_right_before_the_erase_command_itself():
    """Whoever calls: a boot loader that is erased is lost with the device."""
    for addr, error in ((0x1_0000, ProtectedRange), (SIZE, OutsideFlash)):
        board = Board().proven()
        with pytest.raises(error):
            board.writer._erase_unit(addr, cmd.ERASE_4K)
        assert board.did == []
