"""Each output of a known device, line by line where it matters, and what cannot be written."""

from __future__ import annotations

import json

import pytest

from plugsmith.device.profile import DataKind, DataPoint, DeviceProfile, SerialMcu
from plugsmith.errors import UsageError
from plugsmith.errors.catalogue import NotExportable
from plugsmith.export.exporters import EXPORTERS, exporter
from plugsmith.export.homeassistant import messages
from plugsmith.export.output import ExportOptions, safe_name
from plugsmith.interpret.openbeken.from_openbeken import profile_from_openbeken
from plugsmith.interpret.vendor.from_tuya import profile_from_tuya
from plugsmith.openbeken.template import parse_template, read_template

PLUG = {
    "rl1_pin": 26,
    "bt1_pin": 10,
    "bt1_lv": 0,
    "netled1_pin": 6,
    "netled1_lv": 0,
    "ele_pin": 7,
    "vi_pin": 8,
    "sel_pin_pin": 24,
    "sel_pin_lv": 1,
    "chip_type": 0,
    "ch1_stat": 2,
    "module": "WB2S",
}
OPTIONS = ExportOptions(title="Acme plug", vendor="Acme", model="AP-1")


def text_of(name: str, config: dict[str, object], options: ExportOptions = OPTIONS) -> str:
    return exporter(name).render(profile_from_tuya(config), options)[0].text


def test_every_exporter_gives_plain_file_names() -> None:
    profile = profile_from_tuya(PLUG)
    for item in EXPORTERS:
        for file in item.render(profile, OPTIONS):
            stem, _, ending = file.name.rpartition(".")
            assert safe_name(stem) == stem
            assert ending.isalpha()
            assert file.text.endswith("\n")
            assert file.media_type


def test_an_unknown_format_names_those_that_exist() -> None:
    with pytest.raises(UsageError) as caught:
        exporter("yaml")
    assert "esphome" in caught.value.message


def test_openbeken_is_a_template_that_reads_back() -> None:
    template = parse_template(text_of("openbeken", PLUG)).template
    assert template.vendor == "Acme"
    assert [str(pin) for pin in template.pins][-1] == "Rel;1"
    assert template.command == "SetStartValue 1 -1"


def test_openbeken_keeps_what_only_a_template_can_say() -> None:
    own = read_template({"name": "x", "chip": "BK7231N", "pins": {"6": "TM1637_DIO;2"}}).template
    options = ExportOptions(title="x", template=own)
    (file,) = exporter("openbeken").render(profile_from_openbeken(own), options)
    assert '"6": "TM1637_DIO;2"' in file.text
    (plain,) = exporter("text").render(profile_from_openbeken(own), options)
    assert "P6: TM1637_DIO (TM1637_DIO;2)" in plain.text


def test_commands_that_do_not_fit_go_to_a_second_file() -> None:
    points = tuple(
        DataPoint(number=number, kind=DataKind.BOOL, writable=True) for number in range(1, 40)
    )
    profile = DeviceProfile(chip="BK7231N", serial=SerialMcu(points=points))
    files = exporter("openbeken").render(profile, OPTIONS)
    assert [file.name for file in files] == ["acme-plug.json", "autoexec.bat"]
    assert "linkTuyaMCUOutputToChannel 39 bool 39" in files[1].text


def test_tasmota_words() -> None:
    lines = text_of("tasmota", PLUG).splitlines()
    assert "GPIO26  Relay 1" in lines
    assert "GPIO10  Button 1" in lines
    assert "GPIO6   LedLink_i" in lines
    assert "GPIO24  HLWBL SEL" in lines
    assert "PowerOnState 3" in lines
    inverted = text_of("tasmota", {"rl1_pin": 8, "rl1_lv": 0, "bt1_pin": 6, "bt1_lv": 1})
    assert "GPIO8   Relay_i 1" in inverted
    assert "GPIO6   Button_i 1" in inverted


def test_plain_text_has_a_line_a_pin() -> None:
    lines = text_of("text", PLUG).splitlines()
    assert lines[0] == "Acme plug"
    assert "Module: WB2S" in lines
    assert "P26: relay 1 (Rel;1)" in lines
    assert "P6: network LED, active low (WifiLED_n;0)" in lines
    assert text_of("text", {}).splitlines().count("none") == 1


def test_markdown_is_a_table_and_a_template() -> None:
    text = text_of("markdown", PLUG)
    assert "## Acme plug" in text
    assert "| P26 | Rel;1 | relay 1 |" in text
    block = text.partition("```json\n")[2].partition("\n```")[0]
    assert parse_template(block).template.pin(26) is not None


def test_discovery_messages() -> None:
    found = dict(messages(profile_from_tuya(PLUG), topic="plug", title="Plug"))
    relay = found["homeassistant/switch/plug_relay_1/config"]
    assert relay["stat_t"] == "~/1/get"
    assert relay["cmd_t"] == "~/1/set"
    assert (relay["pl_on"], relay["avty_t"], relay["~"]) == ("1", "~/connected", "plug")
    power = found["homeassistant/sensor/plug_sensor_2/config"]
    assert (power["stat_t"], power["unit_of_meas"], power["dev_cla"]) == (
        "~/power/get",
        "W",
        "power",
    )
    assert found["homeassistant/sensor/plug_sensor_3/config"]["stat_cla"] == "total_increasing"


def test_discovery_of_a_lamp_and_of_nothing() -> None:
    lamp = {"cmod": "rgbcw", "r_pin": 8, "g_pin": 24, "b_pin": 26, "c_pin": 7, "w_pin": 6}
    body = json.loads(text_of("homeassistant", lamp, ExportOptions(title="x", topic="My Lamp")))
    (message,) = body["messages"]
    assert message["topic"] == "homeassistant/light/my-lamp_light/config"
    assert {"rgb_cmd_t", "clr_temp_cmd_t", "bri_cmd_t"} <= set(message["payload"])
    assert json.loads(text_of("homeassistant", {}))["messages"] == []


def test_esphome_of_a_plug() -> None:
    text = text_of("esphome", PLUG)
    for line in ("board: wb2s", "pin: P26", "switch.toggle: relay_1", "model: BL0937"):
        assert line in text
    assert "ssid: !secret wifi_ssid" in text
    assert "restore_mode: RESTORE_DEFAULT_OFF" in text
    assert "password: !secret wifi_password" in text


def test_esphome_says_what_it_cannot_do() -> None:
    strange = {"dmod": 1, "iicscl": 7, "iicsda": 8, "cmod": "rgbcw", "module": "CB2L"}
    assert "SM16726B" in text_of("esphome", strange)
    sensor = {"i2c_scl_pin": 7, "i2c_sda_pin": 8, "module": "CBU"}
    assert "ESPHome has no I2C bus" in text_of("esphome", sensor)
    assert "board below is a guess" in text_of("esphome", {"rl1_pin": 6})
    with pytest.raises(NotExportable):
        exporter("esphome").render(DeviceProfile(chip="XR809"), OPTIONS)


def test_esphome_uses_pins_of_other_chips() -> None:
    text = text_of("esphome", {"rl1_pin": 0, "bt1_pin": 18, "module": "WR2"})
    assert "rtl87xx:" in text
    assert "pin: PA0" in text


def test_esphome_takes_no_name_for_a_substitution() -> None:
    text = text_of("esphome", PLUG, ExportOptions(title="a ${wifi_password} #b: [c] !lambda"))
    assert "$" not in text.partition("bk72xx")[0].partition("esphome:")[2]


@pytest.mark.parametrize(
    "word", ["off", "Yes", "n", "null", "~", "12", "1e3", "0x1F", "1:30", "=", ""]
)
def test_words_that_yaml_takes_for_something_else_are_quoted(word: str) -> None:
    """ESPHome reads YAML 1.1, where `off` is false and `1:30` is ninety."""
    point = DataPoint(number=38, kind=DataKind.ENUM, writable=True, names=(word, "other"))
    profile = DeviceProfile(chip="BK7231N", serial=SerialMcu(points=(point,)))
    text = exporter("esphome").render(profile, OPTIONS)[0].text
    shown = word or "option 0"
    assert f'0: "{shown}"' in text or (not word and "0: option 0" in text)


def test_a_template_says_the_order_of_the_colours() -> None:
    """BP5758D sends the last two outputs exchanged: LED_Map 2 1 0 3 4 is outputs B G R W C."""
    body = {
        "chip": "BK7231N",
        "pins": {"24": "BP5758D_CLK;0", "26": "BP5758D_DAT;0"},
        "command": "backlog startDriver BP5758D; LED_Map 2 1 0 3 4; BP5758D_Current 14 30",
    }
    profile = profile_from_openbeken(read_template(body).template)
    assert profile.light is not None
    assert profile.light.driver is not None
    assert profile.light.driver.outputs == (2, 1, 0, 4, 3)
    assert profile.light.driver.currents == (14, 30)
    text = exporter("esphome").render(profile, OPTIONS)[0].text
    assert "id: bp5758d_w\n    channel: 4\n    current: 30" in text
    assert "id: bp5758d_r\n    channel: 3\n    current: 14" in text
    assert "usual one" not in text
    strange = {**body, "command": "LED_Map 9 9 9 9 9; BP5758D_Current x"}
    profile = profile_from_openbeken(read_template(strange).template)
    assert profile.light is not None
    assert profile.light.driver is not None
    assert profile.light.driver.outputs == ()
