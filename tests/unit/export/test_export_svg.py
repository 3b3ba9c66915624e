"""Pictures of modules: well-formed, every used pin at its pad, and rendered by a real program."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import xml.etree.ElementTree as ET

import pytest

from plugsmith.chips.catalog import chip as find_chip
from plugsmith.chips.modules import module
from plugsmith.chips.outlines import outline, outlines, pad_translation, pin_compatible
from plugsmith.device.function import Function
from plugsmith.device.profile import DeviceProfile, Pin
from plugsmith.export.output import ExportOptions
from plugsmith.export.pinout_svg import render

SVG = "{http://www.w3.org/2000/svg}"
WANTED = ["WB2S", "CB2S", "WB3S", "CB3S", "CBU", "WB2L", "CB2L", "CBLC5", "T1-2S", "T1-3S", "T1-U"]
UNKNOWN = "WB8P"


def picture(name: str) -> str:
    """A device that uses every pin of the module for something."""
    shape = outline(name)
    gpios = sorted(shape.gpios()) if shape else [6, 24, 26]
    uses = [Function.RELAY, Function.BUTTON, Function.NETWORK_LED, Function.METER_CF]
    pins = tuple(
        Pin(gpio=gpio, function=uses[number % len(uses)], channel=number % 4)
        for number, gpio in enumerate(gpios)
    )
    board = module(name)
    profile = DeviceProfile(module=name, chip=board.chip if board else None, pins=pins)
    return render(profile, ExportOptions(title=f"All of a {name}"))[0].text


def test_the_wanted_modules_have_outlines() -> None:
    assert {item.name for item in outlines()} >= set(WANTED)


@pytest.mark.parametrize("shape", outlines(), ids=lambda item: item.name)
def test_outlines_agree_with_the_catalogue_of_modules(shape) -> None:
    board = module(shape.name)
    assert board is not None
    assert shape.gpios() == set(board.gpios)
    signals = {"RX1": "P10", "TX1": "P11", "TX2": "P0"}
    pads = shape.by_label()
    for pad in board.pads:
        if pad.number is not None:
            assert pads[str(pad.number)].signal == signals.get(pad.signal, pad.signal)


@pytest.mark.parametrize("name", [*WANTED, "WBLC5", "WB3L"])
def test_every_pin_stands_in_the_picture(name: str) -> None:
    root = ET.fromstring(picture(name))
    texts = [item.text or "" for item in root.iter(f"{SVG}text")]
    shape = outline(name)
    for gpio in shape.gpios():
        assert f"P{gpio}" in texts
    for mark in ("adapter TX", "adapter RX", "adapter GND", "3.3 V"):
        assert mark in texts
    assert any("relay" in text for text in texts)


@pytest.mark.parametrize("name", [*WANTED, UNKNOWN])
def test_labels_stay_inside_and_apart(name: str) -> None:
    root = ET.fromstring(picture(name))
    width, height = float(root.get("width")), float(root.get("height"))
    boxes = [
        [float(item.get(key)) for key in ("x", "y", "width", "height")]
        for item in root.iter(f"{SVG}rect")
        if (item.get("class") or "").startswith("k-")
    ]
    assert boxes
    for x, y, w, h in boxes:
        assert x >= 0
        assert y >= 0
        assert x + w <= width
        assert y + h <= height
    for number, (x, y, w, h) in enumerate(boxes):
        for other_x, other_y, other_w, other_h in boxes[:number]:
            apart = x >= other_x + other_w or other_x >= x + w
            assert apart or y >= other_y + other_h or other_y >= y + h


def test_colours_are_legible_by_day_and_by_night() -> None:
    """4.5 : 1 between text and ground, as accessibility guidelines ask."""
    text = picture("WB2S")
    day, night = text.split("@media (prefers-color-scheme: dark)")
    for part, ink in ((day, "#111111"), (night.partition("@media print")[0], "#f2f2f2")):
        fills = re.findall(r"\.k-\w+\{fill:(#[0-9a-f]{6})", part)
        assert len(fills) == 8
        for fill in fills:
            assert contrast(ink, fill) >= 4.5, fill


def contrast(first: str, second: str) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_pins_that_the_module_lacks_are_said() -> None:
    pins = (Pin(gpio=14, function=Function.RELAY, channel=1),)
    text = render(DeviceProfile(module="WB2S", pins=pins), ExportOptions(title="x"))[0].text
    assert "This module does not lead out: P14" in text


def texts(name: str) -> list[str]:
    return [item.text or "" for item in ET.fromstring(picture(name)).iter(f"{SVG}text")]


@pytest.mark.parametrize("shape", outlines(), ids=lambda item: item.name)
def test_every_pad_of_the_flash_is_marked_and_what_is_not_led_out_is_said(shape) -> None:
    shown, chip = texts(shape.name), find_chip(module(shape.name).chip)
    signals = [pad.signal for _row, pads in shape.rows for pad in pads]
    for line, signal in zip(("SCK", "CS", "MOSI", "MISO"), chip.flash_pins, strict=False):
        assert shown.count(f"SPI {line}") == signals.count(signal)
        said = any("does not lead" in text and signal in text for text in shown)
        assert said == (signal not in signals)
    assert any("is not known" in text for text in shown) == (not chip.flash_pins)
    assert any("mask ROM" in text for text in shown) == (chip.name not in {"BK7231T", "BK7231Q"})


def test_an_unknown_module_is_said() -> None:
    assert "not known; its pins" in picture(UNKNOWN)
    assert "module not known" in render(DeviceProfile(), ExportOptions())[0].text


def test_footprints() -> None:
    assert pin_compatible("WB2L", "CB2L")
    assert not pin_compatible("WB2S", "CB2S")
    assert not pin_compatible("WB2S", "CB3S")
    moves = pad_translation("WB2S", "CB2S")
    assert moves is not None
    assert (moves[6], moves[8], moves[26]) == (8, 6, 26)


@pytest.mark.sample(4)
@pytest.mark.parametrize("name", [*WANTED, "WBLC5", "WB3L", UNKNOWN])
def test_a_real_program_renders_it(name: str, tmp_path) -> None:
    program = shutil.which("rsvg-convert")
    if program is None:
        pytest.skip("no rsvg-convert: apt-get install librsvg2-bin")
    source, target = tmp_path / "in.svg", tmp_path / "out.png"
    source.write_text(picture(name))
    subprocess.run([program, "-o", str(target), str(source)], check=True, timeout=60)
    data = target.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    assert (width, height) >= (1000, 100)
    assert len(data) > 20_000  # an empty picture of this size has a tenth of that
