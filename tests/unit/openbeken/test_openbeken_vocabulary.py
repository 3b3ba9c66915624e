"""Roles, flags, drivers, startup commands."""

from __future__ import annotations

import pytest

from plugsmith.openbeken.builds.drivers import driver_of, incomplete_drivers
from plugsmith.openbeken.flags import Flag, flag_bits, flags_number
from plugsmith.openbeken.roles import Electrical, read_role, role, roles
from plugsmith.openbeken.script import (
    Script,
    ScriptCommand,
    command,
    long_parts,
    print_startup,
    read_startup,
)


def test_roles_have_the_indexes_of_the_captured_firmware() -> None:
    # openbeken.md section 3, capture C29
    assert len(roles()) == 99
    for index, name in (
        (1, "Rel"),
        (9, "WifiLED_n"),
        (18, "BL0937CF"),
        (27, "PWM_n"),
        (40, "Btn_ScriptOnly"),
        (64, "BL0937SEL_n"),
        (81, "Counter_f"),
        (89, "Btn_pd"),
        (92, "ShutterA"),
        (98, "BL0939_MISO"),
    ):
        assert roles()[index].name == name
        assert roles()[index].index == index


def test_role_facts() -> None:
    assert role("Btn").channels == 2
    assert role("WifiLED").channels == 0
    assert role("Rel").electrical.drives
    assert not role("dInput").electrical.drives
    assert role("PWM").electrical is Electrical.PWM
    with pytest.raises(KeyError):
        role("rel")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("SM2135_DAT", "SM2135DAT"),
        ("SM2135_CLK", "SM2135CLK"),
        ("SM2235_DAT", "SM2235DAT"),
        ("SM2235_CLK", "SM2235CLK"),
        ("BP5758_DAT", "BP5758D_DAT"),
        ("BP5758_CLK", "BP5758D_CLK"),
        ("Btn_NextColour", "Btn_NextColor"),
        ("Btnl", "Btn"),
        ("WiFi_LED_n", "WifiLED_n"),
        ("Rel ", "Rel"),
        ("rel", "Rel"),
        ("Button", "Btn"),
        ("Button_n", "Btn_n"),
        ("Relay", "Rel"),
        ("Relay_n", "Rel_n"),
        ("SCL", "SoftSCL"),
        ("SDA", "SoftSDA"),
        ("Button_ToggleAll", "Btn_Tgl_All"),
    ],
)
def test_spellings_that_people_use(text: str, name: str) -> None:
    reading = read_role(text)
    assert reading.role is not None
    assert reading.role.name == name
    assert not reading.exact


def test_every_role_reads_itself_exactly() -> None:
    for item in roles():
        reading = read_role(item.name)
        assert reading.exact
        assert reading.role is item


@pytest.mark.parametrize("text", ["Relais", "PWMM", "x" * 5000])
def test_unknown_roles(text: str) -> None:
    assert read_role(text).role is None


def test_flags_are_bits() -> None:
    assert flags_number([Flag.STATE_ON_CONNECT]) == 1024
    assert flags_number([Flag.STATE_ON_CONNECT, Flag.REMEMBER_LIGHT]) == 5120
    assert flag_bits(5120 | 1 << 63) == (10, 12, 63)
    with pytest.raises(ValueError, match="no such flag"):
        flags_number([64])


def test_drivers_that_lack_a_role() -> None:
    assert incomplete_drivers(["BL0937CF", "BL0937CF1", "BL0937SEL_n"]) == []
    ((start, gaps),) = incomplete_drivers(["BL0937CF", "BL0937CF1"])
    assert start.driver == "BL0937"
    assert gaps == (frozenset({"BL0937SEL", "BL0937SEL_n"}),)
    assert driver_of("RCRecv") == "RC"
    assert driver_of("SM2135DAT") == "SM2135"
    assert driver_of("Rel") == ""


def test_startup_text() -> None:
    one = command("startDriver", "BL0942")
    assert print_startup(Script(())) == ""
    assert print_startup(Script((one,))) == "startDriver BL0942"
    both = Script((one, command("SetStartValue", 1, -1)))
    assert print_startup(both) == "backlog startDriver BL0942; SetStartValue 1 -1"
    assert both.starts_driver("bl0942")
    assert not both.starts_driver("TuyaMCU")


def test_startup_reader_is_tolerant() -> None:
    script = read_startup('BackLog  startDriver  NTP ;; echo "a;b" \n// note\nPowerSave 1;')
    assert [str(item) for item in script.commands] == [
        "startDriver NTP",
        "echo a",
        "b",
        "PowerSave 1",
    ]


@pytest.mark.parametrize("text", ["a;b", 'say "x"', "a\nb", ""])
def test_a_command_is_one_command(text: str) -> None:
    with pytest.raises(ValueError, match="not one command"):
        ScriptCommand(text)


def test_long_parts() -> None:
    script = Script((command("a", "x" * 126), command("b", "x" * 125)))
    assert [item.name for item in long_parts(script)] == ["a"]
