"""Parts of an ESPHome configuration that are there only where they were asked for."""

from __future__ import annotations

import pytest
from ruamel.yaml import YAML

from plugsmith.device.profile import DeviceProfile
from plugsmith.errors import UsageError
from plugsmith.export.esphome.config import render
from plugsmith.export.esphome.extras import EXTRAS, check_extras
from plugsmith.export.output import ExportOptions

WHERE = {
    "web-server": ("web_server",),
    "restart": ("button",),
    "uptime": ("sensor",),
    "wifi-signal": ("sensor",),
    "version": ("text_sensor",),
    "mac-suffix": ("esphome", "name_add_mac_suffix"),
    "api-key": ("api", "encryption"),
    "ota-password": ("ota", 0, "password"),
    "mqtt": ("mqtt",),
}


def text_with(*names):
    profile = DeviceProfile(module="WB2S", chip="BK7231T")
    return render(profile, ExportOptions(title="plug", extras=names))[0].text


def body(text):
    yaml = YAML()
    yaml.constructor.add_constructor("!secret", lambda loader, node: f"secret {node.value}")
    return yaml.load(text)


def holds(found, path):
    for step in path:
        try:
            found = found[step]
        except (KeyError, IndexError):
            return False
    return True


@pytest.mark.parametrize("name", EXTRAS)
def test_each_part_is_there_only_when_it_was_asked_for(name):
    assert not holds(body(text_with()), WHERE[name])
    assert holds(body(text_with(name)), WHERE[name])


def test_secrets_stay_outside_and_are_named():
    text = text_with("api-key", "ota-password", "mqtt")
    for name in ("api_key", "ota_password", "mqtt_broker", "mqtt_username", "mqtt_password"):
        assert f"!secret {name}" in text
        assert name in text.splitlines()[2]


def test_all_together_are_one_file_and_unknown_ones_are_refused():
    assert set(body(text_with(*EXTRAS))) >= {"web_server", "mqtt", "button", "sensor"}
    with pytest.raises(UsageError, match="web-server"):
        check_extras(["webserver"])
