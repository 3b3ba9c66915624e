"""The vendor's store in the flash of another maker's chip, where a public tool looks for it."""

from __future__ import annotations

import json
import random

import pytest
from other_images import ameba_z2_flash, ameba_z_flash, bl602_flash, ln882h_flash

from plugsmith.cli.app import main

# places that BK7231GUIFlashTool's source names; for a BL602 it names none
FLASHES = {
    "RTL8710B": (ameba_z_flash, 0x1E_B000),
    "RTL8720C": (ameba_z2_flash, 0x1D_5000),
    "LN882H": (ln882h_flash, 0x1E_C000),
    "BL602": (bl602_flash, 0x1B_3000),
}
STORE = 0x1E_E000


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """The key block and the sectors behind it, as on a BK7231T."""
    file = tmp_path_factory.mktemp("forged") / "t.bin"
    assert main(["dump", "forge", "-o", str(file)]) == 0
    return file.read_bytes()[STORE:]


def asked(capsys, verb, file):
    capsys.readouterr()
    code = main(["dump", verb, str(file), "--json"])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()][-1]


@pytest.mark.parametrize("chip", FLASHES)
def test_its_pins_are_proven_and_the_chip_is_named(chip, store, tmp_path, capsys):
    make, at = FLASHES[chip]
    flash = bytearray(make())
    part = store[: len(flash) - at]
    flash[at : at + len(part)] = part
    file = tmp_path / "flash.bin"
    file.write_bytes(flash)
    code, found = asked(capsys, "config", file)
    assert code == 0, found
    assert found["data"]["confidence"] == "proven"
    said = json.dumps(found)
    assert f"a flash of the chip {chip}" in said
    assert "the template is none for a Beken device" in said


@pytest.mark.parametrize("chip", FLASHES)
def test_without_one_it_is_said_what_was_tried(chip, tmp_path, capsys):
    flash = bytearray(FLASHES[chip][0]())
    flash[0x1D_5000:0x1F_F000] = random.Random(7).randbytes(0x2_A000)
    file = tmp_path / "flash.bin"
    file.write_bytes(flash)
    code, found = asked(capsys, "config", file)
    assert code == 8
    assert "with their keys" in json.dumps(found)
