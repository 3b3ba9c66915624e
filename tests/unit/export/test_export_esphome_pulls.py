"""The resistors and directions of an ESPHome export are those that OpenBeken's roles stand for."""

from __future__ import annotations

import json

import pytest

from plugsmith.export.esphome.config import render
from plugsmith.export.output import ExportOptions
from plugsmith.interpret.openbeken.from_openbeken import profile_from_openbeken
from plugsmith.openbeken.template import parse_template


def exported(pins, **fields):
    body = {"vendor": "v", "name": "n", "chip": "BK7231N", "board": "CB2S", "pins": pins, **fields}
    template = parse_template(json.dumps(body)).template
    return render(profile_from_openbeken(template), ExportOptions(title="n"))[0].text


@pytest.mark.parametrize(
    ("role", "mode"),
    [
        ("dInput", "pullup: true"),
        ("dInput_n", "pullup: true"),
        ("DoorSnsrWSleep", "pullup: true"),
        ("Btn", "pullup: true"),
        ("Btn_n", "pullup: true"),
        ("TglChanOnTgl", "pullup: true"),
        ("Btn_pd_n", "pulldown: true"),
        ("DoorSnsrWSleep_pd", "pulldown: true"),
        ("TglChanOnTgl_pd", "pulldown: true"),
        ("dInput_NoPullUp", None),
        ("dInput_NoPullUp_n", None),
        ("DoorSnsrWSleep_nPup", None),
    ],
)
def test_an_input_has_the_resistor_of_its_role(role, mode):
    text = exported({"24": f"{role};1"})
    found = [word for word in ("pullup: true", "pulldown: true") if word in text]
    assert found == ([mode] if mode else [])


@pytest.mark.parametrize(("role", "inverted"), [("PWM_n", True), ("PWM", False)])
def test_a_temperature_output_is_cold_at_zero_as_in_openbeken(role, inverted):
    """Flag 8: the lower channel is colour temperature; both firmwares send 0 % for the coldest."""
    text = exported({"7": f"{role};1", "8": "PWM;2"}, flags="256")
    assert "platform: color_temperature" in text
    assert "color_temperature: pwm_temperature" in text
    block = text.split("id: pwm_temperature")[1].split("- platform")[0]
    assert ("inverted: true" in block) is inverted
