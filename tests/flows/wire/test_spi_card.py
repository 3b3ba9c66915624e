"""The pads for SPI of each module: our outlines against published board files."""

from __future__ import annotations

import pytest
from spi_rig import SpiRig
from test_spi_flows import context

from plugsmith.chips.modules import module
from plugsmith.errors import UsageError
from plugsmith.flows.spi.spi_card import spi_card
from plugsmith.flows.wire.doctor import doctor

#: CEN, P20, P21, P22, P23 as published board files have them; "-": not led out
PUBLISHED = {
    "WB2S": ("10", "SCK", "CSN", "SI", "8"),
    "WB3S": ("1", "20", "19", "18", "2"),
    "WB3L": ("3", "20", "19", "18", "2"),
    "WB2L": ("RST", "SCK", "CSN", "SI", "SO"),
    "WA2": ("10", "SCK", "CSN", "SI", "8"),
    "WB1S": ("16", "22", "21", "20", "17"),
    "CB3S": ("1", "20", "19", "18", "2"),
    "CBU": ("18", "3", "CSN", "4", "5"),
    "CB2S": ("10", "-", "CSN", "-", "8"),
    "CB2L": ("RST", "-", "CSN", "-", "-"),
    "CB3SE": ("1", "20", "-", "18", "2"),
}


def drawn(name):
    """Signal -> the labels of its pads."""
    rows = [line.split() for line in spi_card(module(name)).splitlines()]
    found = {}
    for signal in ("CEN", "P20", "P21", "P22", "P23"):
        row = next(row for row in rows if signal in row and any("--" in word for word in row))
        found[signal] = [word for word in row[row.index(signal) + 1 :] if word.strip("(),") == word]
    return found


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_pads_are_those_of_published_board_files(name):
    for signal, label in zip(("CEN", "P20", "P21", "P22", "P23"), PUBLISHED[name], strict=True):
        assert label in drawn(name)[signal], (name, signal)


def test_a_module_that_leads_lines_nowhere_says_so_and_that_its_chip_needs_none():
    text = spi_card(module("CB2S"))
    assert "does not lead P20, P22 out" in text
    assert "does not need it" in text
    assert "does not lead" not in spi_card(module("WB3S"))


def test_a_module_without_an_outline_names_the_pins_of_its_chip():
    text = spi_card(module("LSC-LMA35-T"))
    assert "pads lie is not known" in text
    assert "P20 SCK, P21 CS, P22 MOSI, P23 MISO" in text


def test_a_chip_whose_flash_pins_nobody_knows_is_not_drawn_with_those_of_another():
    text = spi_card(module("T1-2S"))
    assert "Which pins of a BK7238 lead to its flash is not known" in text
    assert "P20" not in text


def test_the_doctor_refuses_an_spi_adapter_and_sends_nothing(tmp_path):
    rig = SpiRig()
    with pytest.raises(UsageError):
        doctor(context(rig, tmp_path))
