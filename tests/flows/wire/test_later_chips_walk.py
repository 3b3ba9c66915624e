"""Every verb that could write a BK7236, BK7258 or BK7239N: refused for the reason that is true."""

from __future__ import annotations

import json

import later_images
import pytest
from flows_rig import openbeken

from plugsmith.cli.app import main
from plugsmith.flows.permissions import Permission

FLASHES = {"bk7236": "BK7236", "bk7258": "BK7258", "bk7239n": "BK7236"}
ALL = [word for item in Permission for word in ("--allow", item.value)]
AT = ["--start", "0x200000"]
TEMPLATE = {
    "vendor": "x", "bDetailed": "0", "name": "x", "model": "x", "chip": "BK7231N", "board": "TODO",
    "flags": "0", "keywords": [], "pins": {"6": "Btn;1"}, "command": "", "image": "", "wiki": "",
}  # fmt: skip
ONLY_READ = ("PS-SAFETY-PREFLIGHT", "PS-SAFETY-ONLY-READ")
TRIED = {
    "flash an image of another chip": (["flash", "QIO"], ONLY_READ, "secure areas"),
    "flash with a template": (["flash", "QIO", "--template", "TEMPLATE"], ONLY_READ, "secure"),
    "flash what the cache has": (["flash"], ONLY_READ, "secure areas"),
    "flash its own image": (["flash", "OWN"], ("PS-INPUT-UNUSABLE",), "does not write them"),
    "flash its own dump": (["flash", "DUMP"], ("PS-INPUT-UNUSABLE",), "does not write them"),
    "restore": (["restore", "DUMP"], ("PS-INPUT-NOT-A-BACKUP",), "does not write them"),
    "write": (["write", "RAW", *AT], ONLY_READ, "secure areas"),
    "erase": (["erase", *AT, "--length", "0x1000"], ONLY_READ, "secure areas"),
    "another MAC": (["rf", "set-mac", "C8:47:8C:01:02:04"], ONLY_READ, "secure areas"),
    "a new calibration": (["rf", "rebuild"], ONLY_READ, "secure areas"),
    "the calibration back": (["rf", "put-back"], ONLY_READ, "secure areas"),
    "settings": (["obk", "config", "write", "--set", "wifi_ssid=x"], ONLY_READ, "secure areas"),
    "health": (["health"], ONLY_READ, "secure areas"),
}


@pytest.mark.parametrize("tried", TRIED)
@pytest.mark.parametrize("chip", FLASHES)
def test_it_is_refused_and_nothing_changes(chip, tried, tmp_path, capsys):
    before = later_images.flash(FLASHES[chip])
    loader = later_images.firmware(loader=True).ljust(0x1_1000, b"\xff")
    files = {
        "QIO": openbeken("BK7231N"),
        "OWN": loader + later_images.firmware(loader=False),
        "DUMP": before,
        "RAW": b"\x55" * 0x1000,
        "TEMPLATE": json.dumps(TEMPLATE).encode(),
        "FLASH": before,
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    words, codes, said = TRIED[tried]
    words = [str(tmp_path / word) if word in files else word for word in words]
    allowed = [] if words[0] == "health" else ALL
    port = f"sim://{chip}?flash={tmp_path / 'FLASH'}&keep=1"
    code = main([*words, *allowed, "--yes", "--json", "--port", port])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    error = lines[-1]
    assert (error["type"], error["code"] in codes) == ("error", True), error
    assert code in {5, 9}
    told = f"{error['message']} {error.get('hint') or ''}"
    assert said in told
    for untrue in ("damaged", "`plugsmith flash` writes it", "image fetch"):
        assert untrue not in told
    assert (tmp_path / "FLASH").read_bytes() == before


@pytest.mark.parametrize("chip", FLASHES)
def test_its_boot_rom_leaves_for_a_firmware_that_has_its_mark(chip, tmp_path, capsys):
    file = tmp_path / "FLASH"
    for data, code in ((later_images.flash(FLASHES[chip]), 0), (b"\xff" * 0x40_0000, 7)):
        file.write_bytes(data.ljust(0x80_0000 if chip == "bk7258" else 0x40_0000, b"\xff"))
        assert main(["doctor", "--json", "--port", f"sim://{chip}?flash={file}"]) == code
        capsys.readouterr()
