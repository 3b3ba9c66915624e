"""`dump gpio` on a made-up dump: the pins that a firmware of ours sets up, without any corpus."""

from __future__ import annotations

import json

import pytest

from plugsmith.cli.app import main
from plugsmith.emu.board import BOARDS
from plugsmith.emu.runner import emulator_installed
from plugsmith.forge.flash import forge_flash
from plugsmith.image.crc import build_lines
from plugsmith.image.scramble import scramble
from plugsmith.tuya.user_param import format_pin_text

pytestmark = pytest.mark.skipif(not emulator_installed(), reason="the extra `emu` is not installed")

# r3 = 0x802800; P26 an output, driven high; P11 an input with pull-up; P8 handed to its function;
# r0 = 0x802A00; PWM channel 2 (P8): period 0x8000, on; then it stays.
FIRMWARE = (
    0xE3A03502, 0xE2833B0A, 0xE3A01002, 0xE5831068, 0xE3A0103C, 0xE583102C, 0xE3A01040, 0xE5831020,
    0xE3A00502, 0xE2800C2A, 0xE3A01902, 0xE58010A0, 0xE3A01C01, 0xE5801080, 0xEAFFFFFE,
)  # fmt: skip
TEXT = format_pin_text({"rl1_pin": 26, "rl1_lv": 1, "bt1_pin": 11, "bt1_lv": 0})


CHIP = "BK7231T"


@pytest.fixture
def dump(tmp_path):
    """A whole dump whose code is the firmware above."""
    code = b"".join(word.to_bytes(4, "little") for word in FIRMWARE)
    key = BOARDS[CHIP].key
    content = bytearray(forge_flash(pin_text=TEXT, chip=CHIP, code_len=0x8000))
    lines = build_lines(scramble(code.ljust(64, b"\0"), key, start=0))
    content[: len(lines)] = lines
    path = tmp_path / "plug.bin"
    path.write_bytes(content)
    return path


def test_the_pins_that_a_firmware_sets_up_are_named_with_what_it_makes_of_them(dump, capsys):
    assert main(["dump", "gpio", str(dump), "--chip", CHIP, "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])["data"]
    pins = {pin["gpio"]: pin for pin in result["pins"]}
    assert set(pins) == {8, 11, 26}
    assert pins[26]["modes"] == ["output"]
    assert pins[26]["levels"][-1] == 1
    assert pins[11]["modes"] == ["input-pull-up"]
    assert (pins[8]["modes"], pins[8]["pwm"]) == (["function"], True)


def test_people_read_the_same(dump, capsys):
    assert main(["dump", "gpio", str(dump), "--chip", CHIP]) == 0
    text = capsys.readouterr().out
    assert "P26  output" in text
    assert "P11  input-pull-up" in text
    assert "P8   function, PWM" in text
