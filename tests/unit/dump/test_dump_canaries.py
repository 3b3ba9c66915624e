"""Canaries in many spellings, places and kinds of dump; the judge knows only their bytes."""

from __future__ import annotations

import random

import pytest
from canary_spellings import KNOWN, NAMED
from dump_rig import DEVICES, dump_of, forged
from test_dump_ledger import planted, spots

from plugsmith.dump.sanitize.encodings import hidden
from plugsmith.dump.sanitize.sanitize import sanitize
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.openbeken.config_block import MAGIC

STRANGER = b"Zq7-stranger_words"  # stands nowhere else in the dump
SAMPLE = 7


@pytest.mark.parametrize("spelling", sorted(KNOWN))
def test_a_known_value_is_found_in_every_spelling(spelling):
    rng = random.Random(spelling)
    for value in (b"tr0ub4dor-And.3", b"YB9mYcLNzxkjc", "pässwörd-x".encode()):
        for lead in range(3):
            text = KNOWN[spelling](value)
            body = rng.randbytes(40) + b"\n" * lead + b"\xff\xff" + text + b"\xff\xff\0"
            found = list(hidden(body, [value]))
            assert found, (spelling, value)
    assert not list(hidden(rng.randbytes(4096), [b"tr0ub4dor-And.3"]))


def sampled() -> list[tuple[str, str, str]]:
    rng = random.Random(20)
    kinds = [name for name, _kind in DEVICES]
    rows = [("known", item) for item in KNOWN] + [("named", item) for item in NAMED]
    return [(*rng.choice(rows), rng.choice(kinds)) for _ in range(SAMPLE)]


@pytest.mark.parametrize(("sort", "spelling", "name"), sampled())
def test_no_canary_stays_and_without_strict_none_in_a_clean_place(sort, spelling, name):
    kind = dict(DEVICES[1:])[name] if name != "BK7231T" else DEVICES[0][1]
    made = forged(name, kind, paired=True)
    live = {item.field: item.value for item in made.canaries if item.place == "kv live"}
    value = live["password"] if sort == "known" else STRANGER
    text = (KNOWN if sort == "known" else NAMED)[spelling](value)
    places = spots(made.data, name)
    spot = random.Random(spelling).choice(sorted(set(places) - {"in a line of code"}))
    dirty = planted(made.data, places[spot], text)
    assert text not in sanitize(dump_of(dirty)).data
    open_copy = sanitize(dump_of(dirty), strict=False)
    at = open_copy.data.find(text)
    while at >= 0:
        assert any(at in span for span in open_copy.ledger.unread)
        at = open_copy.data.find(text, at + 1)
    assert STRANGER not in open_copy.data


@pytest.mark.parametrize("strict", [True, False])
def test_a_damaged_settings_block_away_from_home_is_erased(strict):
    made = forged("BK7231N", DEVICES[1][1], paired=True)
    block = bytearray(b"\0" * 0xD00)
    block[:8] = MAGIC + b"\x77\x05\0\0\0"
    block[0x100:0x120] = STRANGER.ljust(32, b"\0")
    dirty = planted(made.data, 0x16_1000, bytes(block))
    assert STRANGER not in sanitize(dump_of(dirty), strict=strict).data


def test_an_openbeken_flash_is_cleaned_too():
    image = forge_openbeken_qio("BK7231N", version="1.18.0")
    flash = bytearray(image.ljust(0x20_0000, b"\xff"))
    flash[0x1A_0000 : 0x1A_0000 + len(STRANGER)] = STRANGER
    clean = sanitize(dump_of(bytes(flash)))
    assert STRANGER not in clean.data
    assert sum(clean.ledger.sizes().values()) == len(flash)


def test_words_of_the_user_are_looked_for_too():
    data = forged("BK7231T", paired=True).data
    dirty = planted(data, 0x15_0123, b"hex " + STRANGER.hex().encode())
    left = sanitize(dump_of(dirty), strict=False).data
    assert STRANGER.hex().encode() in left
    clean = sanitize(dump_of(dirty), strict=False, secrets=[STRANGER, b"", b"x"]).data
    assert STRANGER.hex().encode() not in clean
