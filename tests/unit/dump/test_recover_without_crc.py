"""Texts of old firmware without a crc pair, and stores that stay closed beside a leftover."""

from __future__ import annotations

import pytest
from stores_rig import (
    KEY_ADDR,
    NEW,
    OLD,
    OTHER_KEY,
    Chip,
    flash_with,
    lay,
    pins,
    plain,
    store,
    swap,
    without_crc,
)

from plugsmith.dump.recovery.live import recover_from
from plugsmith.dump.recovery.outcome import AbsenceReason, Confidence, Recovery, Standing, Status
from plugsmith.dump.recovery.recover import recover
from plugsmith.interpret.recovered import config_result
from plugsmith.memory import SECTOR_LEN
from plugsmith.tuya.kv import StoreKind

BARE = without_crc(NEW)
CLASSIC, OS3 = StoreKind.CLASSIC, StoreKind.TUYAOS3


def from_both(image: bytes) -> Recovery:
    """The answer for a file; the chip's is the same."""
    file, chip = recover(bytes(image)), recover_from(Chip(image))
    for name in ("status", "reason", "confidence", "best", "facts"):
        assert getattr(file, name) == getattr(chip, name)
    return file


def flash(kind: StoreKind, older: bytes) -> bytearray:
    """A store whose live text has no crc pair, an older one of the same block beside it."""
    now, then = ([*plain("BK7231N"), pins(text)] for text in (BARE, older))
    if kind is CLASSIC:
        return flash_with([*store(now), *swap(then)], chip="BK7231N")
    spare = store(then, kind=OS3, blocks=16, writes=1)
    own = store(now, kind=OS3, blocks=16, writes=40)
    at = recover(bytes(flash_with(own, chip="BK7231N"))).best.offset
    return flash_with([*own, spare[(at - KEY_ADDR) // SECTOR_LEN - 1]], chip="BK7231N")


@pytest.mark.parametrize("kind", [CLASSIC, OS3])
@pytest.mark.parametrize("older", [OLD, without_crc(OLD)])
@pytest.mark.parametrize("bit", [3, 700, 1201])
def test_its_wrong_bit_is_turned_back_before_an_older_text_is_taken(kind, older, bit):
    image = flash(kind, older)
    image[recover(bytes(image)).best.offset + bit // 8] ^= 1 << bit % 8
    answer = from_both(image)
    assert (answer.status, answer.best.text, answer.best.repairs) == (Status.FOUND, BARE, 1)
    assert answer.confidence is Confidence.WEAK
    assert answer.best.standing is Standing.LIVE
    others = config_result(answer).as_data()["alternatives"]
    assert all("older" in item["about"] for item in others if item["text"] == older.decode())


@pytest.mark.parametrize("flips", [(40, 41), (40, 300)])
def test_two_wrong_bits_of_one_block_are_not_guessed(flips):
    image = flash(CLASSIC, OLD)
    at = recover(bytes(image)).best.offset
    same_block = flips[1] // 128 == flips[0] // 128
    for flip in flips:
        image[at + flip // 8] ^= 1 << flip % 8
    answer = from_both(image)
    assert (answer.best.text == BARE) is not same_block
    assert answer.confidence is not Confidence.PROVEN


@pytest.mark.parametrize("records", [[], [pins(OLD)]])
@pytest.mark.parametrize("sectors", [1, 3, 14])
def test_a_store_that_no_key_opens_is_closed_not_damaged_whatever_else_opens(records, sectors):
    image = flash_with([*store([*plain(), pins(NEW)]), *swap()], key=bytes(range(16)))
    image[KEY_ADDR : KEY_ADDR + SECTOR_LEN] = b"\xff" * SECTOR_LEN
    lay(image, store([*plain(), *records])[:sectors], at=0x1A_0000, key=OTHER_KEY)
    answer = from_both(image)
    assert answer.confidence in {None, Confidence.WEAK}
    if answer.best is None:
        assert (answer.status, answer.reason) == (Status.NONE, AbsenceReason.KEY_LOST)
