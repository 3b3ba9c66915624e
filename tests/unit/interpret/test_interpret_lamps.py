"""Lamps, strings and their keys: which role each line gets, and what is said of it."""

from __future__ import annotations

import pytest

from plugsmith.interpret.answer import answer_for_config


def placed(settings):
    return {
        pin.gpio: (pin.function.value, pin.channel, pin.detail)
        for pin in answer_for_config(settings).profile.pins
    }


def remarks(settings):
    return "\n".join(answer_for_config(settings).profile.remarks)


def test_a_string_has_two_lights_and_what_drives_a_motor_or_a_laser_is_an_output_of_its_own():
    string = {"firstpin_pin": 6, "secpin_pin": 7, "l_pin": 8, "m_pin": 9, "cmod": "cw"}
    found = placed(string)
    assert found[6] == ("pwm-light", 1, "c")
    assert found[7] == ("pwm-light", 2, "w")
    assert {found[8][0], found[9][0]} == {"pwm-other"}
    assert found[8][1] != found[9][1]
    assert "l_pin drives a motor" in remarks(string)
    assert "firstpin_pin drives" not in remarks(string)


RGB = {"r_pin": 6, "g_pin": 7, "b_pin": 8}


def test_a_lamp_on_plain_lines_is_not_addressable_and_one_with_a_data_line_is():
    assert not answer_for_config(RGB).profile.light.addressable
    strip = {"mosi": 16, "cmod": "rgb", "LedNum": 60}
    assert answer_for_config(strip).profile.light.addressable
    assert placed(strip)[16][0] == "strip-data"
    assert "(60)" in remarks(strip)
    assert "one by one" not in remarks(RGB)


@pytest.mark.parametrize(
    ("more", "said"), [({"c_pin": 9}, True), ({"w_pin": 9}, False), ({}, False)]
)
def test_one_white_beside_colours_is_taken_as_cold_and_that_is_said(more, said):
    assert ("one white, taken as cold" in remarks({**RGB, **more})) is said


def test_a_line_that_feeds_the_leds_is_said_to_be_a_guess():
    assert "ctrl_pin probably enables" in remarks({**RGB, "ctrl_pin": 24})
    assert "ctrl_pin" not in remarks(RGB)


@pytest.mark.parametrize(
    ("colours", "second"),
    [("cw", "button-temperature"), ("c", "button-script"), ("rgb", "button-dimmer")],
)
def test_the_second_key_of_a_lamp_does_what_its_colours_allow(colours, second):
    lamp = {f"{colour}_pin": 6 + at for at, colour in enumerate(colours)}
    assert placed({**lamp, "k1pin_pin": 20, "k2pin_pin": 21})[21][0] == second


def test_the_one_button_of_a_lamp_belongs_to_no_channel_and_that_of_a_plug_to_the_first():
    assert placed({**RGB, "bt_pin": 10})[10] == ("button-light", 0, "")
    assert placed({"rl1_pin": 26, "bt_pin": 10})[10][1] == 1


def test_an_edge_key_is_explained_by_the_first_setting_that_says_so():
    plug = {"rl1_pin": 26, "bt1_pin": 10, "bt1_type": 1, "bt_type": 1}
    (pin,) = [pin for pin in answer_for_config(plug).profile.pins if pin.gpio == 10]
    assert "bt1_type" in pin.keys
    assert "bt_type" not in pin.keys
