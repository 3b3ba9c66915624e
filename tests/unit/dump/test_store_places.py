"""Which places of a store's area hold what belongs there, on stores that are made for it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from plugsmith.dump.finding import FindingKind
from plugsmith.dump.store.maps import store_map_at
from plugsmith.dump.survey.store_places import (
    Stray,
    blank_places,
    erased_offsets,
    store_places,
)
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.tuya.kv import StoreKind

KEY = 0x1E_E000  # of a BK7231T
AREA = store_map_at(KEY)
FIRST, DATA_END, END = KEY + SECTOR_LEN, AREA.data_end, AREA.end
PLACES = range(FIRST, DATA_END, SECTOR_LEN)
SWAP = range(DATA_END, END, SECTOR_LEN)
ELSEWHERE = 0x10_0000  # where no chip has a key block


def sector(at, block, writes=1, *, kind=StoreKind.CLASSIC, sum_ok=True):
    header = SimpleNamespace(kind=kind, block=block, writes=writes)
    return SimpleNamespace(offset=at, header=header, sum_ok=sum_ok)


def store(sectors, key=KEY, own=None):
    own = {item.offset for item in sectors} if own is None else own
    return SimpleNamespace(key_block=key, sectors=sectors, own=own)


def whole():
    """A classic store: each block in its place, an older copy of the first ones in the swap."""
    old = [sector(at, number, 0) for number, at in enumerate(SWAP)]
    return [*(sector(at, number, 5) for number, at in enumerate(PLACES)), *old]


def without(sectors, *offsets):
    return [item for item in sectors if item.offset not in offsets]


def judged(sectors, blank=(), **how):
    return store_places(store(sectors, **how), blank=frozenset(blank))


def test_a_whole_store_has_nothing_wrong():
    found = judged(whole())
    assert (found.strays, found.doubled, found.missing) == ([], [], 0)


def test_without_a_key_block_or_a_sector_nothing_is_said():
    assert judged(whole(), key=None).missing == 0
    assert judged([]).missing == 0


def test_each_place_of_data_that_is_empty_is_missing_although_it_is_erased():
    gone = (PLACES[0], PLACES[-1])
    assert judged(without(whole(), *gone)).missing == 2
    assert judged(without(whole(), *gone), blank=gone).missing == 2


def test_a_place_of_an_older_copy_may_be_erased_and_nothing_else():
    gone = without(whole(), SWAP[0], SWAP[-1])
    assert judged(gone, blank=(SWAP[0], SWAP[-1])).missing == 0
    assert judged(gone, blank=(SWAP[0],)).missing == 1
    assert judged(gone).missing == 2


def test_exchanged_blocks_are_both_strays_and_told_where_they_belong():
    made = without(whole(), PLACES[1], PLACES[3])
    made += [sector(PLACES[1], 3, 5), sector(PLACES[3], 1, 5)]
    assert judged(made).strays == [
        Stray(block=3, at=PLACES[1], home=PLACES[3]),
        Stray(block=1, at=PLACES[3], home=PLACES[1]),
    ]


def test_a_block_whose_sum_is_wrong_is_no_stray():
    made = [*without(whole(), PLACES[1]), sector(PLACES[1], 3, 5, sum_ok=False)]
    assert judged(made).strays == []


def test_a_block_beyond_the_area_has_no_home():
    made = [*without(whole(), PLACES[1]), sector(PLACES[1], len(PLACES), 5)]
    assert judged(made).strays == []
    made = [*without(whole(), PLACES[1]), sector(PLACES[1], len(PLACES) - 1, 5)]
    assert [item.home for item in judged(made).strays] == [PLACES[-1]]


@pytest.mark.parametrize(("writes", "moved"), [(4, False), (5, False), (6, True)])
def test_a_newer_copy_among_the_older_ones_is_a_stray(writes, moved):
    made = [*without(whole(), SWAP[0]), sector(SWAP[0], 2, writes)]
    found = judged(made).strays
    assert found == ([Stray(block=2, at=SWAP[0], home=PLACES[2])] if moved else [])


def test_a_copy_whose_block_is_lost_is_where_it_may_be():
    made = [*without(whole(), PLACES[2], SWAP[0]), sector(SWAP[0], 2, 9)]
    found = judged(made)
    assert found.strays == []
    assert found.missing == 1


def test_a_block_outside_is_a_stray_only_where_it_is_lost_inside():
    outside = sector(ELSEWHERE, 2, 9)
    own = {item.offset for item in whole()}
    assert judged([*whole(), outside], own=own).strays == []
    lost = judged([*without(whole(), PLACES[2]), outside], own=own)
    assert lost.strays == [Stray(block=2, at=ELSEWHERE, home=PLACES[2])]
    assert lost.missing == 1


def test_sectors_of_another_kind_do_not_fill_a_place():
    made = [*without(whole(), PLACES[2]), sector(PLACES[2], 2, 5, kind=StoreKind.TUYAOS3)]
    assert judged(made).missing == 1


def test_the_own_sectors_say_of_what_kind_a_store_is():
    mine = [sector(FIRST, 0, 5)]
    others = [sector(at, 1, 5, kind=StoreKind.TUYAOS3) for at in (0x2000, 0x3000)]
    found = judged([*mine, *others], own={FIRST})
    assert found.missing == len(PLACES) - 1 + len(SWAP)


def test_where_no_sector_is_its_own_all_of_them_count():
    found = judged(whole(), own=set())
    assert found.missing == 0


def test_where_no_chip_has_a_key_block_the_highest_block_ends_the_data():
    first = ELSEWHERE + SECTOR_LEN
    made = [sector(first + at * SECTOR_LEN, at, 5) for at in (0, 1, 3)]
    made.append(sector(first + 5 * SECTOR_LEN, 1, 2))  # an older copy; the place before it is empty
    found = judged(made, key=ELSEWHERE)
    assert found.missing == 2  # block 2, and the first place behind the data
    assert judged(made, key=ELSEWHERE, blank=[first + 4 * SECTOR_LEN]).missing == 1
    assert judged(made, key=ELSEWHERE, blank=[first + 2 * SECTOR_LEN]).missing == 2
    assert found.strays == []


def wandering(count=None, first=FIRST, end=END):
    """A TuyaOS 3 store: one block less than there are places, and an older copy of one."""
    places = range(first, end, SECTOR_LEN)
    blocks = [(number, 5) for number in range(len(places) - 1)]
    made = [(2, 4), *blocks]
    return [
        sector(at, block, writes, kind=StoreKind.TUYAOS3)
        for at, (block, writes) in zip(places, made[:count], strict=False)
    ]


def test_a_wandering_store_is_whole_in_any_order():
    assert judged(wandering()).missing == 0
    turned = [
        sector(one.offset, other.header.block, other.header.writes, kind=StoreKind.TUYAOS3)
        for one, other in zip(wandering(), reversed(wandering()), strict=True)
    ]
    found = judged(turned)
    assert (found.strays, found.doubled, found.missing) == ([], [], 0)


def test_the_place_of_the_older_copy_may_be_erased():
    made = wandering()[1:]
    assert judged(made, blank=(FIRST,)).missing == 0
    assert judged(made).missing == 1


def test_a_block_that_is_nowhere_is_missing_although_its_place_is_erased():
    made = wandering()
    lost = made.pop()
    assert judged(made, blank=(lost.offset,)).missing == 1
    assert judged(made).missing == 1


def test_two_equally_new_copies_are_doubled_and_an_older_one_is_not():
    made = wandering()
    made[0] = sector(FIRST, 2, 5, kind=StoreKind.TUYAOS3)
    assert judged(made).doubled == [Stray(block=2, at=made[3].offset, home=FIRST)]
    assert judged(wandering()).doubled == []


def test_a_lost_block_that_lies_outside_is_a_stray():
    made = wandering()
    lost = made.pop()
    own = {item.offset for item in made}
    outside = sector(ELSEWHERE, lost.header.block, 5, kind=StoreKind.TUYAOS3)
    assert judged([*made, outside], own=own).strays == [
        Stray(block=lost.header.block, at=ELSEWHERE, home=FIRST)
    ]
    torn = sector(ELSEWHERE, lost.header.block, 5, kind=StoreKind.TUYAOS3, sum_ok=False)
    assert judged([*made, torn], own=own).strays == []
    known = sector(ELSEWHERE, 0, 5, kind=StoreKind.TUYAOS3)
    assert judged([*made, known], own=own).strays == []


def test_the_last_sector_ends_a_wandering_store_where_no_chip_has_its_key():
    first = ELSEWHERE + SECTOR_LEN
    made = wandering(first=first, end=first + 6 * SECTOR_LEN)
    assert judged(made, key=ELSEWHERE).missing == 0
    assert judged(made[:-1], key=ELSEWHERE).missing == 0  # nobody knows that there was one more
    assert judged(without(made, made[3].offset), key=ELSEWHERE).missing == 1


def report(*findings):
    made = [SimpleNamespace(kind=kind, span=AddressRange(*span)) for kind, span in findings]
    return SimpleNamespace(findings=made)


def test_erased_sectors_are_counted_each_and_those_in_the_area_of_a_known_store():
    made = report(
        (FindingKind.TUYA_KEY, (KEY, FIRST)),
        (FindingKind.ERASED, (0x1000, 0x4000)),
        (FindingKind.ERASED, (FIRST, FIRST + 2 * SECTOR_LEN)),
        (FindingKind.ERASED, (END - SECTOR_LEN, END + SECTOR_LEN)),
    )
    assert erased_offsets(made) == {
        0x1000, 0x2000, 0x3000, FIRST, FIRST + SECTOR_LEN, END - SECTOR_LEN, END,
    }  # fmt: skip
    assert blank_places(made) == 3


def test_a_key_block_elsewhere_has_no_area():
    key = (FindingKind.TUYA_KEY, (ELSEWHERE, ELSEWHERE + SECTOR_LEN))
    erased = (FindingKind.ERASED, (ELSEWHERE + SECTOR_LEN, ELSEWHERE + 4 * SECTOR_LEN))
    assert blank_places(report(key, erased)) == 0
