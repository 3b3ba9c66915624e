"""Flash parts: every public row, made safe by the rules of uart-protocol.md 5.5."""

from __future__ import annotations

import pytest

from plugsmith.chips.flash_parts import flash_part, flash_parts, size_from_id

SHORT_ROWS = ("C84013", "C86413", "E04013", "C86414", "E04014", "854215", "C86819")
CMP = 1 << 14


def part(text: str):
    found = flash_part(bytes.fromhex(text))
    assert found is not None, text
    return found


def test_every_row_of_the_paper_is_there():
    assert len(flash_parts()) >= 88  # and whatever was found since
    assert flash_part(b"\0\0\0") is None
    assert flash_part(b"\xff\xff\xff") is None


@pytest.mark.parametrize("item", flash_parts(), ids=lambda item: item.jedec.hex())
def test_a_part_is_consistent(item):
    assert item.sources
    if not item.status_known:
        assert item.jedec == bytes.fromhex("014B42")
        assert not item.is_protected(0xFFFF)
        return
    assert item.size == size_from_id(item.jedec)
    assert item.read_opcodes[0] == 0x05
    assert len(item.read_opcodes) == (2 if item.compare_mask > 0xFF else 1)
    assert item.is_protected(item.protected)
    assert not item.is_protected(item.unprotected_status(0xFFFF))
    kept = item.unprotected_status(0xFFFF) | item.compare_mask
    assert kept == 0xFFFF  # reserved bits, QE and lock bits stay as read


@pytest.mark.parametrize("text", SHORT_ROWS)
def test_the_seven_short_rows_read_the_second_byte_too(text):
    item = part(text)
    assert item.sr_bytes == 1
    assert item.read_opcodes == (0x05, 0x35)
    assert item.is_protected(CMP)
    assert not item.clearable(CMP)  # one written byte cannot clear bit 14
    assert item.clearable(0x1C)


def test_the_part_without_status_data_is_never_written():
    item = part("014B42")
    assert item.write_len == 0
    assert not item.status_known
    assert not item.clearable(0x1C)
    assert item.size == 0x80000


def test_three_status_bytes_are_written_as_two():
    item = part("C46015")
    assert item.sr_bytes == 3
    assert item.write_len == 2
    assert len(item.read_opcodes) == 2


def test_the_mask_beats_the_field_length_on_mx25v():
    item = part("C22315")
    assert item.compare_mask == 0x103C
    assert item.read_opcodes == (0x05, 0x15)
    assert any("mask counts" in note for note in item.notes)


def test_the_worked_example_of_the_paper():
    item = part("1C7015")  # EN25QH16B reads 5C: compare mask 3C, write 40
    assert item.is_protected(0x5C)
    assert item.unprotected_status(0x5C) == 0x40


def test_protected_values_that_differ():
    for text in ("0E4016", "1C7016", "EF4016", "EF4017"):
        assert part(text).protected == 0x7C
    assert part("EB6015").protected == 0x1C


def test_disagreements_are_kept_as_notes():
    assert any("SR size differs" in note for note in part("C84016").notes)


@pytest.mark.parametrize(
    ("text", "size"),
    [("EB6015", 0x20_0000), ("000000", None), ("FFFFFF", None), ("EB6000", None), ("EB60", None)],
)
def test_sizes_from_ids(text, size):
    assert size_from_id(bytes.fromhex(text)) == size
