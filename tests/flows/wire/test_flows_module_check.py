"""The module that the vendor's configuration names is held against the chip that answers."""

from __future__ import annotations

from plugsmith.chips.catalog import chip
from plugsmith.flows.write.module_check import check_module
from plugsmith.forge.flash import forge_flash
from plugsmith.tuya.user_param import format_pin_text


def content(module: str) -> bytes:
    text = format_pin_text({"rl1_pin": 26, "rl1_lv": 1, "jv": "1.1.5", "module": module})
    return forge_flash(chip="BK7231T", pin_text=text)


def test_the_right_module_passes_and_another_ones_label_is_told() -> None:
    assert check_module(chip("BK7231T"), content("WB2S")).text.endswith("carries a BK7231T.")
    told = check_module(chip("BK7231T"), content("CB2S")).text
    assert "CB2S" in told
    assert "BK7231N" in told
    assert "BK7231T" in told


def test_no_module_no_check() -> None:
    assert check_module(chip("BK7231T"), None) is None
    assert check_module(chip("BK7231T"), b"\xff" * 0x200000) is None
    assert check_module(chip("BK7231T"), content("NOSUCH9")) is None
