"""What is wrong with a file, thing by thing, with its numbers: on reports made of facts alone."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from plugsmith.dump.finding import Finding, FindingKind
from plugsmith.dump.layout import Layout, Slip
from plugsmith.dump.survey.damage import assess, is_image
from plugsmith.dump.survey.report import DamageKind, DumpKind, DumpReport, FirmwareFacts, Secrets
from plugsmith.image.model import ONLY_READ, FindingLevel, FirmwareImage, ImageFinding, ImageKind
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.tuya.kv import StoreKind

SIZE = 0x20_0000
KEY = 0x1E_E000  # of a BK7231T
LAST_HEADER = 0x12_9F0A
CODE = {
    "chip": "BK7231T",
    "bad_lines": 0,
    "lines": 100,
    "first_bad": None,
    "code_end": 0x2_2345,
    "raw_size": 3200,
    "trailer": LAST_HEADER,
}


def thing(kind, start, length=SECTOR_LEN, *, sound=True, **facts):
    return Finding(kind=kind, span=AddressRange.sized(start, length), sound=sound, facts=facts)


def loader(*, sound=True, bad_lines=0):
    return thing(
        FindingKind.BOOTLOADER, 0, 0x1_0000, sound=sound, bad_lines=bad_lines, chips=["BK7231T"]
    )


def app(length=0x11_8F70, **facts):
    return thing(FindingKind.APPLICATION, 0x1_1000, length, **(CODE | facts))


RF = thing(FindingKind.RF_CALIBRATION, 0x1E_0000)
WHOLE = DumpReport(
    kind=DumpKind.FACTORY,
    size=SIZE,
    chip="BK7231T",
    chip_evidence=(),
    flash_size=SIZE,
    layout=Layout(flash_size=SIZE, complete=True),
    firmware=FirmwareFacts(name="Tuya"),
    mac=None,
    regions=(),
    findings=(loader(), app(), RF, thing(FindingKind.TUYA_KEY, KEY)),
    secrets=Secrets(),
    damage=(),
)
CUT = replace(WHOLE.layout, complete=False)


def store(blocks=(*range(14), 0, 0, 1), *, wrong=(), key=KEY, newest=None, own=True):
    """A classic store: its sectors in flash order with the block of each."""
    made = [
        SimpleNamespace(
            offset=KEY + (1 + at) * SECTOR_LEN,
            header=SimpleNamespace(kind=StoreKind.CLASSIC, block=block, writes=5 - (at > 13)),
            sum_ok=at not in wrong,
        )
        for at, block in enumerate(blocks)
        if block is not None
    ]
    offsets = frozenset(item.offset for item in made)
    known = dict.fromkeys(set(blocks) - {None}, 0) if newest is None else dict.fromkeys(newest, 0)
    group = SimpleNamespace(sectors=offsets, newest=known)
    return SimpleNamespace(
        key_block=key, sectors=made, own=offsets if own else frozenset(), groups=[group]
    )


def said(report=WHOLE, stores=None):
    found = assess(report, stores=[store()] if stores is None else stores)
    return [(item.kind, item.text) for item in found]


def kinds(report=WHOLE, stores=None):
    return [kind for kind, _text in said(report, stores)]


def of(kind, report=WHOLE, stores=None):
    """The one sentence of a kind."""
    (text,) = [text for found, text in said(report, stores) if found is kind]
    return text


def with_findings(*findings, **changes):
    return replace(WHOLE, findings=findings, **changes)


def test_of_a_whole_flash_nothing_is_said():
    assert said() == []


# what is no flash


def test_what_is_no_flash_gets_one_sentence_and_no_other_check():
    nothing = replace(WHOLE, findings=(), layout=Layout())
    for kind, damage, text in (
        (DumpKind.BLANK, DamageKind.BLANK, "All bytes are the same"),
        (DumpKind.RANDOM, DamageKind.NOT_A_FLASH, "Nothing in it is known"),
        (DumpKind.UNKNOWN, DamageKind.NOT_A_FLASH, "Nothing in it is known"),
    ):
        ((found, words),) = said(replace(nothing, kind=kind))
        assert found is damage
        assert text in words
    called = replace(nothing, kind=DumpKind.UNKNOWN, looks_like="a ZIP archive")
    assert said(called) == [(DamageKind.NOT_A_FLASH, "This is a ZIP archive, not a flash dump.")]


def test_a_file_of_another_form_is_called_an_image_and_nothing_is_missing_in_it():
    package = with_findings(kind=DumpKind.OPENBEKEN, looks_like="a package", layout=CUT)
    ((kind, text),) = said(package, [])
    assert kind is DamageKind.IMAGE
    assert text.startswith("This is a package: it holds no data")


# how the file lies in the flash


def test_each_way_in_which_a_file_lies_wrong_is_told_with_its_number():
    layout = Layout(rotation=0x1_1000, flash_size=SIZE, complete=True)
    assert "starts at flash address 0x011000" in of(
        DamageKind.ROTATED, replace(WHOLE, layout=layout)
    )
    for count, told in ((1, "1 foreign bytes"), (3, "3 foreign bytes")):
        layout = Layout(shift=count, flash_size=SIZE, complete=True)
        text = of(DamageKind.SHIFTED, replace(WHOLE, layout=layout))
        assert text.startswith(f"{told} stand in front")
        text = of(DamageKind.SHIFTED, replace(WHOLE, layout=replace(layout, shift=-count)))
        assert text == f"The first {count} bytes of the flash are missing."
    for amount, words in (
        (1, "1 bytes are missing"),
        (7, "7 bytes are missing"),
        (-1, "1 foreign bytes stand"),
        (-7, "7 foreign bytes stand"),
    ):
        slip = Slip(after=0x2_0000, before=0x3_0000, amount=amount)
        layout = Layout(slips=(slip, slip), flash_size=SIZE, complete=True)
        texts = [
            text
            for kind, text in said(replace(WHOLE, layout=layout))
            if kind is DamageKind.BYTES_LOST
        ]
        place = "somewhere between 0x020000 and 0x030000 of the file."
        assert texts == [f"{words} {place}"] * 2


def test_where_a_file_ends_is_told_once():
    later = replace(WHOLE, layout=replace(CUT, start=0x1E_0000))
    assert of(DamageKind.TRUNCATED, later).endswith("only from address 0x1E0000 on.")
    short = replace(WHOLE, layout=CUT, size=0x1F_0000)
    assert "ends at 2031616 of 2097152 bytes" in of(DamageKind.TRUNCATED, short)
    assert DamageKind.TRUNCATED not in kinds(replace(short, flash_size=None))
    turned = replace(CUT, rotation=0x1_1000)
    assert DamageKind.TRUNCATED not in kinds(replace(short, layout=turned))
    more = replace(WHOLE, layout=replace(WHOLE.layout, trailing=16))
    assert said(more) == [(DamageKind.TRAILING, "16 bytes follow the flash content.")]


def test_a_file_that_ends_with_its_application_is_an_image_and_no_cut_flash():
    end = 0x1_1000 + 0x11_8F70
    image = with_findings(loader(), app(), kind=DumpKind.OPENBEKEN, size=end, layout=CUT)
    assert is_image(image)
    assert kinds(image, []) == [DamageKind.IMAGE]
    for other in (
        replace(image, size=end + 1),
        replace(image, size=end - 1),
        replace(image, layout=replace(CUT, shift=1)),
        with_findings(loader(), app(trailer=None), size=end, layout=CUT),
        with_findings(loader(), size=end, layout=CUT),
    ):
        assert not is_image(other)
        assert DamageKind.IMAGE not in kinds(other, [])


# boot loader and application


@pytest.mark.parametrize(
    ("kind", "layout", "told"),
    [
        (DumpKind.FACTORY, WHOLE.layout, True),
        (DumpKind.PARTIAL, CUT, True),
        (DumpKind.STORAGE_ONLY, WHOLE.layout, True),
        (DumpKind.STORAGE_ONLY, CUT, False),  # a piece that never had them
    ],
)
def test_code_that_is_missing_is_told_unless_only_the_storage_was_read(kind, layout, told):
    found = kinds(with_findings(RF, kind=kind, layout=layout))
    assert (DamageKind.LOADER_MISSING in found) is told
    assert (DamageKind.APP_MISSING in found) is told


def test_lines_with_a_wrong_checksum_are_counted():
    damaged = with_findings(loader(sound=False, bad_lines=4), app(), RF)
    assert "4 of its lines fail" in of(DamageKind.LOADER_DAMAGED, damaged)
    assert DamageKind.LOADER_DAMAGED not in kinds(with_findings(loader(bad_lines=4), app(), RF))
    broken = with_findings(loader(), app(bad_lines=1, first_bad=0x1_1044), RF)
    assert said(broken) == [
        (
            DamageKind.APP_DAMAGED,
            "1 of 100 lines of the application fail their checksum, first at 0x011044.",
        )
    ]


def test_an_application_without_header_that_stops_where_a_sector_does_looks_half_written():
    half = with_findings(loader(), app(trailer=None, code_end=0x2_2000, raw_size=None), RF)
    assert "stops at 0x022000, exactly where a sector ends" in of(DamageKind.APP_INCOMPLETE, half)
    for facts in (
        {"trailer": None, "code_end": 0x2_2001},
        {"trailer": None, "code_end": 0x2_1FFF},
        {"code_end": 0x2_2000},
    ):
        assert DamageKind.APP_INCOMPLETE not in kinds(with_findings(loader(), app(**facts), RF))


@pytest.mark.parametrize(("lines", "told"), [(99, True), (100, False), (101, False)])
def test_an_application_with_fewer_lines_than_its_header_says_looks_half_written(lines, told):
    for raw_size in (3200, 3169):  # the last line is filled up
        report = with_findings(loader(), app(lines=lines, raw_size=raw_size), RF)
        assert (DamageKind.APP_INCOMPLETE in kinds(report)) is told
        if told:
            text = of(DamageKind.APP_INCOMPLETE, report)
            assert "stops at 0x022345: 99 of 100 lines are there" in text
    for lines in (0, 1):
        assert kinds(with_findings(loader(), app(lines=lines, raw_size=None), RF)) == []


def test_code_that_nobody_here_can_judge_is_not_called_damaged():
    later = FirmwareImage(
        kind=ImageKind.FULL_DUMP,
        size=SIZE,
        sha256="",
        findings=(ImageFinding(level=FindingLevel.NOTE, code=ONLY_READ, text="Only read."),),
    )
    found = kinds(with_findings(RF, image=later), [])
    assert found == [DamageKind.STORAGE_MISSING]
    assert DamageKind.LOADER_MISSING in kinds(with_findings(RF), [])


# calibration and store


def test_a_calibration_is_missing_only_from_a_whole_flash():
    assert kinds(with_findings(loader(), app())) == [DamageKind.RF_MISSING]
    assert DamageKind.RF_MISSING not in kinds(with_findings(loader(), app(), layout=CUT))


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (DumpKind.FACTORY, True),
        (DumpKind.STORAGE_ONLY, True),
        (DumpKind.OPENBEKEN, False),
        (DumpKind.ESPHOME, False),
    ],
)
def test_a_store_that_cannot_be_read_is_told_where_one_must_be(kind, told):
    assert (DamageKind.STORAGE_MISSING in kinds(replace(WHOLE, kind=kind), [])) is told
    assert (DamageKind.STORAGE_MISSING in kinds(replace(WHOLE, kind=kind), [store(())])) is told


def test_a_piece_of_the_vendors_flash_lacks_the_store_if_it_ends_before_its_key():
    piece = replace(WHOLE, kind=DumpKind.PARTIAL, layout=CUT, size=KEY + SECTOR_LEN - 1)
    told = DamageKind.STORAGE_MISSING
    assert told in kinds(piece, [])
    for other in (
        replace(piece, size=KEY + SECTOR_LEN),
        replace(piece, firmware=None),
        replace(piece, firmware=FirmwareFacts(name="OpenBeken")),
        replace(piece, chip=None),
    ):
        assert told not in kinds(other, [])


def test_a_store_without_its_key_block_is_told():
    assert kinds(WHOLE, [store(key=None)]) == [DamageKind.KEY_MISSING]


def test_sectors_of_the_store_that_fail_or_are_missing_are_counted():
    for made, words in (
        (store(wrong=(3,)), "1 of 17 sectors fail their sum, 0 are missing"),
        (store(wrong=(3, 16)), "2 of 17 sectors fail their sum, 0 are missing"),
        (store((*range(5), None, *range(6, 14), 0, 0, 1)), "0 of 16 sectors fail their sum, 1 are"),
        (store(newest=(*range(5), 6)), "0 of 17 sectors fail their sum, 1 are missing"),
        (store(newest=(*range(5), 7)), "0 of 17 sectors fail their sum, 2 are missing"),
        (store(newest=(5,), own=False), "0 of 17 sectors fail their sum, 5 are missing"),
    ):
        assert words in of(DamageKind.STORAGE_DAMAGED, WHOLE, [made])
    assert kinds(WHOLE, [store(newest=())]) == []


def test_blocks_are_counted_in_the_store_that_the_device_uses():
    made = store()
    other = SimpleNamespace(sectors=frozenset({0x1000}), newest={9: 0x1000})
    made.groups.insert(0, other)
    assert kinds(WHOLE, [made]) == []
    made.groups.reverse()
    assert kinds(WHOLE, [made]) == []


def test_the_first_store_with_a_sector_is_the_one_that_is_judged():
    assert kinds(WHOLE, [store((), key=None), store(), store(key=None)]) == []


# what the recogniser of firmware files says


def problem(code, text="The words of it."):
    found = ImageFinding(level=FindingLevel.PROBLEM, code=code, text=text)
    return FirmwareImage(kind=ImageKind.QIO, size=SIZE, sha256="", findings=(found,))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("chip-conflict", DamageKind.MISMATCH),
        ("key-conflict", DamageKind.MISMATCH),
        ("rotated", DamageKind.ROTATED),
        ("repeated", DamageKind.TRAILING),
        ("no-loader", DamageKind.LOADER_MISSING),
        ("no-application", DamageKind.APP_MISSING),
        ("no-code", DamageKind.APP_MISSING),
        ("bad-crc", DamageKind.APP_DAMAGED),
    ],
)
def test_what_is_wrong_with_the_firmware_is_taken_over(code, kind):
    assert said(replace(WHOLE, image=problem(code))) == [(kind, "The words of it.")]


@pytest.mark.parametrize(
    ("code", "report"),
    [
        ("no-application", with_findings(loader(), RF)),
        ("no-loader", with_findings(app(), RF)),
        ("no-loader", replace(WHOLE, layout=Layout(shift=2, flash_size=SIZE, complete=True))),
        ("no-code", with_findings(RF)),
        ("bad-crc", with_findings(loader(), app(bad_lines=1, first_bad=0x1_1000), RF)),
        ("bad-crc", with_findings(loader(sound=False), app(), RF)),
        ("repeated", replace(WHOLE, layout=replace(WHOLE.layout, trailing=16))),
        ("cut-off", with_findings(loader(), app(lines=9), RF)),
        ("cut-off", replace(WHOLE, layout=CUT, size=0x1F_0000)),
        ("rotated", replace(WHOLE, layout=replace(WHOLE.layout, rotation=0x1_1000))),
    ],
)
def test_what_the_survey_said_already_is_not_said_twice(code, report):
    assert said(replace(report, image=problem(code))) == said(report)


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (0x8_0000, False),  # the smallest flash of these chips
        (0x10_0000, False),
        (0x4_0000, True),
        (0x10_0000 - 2, True),
        (0x10_0001, True),
        (0x18_0000, True),
    ],
)
def test_a_small_flash_that_ends_before_the_place_of_a_header_is_not_called_cut(size, told):
    small = replace(WHOLE, size=size, image=problem("cut-off"))
    assert (DamageKind.TRUNCATED in kinds(small)) is told
    assert kinds(replace(small, image=problem("repeated"))) == [DamageKind.TRAILING]
