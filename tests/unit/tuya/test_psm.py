"""The table of ESP8266 modules: found in clear and scrambled, and only where it begins."""

from __future__ import annotations

import random

import other_images as made
import pytest

from plugsmith.dump.recovery.recover import recover
from plugsmith.image.aes import ecb_encrypt
from plugsmith.tuya.psm import KEYS, find_psm
from plugsmith.tuya.user_param import format_pin_text

PINS = format_pin_text({"rl1_pin": 12, "rl1_lv": 1, "bt1_pin": 0, "bt1_lv": 0, "module": "TYWE2S"})
SECRET = "hunter2-my-wifi"
ROWS = (b"PSM1", b"\1\0", b"gw_wsm=" + SECRET.encode(), b"user_param_key=" + PINS.encode(), b"x=1")
AT = 0x7B000


def table(*, rows=ROWS, key=None, sectors=4):
    plain = b"\0".join(rows).ljust(sectors * 0x1000, b"\0")
    return plain if key is None else ecb_encrypt(plain, key=key)


def flash(stored, at=AT, size=0x10_0000):
    boot = made.esp_image(esp8266=True)
    body = bytearray(boot.ljust(size, b"\xff"))
    body[0x2000:0x4_0000] = random.Random(1).randbytes(0x3_E000)
    body[at : at + len(stored)] = stored
    return bytes(body[:size])


@pytest.mark.parametrize("key", [None, KEYS[0], KEYS[0x2D], KEYS[255]])
@pytest.mark.parametrize("at", [AT, 0x4_0000])
def test_pins_come_out_wherever_it_lies_and_no_value_is_told(key, at):
    found = recover(flash(table(key=key), at))
    assert found.best is not None
    assert found.best.text.decode() == PINS
    assert found.parsed is not None
    told = found.notes[1]
    assert f"{at:#08x}" in told.lower()
    assert ("scrambled" in told) == (key is not None)
    assert "gw_wsm, user_param_key, x" in told
    assert SECRET not in told
    assert "Pin numbers are those of ESP8266" in found.notes[0]


NEAR = {
    "a wrong bit in its mark": lambda key: b"\x51" + table()[1:],
    "another key": lambda key: ecb_encrypt(table(), key=key[:4] + b"\0" + key[5:15] + b"V"),
    "shifted by a byte": lambda key: b"\0" + table(key=key)[:-1],
    "without its first sector": lambda key: table(key=key)[0x1000:],
    "in the other byte order": lambda key: table(rows=(b"1MSP", *ROWS[1:]), key=key),
    "nothing but the mark": lambda key: table(rows=ROWS[:1], key=key),
    "a mark before noise": lambda key: (
        b"PSM1" + random.Random(3).randbytes(0xFFC).replace(b"=", b"")
    ),
    "cut within its first sector": lambda key: table(key=key)[:0x800].ljust(0x800, b"\xff"),
}


@pytest.mark.parametrize("name", NEAR)
@pytest.mark.parametrize("key", [KEYS[7]])
def test_what_is_nearly_one_is_none(name, key):
    stored = NEAR[name](key)
    if name == "cut within its first sector":
        data = flash(b"")[: AT - 0x800] + b"\xff" * 0x800 + stored
    else:
        data = flash(stored)
    assert find_psm(data) is None


def test_what_was_tried_is_told():
    assert "256 keys: there is none" in recover(flash(b"")).notes[1]


def test_other_chips_are_not_searched_for_it():
    found = recover(made.ln882h_flash())
    assert len(found.notes) == 1


def test_a_table_without_an_end_is_read_for_32_sectors():
    found = find_psm(flash(table(rows=(b"PSM1", *[b"name=value"] * 20_000), sectors=60), 0x4_0000))
    assert found is not None
    assert len(found.plain) == 32 * 0x1000
    assert found.names == ("name",)


def test_a_name_right_behind_the_mark_is_told_without_it():
    found = find_psm(flash(b"PSM1first=1\0second=2\0".ljust(0x1000, b"\0")))
    assert found is not None
    assert found.names == ("first", "second")
