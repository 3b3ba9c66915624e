"""Which record is the newest: two stores, two copies, two live records, a damaged newest one."""

from __future__ import annotations

import random

import pytest
from stores_rig import (
    KEY_ADDR,
    NEW,
    OLD,
    OTHER_KEY,
    SHARED_KEY,
    Chip,
    flash_with,
    lay,
    pins,
    plain,
    store,
    swap,
    text,
    without_crc,
)

from plugsmith.dump.recovery.live import recover_from
from plugsmith.dump.recovery.outcome import (
    AbsenceReason,
    AgreeingCheck,
    Confidence,
    Standing,
    Status,
)
from plugsmith.dump.recovery.recover import recover
from plugsmith.forge.store_history import StoreHistory
from plugsmith.image.aes import ecb_decrypt
from plugsmith.interpret.recovered import config_result
from plugsmith.memory import SECTOR_LEN
from plugsmith.tuya.keys import data_key, encode_key_block
from plugsmith.tuya.kv import StoreKind
from plugsmith.tuya.store import Record
from plugsmith.tuya.user_param import crc_ok

STORE = KEY_ADDR + SECTOR_LEN
FOUND, PROVEN = Status.FOUND, Confidence.PROVEN
SERIAL = Record(name="baud_cfg", value=b'{"baud":9600}')


def own_store() -> bytearray:
    """A sound store with the new text, older sectors with the old one."""
    return flash_with([*store([*plain(), pins(NEW)]), *swap([*plain(), pins(OLD)])])


def assert_newest(image: bytes, *, confidence: Confidence = PROVEN) -> None:
    """The new text is the answer, from file and chip; the old one is called older."""
    answer = recover(bytes(image))
    assert (answer.status, answer.confidence) == (FOUND, confidence)
    assert answer.best.text == NEW
    for other in answer.alternatives:
        if other.text == OLD:
            assert other.standing in {Standing.OLDER, Standing.LEFTOVER}
    chip = recover_from(Chip(image))
    assert (chip.best.text, chip.best.kind, chip.confidence) == (NEW, answer.best.kind, confidence)
    others = config_result(answer).as_data()["alternatives"]
    assert all("older" in item["about"] for item in others if item["text"] == OLD.decode())


def text_at(image: bytes) -> int:
    """Where the live text of a sound flash lies."""
    best = recover(bytes(image)).best
    assert best.standing is Standing.LIVE
    return best.offset


def test_a_sound_store_with_an_older_copy():
    assert_newest(own_store())


@pytest.mark.parametrize("bit", [0, 33, 130, 700, 1500])
def test_a_wrong_bit_in_the_live_text_beside_a_sound_older_copy(bit):
    image = own_store()
    image[text_at(image) + bit // 8] ^= 1 << bit % 8
    assert_newest(image)


@pytest.mark.parametrize("at", [0, 9, 12, 18, 31])
def test_a_wrong_bit_in_the_header_of_the_live_sector(at):
    image = own_store()
    image[STORE + at] ^= 0x10
    assert_newest(image)


@pytest.mark.parametrize("at", [3, 8, 20, 30, 36])
def test_a_wrong_bit_in_the_live_index_page(at):
    image = own_store()
    image[text_at(image) - 128 + at] ^= 4
    assert_newest(image)


def test_a_live_text_with_a_hole_is_completed_but_not_proven():
    same = [*plain(), pins(NEW)]
    image = flash_with([*store(same), *swap(same)])
    at = text_at(image)
    image[at : at + 16] = b"\xff" * 16
    answer = recover(bytes(image))
    assert (answer.best.text, answer.confidence) == (NEW, Confidence.STRONG)


def test_a_live_text_that_is_lost_leaves_an_older_one_that_is_not_proven():
    image = own_store()
    at = text_at(image)
    image[at : at + 256] = b"\xff" * 256
    answer = recover(bytes(image))
    assert (answer.best.text, answer.confidence) == (OLD, Confidence.STRONG)
    assert any("older copy" in note for note in config_result(answer).as_data()["notes"])


def test_a_live_text_without_a_crc_pair_is_newer_than_a_sound_older_one():
    image = flash_with([*store([*plain(), pins(without_crc(NEW))]), *swap([*plain(), pins(OLD)])])
    answer = recover(bytes(image))
    assert (answer.best.text, answer.confidence) == (without_crc(NEW), Confidence.WEAK)
    assert AgreeingCheck.VALUE_SUM in answer.best.checks
    assert [item.text for item in answer.alternatives] == [OLD]


def test_the_first_text_that_can_be_read_is_the_answer():
    odd = b"{rl1_pin:26,no colon here}"
    image = flash_with([*store([*plain(), pins(odd)]), *swap([*plain(), pins(OLD)])])
    answer = recover(bytes(image))
    assert (answer.status, answer.best.text) == (FOUND, OLD)
    assert answer.confidence is not PROVEN


def two_records(*, both_live: bool) -> bytearray:
    history = StoreHistory(rng=random.Random(3))
    for record in plain():
        history.write(record.name, record.value)
    history.write("user_param_key", OLD + b"\0")
    for number in range(60):  # fill the first blocks, so that the new record lies far from the old
        history.write(f"r{number}", bytes(300))
    history.write("user_param_key", NEW + b"\0", cut=both_live)
    history.older.clear()
    return flash_with(history.sectors())


def test_a_deleted_record_in_the_first_block_and_the_live_one_in_a_later_block():
    image = two_records(both_live=False)
    assert_newest(image)
    chip = Chip(image)
    recover_from(chip)
    assert chip.read_len <= 32 * SECTOR_LEN


def test_two_live_texts_are_never_proven_and_both_are_shown():
    answer = recover(bytes(two_records(both_live=True)))
    assert (answer.status, answer.confidence) == (FOUND, Confidence.STRONG)
    shown = {answer.best.text, *(item.text for item in answer.alternatives)}
    assert shown >= {OLD, NEW}
    assert [item.standing for item in answer.alternatives] == [Standing.LIVE]
    assert any("To decide" in note for note in config_result(answer).as_data()["notes"])
    chip = recover_from(Chip(two_records(both_live=True)))
    assert (chip.best.text, chip.confidence) == (answer.best.text, answer.confidence)


def test_two_stores_without_anything_that_says_which_one_is_in_use_are_never_proven():
    """Only the storage of two devices in one file: no address, no anchor."""
    first = flash_with([*store([*plain(), pins(NEW)]), *swap()])[KEY_ADDR:]
    second = flash_with([*store([*plain(), pins(OLD)], writes=90), *swap()])[KEY_ADDR:]
    answer = recover(bytes(first + second))
    assert answer.confidence is Confidence.STRONG
    assert {answer.best.text, *(item.text for item in answer.alternatives)} == {OLD, NEW}
    assert any("two stores" in note for note in config_result(answer).notes)


def test_the_copy_in_the_data_area_is_newer_whatever_its_counter_says():
    high = store([*plain(), pins(OLD)], blocks=3, writes=99)
    assert_newest(flash_with([*store([*plain(), pins(NEW)]), *high]))


@pytest.mark.parametrize("newest", ["whole", "header bit", "torn"])
@pytest.mark.parametrize("first", [True, False])
def test_tuyaos3_takes_the_copy_with_most_writes_wherever_it_lies(newest, first):
    records = plain("BK7231N")
    new = store([*records, pins(NEW)], kind=StoreKind.TUYAOS3, blocks=16)
    old = store([*records, pins(OLD)], kind=StoreKind.TUYAOS3, blocks=16, writes=3)[0]
    sectors = [new[0], *new[1:], old] if first else [old, *new[1:], new[0]]
    image = flash_with(sectors, chip="BK7231N")
    at = STORE + (0 if first else 16) * SECTOR_LEN
    if newest == "header bit":
        image[at + 3] ^= 4
    if newest == "torn":
        image[at + 0x280 : at + SECTOR_LEN] = b"\xff" * (SECTOR_LEN - 0x280)
        answer = recover(bytes(image))
        assert (answer.best.text, answer.confidence) == (OLD, Confidence.STRONG)
        assert answer.best.standing is Standing.OLDER
        return
    assert_newest(image)


def damaged_own() -> bytearray:
    """The own store with one wrong bit in the text and one sector erased."""
    image = flash_with([*store([*plain(), pins(NEW)]), *swap()])
    image[text_at(image) + 20] ^= 1
    at = STORE + 5 * SECTOR_LEN
    image[at : at + SECTOR_LEN] = b"\xff" * SECTOR_LEN
    return image


@pytest.mark.parametrize("left", [[], [SERIAL]])
def test_a_sound_store_of_a_former_firmware_does_not_outvote_the_damaged_own_one(left):
    image = damaged_own()
    former = [*store([*plain(), *left]), *swap([*plain(), *left])]
    lay(image, former, at=0x1D_5000, key=OTHER_KEY)
    assert_newest(image)


@pytest.mark.parametrize("sectors", [1, 3])
def test_a_lost_record_is_not_called_compiled_in_because_of_a_former_store(sectors):
    image = flash_with([*store([*plain(), pins(NEW)]), *swap()])
    at = text_at(image)
    image[at : at + 384] = b"\xff" * 384
    at = STORE + 5 * SECTOR_LEN
    image[at : at + (sectors - 1) * SECTOR_LEN] = b"\xff" * ((sectors - 1) * SECTOR_LEN)
    lay(image, [*store(plain()), *swap()], at=0x1D_5000, key=OTHER_KEY)
    answer = recover(bytes(image))
    assert (answer.status, answer.reason) == (Status.NONE, AbsenceReason.STORAGE_DAMAGED)


@pytest.mark.parametrize("key", [SHARED_KEY, OTHER_KEY])
@pytest.mark.parametrize("place", [0x10_0000, 0x1C_0000, 0x1D_5000])
def test_a_whole_store_elsewhere_is_a_leftover(place, key):
    image = flash_with([*store([*plain(), pins(NEW)]), *swap()])
    lay(image, store([*plain(), pins(OLD)], writes=40), at=place, key=key)
    assert_newest(image)
    assert recover(bytes(image)).facts.chip == "BK7231T"


@pytest.mark.parametrize("count", [1, 2])
def test_the_rest_of_a_store_that_the_own_one_was_written_over(count):
    """BK7231Q keeps its key three sectors before the T; both share the key."""
    image = flash_with([*store([*plain(), pins(NEW)]), *swap()])
    former = store([*plain(), pins(OLD)], blocks=16, writes=40)
    lay(image, former[:count], at=0x1E_B000, key=SHARED_KEY)
    assert_newest(image)


def test_a_store_of_ten_sectors_written_over_the_end_of_a_bigger_one():
    """A T34: its key block lies inside the span of the former store."""
    image = flash_with([*store([*plain("BK7231N"), pins(OLD)], writes=90), *swap()], chip="BK7231N")
    fresh = store([*plain("BK7231N"), pins(NEW)], blocks=10)
    lay(image, fresh, at=0x1F_5000, key=OTHER_KEY)
    assert_newest(image)


@pytest.mark.parametrize("fresh", [3, 16])
def test_classic_remains_beside_tuyaos3(fresh):
    newer = store([*plain("BK7231N"), pins(NEW)], kind=StoreKind.TUYAOS3, blocks=fresh)
    former = [*store([*plain("BK7231N"), pins(OLD)], writes=90), *swap([pins(OLD)])]
    image = flash_with([*newer, *former[fresh:]], chip="BK7231N")
    assert_newest(image)


def test_a_closed_store_at_the_chips_own_address_is_not_replaced_by_a_leftover():
    image = flash_with([*store([*plain(), pins(NEW)]), *swap()], key=bytes(range(16)))
    image[KEY_ADDR : KEY_ADDR + SECTOR_LEN] = b"\xff" * SECTOR_LEN
    lay(image, store([*plain(), pins(OLD)]), at=0x1D_5000, key=OTHER_KEY)
    answer = recover(bytes(image))
    assert answer.confidence is Confidence.WEAK
    assert answer.best.standing is Standing.LEFTOVER


def test_a_key_block_with_a_wrong_bit_opens_the_own_store_before_a_leftover_is_taken():
    image = flash_with([*store([*plain(), pins(NEW)]), *swap()], key=bytes(range(16)))
    image[KEY_ADDR + 9] ^= 2
    lay(image, store([*plain(), pins(OLD)]), at=0x1D_5000, key=OTHER_KEY)
    assert_newest(image)


@pytest.mark.parametrize("copies", [1, 2])
@pytest.mark.parametrize("records", [[], [SERIAL]])
def test_plain_leftovers_never_outvote_a_sound_store_without_pins(records, copies):
    image = flash_with([*store([*plain(), *records]), *swap([*plain(), *records])])
    for number in range(copies):
        at = 0x15_0000 + number * 0x2_0000
        image[at : at + len(OLD)] = OLD
    answer = recover(bytes(image))
    assert answer.status is (Status.SERIAL_MCU if records else Status.COMPILED_IN)
    assert OLD in [item.text for item in answer.alternatives]
    assert recover_from(Chip(image)).status is answer.status


def test_a_pin_record_in_any_store_forbids_serial_mcu():
    image = flash_with([*store([*plain(), SERIAL]), *swap([*plain(), SERIAL])])
    lay(image, store([*plain(), pins(OLD)]), at=0x10_0000, key=OTHER_KEY)
    answer = recover(bytes(image))
    assert answer.status is not Status.SERIAL_MCU
    assert answer.confidence is Confidence.WEAK
    assert recover_from(Chip(image)).status is answer.status


def mixed_texts() -> tuple[bytes, bytes, bytes]:
    """An old text, a new one, and the old one with the new one's first page, whose CRC-7 agrees."""
    rng = random.Random(1)
    for _attempt in range(20_000):
        free = rng.sample([14, 15, 16, 17, 20, 24], 6)
        old = text(rl1_pin=26, bt1_pin=10, netled1_pin=free[0], reset_t=5, ele_pin=7, vi_pin=8)
        values = {"net_trig": rng.randrange(9), "reset_t": rng.randrange(9), "ele_pin": free[1]}
        new = text(rl1_pin=free[2], bt1_pin=free[3], netled1_pin=free[4], vi_pin=8, **values)
        mix = new[:128] + old[128:]
        if crc_ok(mix) and mix not in {old, new}:
            return old, new, mix
    raise AssertionError("no such texts")


def test_a_text_that_never_was_is_not_strong_although_garbage_collection_copied_it():
    """The first page of the old text was handed out to the new one; both lost their records."""
    old, new, mix = mixed_texts()
    history = StoreHistory(rng=random.Random(1))
    history.write("user_param_key", old)
    (index,) = history.index_pages("user_param_key")
    history.pages[history.used[index][0]] = new[:128]
    history.write("user_param_key", new[128:], cut=True)
    history.older.clear()  # the swap sectors repeat the first data sector
    image = flash_with(history.sectors())
    for number in range(17):
        at = STORE + number * SECTOR_LEN
        plain_sector = ecb_decrypt(bytes(image[at : at + SECTOR_LEN]), key=data_key(SHARED_KEY))
        for page in range(0, SECTOR_LEN, 128):
            if plain_sector.startswith(b"user_param_key", page + 18):
                image[at + page : at + page + 64] = b"\xff" * 64
    answer = recover(bytes(image))
    assert answer.best is None or answer.best.text == mix
    assert answer.confidence in {None, Confidence.WEAK}


def test_a_second_key_block_does_not_name_the_chip():
    image = flash_with([*store([*plain()[1:], pins(NEW)]), *swap(plain()[1:])])
    image[0x15_0000:0x15_1000] = encode_key_block(OTHER_KEY)
    answer = recover(bytes(image))
    assert (answer.best.text, answer.origin) == (NEW, 0)
