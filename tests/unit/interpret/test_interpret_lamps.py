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


# what is known of the lamp itself


def light(settings):
    return answer_for_config(settings).profile.light


def left_out(settings):
    return {item.key: (item.gap.value, item.reason) for item in profile(settings).left_out}


def profile(settings):
    return answer_for_config(settings).profile


def pin(settings, gpio):
    (found,) = [item for item in profile(settings).pins if item.gpio == gpio]
    return found


def others(settings, gpio):
    return [
        (item.function.value, item.active_low, item.channel)
        for item in pin(settings, gpio).alternatives
    ]


def test_what_has_no_colour_and_no_data_line_is_no_lamp():
    assert light({"rl1_pin": 26, "pmemory": 1, "pwmhz": 500}) is None
    assert light({"cmod": "rgb"}) is not None


@pytest.mark.parametrize(
    ("hertz", "kept"),
    [(None, None), (0, None), (-5, None), (1, 1), (500, 500), (1000, None), (1001, 1001),
     (999_999, 999_999), (1_000_000, None)],
)  # fmt: skip
def test_the_pwm_frequency_is_kept_where_it_is_possible_and_not_the_usual_one(hertz, kept):
    assert light({**RGB, **({} if hertz is None else {"pwmhz": hertz})}).pwm_hz == kept


@pytest.mark.parametrize(
    ("memory", "remembers"), [(None, False), (0, False), (1, True), (2, False)]
)
def test_a_lamp_remembers_its_state_only_where_that_is_stated(memory, remembers):
    more = {} if memory is None else {"pmemory": memory}
    assert light({**RGB, **more}).remembers is remembers


WHITES = {"c_pin": 8, "w_pin": 7, "cmod": "cw"}


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({**WHITES, "cwtype": 1}, True),
        ({**WHITES, "cwtype": 0}, False),
        ({**WHITES, "cwtype": 2}, False),
        (WHITES, False),
        ({"c_pin": 8, "w_pin": 7, "cmod": "c", "cwtype": 1}, False),
        ({"c_pin": 8, "cmod": "cw", "cwtype": 1}, False),
        ({"w_pin": 8, "cmod": "cw", "cwtype": 1}, False),
    ],
)
def test_brightness_and_temperature_need_both_whites(settings, told):
    assert light(settings).brightness_and_temperature is told
    assert ("One white output is brightness" in remarks(settings)) is told


def test_which_output_is_brightness_and_which_temperature():
    both = {**WHITES, "cwtype": 1, "c_lv": 1, "w_lv": 1}
    assert placed(both)[8] == ("pwm-light", 2, "brightness")
    assert placed(both)[7] == ("pwm-light", 1, "temperature")
    assert not pin(both, 8).active_low
    assert pin(both, 7).active_low  # turned round
    assert others(both, 7) == [("pwm-light", False, 1)]
    assert others(both, 8) == []
    assert not pin({**both, "w_lv": 0}, 7).active_low
    assert others({**both, "w_lv": 0}, 7) == [("pwm-light", True, 1)]
    assert "w_lv" in pin(both, 7).keys


def test_the_colours_are_what_cmod_says_else_those_with_a_pin():
    assert light({**RGB, "cmod": "bgr"}).colours == "rgb"
    assert light({**RGB, "cmod": "RGB"}).colours == "rgb"
    assert light({**RGB, "cmod": "xyz"}).colours == "rgb"
    assert "'xyz' of cmod are not understood" in remarks({**RGB, "cmod": "xyz"})
    assert "cmod are not" not in remarks({**RGB, "cmod": "rgb"})
    assert "cmod are not" not in remarks(RGB)
    assert light({"iicr": 0, "iicg": 1, "iicscl": 8, "iicsda": 7}).colours == "rg"
    assert light({**RGB, "w_pin": 9}).colours == "rgbw"


def test_a_colour_has_its_own_channel_and_whites_alone_count_from_one():
    five = {f"{colour}_pin": 6 + at for at, colour in enumerate("rgb")} | {"c_pin": 24, "w_pin": 26}
    assert placed(five) == {
        6: ("pwm-light", 1, "r"), 7: ("pwm-light", 2, "g"), 8: ("pwm-light", 3, "b"),
        24: ("pwm-light", 4, "c"), 26: ("pwm-light", 5, "w"),
    }  # fmt: skip
    assert placed(WHITES) == {8: ("pwm-light", 1, "c"), 7: ("pwm-light", 2, "w")}
    assert placed({"w_pin": 7}) == {7: ("pwm-light", 1, "w")}


def test_a_colour_shines_high_unless_its_level_says_low():
    assert not pin(RGB, 6).active_low
    assert pin({**RGB, "r_lv": 0}, 6).active_low
    assert pin({**RGB, "r_lv": 0}, 6).keys == ("r_pin", "r_lv")


def test_a_colour_that_should_be_there_and_has_no_pin_is_named():
    lamp = {"r_pin": 6, "g_pin": 7, "cmod": "rgb"}
    assert "should have the colour b, but b_pin is missing" in remarks(lamp)
    assert "should have" not in remarks({**lamp, "b_pin": 8})
    assert "should have" not in remarks({**lamp, "mosi": 16})
    assert "should have" not in remarks({**lamp, "firstpin_pin": 8})


def test_a_colour_that_is_not_fitted_is_left_out_and_its_level_understood():
    lamp = {**RGB, "cmod": "rg", "b_lv": 1}
    gap, reason = left_out(lamp)["b_pin"]
    assert gap == "not-fitted"
    assert "only the colours rg" in reason
    assert set(left_out(lamp)) == {"b_pin"}
    assert profile(lamp).unknown_keys == ()


def test_a_driver_chip_makes_the_pins_of_colours_needless_and_the_other_way_round():
    driven = {"iicscl": 24, "iicsda": 26, "cmod": "rgb", "dmod": 1, "r_pin": 6}
    gap, reason = left_out(driven)["r_pin"]
    assert gap == "not-fitted"
    assert "go through the LED driver chip" in reason
    assert 6 not in placed(driven)
    plain = {**RGB, "dmod": 0, "iicscl": 24, "iicsda": 26}
    assert set(left_out(plain)) == {"iicscl", "iicsda"}
    assert all("driven by PWM (dmod 0)" in reason for _gap, reason in left_out(plain).values())


@pytest.mark.parametrize(
    ("colours", "emulated"), [("rgbw", True), ("rgbc", False), ("rgb", False), ("rgbcw", False)]
)
def test_only_beside_one_warm_white_the_cold_one_is_mixed(colours, emulated):
    lamp = {f"{colour}_pin": at for colour, at in zip(colours, (6, 7, 8, 24, 26), strict=False)}
    assert light(lamp).emulate_cool is emulated


# strings, strips, and the line that feeds the LEDs


def test_outputs_that_are_no_light_get_channels_behind_those_of_the_light():
    string = {"firstpin_pin": 6, "secpin_pin": 7, "l_pin": 8, "m_pin": 9, "cmod": "cw"}
    assert [placed(string)[gpio][1] for gpio in (8, 9)] == [6, 7]
    assert [pin(string, gpio).active_low for gpio in (6, 7, 8, 9)] == [False] * 4
    low = {**string, "firstpin_lv": 0, "secpin_lv": 0, "l_lv": 0, "m_lv": 0}
    assert [pin(low, gpio).active_low for gpio in (6, 7, 8, 9)] == [True] * 4
    assert "m_pin drives a motor" in remarks(string)
    assert "secpin_pin drives" not in remarks(string)


@pytest.mark.parametrize(
    ("level", "role"), [(1, "always-high"), (0, "always-low"), (None, "always-high")]
)
def test_the_line_that_feeds_the_leds_is_held_on_and_may_follow_the_light(level, role):
    lamp = {**RGB, "ctrl_pin": 24, **({} if level is None else {"ctrl_lv": level})}
    assert placed(lamp)[24][0] == role
    assert others(lamp, 24) == [("light-power", level == 0, 0)]
    assert ("ctrl_lv" in pin(lamp, 24).keys) is (level is not None)


@pytest.mark.parametrize(
    ("count", "length"), [(0, None), (-1, None), (1, 1), (2048, 2048), (2049, None), (None, None)]
)
def test_the_length_of_a_strip_is_kept_where_it_is_possible(count, length):
    strip = {"mosi": 16, "cmod": "rgb", **({} if count is None else {"LedNum": count})}
    assert light(strip).strip_length == length
    assert f"({length or 'not stated'})" in remarks(strip)
    assert light({"MOSI": 16, "lednum": 30}).strip_length == 30


def test_a_strip_uses_its_data_line_alone():
    strip = {"mosi": 16, "cmod": "rgb", "miso": 14, "SCL": 17, "CS": 15}
    assert placed(strip) == {16: ("strip-data", 0, "")}
    assert set(left_out(strip)) == {"miso", "SCL", "CS"}
    assert all("belongs to the SPI bus" in reason for _gap, reason in left_out(strip).values())
    assert placed({"MOSI": 16})[16][0] == "strip-data"
    twice = left_out({"mosi": 16, "MOSI": 16})
    assert twice["MOSI"] == ("no-role", "MOSI repeats mosi.")
    assert left_out({**RGB, "miso": 14}).get("miso", ("", ""))[0] != "no-role"


# buttons


PLUG = {"rl1_pin": 26}


@pytest.mark.parametrize("key", ["bt_pin", "reset_pin", "reset_bt_pin", "btpin", "key1_pin"])
def test_the_one_button_is_pressed_low_with_its_level_from_its_own_key(key):
    assert placed({**PLUG, key: 10})[10] == ("button", 1, "")
    assert pin({**PLUG, key: 10}, 10).active_low
    assert not pin({**PLUG, key: 10}, 10).pull_down
    assert others({**PLUG, key: 10}, 10) == []
    level = {"btpin": "btlv"}.get(key, f"{key.removesuffix('_pin')}_lv")
    high = {**PLUG, key: 10, level: 1}
    assert not pin(high, 10).active_low
    assert pin(high, 10).pull_down
    assert others(high, 10) == [("button", True, 1)]
    assert pin(high, 10).keys == (key, level)


@pytest.mark.parametrize("sensor", [{"samp_pin": 23}, {"i2c_scl_pin": 7, "i2c_sda_pin": 8}])
def test_the_one_button_of_a_sensor_is_left_to_a_script(sensor):
    assert placed({**sensor, "module": "CBU", "bt_pin": 10})[10] == ("button-script", 0, "")
    assert placed({**sensor, **RGB, "module": "CBU", "bt_pin": 10})[10][0] == "button-light"


def test_a_numbered_button_belongs_to_the_channel_of_its_number():
    two = {**PLUG, "rl2_pin": 24, "bt1_pin": 10, "bt2_pin": 11, "bt2_lv": 1}
    assert placed(two)[10] == ("button", 1, "")
    assert placed(two)[11] == ("button", 2, "")
    assert (pin(two, 10).active_low, pin(two, 11).active_low) == (True, False)
    assert others(two, 11) == [("button", True, 2)]
    assert pin({**two, "bt_lv": 1}, 10).keys == ("bt1_pin", "bt_lv")


def test_a_rocker_belongs_to_the_channel_of_its_number():
    assert placed({**PLUG, "rl2_pin": 24, "onoff2": 10})[10] == ("rocker", 2, "")


@pytest.mark.parametrize(("kind", "edge"), [(0, False), (1, True), (2, False)])
def test_an_edge_key_has_the_rocker_as_alternative(kind, edge):
    plug = {**PLUG, "bt1_pin": 10, "bt1_type": kind}
    assert placed(plug)[10] == ("button", 1, "")
    assert others(plug, 10) == ([("rocker", True, 1)] if edge else [])
    assert not pin(plug, 10).pull_down
    high = {**plug, "bt1_lv": 1}
    assert pin(high, 10).pull_down
    rocker = [("rocker", False, 1)] if edge else []
    assert others(high, 10) == [*rocker, ("button", True, 1)]


@pytest.mark.parametrize(
    ("settings", "role"),
    [
        ({"rl1_pin": 26}, ("button", 1, "")),
        ({"rl1_pin": 26, "rl2_pin": 24}, ("button-all", 0, "")),
        ({"rl1_pin": 26, "rl2_pin": 24, "ch_num": 1}, ("button", 1, "")),
        ({"rl1_pin": 26, "chnum": 2}, ("button-all", 0, "")),
        ({"rl1_pin": 26, "ch_num": 0}, ("button", 1, "")),
        ({}, ("button", 1, "")),
    ],
)
def test_the_button_for_all_channels_is_an_ordinary_one_where_there_is_one_channel(settings, role):
    assert placed({**settings, "total_bt_pin": 10})[10] == role
    high = {**settings, "total_bt_pin": 10, "total_bt_lv": 1}
    assert not pin(high, 10).active_low


def test_the_first_key_of_a_lamp_switches_it_and_of_a_plug_the_first_channel():
    assert placed({**RGB, "key_pin": 10})[10] == ("button-light", 0, "")
    assert placed({**PLUG, "key_pin": 10})[10] == ("button", 1, "")
    assert not pin({**RGB, "key_pin": 10, "key_lv": 1}, 10).active_low


@pytest.mark.parametrize(
    ("colours", "roles"),
    [
        ("rgb", ["button-colour", "button-dimmer", "button-script"]),
        ("cw", ["button-dimmer", "button-temperature", "button-script"]),
        ("c", ["button-dimmer", "button-script", "button-script"]),
        ("", ["button-dimmer", "button-script", "button-script"]),
    ],
)
def test_the_further_keys_of_a_lamp_are_guessed_and_that_is_said(colours, roles):
    lamp = {f"{colour}_pin": 6 + at for at, colour in enumerate(colours)}
    keys = {**(lamp or {"mosi": 16}), "k1pin_pin": 20, "k2pin_pin": 21, "k3pin_pin": 22}
    assert [placed(keys)[gpio] for gpio in (20, 21, 22)] == [(role, 0, "") for role in roles]
    assert "(k1pin_pin, k2pin_pin, k3pin_pin)" in remarks(keys)
    assert not pin({**keys, "k2pin_lv": 1}, 21).active_low
    assert "extra keys" not in remarks(lamp or {"mosi": 16})


@pytest.mark.parametrize(("use", "used"), [(None, True), (1, True), (0, False)])
def test_the_keys_of_a_lamp_yield_where_the_vendor_switched_them_off(use, used):
    lamp = {"cmod": "c", "c_pin": 8, "ir": 16, "k2pin_pin": 16}
    found = placed({**lamp, **({} if use is None else {"keyfunc": use})})[16][0]
    assert (found == "button-dimmer") is used
