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
from plugsmith.flows.wire.results import ModuleRow
from plugsmith.interpret.module_label import read_label

CASES = {
    "WL2S": ("LN882H", "ltchiptool flash read -d PORT ln882h", "GPIOA9"),
    "wr3": ("RTL8710B", "ltchiptool flash read -d PORT ambz", "PA30"),
    "CR3L": ("RTL8720C", "ltchiptool flash read -d PORT ambz2", "PA0"),
    "TYWE3S": ("ESP8266", "esptool --port PORT read-flash", "GPIO0"),
    "ESP32-C3": ("ESP32-C3", "esptool --port PORT read-flash", "GPIO9"),
    "SM-028": ("BL602", "bl602tool", "GPIO8"),
    "AXYU": ("ECR6600", "BK7231GUIFlashTool", "is not known here"),
    "FL-M61": ("TR6260", "BK7231GUIFlashTool", "is not known here"),
    "WXU": ("XR806", "BK7231GUIFlashTool", "PB02"),
    "WR11-2S": ("RTL8721DA", "of the RTL8720D does not fit", "is not known here"),
    "BW16": ("RTL8720D", "BK7231GUIFlashTool", "PA7"),
    "ZT3L": ("TLSR825x", "No free firmware", "is not known here"),
    "ZS3L": ("EFR32", "No free firmware", "is not known here"),
    "GD32VW553": ("GD32VW553", "OpenBeken", "is not known here"),
    "AJ-05": ("W600/W800", "carries the chip W600 or W800", "is not known here"),
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


#: what people type off a label, and the module or chip that it names
SPELLINGS = {
    "cb2s": "CB2S",
    "CB2S ": "CB2S",
    "tuya cb2s": "CB2S",
    "Tuya Module CB2S": "CB2S",
    "\u0421\u04122S": "CB2S",
    "\uff23\uff22\uff12\uff33": "CB2S",
    "cbu_v200": "CBU V200",
    "CBU V200": "CBU V200",
    "FCC ID: 2ANDL-CB3S": "CB3S",
    "2ANDL-WR3": "WR3",
    "T1-U-HL": "T1-U-HL",
    "sm-028": "SM-028_V1.3",
    "ESP8266EX": "ESP8266",
    "ESP8285": "ESP8266",
    "ESP32C3": "ESP32-C3",
    "esp32 s3": "ESP32-S3",
    "LN-882H": "LN882H",
    "RTL8720 CF": "RTL8720C",
    "ESP8266MOD": "ESP8266MOD",
    "RTL8720CF-VA1-CG": "RTL8720C",
    "RTL8710BN-A0-CG": "RTL8710B",
    "W701-VA2-CG": "W701",
    "BK7231N": "BK7231N",
    "BK7231NQN40": "BK7231N",
    "BK7231T QN32": "BK7231T",
    "LN882HKI": "LN882H",
    "TR6260S1": "TR6260",
    "T1": "BK7238",
    "T34": "T34",
    "Beken BK7238": "BK7238",
    "CBU BK7231N": "CBU",
    "CB2S (BK7231NQN32)": "CB2S",
    "CBU V200 BK7238": "CBU V200",
    "BK7238 CBU V200": "CBU V200",
    "WBR3 RTL8720CF": "WBR3",
}
NAMELESS = (
    "",
    "   ",
    "N",
    "T",
    "WBR3-V2",
    "CB2S V1.0",
    "CBU V300",
    "CB2S-NEW",
    "C82S",
    "CB25",
    "WB2SS",
    "TUYA",
    "FCC ID",
    "2ANDL-",
    "CB2S WB2S",
    "CB2S rev B",
    "CBU BK7238",
    "CB2S BK7231M",
    "CBU V300 BK7231N",
    "CB2S WB2S BK7231N",
    "WR3 RTL8720CF",
    "CB",
    "BK7231",
    "BK7231NX",
    "BK7231NQN",
    "ESP8266XY",
    "RTL8720",
    "RTL8720CFX",
    "\u0441\u044e\u0440",
    "CB2S" * 40,
    "CB2S\x1b[2J",
    "../CB2S",
)


def named(text):
    found = read_label(text)
    item = found.board or found.chip or found.other
    return item.name if item is not None and found.known else None


@pytest.mark.parametrize("text", SPELLINGS)
def test_a_label_is_read_as_people_type_it(text):
    assert named(text) == SPELLINGS[text]


@pytest.mark.parametrize("text", NAMELESS)
@pytest.mark.usefixtures("nothing_connected")
def test_a_label_that_names_nothing_or_two_things_is_refused(text):
    assert named(text) is None
    if text:
        with pytest.raises(UsageError):
            card(text)


@pytest.mark.usefixtures("nothing_connected")
def test_two_names_on_a_label_are_both_told():
    with pytest.raises(UsageError, match="CB2S, WB2S"):
        card("CB2S WB2S")


@pytest.mark.parametrize("label", ["CBU BK7238", "BK7238 CBU", "CBU V300 BK7238"])
@pytest.mark.usefixtures("nothing_connected")
def test_of_a_module_and_a_chip_that_do_not_agree_the_chip_is_to_be_named(label):
    with pytest.raises(UsageError) as refused:
        card(label)
    assert "doctor --module BK7238`" in refused.value.advice


@pytest.mark.usefixtures("nothing_connected")
def test_the_card_says_from_where_the_chip_of_the_module_is_known():
    for board in modules():
        found = card(board.name)
        assert found.module == ModuleRow(name=board.name, chip=board.chip, evidence=board.evidence)
        assert all(item in found.wiring for item in board.evidence), board.name


def test_chips_that_take_other_firmware_are_no_names_of_one_chip():
    strangers = (
        "BL602 BL702 BL616",
        "W600 W800",
        "XR809 XR806 XR872",
        "TR6260 ECR6600",
        "RDA5981 OPL1000 GD32VW553 TXW81X",
        "RTL8720D RTL8721DA RTL8720E RTL8711AM RTL8720C RTL8710B",
        "EFR32 TLSR825x CC2530 JN5169",
        "LN882H LN8825B",
        "BK7236 BK7258 BK7239N",
    )
    for row in strangers:
        assert [other_chip(name).name for name in row.split()] == row.split()


def test_of_a_module_with_one_of_two_chips_only_what_both_share_is_told():
    both = other_chip("ESP8266/ESP32-C3")
    assert (both.name, both.tool, both.rx) == ("ESP8266/ESP32-C3", "esptool", "")
    apart = other_chip("ESP8266/LN882H")
    assert (apart.tool, apart.backup, apart.firmware) == ("", "", ("ESPHome", "OpenBeken"))
    assert other_chip("ESP8266/ESP9999") is None


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
