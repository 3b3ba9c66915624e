"""Texts from outside that are made to exhaust the reader."""

from __future__ import annotations

import json

import pytest
from pace import within_cpu

from plugsmith.flows.settings.yaml_file import read_yaml
from plugsmith.lan.wire import read_json
from plugsmith.library.reader import JsonReader, Misfit
from plugsmith.nested_json import DEEPEST, read_nested


@pytest.mark.parametrize("mark", ["[", '{"a":', '[{"a":'])
def test_deep_nesting_is_refused_before_it_is_parsed(mark, monkeypatch):
    monkeypatch.setattr(json, "loads", lambda *_args, **_options: pytest.fail("parsed"))
    with pytest.raises(ValueError, match="deep"):
        read_nested(mark * (DEEPEST + 1))
    assert read_json(mark * 100_000) is None
    with pytest.raises(Misfit):
        JsonReader.parse(mark.encode() * 500, limit=1 << 20)


@pytest.mark.parametrize("half", ["\\ud800", "\\uDFFF", "\ud800"])
def test_a_lone_surrogate_becomes_a_sign_that_can_be_written(half):
    value = read_nested(f'{{"a{half}": ["x{half}y", {{"b": "{half}"}}], "n": 1}}')
    assert value == {"a\ufffd": ["x\ufffdy", {"b": "\ufffd"}], "n": 1}
    assert read_nested(b'"\xed\xa0\x80"') == "\ufffd"
    assert read_nested('"\\ud83d\\ude00 \\\\ud800"') == "\U0001f600 \\ud800"
    assert read_yaml('a: "x\\ud800y"') == {"a": "x\ufffdy"}


def test_marks_inside_of_texts_do_not_count():
    body = ["[" * 500, {"a": ']}\\"' * 300}]
    assert read_nested(json.dumps(body)) == body
    flat = [[number] for number in range(5000)]
    assert read_nested(json.dumps(flat).encode()) == flat
    depth = "[" * DEEPEST + "]" * DEEPEST
    assert read_nested(depth)


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "text",
    [
        "- a\n" * 200_000,
        "a: &x [1]\nb: [" + "*x," * 50 + "]",
        "wifi_ssid: !!python/object/apply:os.system [id]",
        "wifi_ssid: !!binary aGVsbG8=",
        "a: [" + "1," * 6000 + "]",
        "[" * 20_000,
    ],
    ids=["long", "aliases", "object", "binary", "nodes", "deep"],
)
def test_yaml_is_plain_data_of_a_sane_size(text):
    with within_cpu(5), pytest.raises(ValueError, match=r"YAML|long|many|tag"):
        read_yaml(text)


def test_settings_in_yaml_are_read_as_ever():
    text = "wifi:\n  ssid: home\n  password: '00123'\npins: {6: BL0937CF;0}\nflags: 5\n"
    assert read_yaml(text) == {
        "wifi": {"ssid": "home", "password": "00123"},
        "pins": {6: "BL0937CF;0"},
        "flags": 5,
    }
