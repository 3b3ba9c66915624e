"""What a user wants of a device: out of a template, out of settings, and whether it fits one."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from plugsmith.errors.device import SettingUnusable, TemplateUnusable, WrongPinDevice
from plugsmith.flows.settings.desired_settings import (
    DesiredSettings,
    desired_from,
    fit,
    normal_settings,
    suggestions,
    without_removed,
)
from plugsmith.openbeken.config_block import new_block
from plugsmith.secrets import KNOWN, MASK

PINS = {"6": "Btn;1", "24": "Rel;1;2"}


@pytest.fixture(autouse=True)
def _own_memory():
    KNOWN.forget()
    yield
    KNOWN.forget()


def template(**parts) -> str:
    return json.dumps({"chip": "BK7231T", "pins": PINS} | parts)


def refused(text: str, *, name: str = "mine") -> TemplateUnusable:
    with pytest.raises(TemplateUnusable) as caught:
        desired_from(template=text, name=name)
    return caught.value


def test_settings_alone_are_the_wish():
    wish = desired_from(template=None, settings={"mqtt_port": "1884", "short_name": "a b!"})
    assert wish.settings["mqtt_port"] == 1884
    assert " " not in str(wish.settings["short_name"])
    assert (wish.notes, wish.chip, wish.factors) == ((), "", {})
    assert desired_from(template=None).settings == {}


def test_of_a_template_come_pins_flags_and_start_and_every_channel_type_is_cleared():
    wish = desired_from(template=template(flags="1024", command="startDriver NTP"))
    assert wish.settings == {
        "pins": PINS,
        "channel_types": {str(channel): 0 for channel in range(64)},
        "flags": 1024,
        "startup_command": "startDriver NTP",
    }
    assert wish.chip == "BK7231T"
    assert wish.notes == ()
    assert "flags" not in desired_from(template=template()).settings


def test_settings_win_over_the_template():
    wish = desired_from(template=template(flags="1"), settings={"flags": 2, "short_name": "x y"})
    assert wish.settings["flags"] == 2
    assert wish.settings["pins"] == PINS
    assert " " not in str(wish.settings["short_name"])


def test_a_configuration_of_the_vendor_counts_as_its_template_and_says_so():
    wish = desired_from(template="{rl1_pin:26,rl1_lv:1,bt1_pin:7,module:WB2S,}")
    assert set(wish.settings["pins"]) == {"7", "26"}
    assert any("vendor" in note for note in wish.notes)


def test_meter_factors_of_a_template_are_told_and_kept_apart():
    wish = desired_from(template=template(command="backlog IREF 0.25; VREF 0.5; startDriver NTP"))
    assert wish.settings["startup_command"] == "startDriver NTP"
    assert wish.factors == {"voltage": 0.5, "current": 0.25}
    assert ["(current, voltage)" in note for note in wish.notes] == [True]


@pytest.mark.parametrize(
    ("text", "left", "factors"),
    [
        ("startDriver NTP", "startDriver NTP", {}),
        ("VREF 1.5", "", {"voltage": 1.5}),
        ("PREF 2 7", "", {"power": 2.0}),
        ("VREF", "", {}),
        ("VREF x; PREF 1", "", {"power": 1.0}),
        ("VREF 1.2.3", "", {}),
        ("backlog VREF 1; A 2; B 3", "backlog A 2; B 3", {"voltage": 1.0}),
        ("", "", {}),
    ],
)
def test_commands_that_the_firmware_lost_are_left_out(text, left, factors):
    assert without_removed(text) == (left, factors)


@pytest.mark.parametrize(
    "text",
    ["{}", '{"chip": "BK7231T"}', '{"data": {"chip": "x"}}', '{"data": []}', '{"pins": [1]}'],
)
def test_a_template_that_says_nothing_about_pins_is_refused_because_it_would_clear_them(text):
    told = refused(text)
    assert told.facts["problem"] == "it says nothing about pins"
    assert told.facts["name"] == "mine"
    assert "empty `pins`: {}." in told.hint
    assert refused(text, name="").facts["name"] == "the template"


@pytest.mark.parametrize(
    "text",
    ['{"pins": {}}', '{"data": {"template": {"pins": {}}}}', '{"template": {"pins": {}}}'],
)
def test_empty_pins_are_meant_wherever_they_stand(text):
    assert desired_from(template=text).settings["pins"] == {}


def test_what_is_no_template_is_told_with_its_reason():
    told = refused('{"pins":{')
    assert "not JSON" in str(told.facts["problem"])
    assert told.hint


def test_an_unknown_role_is_refused_with_the_one_that_may_be_meant():
    told = refused(template(pins={"6": "Rell;1"}))
    assert "Rell" in str(told.facts["problem"])
    assert told.hint == "Did you mean Rel instead of 'Rell'?"
    assert "template lint" in refused(template(pins={"6": "qqqqqqqqqq;1"})).hint


def test_what_the_firmware_would_stumble_over_is_refused_but_not_what_only_a_command_limits():
    assert "P6" in str(refused('{"pins":{"6":"Btn;1","6":"Rel;1"}}').facts["problem"])
    long = "backlog " + "; ".join(f"echo {'x' * 60}{number}" for number in range(18))
    assert desired_from(template=template(command=long)).settings["startup_command"] == long


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"pins":{"6":"Rell;1","7":"Btn;1","8":"qqqqqqqq"}}', {"Rell": "Rel"}),
        ('{"data":{"template":{"pins":{"6":"Buton;1"}}}}', {"Buton": "Btn"}),
        ('{"pins":{"6":"Pwmm"},"data":{"pins":{"6":"Rell"}}}', {"Pwmm": "PWM"}),
        ('{"pins":{"6":7,"7":"Rell"}}', {"Rell": "Rel"}),
        ('{"pins":[1]}', {}),
        ("[]", {}),
        ("{", {}),
    ],
)
def test_a_role_is_suggested_for_each_that_is_unknown_and_looks_like_one(text, found):
    assert suggestions(text) == found


def test_of_a_hostile_template_only_so_much_is_repeated():
    long = "dInput_NoPullUp" + "x" * 30
    assert suggestions(json.dumps({"pins": {"6": long}})) == {long[:40]: "dInput_NoPullUp"}
    many = {str(number): f"Rel{number}_" for number in range(70)}
    assert len(suggestions(json.dumps({"pins": many}))) == 64
    (note,) = fits({"flags": 1}, chip="Z" * 40)
    assert "Z" * 32 in note
    assert "Z" * 33 not in note


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ({"flag": {"0": True}}, {"flag": {"0": 1}}),
        ({"start_values": {"1": "5"}}, {"start_values": {"1": 5}}),
        ({"channel_types": {2: "3"}}, {"channel_types": {"2": 3}}),
        ({"static_ip": {"ip": "10.0.0.1"}}, {"static_ip": {"ip": "10.0.0.1"}}),
        ({"button_times": {"long": "15"}}, {"button_times": {"long": 15}}),
        ({"calibration": {"voltage": 1.5}}, {"calibration": {"voltage": 1.5}}),
        ({"pins": {"6": "rel;1"}}, {"pins": {"6": "Rel;1"}}),
        ({"mqtt_port": "1884"}, {"mqtt_port": 1884}),
    ],
)
def test_settings_are_spelt_as_the_firmware_does_and_of_tables_only_what_was_named(given, normal):
    assert normal_settings(given) == normal


@pytest.mark.parametrize(
    "settings", [{"static_ip": "dhcp"}, {"start_values": [1]}, {"mqtt_port": 70_000}]
)
def test_a_setting_that_no_block_holds_is_refused(settings):
    with pytest.raises(SettingUnusable):
        normal_settings(settings)


def test_what_only_the_whole_block_takes_is_refused_over_the_network_alone():
    with pytest.raises(SettingUnusable):
        desired_from(template=None, settings={"mac": "c8:47:8c:01:02:03"})
    wish = desired_from(template=None, settings={"mac": "c8:47:8c:01:02:03"}, over_lan=False)
    assert wish.settings == {"mac": "c8:47:8c:01:02:03"}


def test_the_passwords_of_a_wish_are_masked_from_then_on_and_are_in_no_repr():
    wish = desired_from(template=None, settings={"wifi_password": "Sesame-77", "wifi_ssid": "net"})
    assert KNOWN.mask("it is Sesame-77") == f"it is {MASK}"
    assert "Sesame" not in repr(wish)


def test_numbers_and_addresses_are_filled_into_texts():
    wish = DesiredSettings(settings={"a": "p{n}_{mac}", "b": 7, "c": "{mac}"})
    assert wish.numbered
    assert wish.for_device(number=3, mac="c8:47:8c:01:02:03") == {
        "a": "p3_010203", "b": 7, "c": "010203",
    }  # fmt: skip
    assert wish.for_device(number=3, mac=None) == {"a": "p3_", "b": 7, "c": ""}
    assert not DesiredSettings(settings={"a": "{mac}", "b": 7}).numbered


def test_a_name_goes_where_the_wish_has_none():
    wish = DesiredSettings(settings={"long_name": "Kept", "flags": 1})
    named = wish.named("Lamp 1")
    assert (named.settings["long_name"], named.settings["flags"]) == ("Kept", 1)
    assert " " not in str(named.settings["short_name"])
    assert wish.named("") is wish


class Roles(list):
    names = ("None", "Rel", "Btn")


def state(chip: str = "BK7231T", pins: int = 27):
    return SimpleNamespace(
        pins=Roles([0] * pins), info=SimpleNamespace(chip=chip), block=new_block()
    )


def fits(wanted, *, chip: str = "", device: str = "BK7231T") -> list[str]:
    desired = DesiredSettings(settings=wanted, chip=chip)
    return fit(desired, wanted, state(device), host="10.0.0.1")


@pytest.mark.parametrize(
    ("pins", "problem"),
    [
        ({"26": "Rel;1"}, None),
        ({"27": "Rel;1"}, "BK7231T has no pin P27"),
        ({"6": "PWM;1"}, "its firmware knows no role 'PWM'"),
        ({"6": "#2;1"}, None),
        ({}, None),
    ],
)
def test_pins_and_roles_that_the_device_lacks_are_refused_before_anything_is_sent(pins, problem):
    if problem is None:
        assert fits({"pins": pins}) == []
        return
    with pytest.raises(WrongPinDevice) as caught:
        fits({"pins": pins})
    assert caught.value.facts["problem"] == problem
    assert caught.value.facts["host"] == "10.0.0.1"


def test_what_does_not_fit_into_the_devices_own_block_is_refused():
    with pytest.raises(SettingUnusable):
        fits({"mqtt_port": 70_000})


@pytest.mark.parametrize(
    ("chip", "device", "told"),
    [
        ("", "BK7231T", False),
        ("BK7231T", "BK7231T", False),
        ("bk7231t", "BK7231T", False),
        ("BK7231N", "BK7231T", True),
    ],
)
def test_a_template_of_another_chip_is_told(chip, device, told):
    notes = fits({"flags": 1}, chip=chip, device=device)
    assert ["template is for BK7231N, the device is a BK7231T" in note for note in notes] == (
        [True] if told else []
    )
