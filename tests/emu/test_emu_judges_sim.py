"""The simulator's word on what starts, held against a CPU that executes the same bytes."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest
from campaign_size import sampled

from plugsmith.emu.runner import emulator_installed, run_boot
from plugsmith.forge.firmware import forge_app, forge_loader
from plugsmith.forge.flash import forge_flash
from plugsmith.sim.chip import firmware
from plugsmith.sim.chip.codelines import LINE, decrypt, line_states, payload
from plugsmith.sim.chip.firmware import APP_LOGICAL, judge_application
from plugsmith.sim.chip.personality import PERSONALITIES

pytestmark = pytest.mark.skipif(not emulator_installed(), reason="the extra `emu` is not installed")
CODE = 0x4000
CHIPS = ("BK7231T", "BK7231N", "BK7231M", "BK7231U", "BK7231Q", "BK7238")
OPENBEKEN = tuple(chip for chip in CHIPS if chip != "BK7231Q")  # there is no build for a Q
CORPUS = Path(os.environ.get("PLUGSMITH_CORPUS", "../shared/corpus"))


def simulated(flash: bytes, chip: str) -> bool:
    who = next(item for item in PERSONALITIES if item.chip == chip.lower())
    return judge_application(flash, who).boots


@cache
def emulated(flash: bytes, chip: str) -> bool | None:
    return run_boot(flash, chip=chip)["boots"]


@pytest.mark.sample(2)
@pytest.mark.parametrize("chip", CHIPS)
def test_a_forged_factory_flash_starts_on_its_chip(chip):
    flash = forge_flash(chip=chip, code_len=CODE)
    assert emulated(flash, chip) is True
    assert simulated(flash, chip)


@pytest.mark.sample(3)
@pytest.mark.parametrize("kind", ["tuya", "openbeken"])
@pytest.mark.parametrize("made_for", sampled([*CHIPS], 3))
@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N", "BK7238"])
def test_what_the_simulator_lets_start_a_cpu_starts_too(chip, made_for, kind):
    if kind == "openbeken" and made_for not in OPENBEKEN:
        pytest.skip("there is no such build")
    flash = bytearray(forge_flash(chip=chip, code_len=CODE))
    flash[0x11000:0x132000] = b"\xff" * (0x132000 - 0x11000)
    app = forge_app(made_for, firmware=kind, code_len=CODE - 0x20)
    flash[0x11000 : 0x11000 + len(app)] = app
    run = emulated(bytes(flash), chip)
    starts = simulated(bytes(flash), chip)
    assert starts or made_for != chip, "the simulator does not start a chip's own firmware"
    assert run is True or not starts


WITH_TCM = {"bk7231n", "bk7231m", "bk7238"}


@pytest.mark.corpus
def test_real_firmware_says_by_its_start_code_for_which_memory_it_is():
    files = sorted([*CORPUS.glob("factory/*.bin"), *CORPUS.glob("openbeken/*.bin")])
    if not files:
        pytest.skip("no corpus")
    seen = 0
    for path in files:
        chip = path.name.lower().replace("obk", "bk").removeprefix("open").split("-")[0]
        chip = chip.split("_")[0].replace("openbk", "bk")
        who = next(item for item in PERSONALITIES if item.chip == chip)
        area = path.read_bytes()[0x11000:0x132000]
        states = line_states(area)
        lines = len(states) - len(states.lstrip(b"V"))
        if not lines:
            continue  # a rotated dump, or storage alone
        code = decrypt(payload(area[: lines * LINE]), addr=APP_LOGICAL, key=who.key)
        assert firmware._is_for_tcm(code) == (chip in WITH_TCM), path.name
        seen += 1
    assert seen >= 30


def test_the_boot_loader_of_one_chip_is_no_boot_loader_of_another():
    flash = forge_loader("7238") + forge_flash(chip="BK7231T", code_len=CODE)[0x11000:]
    assert emulated(flash, "BK7231T") is not True
