"""Secrets beside pins in a pasted text never come out, and what only sounds like a pin is none."""

from __future__ import annotations

import base64
import json

import pytest
from paste_forms import TEXT

from plugsmith.dump.pasted.pasted import read_pasted
from plugsmith.dump.pasted.private import is_private, is_private_pair
from plugsmith.dump.survey.credentials import FIELD_KINDS
from plugsmith.flows.catalogue.device_input import device_input_of_bytes
from plugsmith.flows.dump.config import recover_bytes
from plugsmith.interpret.vendor.key_table import NAMES
from plugsmith.records import fields_of
from plugsmith.tuya.user_param import format_pin_text


def result_of(data: bytes) -> dict:
    """The result of `dump config` as JSON."""
    return fields_of(recover_bytes(data, name="text"))


STORE = {
    "gw_bi": {"psk_key": "CANARYpsk", "auth_key": "CANARYauth", "uuid": "CANARYuuid"},
    "gw_wsm": {"ssid": "CANARYnet", "passwd": "CANARYpass"},
    "user_param_key": {"rl1_pin": 26, "rl1_lv": 1, "module": "WB2S", "bt1_pin": 10},
}
TYPED = {**STORE["user_param_key"], **STORE["gw_bi"], **STORE["gw_wsm"], "local_key": "CANARYkey"}
PRIVATE_FORMS = {
    "a store": json.dumps(STORE),
    "a store, cut": json.dumps(STORE, indent=2)[:-30],
    "a store, its pins as lines": json.dumps(STORE, indent=2)[1:-8],
    "one object": json.dumps(TYPED),
    "one object, nested": json.dumps({**STORE["user_param_key"], "net": [STORE["gw_wsm"]]}),
    "lines": "\n".join(f"{key}: {value}" for key, value in TYPED.items()),
    "a call": "dict(" + ", ".join(f"{key}={value!r}" for key, value in TYPED.items()) + ")",
    "pin text": format_pin_text(TYPED),
    "pin text, no braces": format_pin_text(TYPED)[1:-1],
    "base64": base64.b64encode(json.dumps(TYPED).encode()).decode(),
}


@pytest.mark.parametrize("form", PRIVATE_FORMS)
def test_nothing_private_becomes_part_of_a_configuration(form):
    text = PRIVATE_FORMS[form].encode()
    data = result_of(text)
    assert str(data["config"]["rl1_pin"]) == "26"
    assert "CANARY" not in json.dumps(data)
    device = device_input_of_bytes(text, name="text")
    assert "CANARY" not in repr(device)


PINS = {"rl1_pin": 26, "rl1_lv": 1, "module": "WB2S"}
SAID = {
    "in German": {"Passwort": "CANARY12"},
    "in Polish": {"has\u0142o_wifi": "CANARY12"},
    "in one word": {
        "sessionKey": "CANARY12",
        "clientSecret": "CANARY34",
        "wifi_password_2": "CANARY5",
    },
    "as the name of a network": {"networks": {"CANARYnet": "CANARY12"}, "wifi": "CANARY12"},
    "as a record": {"records": [{"name": "wifi_password", "value": "CANARY12"}]},
    "as a list": {"wifi": ["ssid", "CANARYnet", "password", "CANARY12"], "x": [["pwd", "CANARY"]]},
    "in a sentence": {"note": "password=CANARY12"},
    "in a command": {"startup": "backlog MqttPassword CANARY12"},
    "in an address": {"update": "http://bob:CANARY12@10.0.0.1/x"},
    "in a text of JSON": {"net": json.dumps({"ssid": "CANARYnet", "passwd": "CANARY12"})},
    "as the module": {"module": "pw=CANARY12"},
}


@pytest.mark.parametrize("way", SAID)
def test_a_secret_is_left_out_however_it_is_said(way):
    text = json.dumps({**PINS, **SAID[way]}).encode()
    data = result_of(text)
    assert data["config"]["rl1_pin"] == 26
    assert "CANARY" not in json.dumps(data)
    assert "CANARY" not in repr(device_input_of_bytes(text, name="text"))
    assert any("passwords and keys were left out" in note for note in data["notes"])


def test_a_checked_text_with_a_secret_in_it_is_not_shown():
    data = result_of(format_pin_text({**PINS, "Kennwort": "CANARY12"}).encode())
    assert (data["confidence"], data["text"], data["text_sha256"]) == ("strong", None, None)
    assert "CANARY" not in json.dumps(data)


@pytest.mark.parametrize("field", FIELD_KINDS)
def test_what_the_survey_calls_private_is_private_in_a_text(field):
    data = result_of(json.dumps({**PINS, field: "CANARY12"}).encode())
    assert "CANARY" not in json.dumps(data)


def test_numbers_of_pins_under_such_names_stay():
    pins = {
        **PINS,
        "key1_pin": 7,
        "key_lv": "0",
        "epin": {"pin": 11},
        "fac_pin": "abcdef0123456789",
    }
    assert read_pasted(json.dumps(pins).encode()).best.config == pins


def test_a_long_word_of_an_unknown_key_in_a_list_may_be_a_password():
    data = result_of(b"rl1_pin: 26\nrl1_lv: 1\nHome: CANARY12\nmodule: CANARY-MODULE\n")
    assert data["config"] == {"rl1_pin": 26, "rl1_lv": 1, "module": "CANARY-MODULE"}
    assert any("unknown keys were left out" in note for note in data["notes"])


@pytest.mark.parametrize(
    "text",
    [
        '{"uuid": "x", "auth_key": "y", "bt_hid": "4ybX", "fac_pin": "keyforged"}',
        "sim_pin = 4711\nother = 5\n",
        "const int LED_pin = 13;\nint relay_pin = 5;\n",
        "[env:board]\nupload_speed = 921600\nled_pin = 2\n",
        "substitutions:\n  led_pin: 4\n  bt_pin: 3\n",
        'print(f"{crc:08X}")',
        '{"level": "info", "module": "login", "ok": true}',
    ],
)
def test_what_only_sounds_like_a_pin_is_no_configuration(text):
    assert read_pasted(text.encode()) is None


def test_what_a_lost_comma_put_into_a_value_is_masked():
    text = TEXT.replace(",jv:1.1.5", "ssid:CANARYnet1 passwd:CANARYpass1,jv:1.1.5")
    data = result_of(text.encode())
    assert (data["status"], len(data["alternatives"])) == ("none", 1)
    assert "CANARY" not in json.dumps(data)
    assert data["alternatives"][0]["config"]["rl1_pin"] == 26


def test_letters_in_front_of_a_private_key_do_not_hide_it():
    text = "rl1_pin: 26\nrl1_lv: 1\nnetled1_lvssid: CANARYnet\nandpasswd: CANARYpass"
    data = result_of(text.encode())
    assert data["config"] == {"rl1_pin": 26, "rl1_lv": 1}


@pytest.mark.parametrize("area", NAMES)
def test_no_key_that_means_something_is_private(area):
    keys = NAMES[area].replace("#", "1").split()
    assert [key for key in keys if is_private(key) or is_private_pair(key, "1")] == []


def test_a_name_in_braces_does_not_hide_the_pins_beside_it():
    pasted = read_pasted(b"print(f'{crc:08X}')\nrl1_pin: 26\nrl1_lv: 1\n")
    assert pasted.best.config == {"rl1_pin": 26, "rl1_lv": 1}


@pytest.mark.parametrize("key", ["sid", "ssd", "pasw", "paswd", "psswd"])
def test_a_letter_lost_in_the_name_of_a_secret_does_not_tell_it(key):
    held = {**PINS, key: "CANARY12", "wfcfg": "spcl_auto"}
    lost = format_pin_text(held).replace("rl1_lv:1", "rl1_lv:0")
    for text in (json.dumps(held), lost, "\n".join(f"{name}={held[name]}" for name in held)):
        assert "CANARY" not in json.dumps(result_of(text.encode()))
    assert read_pasted(json.dumps(held).encode()).best.config == {**PINS, "wfcfg": "spcl_auto"}
