""" "It stores no pins": what must hold for that, thing by thing, on stores made of facts alone."""

from __future__ import annotations

import random
from dataclasses import replace
from types import SimpleNamespace

import pytest
from dump_rig import forged, key_addr

from plugsmith.dump.recovery.outcome import AbsenceReason, Status, StoreState
from plugsmith.dump.recovery.recover import recover
from plugsmith.dump.recovery.verdict import store_state, without_store, without_text
from plugsmith.forge.flash import forge_flash
from plugsmith.memory import SECTOR_LEN
from plugsmith.tuya.kv import StoreKind

BASE = 0x1E_F000
RECORDS = SimpleNamespace(records=[SimpleNamespace(live=True, value_ok=True)])


def sectors(blocks, *, base=BASE):
    """Sectors in flash order with the block of each; None has no header."""
    return [
        SimpleNamespace(
            offset=base + 0x1000 * at,
            header=None if block is None else SimpleNamespace(block=block),
            sum_ok=True,
            repairs=0,
            plain=b"",
        )
        for at, block in enumerate(blocks)
    ]


def state_of(items, kind=StoreKind.CLASSIC, *, store=RECORDS, own=1, data=b"", tables=()):
    site = SimpleNamespace(sectors=items, kind=kind)
    homes = SimpleNamespace(first=site, own=[site] * own, all=[site])
    return store_state(homes, store, data=data, tables=tables)


CLASSIC = [*range(14), 0, 0, 1]
OS3 = [5, 0, *range(1, 5), *range(6, 16), 0]


@pytest.mark.parametrize(
    ("blocks", "kind", "base", "complete"),
    [
        (CLASSIC, StoreKind.CLASSIC, BASE, True),
        (CLASSIC[:-1], StoreKind.CLASSIC, BASE - 0x40000, False),
        ([*CLASSIC, 2], StoreKind.CLASSIC, BASE - 0x40000, False),
        ([*range(16), 0, 0, 1, 1], StoreKind.CLASSIC, BASE - 0x40000, True),
        ([*range(16), 0, 0, 1], StoreKind.CLASSIC, BASE - 0x40000, False),
        ([*range(1, 15), 1, 1, 2], StoreKind.CLASSIC, BASE - 0x40000, False),  # block 0 is lost
        ([*range(13), 14, 0, 0, 1], StoreKind.CLASSIC, BASE - 0x40000, False),
        ([*range(10)], StoreKind.CLASSIC, 0x20_0000 - 0xA000, True),  # to the end of the flash
        ([*range(10)], StoreKind.CLASSIC, 0x40_0000 - 0xA000, True),
        ([*range(10)], StoreKind.CLASSIC, 0x1F_0000 - 0xA000, False),
        ([*range(11)], StoreKind.CLASSIC, 0x20_0000 - 0xB000, False),
        (OS3, StoreKind.TUYAOS3, BASE, True),
        (OS3[:-1], StoreKind.TUYAOS3, BASE, False),
        ([*range(17)], StoreKind.TUYAOS3, BASE, False),  # one block stands twice in a whole one
        ([*range(14), 0], StoreKind.TUYAOS3, BASE, False),
        ([*range(14), 0], StoreKind.TUYAOS3, 0x3D_1000, True),  # T3
        (OS3, StoreKind.TUYAOS3, 0x3D_1000, True),
        ([*range(10)], StoreKind.TUYAOS3, 0x20_0000 - 0xA000, False),
    ],
)
def test_a_store_is_complete_if_every_block_and_spare_sector_is_there(blocks, kind, base, complete):
    assert state_of(sectors(blocks, base=base), kind).complete is complete


def test_two_own_stores_are_no_complete_one():
    assert state_of(sectors(CLASSIC)).complete
    assert not state_of(sectors(CLASSIC), own=2).complete


def test_a_store_is_sound_if_every_sum_agrees_and_no_bit_was_turned():
    assert state_of(sectors(CLASSIC)).sound
    wrong = sectors(CLASSIC)
    wrong[3].sum_ok = False
    state = state_of(wrong)
    assert (state.sound, state.sectors, state.sound_sectors) == (False, 17, 16)
    mended = sectors(CLASSIC)
    mended[3].repairs = 1
    assert not state_of(mended).sound


@pytest.mark.parametrize(
    ("live", "value_ok", "sound"), [(True, False, False), (False, False, True)]
)
def test_a_value_with_a_wrong_sum_counts_only_while_it_is_live(live, value_ok, sound):
    store = SimpleNamespace(records=[SimpleNamespace(live=live, value_ok=value_ok)])
    assert state_of(sectors(CLASSIC), store=store).sound is sound


def test_a_sector_apart_from_the_others_makes_the_store_unsound():
    apart = [*sectors(CLASSIC), *sectors([3], base=BASE + 0x30000)]
    state = state_of(apart)
    assert (state.complete, state.sound, state.sectors) == (True, False, 18)
    assert state_of([*sectors([3], base=BASE - 0x30000), *sectors(CLASSIC)]).complete


def test_of_two_runs_of_one_length_the_first_is_the_store():
    torn = [*range(12), 0, 0, 1, 1, 2]  # blocks 12 and 13 are lost
    one, other = sectors(CLASSIC), sectors(torn, base=BASE + 0x30000)
    assert state_of([*one, *other]).complete
    one, other = sectors(torn), sectors(CLASSIC, base=BASE + 0x30000)
    assert not state_of([*one, *other]).complete


def test_a_hole_in_the_store_is_seen():
    state = state_of(sectors([*range(7), None, *range(7, 14), 0, 0, 1]))
    assert not state.complete
    assert state.sectors == 17


def test_where_the_store_begins_is_one_sector_before_its_first_one():
    assert state_of(sectors(CLASSIC)).offset == BASE - 0x1000
    assert state_of(sectors(CLASSIC)).generation == StoreKind.CLASSIC.value


def test_without_a_store_or_headers_there_is_only_the_trace():
    assert state_of(sectors(CLASSIC), store=None) == StoreState()
    assert state_of(sectors([None] * 17)) == StoreState()


@pytest.mark.parametrize("piece", [b"user_param_key", b"x,rl1_pin:2"])
def test_a_name_or_a_piece_of_a_pin_record_in_any_store_is_a_trace(piece):
    marked = sectors(CLASSIC)
    assert not state_of(marked).trace
    marked[15].plain = b"\xff" * 100 + piece
    assert state_of(marked).trace
    assert state_of(marked, store=None).trace


def test_a_file_table_that_names_a_pin_file_is_a_trace():
    def table(entries):
        return SimpleNamespace(pin_entries=lambda: entries)

    assert state_of(sectors(CLASSIC), tables=[table([]), table(["oem_cfg"])]).trace
    assert not state_of(sectors(CLASSIC), tables=[table([])]).trace


def test_plain_bytes_are_a_trace_only_where_there_is_no_store():
    data = b"\xff" * 50 + b"{rl1_pin:26,}"
    assert not state_of(sectors(CLASSIC), data=data).trace
    homes = SimpleNamespace(first=None, own=[], all=[])
    assert store_state(homes, None, data=data, tables=()).trace
    assert not store_state(homes, None, data=b"nothing", tables=()).trace


WHOLE = StoreState(sectors=17, sound_sectors=17, complete=True, sound=True)


@pytest.mark.parametrize(
    ("state", "live", "status"),
    [
        (WHOLE, (), Status.COMPILED_IN),
        (WHOLE, ("gw_bi",), Status.COMPILED_IN),
        (WHOLE, ("baud_cfg",), Status.SERIAL_MCU),
        (WHOLE, ("gw_bi", "uart_adapt_params"), Status.SERIAL_MCU),
        (replace(WHOLE, complete=False), ("baud_cfg",), Status.NONE),
        (replace(WHOLE, sound=False), (), Status.NONE),
        (replace(WHOLE, trace=True), (), Status.NONE),
    ],
)
def test_only_a_whole_store_without_a_trace_says_that_there_are_no_pins(state, live, status):
    store = SimpleNamespace(live=lambda: dict.fromkeys(live))
    verdict = without_text(state, store)
    assert verdict.status is status
    lost = AbsenceReason.STORAGE_DAMAGED if status is Status.NONE else None
    assert verdict.reason is lost
    assert without_text(state, None).status is Status.NONE


RANDOM = random.Random(5).randbytes(0x3000)
FILLED = (RANDOM[:0xF00] + bytes(range(16)) * 16) * 3
ERASED = b"\xff" * 0x3000


@pytest.mark.parametrize(
    ("region", "options", "reason"),
    [
        (RANDOM, {"other": True}, AbsenceReason.OTHER_VENDOR),
        (ERASED, {"other": True}, AbsenceReason.OTHER_VENDOR),
        (b"", {}, AbsenceReason.STORAGE_MISSING),
        (RANDOM[:0xFFF], {"key_known": True}, AbsenceReason.STORAGE_MISSING),
        (ERASED[:0x1000], {}, AbsenceReason.ERASED),
        (ERASED, {"key_known": True}, AbsenceReason.ERASED),
        (RANDOM[:0x1000] + ERASED[:0x2000], {"key_known": True}, AbsenceReason.ERASED),
        (RANDOM, {"key_known": True}, AbsenceReason.STORAGE_DAMAGED),
        (FILLED, {"key_known": True}, AbsenceReason.STORAGE_DAMAGED),
        (FILLED, {}, AbsenceReason.KEY_LOST),
        (RANDOM, {"vendor": True}, AbsenceReason.STORAGE_DAMAGED),
        (RANDOM, {}, AbsenceReason.OTHER_VENDOR),
    ],
)
def test_why_no_store_is_there(region, options, reason):
    facts = {"key_known": False, "vendor": False, "other": False} | options
    verdict = without_store(region, **facts)
    assert (verdict.status, verdict.reason) == (Status.NONE, reason)


def test_what_lies_behind_the_place_of_the_store_is_no_part_of_it():
    data = bytearray(forge_flash(chip="BK7231T", size=0x40_0000))
    data[BASE - 0x1000 : 0x20_0000] = b"\xff" * 0x1_2000
    most = 0x1_1000 // 50  # so many other bytes an erased place may hold
    for count, behind, erased in ((most, 100, True), (most + 1, 0, False)):
        data[0x20_0000 - count : 0x20_0000 + behind] = b"\x5a" * (count + behind)
        assert (recover(bytes(data)).reason is AbsenceReason.ERASED) is erased


@pytest.mark.parametrize("name", ["BK7231T", "BK7231N", "BK7231Q", "BK7238"])
@pytest.mark.parametrize("key_left", [True, False])
def test_an_erased_store_is_called_erased_wherever_the_chip_has_it(name, key_left):
    made = forged(name, file_copy=False)
    data = bytearray(made.data)
    start = key_addr(name) + (SECTOR_LEN if key_left else 0)
    data[start:0x20_0000] = b"\xff" * (0x20_0000 - start)
    found = recover(bytes(data))
    assert (found.status, found.reason) == (Status.NONE, AbsenceReason.ERASED)


def test_a_store_that_is_no_more_than_its_key_block_is_missing():
    data = forged("BK7238", file_copy=False).data[: key_addr("BK7238") + SECTOR_LEN]
    assert recover(data).reason is AbsenceReason.STORAGE_MISSING
