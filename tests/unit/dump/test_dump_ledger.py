"""Every byte of a file is code, structure, searched or unread; nothing hides behind code."""

from __future__ import annotations

import base64
import random
from functools import cache

import pytest
from dump_rig import DEVICES, adds_up, dump_of, forged, key_addr

from plugsmith.dump.recovery.recover import recover
from plugsmith.dump.sanitize.ledger import account
from plugsmith.dump.sanitize.sanitize import sanitize
from plugsmith.dump.survey.proven_code import headers, proven_code
from plugsmith.dump.survey.survey import survey
from plugsmith.forge.dump import FORUM_TEXT
from plugsmith.image.crc import bad_lines
from plugsmith.tuya.kv import StoreKind

PASSWORD = b"tr0ub4dor-and-3"  # of nobody, and under no telling name


@cache
def base_dump(name: str, kind: StoreKind) -> bytes:
    return forged(name, kind, paired=True).data


ROOMS = (
    "behind the loader's code",
    "behind the application's code",
    "in front of the trailer",
    "in a line of code",
    "behind the key",
    "in a gap",
    "behind the calibration",
)


def spots(data: bytes, name: str) -> dict[str, int]:
    """Places that no record owns: one of each kind that a dump has."""
    found = survey(dump_of(data)).findings
    code = proven_code(data, found)
    ends = [header.start for header in headers(data, found)]
    rooms = {
        "behind the loader's code": code[0].end + 7,
        "behind the application's code": code[-1].end + 0x40,
        "in front of the trailer": ends[-1] - 0x60,
        "in a line of code": code[-1].start + 34 * 50 + 3,
        "behind the key": key_addr(name) + 0x800,
        "in a gap": 0x15_0123,
    }
    rf = next(item for item in found if item.kind.value == "rf-calibration")
    rooms["behind the calibration"] = rf.span.start + 0xC00
    assert set(rooms) == set(ROOMS)
    return rooms


def planted(data: bytes, at: int, text: bytes) -> bytes:
    return data[:at] + text + data[at + len(text) :]


@pytest.mark.sample(2)
@pytest.mark.parametrize(("name", "kind"), DEVICES)
def test_the_four_kinds_add_up_to_the_file_before_and_after(name, kind):
    data = base_dump(name, kind)
    adds_up(data, account(data, survey(dump_of(data))))
    clean = sanitize(dump_of(data))
    adds_up(clean.data, clean.ledger)
    assert clean.ledger.unread == ()
    assert clean.ledger.sizes()["code"] > 0x2000


def test_what_counts_as_code_has_right_sums():
    data = base_dump("BK7231N", StoreKind.TUYAOS3)
    for span in proven_code(data, survey(dump_of(data)).findings):
        assert len(span) % 34 == 0
        assert bad_lines(data[span.start : span.end]) == []


@pytest.mark.sample(1)
@pytest.mark.parametrize("spot", ROOMS)
def test_no_text_that_nobody_knows_survives_anywhere(spot):
    """No search can find these: only that nothing unread stays takes them out."""
    rng = random.Random(spot)
    name, kind = rng.choice(DEVICES)
    data = base_dump(name, kind)
    text = rng.choice([PASSWORD, base64.b64encode(PASSWORD), PASSWORD.decode().encode("utf-16")])
    dirty = planted(data, spots(data, name)[spot], text)
    clean = sanitize(dump_of(dirty))
    assert text not in clean.data
    assert recover(clean.data).best.text == FORUM_TEXT.encode()
    adds_up(clean.data, clean.ledger)


def test_without_strict_what_is_not_read_stays_and_is_listed():
    data = base_dump("BK7231T", StoreKind.CLASSIC)
    for at in spots(data, "BK7231T").values():
        dirty = planted(data, at, PASSWORD)
        clean = sanitize(dump_of(dirty), strict=False)
        still = clean.data.find(PASSWORD)
        assert still == at
        assert any(at in span and at + len(PASSWORD) - 1 in span for span in clean.unread)
        assert any(at in span for span in clean.ledger.unread)


def test_a_known_value_behind_the_code_is_found_by_search():
    """The fault that was seen: the password in the erased room behind the application."""
    made = forged("BK7231T", StoreKind.CLASSIC, paired=True)
    secret = next(
        item.value for item in made.canaries if (item.place, item.field) == ("kv live", "password")
    )
    dirty = planted(made.data, spots(made.data, "BK7231T")["behind the application's code"], secret)
    for strict in (True, False):
        assert secret not in sanitize(dump_of(dirty), strict=strict).data
