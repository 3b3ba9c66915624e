"""The texts of the cases from the field that are about reading: each gives what stands there."""

from __future__ import annotations

import json

import pytest

from plugsmith.errors import PlugsmithError
from plugsmith.flows.catalogue.device_input import device_input_of_bytes
from plugsmith.flows.dump.config import recover_bytes
from plugsmith.records import fields_of

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def texts(corpus):
    path = corpus / "cases" / "cases.json"
    if not path.is_file():
        pytest.skip("the corpus has no cases")
    return [case for case in json.loads(path.read_text())["cases"] if "text" in case]


def test_every_text_is_taken_by_the_template_verbs_and_by_dump_config(texts):
    for case in texts:
        data = case["text"].encode()
        expected = case["expect"]
        if case["verb"].startswith("template export"):
            device = device_input_of_bytes(data, name=case["id"])
            pins = {str(pin.gpio): str(pin).removesuffix(";0") for pin in device.template.pins}
            for gpio, role in expected.get("pins", {}).items():
                assert pins[gpio] == role, case["id"]
            if "module" in expected:
                assert device.template.board == expected["module"], case["id"]
            if "led_pin" in expected:
                assert pins[str(expected["led_pin"])].startswith("WifiLED"), case["id"]
        if case["verb"] == "template lint":  # a template names its pins itself
            with pytest.raises(PlugsmithError) as caught:
                recover_bytes(data, name=case["id"])
            assert caught.value.code == "PS-INPUT-UNUSABLE"
            continue
        found = fields_of(recover_bytes(data, name=case["id"]))
        assert found["status"] == expected.get("status", "found"), case["id"]
        if "baud" in expected:
            assert found["baud"] == expected["baud"]
            assert found["device"]["uart"]["baud"] == expected["baud"]
        if "module" in expected:
            assert found["module"] == expected["module"], case["id"]
