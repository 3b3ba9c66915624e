"""Every settings block in the corpus: read, change one field, write; the rest stays to the byte."""

from __future__ import annotations

import contextlib

import pytest

from plugsmith.errors import Malformed
from plugsmith.openbeken.config_block import MAGIC, field, read_block
from plugsmith.openbeken.settings import NAMES, change_settings, read_settings

CHANGES = {
    "short_name": "round-trip",
    "mqtt_port": 11883,
    "boot_ok_seconds": 9,
    "flags": 0xFFFF_FFFF_FFFF_FFFF,
    "start_values": {"5": -1},
    "calibration": {"power": 1.25},
    "startup_command": "backlog startDriver BL0937; echo 1",
}


@pytest.fixture(scope="module")
def blocks(corpus):
    found = []
    for path in sorted([*corpus.glob("obk-flash/*.bin"), *corpus.glob("openbeken/*.bin")]):
        data = path.read_bytes()
        at = data.find(MAGIC)
        while at >= 0:
            with contextlib.suppress(Malformed):
                found.append((path.name, at, read_block(data[at : at + 4096])))
            at = data.find(MAGIC, at + 1)
    return found


def test_the_corpus_has_blocks(blocks):
    assert len({name for name, _at, _block in blocks}) >= 7
    assert {at for _name, at, _block in blocks} <= {0x1E1000, 0x1D1000}


def test_one_field_changes_and_nothing_else(blocks):
    for name, _at, block in blocks:
        for setting, value in CHANGES.items():
            changed = read_block(change_settings(block, {setting: value}).raw)
            place = block.place(field(setting))
            allowed = {3, *range(place.offset, place.end)}
            differing = {
                i for i, (a, b) in enumerate(zip(block.raw, changed.raw, strict=True)) if a != b
            }
            assert differing <= allowed, (name, setting)
            assert (changed.version, changed.signed) == (block.version, block.signed)


def test_writing_what_was_read_changes_no_value(blocks):
    for name, _at, block in blocks:
        settings = read_settings(block)
        again = change_settings(block, {key: settings[key] for key in NAMES if key in settings})
        assert read_settings(again) == settings, name
