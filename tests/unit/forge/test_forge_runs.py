"""Forged firmware starts on the chip it is forged for and on no chip of the other family."""

from __future__ import annotations

import pytest

from plugsmith.chips.catalog import boot_codes, chip
from plugsmith.emu.board import BOARDS
from plugsmith.emu.job import EmuLimits
from plugsmith.emu.runner import emulator_installed, run_boot
from plugsmith.forge.arm_code import branch, branch_target
from plugsmith.forge.firmware import code_key, forge_app, forge_loader
from plugsmith.forge.flash import forge_flash
from plugsmith.image.physical import strip_lines
from plugsmith.image.scramble import scramble

needs_emulator = pytest.mark.skipif(not emulator_installed(), reason="extra emu")
LIMITS = EmuLimits(instructions=3_000_000, wall_s=20.0)


def run(*, loader: str, app: str, on: str):
    flash = bytearray(forge_flash(chip=loader))
    code = forge_app(app)
    flash[0x11000 : 0x11000 + len(code)] = code
    return run_boot(bytes(flash), chip=on, limits=LIMITS)


@pytest.mark.sample(2)
@needs_emulator
@pytest.mark.parametrize("name", sorted(BOARDS))
def test_a_forged_openbeken_boots_on_its_own_chip(name):
    answer = run(loader=name, app=name, on=name)
    assert (answer["boots"], answer["reached"]) == (True, "application log")
    assert answer["firmware"] == "OpenBeken"
    assert answer["resets"] == 0
    assert answer["faults"] == []
    assert answer["log"].index("J 0x10000") < answer["log"].index("Main_Init_After_Delay done")


@pytest.mark.sample(2)
@needs_emulator
@pytest.mark.parametrize(
    ("loader", "app", "on", "jumped"),
    [
        ("BK7231T", "BK7231N", "BK7231T", True),
        ("BK7231N", "BK7231T", "BK7231N", True),
        ("BK7231N", "BK7231N", "BK7231T", False),
        ("BK7231T", "BK7231T", "BK7231N", False),
        ("BK7231N", "BK7231M", "BK7231N", True),
    ],
)
def test_a_forged_image_for_another_chip_does_not_boot(loader, app, on, jumped):
    answer = run(loader=loader, app=app, on=on)
    assert answer["boots"] is False
    assert answer["faults"]
    assert ("J 0x10000" in answer["log"]) is jumped


@needs_emulator
def test_an_erased_application_does_not_boot():
    flash = bytearray(forge_flash(chip="BK7231T"))
    flash[0x11000:0x132000] = b"\xff" * (0x132000 - 0x11000)
    assert run_boot(bytes(flash), chip="BK7231T", limits=LIMITS)["boots"] is not True


@pytest.mark.parametrize("code", boot_codes(), ids=lambda code: code.name)
def test_the_reset_vector_of_every_forged_loader_leads_to_its_program(code):
    key = code_key(chip(code.chip))
    plain = scramble(strip_lines(forge_loader(code.name)), key, start=0)
    entry = branch_target(plain[:4], at=0)
    if plain[entry + 3] == 0xEA:  # goes round the key
        entry = branch_target(plain[entry : entry + 4], at=entry)
    assert plain[entry : entry + 4] == (0xE59FD058).to_bytes(4, "little")
    assert b"J 0x10000" in plain[entry : entry + 0x100]


def test_branches():
    assert branch(0, 0x3990) == bytes.fromhex("620e00ea")  # uart-protocol.md 7.6: the T loader
    assert branch_target(branch(0x40, 0x400), at=0x40) == 0x400
