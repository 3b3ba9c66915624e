"""`doctor --module` for modules with chips of other makers: wires, tool and command."""

from __future__ import annotations

import pytest

import plugsmith
from plugsmith.api.wire import DoctorRequest, doctor
from plugsmith.chips.catalog import chips, modules
from plugsmith.chips.modules import module
from plugsmith.chips.other_chips import other_chip
from plugsmith.errors import UsageError
from plugsmith.errors.port import NoPort

CASES = {
    "WL2S": ("LN882H", "ltchiptool flash read -d PORT ln882h", "GPIOA9"),
    "wr3": ("RTL8710B", "ltchiptool flash read -d PORT ambz", "PA30"),
    "CR3L": ("RTL8720C", "ltchiptool flash read -d PORT ambz2", "PA0"),
    "TYWE3S": ("ESP8266", "esptool --port PORT read-flash", "GPIO0"),
    "ESP32-C3": ("ESP32-C3", "esptool --port PORT read-flash", "GPIO9"),
    "SM-028": ("BL602", "bl602tool", "GPIO8"),
    "AXYU": ("TR6260", "BK7231GUIFlashTool", "is not known here"),
    "ZT3L": ("EFR32", "No free firmware", "is not known here"),
    "T3-U": ("BK7236", "BK7231GUIFlashTool", "OpenBeken"),
}


@pytest.fixture
def nothing_connected(monkeypatch):
    def none(_session, _request):
        raise NoPort

    monkeypatch.setattr("plugsmith.api.wire.flow_context", none)


def card(name):
    return doctor(None, DoctorRequest(module=name))


@pytest.mark.parametrize("name", CASES)
@pytest.mark.usefixtures("nothing_connected")
def test_a_module_of_another_maker_comes_with_its_tool_and_its_wires(name):
    chip, command, pin = CASES[name]
    found = card(name)
    assert found.other_chip is not None
    assert found.other_chip.name == chip
    assert command in found.wiring
    assert pin in found.wiring
    assert "RX1" not in found.wiring  # a Beken module's pad
    assert int(found.exit_status) == 0


@pytest.mark.usefixtures("nothing_connected")
def test_a_beken_module_has_its_own_card():
    found = card("CB2S")
    assert found.other_chip is None
    assert "RX1" in found.wiring


@pytest.mark.parametrize("name", ["WR3X9", "TYWE77", "LN-9", "BW99", "ZT9L"])
@pytest.mark.usefixtures("nothing_connected")
def test_the_beginning_of_a_name_is_no_evidence(name):
    with pytest.raises(UsageError):
        card(name)


def test_every_module_carries_a_chip_that_somebody_can_say_something_about():
    known = {item.name for item in chips()}
    lost = [b.name for b in modules() if b.chip not in known and other_chip(b.chip) is None]
    assert lost == []
    assert plugsmith.verbs()


def nearly(name: str) -> set[str]:
    """What is one mistake away from a name: a letter too many, too few, doubled or swapped."""
    half, ends = len(name) // 2, name[-1] + name[1:-1] + name[0]
    middle = name[:half] + "Q" + name[half:]
    return {name + "9", "X" + name, name[:-1], name[1:], name + name, ends, middle} - {name}


def test_each_module_of_the_list_is_known_by_its_name_and_by_no_name_near_it():
    names = {board.name for board in modules()}
    for board in modules():
        for spelling in (board.name, board.name.lower(), f" {board.name.replace('-', '_')} "):
            found = module(spelling)
            assert found is not None, spelling
            assert found.chip == board.chip
        misses = {near for near in nearly(board.name) if near.strip("-_ ") not in names}
        assert len(misses) >= 5
        known = {near for near in misses if module(near) is not None}
        assert not known, known
