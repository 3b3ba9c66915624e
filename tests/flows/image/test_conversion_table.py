"""Chips x kinds of files x what `image convert` makes: right, or refused with the way on.

What is made is read anew as exactly the wanted kind with the same application, and starts in the
emulator where it has the board. tests/corpus runs the same table on real firmware.
"""

from __future__ import annotations

from functools import cache

import pytest
from conversion_files import KINDS, WAYS, Firmware, check, started

from plugsmith.chips.catalog import chip as find_chip
from plugsmith.emu.board import BOARDS
from plugsmith.emu.runner import emulator_installed
from plugsmith.forge.firmware import (
    code_key,
    default_boot_code,
    forge_app,
    forge_app_partition,
    forge_loader,
    forge_openbeken_qio,
)
from plugsmith.forge.packages import forge_uf2
from plugsmith.image.packages.uf2 import FAMILIES

CODE = 0x8000
CHIPS = (
    "BK7231T",
    "BK7231U",
    "BK7231Q",
    "BK7252",
    "BK7231N",
    "BK7231M",
    "BK7238",
    "BK7252N",
    "BL2028N",
)


@cache
def firmware(chip: str) -> Firmware:
    """OpenBeken for the chip; for a Q, which has none, the vendor's firmware."""
    key = code_key(find_chip(chip))
    loader = forge_loader(default_boot_code(chip))
    made_by = "tuya" if chip == "BK7231Q" else "openbeken"
    app = forge_app(chip, firmware=made_by, code_len=CODE)
    if chip == "BK7231Q":
        qio = loader + forge_app_partition(chip, firmware=made_by, code_len=CODE)
    else:
        qio = forge_openbeken_qio(chip, code_len=CODE)
    end = len(loader) + len(app)
    return Firmware(chip=chip, key=key, qio=qio, app_end=end, says_chip=chip != "BL2028N")


def test_the_table_has_every_chip_that_stores_code_in_a_known_way():
    assert set(BOARDS) <= set(CHIPS)


@pytest.mark.parametrize("chip", sorted(BOARDS))
def test_the_firmware_of_the_table_starts_in_the_emulator(chip):
    if not emulator_installed():
        pytest.skip("the extra `emu` is not installed")
    flash = firmware(chip).as_kind("full dump")
    assert started(flash, chip) == (True, "application log")


def has(chip: str, kind: str) -> bool:
    """Whether there is such a file: a forged UF2 holds OpenBeken, which not every chip has."""
    return kind != "UF2" or (chip in FAMILIES.values() and chip != "BK7231Q")


@pytest.mark.sample(8)
@pytest.mark.parametrize(
    ("chip", "kind"), [(chip, kind) for chip in CHIPS for kind in KINDS if has(chip, kind)]
)
def test_a_conversion_is_right_or_refused_with_the_way_on(tmp_path, chip, kind):
    ours = firmware(chip)
    data = forge_uf2(chip, code_len=CODE) if kind == "UF2" else ours.as_kind(kind)
    assert check(ours, kind, data, tmp_path) == len(WAYS)
