"""What `template export` says beside its files: how sure the chip is, which build is needed."""

from __future__ import annotations

import io
import json

import pytest

from plugsmith.cli.app import main


def export(capsys, monkeypatch, config):
    text = json.dumps(config) if isinstance(config, dict) else config
    stream = io.TextIOWrapper(io.BytesIO(text.encode()))
    monkeypatch.setattr("sys.stdin", stream)
    code = main(["template", "export", "-", "--to", "openbeken", "--json"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return code, lines


@pytest.mark.parametrize(
    ("module", "certain", "foreign"),
    [("CBU", True, False), ("WB43-M5", False, False), ("BT3L", False, True), ("X9", False, False)],
)
def test_the_chip_of_a_module_is_certain_only_where_it_is_known(
    capsys, monkeypatch, module, certain, foreign
):
    code, lines = export(capsys, monkeypatch, {"module": module, "rl1_pin": 24, "rl1_lv": 1})
    data = lines[-1]["data"]
    assert code == 0
    assert (data["chip_is_certain"], data["foreign"]) == (certain, foreign)
    warned = [line for line in lines if line.get("code") == "PS-NOTE-CHIP"]
    assert bool(warned) is not certain
    template = json.loads(data["files"][0]["text"])
    assert bool(template.get("chip")) is (certain or foreign)


def test_a_sensor_without_a_name_names_the_variant(capsys, monkeypatch):
    config = {"module": "CBU", "i2c_scl_pin": 7, "i2c_sda_pin": 8, "samp_pin": 23}
    _code, lines = export(capsys, monkeypatch, config)
    (need,) = lines[-1]["data"]["variant"]
    assert (need["variants"], need["certain"]) == (["sensors"], False)


def test_a_template_with_a_role_that_the_plain_build_lacks(capsys, monkeypatch):
    config = {"chip": "BK7231N", "pins": {"7": "SHT3X_SDA;1;2", "8": "SHT3X_SCK;0"}}
    _code, lines = export(capsys, monkeypatch, config)
    (need,) = lines[-1]["data"]["variant"]
    assert (need["driver"], need["variants"], need["certain"]) == ("SHT3X", ["sensors"], True)


def test_what_was_tolerated_in_a_text_is_told(capsys, monkeypatch):
    _code, lines = export(capsys, monkeypatch, "{'module': 'WB2S', 'rl1_pin': 24, 'rl1_lv': 1}")
    told = {line["code"]: line["message"] for line in lines if line["type"] == "warning"}
    assert "single quotation marks" in told["PS-NOTE-TOLERATED"]
