"""Which of several texts is the answer: each rule of the order and of the words by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from plugsmith.dump.recovery.outcome import (
    AgreeingCheck,
    Confidence,
    SourceKind,
    Standing,
    TextSource,
)
from plugsmith.dump.recovery.ranking import rank
from plugsmith.tuya.user_param import format_pin_text

ONE, TWO, THREE = (
    format_pin_text({"rl1_pin": pin, "bt1_pin": 8, "module": "WB3S"}).encode() for pin in (7, 9, 26)
)
CRC, SUM, TABLE = AgreeingCheck.CRC7, AgreeingCheck.VALUE_SUM, AgreeingCheck.FILE_TABLE
KEY = object()
LIVE = TextSource(
    text=ONE, kind=SourceKind.KV_LIVE, offset=0x5000, checks=(CRC, SUM), key=KEY,
    standing=Standing.LIVE,
)  # fmt: skip
STALE = replace(LIVE, text=TWO, kind=SourceKind.KV_STALE, offset=0x4000, standing=Standing.OLDER)
FILE = TextSource(text=TWO, kind=SourceKind.FILE, offset=0x1000, checks=(CRC,))
DEFAULT = TextSource(text=THREE, kind=SourceKind.FIRMWARE_DEFAULT, offset=0x10, checks=(CRC,))
GUESS = TextSource(text=THREE, kind=SourceKind.CARVED, offset=0x20)


def texts(*sources, **options) -> list[bytes]:
    return [item.best.text for item in rank(sources, **options)]


def words(*sources, **options) -> dict[bytes, Confidence]:
    return {item.best.text: item.confidence for item in rank(sources, **options)}


def test_a_live_record_with_its_sum_is_proven():
    (ranked,) = rank([LIVE])
    assert ranked.confidence is Confidence.PROVEN
    assert ranked.live
    assert ranked.sources == (LIVE,)


def test_the_live_text_comes_first_whatever_the_order_and_the_place():
    assert texts(FILE, STALE, LIVE) == [ONE, TWO]
    assert texts(LIVE, FILE, STALE) == [ONE, TWO]
    weak_live = replace(LIVE, checks=(CRC,), loose=True)
    sure_old = replace(STALE, standing=Standing.BESIDE, loose=True)
    assert texts(sure_old, weak_live) == [ONE, TWO]


def test_a_text_out_of_the_firmware_is_the_last_even_behind_a_guess():
    guess = replace(GUESS, text=ONE)
    assert texts(DEFAULT, guess) == [ONE, THREE]
    assert texts(replace(DEFAULT, offset=0), LIVE, FILE) == [ONE, TWO, THREE]


def test_a_guess_is_behind_every_text():
    leftover = replace(FILE, standing=Standing.LEFTOVER)
    assert texts(GUESS, leftover) == [TWO, THREE]
    assert texts(replace(GUESS, standing=Standing.LIVE), FILE) == [TWO, THREE]


def test_a_leftover_is_behind_what_may_be_the_devices_own():
    leftover = replace(STALE, text=ONE, standing=Standing.LEFTOVER)
    assert texts(leftover, FILE) == [TWO, ONE]
    assert words(leftover, FILE)[ONE] is Confidence.WEAK


def test_of_texts_of_one_standing_the_surer_one_is_first_then_the_better_place():
    strong = replace(STALE, text=ONE, standing=Standing.BESIDE, loose=True, checks=(CRC, SUM))
    weak = replace(FILE, offset=0)
    assert words(strong, weak) == {ONE: Confidence.STRONG, TWO: Confidence.WEAK}
    assert texts(weak, strong) == [ONE, TWO]
    carved = replace(FILE, text=ONE, kind=SourceKind.CARVED, offset=0)
    assert texts(carved, FILE) == [TWO, ONE]
    assert texts(replace(FILE, text=ONE, offset=0x900), FILE) == [ONE, TWO]
    assert texts(replace(FILE, text=ONE, offset=0x1100), FILE) == [TWO, ONE]


def test_a_text_of_the_firmware_is_no_second_copy_of_the_same_text_elsewhere():
    same = replace(DEFAULT, text=ONE)
    first, second = rank([LIVE, same])
    assert (first.sources, second.sources) == ((LIVE,), (same,))


def test_one_place_counts_once_with_the_checks_that_say_most():
    poor = replace(LIVE, checks=(CRC,))
    for order in ([poor, LIVE], [LIVE, poor]):
        (ranked,) = rank(order)
        assert ranked.sources == (LIVE,)
    other = replace(LIVE, checks=(CRC, TABLE))  # says as much: the one that was found first stays
    for order in ([other, LIVE], [LIVE, other]):
        (ranked,) = rank(order)
        assert ranked.sources == (order[0],)
    (both,) = rank([LIVE, replace(LIVE, offset=0x6000)])
    assert len(both.sources) == 2


@pytest.mark.parametrize(
    ("other", "word"),
    [
        (replace(LIVE, text=TWO, offset=0x9000), Confidence.STRONG),  # two are live
        (replace(STALE, standing=Standing.BESIDE), Confidence.STRONG),  # it may be live
        (replace(STALE, standing=Standing.BESIDE, loose=True), Confidence.STRONG),  # its sum agrees
        (replace(STALE, standing=Standing.BESIDE, checks=(CRC,)), Confidence.PROVEN),
        (replace(STALE, standing=Standing.BESIDE, key=None), Confidence.PROVEN),
        (STALE, Confidence.PROVEN),
        (replace(STALE, standing=Standing.LEFTOVER), Confidence.PROVEN),
        (FILE, Confidence.PROVEN),
    ],
)
def test_a_live_text_is_proven_unless_another_may_be_live(other, word):
    assert words(LIVE, other)[ONE] is word


def test_it_is_not_proven_where_nobody_knows_which_store_is_in_use():
    assert words(LIVE, decided=False)[ONE] is Confidence.STRONG


def test_store_and_file_prove_a_text_only_if_no_other_one_is_there():
    stored = replace(LIVE, kind=SourceKind.KV_STALE, standing=Standing.BESIDE, loose=True)
    filed = replace(FILE, text=ONE)
    assert words(stored, filed)[ONE] is Confidence.PROVEN
    other = replace(FILE, offset=0x2000)
    assert words(stored, filed, other)[ONE] is Confidence.STRONG
    foreign = replace(STALE, standing=Standing.LEFTOVER)
    assert words(stored, filed, foreign)[ONE] is Confidence.PROVEN  # not one of its own
    assert words(stored, filed, DEFAULT)[ONE] is Confidence.PROVEN
    assert words(stored, filed, GUESS)[ONE] is Confidence.PROVEN


def test_the_best_place_of_a_text_is_the_one_that_says_most():
    older = replace(LIVE, kind=SourceKind.KV_STALE, offset=0x100, standing=Standing.OLDER)
    filed = replace(FILE, text=ONE, offset=0x50)
    (ranked,) = rank([filed, older, LIVE])
    assert ranked.best == LIVE
    tabled = replace(filed, offset=0x900, checks=(CRC, TABLE))
    (ranked,) = rank([filed, tabled])
    assert ranked.best == tabled
    mended = replace(filed, offset=0x10, repairs=1)
    (ranked,) = rank([mended, filed])
    assert ranked.best == filed
    unsummed = replace(older, standing=Standing.BESIDE, checks=(CRC,), offset=0x10)
    carved = replace(filed, kind=SourceKind.CARVED)
    (ranked,) = rank([unsummed, carved])
    assert ranked.best.kind is SourceKind.CARVED  # 90 - 20 is less than 75
    wrong = replace(LIVE, checks=(SUM,), offset=0x10)
    (ranked,) = rank([wrong, replace(wrong, offset=0x20, checks=(CRC, SUM))])
    assert ranked.best.crc_ok


def test_of_places_that_say_equally_much_the_first_one_in_the_file_is_named():
    unsummed = replace(
        LIVE, kind=SourceKind.KV_STALE, standing=Standing.BESIDE, checks=(CRC,), offset=0x10
    )
    mended = replace(FILE, text=ONE, kind=SourceKind.CARVED, repairs=1, offset=0x20)  # 70 each
    for order in ([unsummed, mended], [mended, unsummed]):
        assert rank(order)[0].best.offset == 0x10
    later = replace(unsummed, offset=0x30)
    for order in ([later, mended], [mended, later]):
        assert rank(order)[0].best.offset == 0x20
    live = replace(unsummed, kind=SourceKind.KV_LIVE)
    filed = replace(FILE, text=ONE, offset=0x20)  # 80 each
    assert [item.offset for item in rank([filed, live])[0].sources] == [0x10, 0x20]
    late = replace(live, offset=0x30)
    assert [item.offset for item in rank([late, filed])[0].sources] == [0x20, 0x30]


@pytest.mark.parametrize(
    ("standing", "other", "first"),
    [
        # a sound text with the better place ("other") against a worse one of that standing
        (Standing.LIVE, Standing.BESIDE, True),
        (Standing.LIVE, Standing.OLDER, True),
        (Standing.LIVE, Standing.LEFTOVER, True),
        (Standing.BESIDE, Standing.OLDER, False),  # one is as good as the other: the place decides
        (Standing.OLDER, Standing.BESIDE, False),
        (Standing.BESIDE, Standing.LEFTOVER, True),
        (Standing.OLDER, Standing.LEFTOVER, True),
        (Standing.LEFTOVER, Standing.BESIDE, False),
        (Standing.BESIDE, Standing.LIVE, False),
    ],
)
def test_of_the_places_of_one_text_the_standing_decides_before_the_kind(standing, other, first):
    worse = replace(LIVE, kind=SourceKind.CARVED, standing=standing, key=None, checks=())
    better = replace(LIVE, kind=SourceKind.KV_STALE, standing=other, offset=0x100)
    for order in ([worse, better], [better, worse]):
        (ranked,) = rank(order)
        assert (ranked.best.kind is SourceKind.CARVED) is first
        assert len(ranked.sources) == 2
