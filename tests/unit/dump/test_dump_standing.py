"""What stands where the chip has it and what does not, on reports made of facts alone."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from plugsmith.dump.finding import Finding, FindingKind
from plugsmith.dump.layout import Layout
from plugsmith.dump.survey.report import DamageKind, DumpKind, DumpReport, Secrets
from plugsmith.dump.survey.standing import moved, standings, unproven_len
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.tuya.kv import StoreKind

SIZE = 0x20_0000
RF_T, RF_N, RF_7238 = 0x1E_0000, 0x1D_0000, 0x1E_3000
KEY, KEY_7238 = 0x1E_E000, 0x1F_5000
FILES_T = (0x12_A000, 0x1D_8000, 0x1E_3000)
HEADER_T = 0x12_9F0A
WORDS = "whole sectors were lost, added or exchanged"


def thing(kind, start, length=SECTOR_LEN, **facts):
    return Finding(kind=kind, span=AddressRange.sized(start, length), facts=facts)


def loader(*chips, at=0):
    return thing(FindingKind.BOOTLOADER, at, 0x1_0000, chips=list(chips))


def app(chip="BK7231T", at=0x1_1000, trailer=HEADER_T, code_end=0x2_3456, **more):
    facts = {"chip": chip, "trailer": trailer, "code_end": code_end, **more}
    return thing(FindingKind.APPLICATION, at, 0x12_9F70 - 0x1_1000, **facts)


def report(*findings, chip="BK7231T", kind=DumpKind.FACTORY, size=SIZE, **layout):
    layout = {"flash_size": size, "complete": True, **layout}
    return DumpReport(
        kind=kind, size=size, chip=chip, chip_evidence=(), flash_size=size,
        layout=Layout(**layout), firmware=None, mac=None, regions=(), findings=findings,
        secrets=Secrets(), damage=(),
    )  # fmt: skip


def rf(at):
    return thing(FindingKind.RF_CALIBRATION, at)


def key(at):
    return thing(FindingKind.TUYA_KEY, at)


def judged(*findings, **how):
    """Of each kind whether it is proven and whether it is wrong."""
    return {item.kind: (item.proven, item.wrong) for item in standings(report(*findings, **how))}


def said(*findings, stores=(), **how):
    found = list(moved(report(*findings, **how), stores))
    assert {item.kind for item in found} <= {DamageKind.MOVED}
    return [item.text for item in found]


PROVEN, WRONG, UNKNOWN = (True, False), (False, True), (False, False)


def test_each_thing_is_held_against_its_own_place():
    found = standings(report(loader("BK7231T"), app(), rf(RF_T), key(KEY)))
    assert [(item.kind, item.at, item.homes) for item in found] == [
        (FindingKind.BOOTLOADER, (0,), (0,)),
        (FindingKind.APPLICATION, (0x1_1000,), (0x1_1000,)),
        (FindingKind.RF_CALIBRATION, (RF_T,), (RF_T,)),
        (FindingKind.TUYA_KEY, (KEY,), (KEY,)),
    ]
    assert said(loader("BK7231T"), app(), rf(RF_T), key(KEY)) == []


@pytest.mark.parametrize("layout", [{"complete": False}, {"shift": 4}, {"rotation": 0x1_1000}])
def test_nothing_is_claimed_where_the_order_is_known_to_be_wrong(layout):
    assert standings(report(loader(), rf(0x10_0000), **layout)) == ()
    assert said(loader(), rf(0x10_0000), **layout) == []


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (loader(at=0x1000), "What belongs at 0x000000 stands at 0x001000 (bootloader)"),
        (app(at=0x1_2000), "What belongs at 0x011000 stands at 0x012000 (application)"),
        (rf(RF_T - SECTOR_LEN), "What belongs at 0x1E0000 stands at 0x1DF000 (rf-calibration)"),
        (key(KEY + SECTOR_LEN), "What belongs at 0x1EE000 stands at 0x1EF000 (tuya-key)"),
        (
            thing(FindingKind.OBK_CONFIG, 0x1E_2000),
            "What belongs at 0x1E1000 stands at 0x1E2000 (openbeken-config)",
        ),
        (
            thing(FindingKind.TUYA_FILES, 0x10_0000),
            "What belongs at 0x12A000 stands at 0x100000 (tuya-files)",
        ),
    ],
)
def test_what_stands_elsewhere_is_told_with_both_places(item, words):
    assert said(item) == [f"{words}: {WORDS}."]


def test_one_of_several_in_its_place_is_enough():
    assert judged(rf(0x10_0000), rf(RF_T)) == {FindingKind.RF_CALIBRATION: PROVEN}
    assert judged(rf(0x10_0000), rf(0x10_1000)) == {FindingKind.RF_CALIBRATION: WRONG}


@pytest.mark.parametrize("home", FILES_T)
def test_of_two_copies_of_the_vendors_files_the_first_may_be_torn(home):
    def files(*at):
        return judged(*(thing(FindingKind.TUYA_FILES, place) for place in at))

    assert files(home) == {FindingKind.TUYA_FILES: PROVEN}
    assert files(home + SECTOR_LEN) == {FindingKind.TUYA_FILES: UNKNOWN}
    assert files(home + SECTOR_LEN, home + 5 * SECTOR_LEN) == {FindingKind.TUYA_FILES: WRONG}
    assert files(home - SECTOR_LEN) == {FindingKind.TUYA_FILES: WRONG}


def test_where_the_files_have_one_place_the_second_copy_may_be_all_that_is_left():
    second = thing(FindingKind.TUYA_FILES, 0x1D_3000)
    assert judged(second, chip="BK7231N") == {FindingKind.TUYA_FILES: UNKNOWN}


def test_files_have_no_place_on_a_chip_that_nobody_saw_them_on():
    found = judged(thing(FindingKind.TUYA_FILES, 0x10_0000), chip="BK7231Q")
    assert found == {FindingKind.TUYA_FILES: UNKNOWN}


@pytest.mark.parametrize("at", [0x1C_F000, 0x1E_D000])
def test_a_protected_sector_has_two_places(at):
    inside = thing(FindingKind.TUYA_PROTECTED, at)
    assert judged(inside, chip="BK7231N") == {FindingKind.TUYA_PROTECTED: PROVEN}
    beside = thing(FindingKind.TUYA_PROTECTED, at + SECTOR_LEN)
    assert judged(beside, chip="BK7231N") == {FindingKind.TUYA_PROTECTED: WRONG}


def test_a_key_where_another_chip_has_it_proves_nothing_and_is_not_wrong():
    assert judged(key(KEY_7238)) == {FindingKind.TUYA_KEY: UNKNOWN}
    assert judged(key(KEY), chip="BK7231U") == {FindingKind.TUYA_KEY: PROVEN}  # no place of its own
    assert judged(key(0x10_0000), chip="BK7231U") == {FindingKind.TUYA_KEY: WRONG}


def test_a_place_behind_the_end_of_the_file_is_none():
    far = 0x39_7000  # of a BK7252 with 4 MiB
    assert judged(key(far), size=0x40_0000) == {FindingKind.TUYA_KEY: UNKNOWN}
    assert judged(key(far), size=far + SECTOR_LEN) == {FindingKind.TUYA_KEY: UNKNOWN}
    assert judged(key(far), size=far + SECTOR_LEN - 1) == {FindingKind.TUYA_KEY: WRONG}


def test_where_the_key_stands_elsewhere_only_calibration_and_settings_keep_their_places():
    others = [
        rf(0x10_0000),
        thing(FindingKind.OBK_CONFIG, 0x10_1000),
        thing(FindingKind.TUYA_FILES, 0x10_2000),
        thing(FindingKind.TUYA_PROTECTED, 0x10_3000),
    ]
    usual = judged(key(KEY), *others, chip="BK7231N")
    assert set(usual) == {item.kind for item in others} | {FindingKind.TUYA_KEY}
    unusual = judged(key(KEY_7238), *others, chip="BK7231N")
    assert set(unusual) == {
        FindingKind.TUYA_KEY, FindingKind.RF_CALIBRATION, FindingKind.OBK_CONFIG
    }  # fmt: skip
    assert set(judged(*others, chip="BK7231N")) == {item.kind for item in others}


@pytest.mark.parametrize(
    ("findings", "chip"),
    [
        ((), "BK7231N"),
        ((loader("BK7231N"),), None),
        ((loader("BK7238", "BK7231N"),), None),
        ((app("BK7231N"),), None),
        ((app("BK7231N"),), "no such chip"),
    ],
)
def test_the_chips_are_those_that_the_file_itself_names(findings, chip):
    assert judged(*findings, rf(RF_N), chip=chip)[FindingKind.RF_CALIBRATION] == PROVEN


@pytest.mark.parametrize("findings", [(), (app(None),), (app(["BK7231N"]),)])
def test_without_a_chip_no_place_is_known(findings):
    assert judged(*findings, rf(0x10_0000), chip=None)[FindingKind.RF_CALIBRATION] == UNKNOWN


def test_the_vendors_firmware_knows_the_vendors_places_alone():
    there = rf(RF_T)  # OpenBeken's place of a BK7238, not the vendor's
    assert judged(there, chip="BK7238") == {FindingKind.RF_CALIBRATION: WRONG}
    others = judged(there, chip="BK7238", kind=DumpKind.OPENBEKEN)
    assert others == {FindingKind.RF_CALIBRATION: PROVEN}
    settings = thing(FindingKind.OBK_CONFIG, 0x1E_1000)
    assert judged(settings, chip="BK7238") == {FindingKind.OBK_CONFIG: PROVEN}


# bytes that nothing proves


def test_bytes_outside_of_findings_are_unproven_and_so_is_the_room_before_a_header():
    assert unproven_len(report()) == SIZE
    assert unproven_len(report(rf(RF_T), rf(RF_T))) == SIZE - SECTOR_LEN
    code = app(code_end=0x2_0000, trailer=HEADER_T)
    known = 0x2_0000 - 0x1_1000 + 0x12_9F70 - HEADER_T
    assert unproven_len(report(code)) == SIZE - known
    without = 0x12_9F70 - 0x1_1000
    assert unproven_len(report(app(trailer=None))) == SIZE - without
    assert unproven_len(report(app(code_end=None))) == SIZE - without


# the header of an application


def test_a_header_that_stands_elsewhere_is_told_with_both_places():
    text = f"What belongs at 0x129F0A stands at 0x1B0F0A (application): {WORDS}."
    assert said(app(trailer=None, stray_trailer=0x1B_0F0A)) == [text]
    assert said(app(trailer=None, stray_trailer=0x1B_0F0A), kind=DumpKind.OPENBEKEN) == [text]
    assert said(app(stray_trailer=0x1B_0F0A)) == []


def test_a_missing_header_is_told_once_where_the_file_may_be_of_several_chips():
    for chips in (("BK7231T", "BK7231N"), ("BK7238", "BK7231T")):
        assert (
            len([text for text in said(loader(*chips), app(trailer=None)) if "header" in text]) == 1
        )


def test_something_else_where_the_header_belongs_is_told_of_the_vendors_firmware():
    text = (
        f"Where the header of the application belongs, at 0x129F0A, stands something else: {WORDS}."
    )
    assert said(app(trailer=None)) == [text]
    assert said(app(trailer=None), kind=DumpKind.OPENBEKEN) == []
    assert said(app(trailer=None), thing(FindingKind.ERASED, 0x12_9000)) == []
    assert said(app(trailer=None), thing(FindingKind.ERASED, 0x12_8000)) == [text]
    assert said(app(trailer=None), thing(FindingKind.ERASED, 0x12_A000)) == [text]


def test_a_header_is_asked_for_only_where_its_place_is_known_and_in_the_file():
    assert said(app(None, trailer=None), chip=None) == []
    assert said(app(trailer=None), size=0x12_9F6F) == []
    assert len(said(app(trailer=None), size=0x12_9F70)) == 1
    assert said(app(trailer=None), complete=False) == []
    assert said(rf(RF_T)) == []


# the store


def sectors(*blocks):
    """A classic store of a BK7231T: (place, block, writes) of each sector."""
    made = [
        SimpleNamespace(
            offset=KEY + (1 + at) * SECTOR_LEN,
            header=SimpleNamespace(kind=StoreKind.CLASSIC, block=block, writes=writes),
            sum_ok=True,
        )
        for at, block, writes in blocks
    ]
    return SimpleNamespace(key_block=KEY, sectors=made, own={item.offset for item in made})


IN_ORDER = [*((at, at, 5) for at in range(14)), (14, 0, 1), (15, 1, 1), (16, 2, 1)]
EXCHANGED = [
    (1, 3, 5) if at == 1 else (3, 1, 5) if at == 3 else (at, *rest) for at, *rest in IN_ORDER
]


def test_a_block_in_another_place_is_told_once():
    known = (key(KEY), rf(RF_T))
    assert said(*known, stores=[sectors(*IN_ORDER)]) == []
    text = f"Block 3 of the vendor's storage stands at 0x1F0000, not at 0x1F2000: {WORDS}."
    assert said(*known, stores=[sectors(*EXCHANGED)]) == [text]
    assert said(*known, stores=[sectors(), sectors(*EXCHANGED)]) == [text]
    assert said(*known, stores=[sectors(*IN_ORDER), sectors(*EXCHANGED)]) == []


def test_the_store_is_judged_only_where_all_else_stands_right():
    stores = [sectors(*EXCHANGED)]
    assert all("Block" not in text for text in said(key(KEY), rf(0x10_0000), stores=stores))
    assert said(stores=stores) == []


def test_a_doubled_block_is_told_with_both_places():
    made = sectors(*((at, at, 5) for at in range(15)), (15, 3, 5), (16, 4, 5))
    for item in made.sectors:
        item.header.kind = StoreKind.TUYAOS3
    text = (
        "Block 3 of the vendor's storage stands at 0x1F2000 and once more at 0x1FE000, and "
        "neither is the older one: whole sectors were doubled."
    )
    assert said(key(KEY), stores=[made]) == [text]
