"""Flags by number, by the firmware's words, and by a part of them; everywhere settings are said."""

from __future__ import annotations

import json
import re

import pytest
from corpus_place import corpus_root
from hostile import value_or_refusal
from hypothesis import given
from hypothesis import strategies as st

from plugsmith.errors import PlugsmithError
from plugsmith.errors.device import SettingUnusable
from plugsmith.flows.settings.desired_settings import desired_from
from plugsmith.flows.settings.file import read_settings_file, setting_words
from plugsmith.openbeken.config_block import new_block
from plugsmith.openbeken.flag_names import (
    FLAG_NAMES,
    flag_name,
    flag_number,
    gathered,
    resolved,
    with_flags,
)
from plugsmith.openbeken.settings import change_settings, read_settings


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("31", 31),
        ("0", 0),
        ("63", 63),
        ("Enable UART command line", 31),
        ("[UART] Enable UART command line", 31),
        ("uart command line", 31),
        ("child lock", 41),
        ("self state on mqtt connect", 10),
        ("kWh", 40),
    ],
)
def test_a_flag_is_named_by_number_words_or_a_part_that_only_it_has(text, number):
    assert flag_number(text) == number


@pytest.mark.parametrize(
    ("text", "said"),
    [("64", "0 to 63"), ("mqtt", "may mean"), ("Enabel UART comand line", "31"), ("zzz", "lists"),
     ("", "lists"), ("-1", "")],
)  # fmt: skip
def test_what_is_no_flag_or_several_is_refused_with_those_that_are_near(text, said):
    with pytest.raises(SettingUnusable) as caught:
        flag_number(text)
    assert said in caught.value.message + caught.value.hint


def test_every_flag_is_found_by_its_own_words():
    assert [flag_number(name) for name in FLAG_NAMES] == list(range(len(FLAG_NAMES)))
    assert flag_name(63) == ""


def test_single_flags_change_only_themselves():
    assert with_flags(1024, {"31": "on", "child lock": True}) == 1024 | 1 << 31 | 1 << 41
    assert with_flags(1024, {"10": "off"}) == 0
    assert resolved({"flag": {"5": 1}}, 1024) == {"flags": 1024 | 32}
    assert resolved({"flag": {"5": 1}, "flags": 2}, 1024) == {"flags": 34}
    assert gathered({"flag.5": "on", "flag": {"6": 1}, "x": 1}) == {
        "flag": {"6": 1, "5": "on"}, "x": 1,
    }  # fmt: skip


def test_words_and_files_say_flags(tmp_path):
    said = ["flag.31=on", "flag.[MQTT] Broadcast self state on MQTT connect=off", "mqtt_port=1884"]
    words = setting_words(said)
    assert words["mqtt_port"] == 1884
    path = tmp_path / "wish.toml"
    path.write_text('[flag]\n31 = true\n"Broadcast self state on MQTT connect" = false\n')
    for wish in (words, read_settings_file(path)):
        settings = desired_from(template=None, settings=wish).settings
        assert settings["flag"] == {"31": 1, "10": 0}
        block = change_settings(new_block(), {**settings, "flags": 1024})
        assert read_settings(block)["flags"] == 1 << 31
    with pytest.raises(SettingUnusable, match="on or off"):
        desired_from(template=None, settings=setting_words(["flag.31=maybe"]))


@given(st.text(max_size=40), st.one_of(st.none(), st.text(max_size=5), st.integers()))
def test_any_name_and_value_is_a_flag_or_an_error_of_ours(name, value):
    found = value_or_refusal(desired_from, template=None, settings={"flag": {name: value}})
    flags = {} if isinstance(found, PlugsmithError) else found.settings["flag"]
    assert all(0 <= int(key) < 64 and state in {0, 1} for key, state in flags.items())


def test_the_words_are_those_of_the_firmwares_page():
    """Judge that we did not write: the recorded page, as far as it was kept."""
    path = corpus_root().parent / "spec" / "obk-http-captures.json"
    if not path.is_file():
        pytest.skip(f"the recordings are not here: {path}")
    text = json.dumps(json.loads(path.read_text()))
    found = dict(re.findall(r"Flag (\d+) - ([^<\"]*?)<", text))
    assert len(found) >= 18
    assert {number: flag_name(int(number)) for number in found} == found
