"""All device configurations of the corpus, against rules written here a second time."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from plugsmith.device.function import Function
from plugsmith.device.profile import Gap
from plugsmith.device.rules import RuleLevel
from plugsmith.export.text_report import text_report
from plugsmith.interpret.answer import ConfigAnswer, answer_for_config
from plugsmith.interpret.openbeken.lint import lint_template
from plugsmith.interpret.vendor.key_families import is_pin_key
from plugsmith.openbeken.template import parse_template, read_template, template_text

REPOSITORY = Path(__file__).resolve().parents[2]
Configs = dict[str, dict[str, Any]]
Answers = dict[str, ConfigAnswer]


@pytest.fixture(scope="module")
def configs(corpus: Path) -> Configs:
    listed = json.loads((corpus / "device-configurations.json").read_text("utf-8"))
    return {name: entry["config"] for name, entry in listed.items()}


@pytest.fixture(scope="module")
def answers(configs: Configs) -> Answers:
    return {name: answer_for_config(config) for name, config in configs.items()}


def _flat(configs: Configs) -> Configs:
    return {name: config for name, config in configs.items() if "sw" not in config}


def test_all_map(answers: Answers) -> None:
    assert len(answers) == 295
    for answer in answers.values():
        assert text_report(answer)
        assert all(note.strip() for note in answer.notes)


def test_no_template_has_an_error_level_finding(answers: Answers) -> None:
    bad = {
        name: [item.text for item in lint_template(answer.setup.template)]
        for name, answer in answers.items()
        if any(item.level is RuleLevel.ERROR for item in lint_template(answer.setup.template))
    }
    assert bad == {}


def test_templates_read_back_equal(answers: Answers) -> None:
    for answer in answers.values():
        reading = parse_template(template_text(answer.setup.template))
        assert reading.template == answer.setup.template
        assert reading.corrected == reading.left_out == ()


def test_six_pins_in_four_configurations_do_not_exist(answers: Answers) -> None:
    gone = {
        (name, item.key)
        for name, answer in answers.items()
        for item in answer.profile.left_out
        if item.gap is Gap.NO_SUCH_PIN
    }
    assert len(gone) == 6
    assert len({name for name, _key in gone}) == 4
    for name, key in gone:
        reason = next(x.reason for x in answers[name].profile.left_out if x.key == key)
        assert reason in answers[name].notes


def test_key_coverage(configs: Configs, answers: Answers) -> None:
    """At least 99 % of the pin keys are understood; today all of them."""
    total = unmapped = 0
    for name, config in _flat(configs).items():
        total += sum(is_pin_key(key) for key in config)
        unmapped += sum(x.gap is Gap.UNMAPPED for x in answers[name].profile.left_out)
    assert total == 1309
    assert unmapped / total <= 0.01


def test_no_pin_key_disappears(configs: Configs, answers: Answers) -> None:
    for name, config in _flat(configs).items():
        profile = answers[name].profile
        seen = {pin.keys[0] for pin in profile.pins} | {item.key for item in profile.left_out}
        assert {key for key in config if is_pin_key(key)} <= seen, name


def test_every_stated_level_counts(configs: Configs, answers: Answers) -> None:
    """Relays, LEDs, network LEDs and buttons by their own level key, read independently."""
    families = (
        (r"rl(\d+)_pin", {0: "Rel_n", 1: "Rel"}),
        (r"led(\d+)_pin", {0: "LED_n", 1: "LED"}),
        (r"bt(\d+)_pin", {0: "Btn", 1: "Btn_pd_n"}),
    )
    checked = 0
    for name, config in _flat(configs).items():
        answer = answers[name]
        if answer.profile.shutters:
            continue
        roles = {pin.gpio: (pin.role, pin.channel) for pin in answer.setup.template.pins}
        by_key = {pin.keys[0]: pin for pin in answer.profile.pins}
        for key in config:
            for pattern, expected in families:
                match = re.fullmatch(pattern, key)
                if match and key in by_key:
                    level = config[key.replace("_pin", "_lv")]
                    got = roles[config[key]]
                    assert got == (expected[level], int(match[1])), (name, key)
                    checked += 1
    assert checked > 300


def test_network_leds(configs: Configs, answers: Answers) -> None:
    """Shared LEDs follow channel 1, all others show the network; the level is always honoured."""
    shared = own = 0
    for name, config in _flat(configs).items():
        reuse = any(config.get(key) == 1 for key in ("netled_reuse", "reuse_led_m", "mxcl_led_m"))
        for key in ("netled_pin", "netled1_pin"):
            pin = next((p for p in answers[name].profile.pins if p.keys[0] == key), None)
            if pin is None:
                continue
            assert pin.active_low == (config[key.replace("_pin", "_lv")] == 0), name
            if reuse:
                assert (pin.function, pin.channel) == (Function.INDICATOR, 1), name
                shared += 1
            else:
                assert pin.function is Function.NETWORK_LED, name
                own += 1
    assert shared == 27
    assert shared + own == 106  # one of the 107 names a pin that the module lacks


def test_latching_relays_are_bridges(configs: Configs, answers: Answers) -> None:
    found = 0
    for name, config in configs.items():
        if config.get("rl1_type") != 1 and config.get("rl_type") != 1:
            continue
        roles = {pin.role for pin in answers[name].setup.template.pins}
        assert {"BridgeFWD", "BridgeREV"} <= roles
        assert not roles & {"Rel", "Rel_n"}
        assert "BridgePulseLength 60" in answers[name].setup.template.command
        found += 1
    assert found == 4


def test_led_drivers_follow_dmod_and_the_inverted_order(configs: Configs, answers: Answers) -> None:
    """A second implementation of upk-mapping.md 4.2, over all two-wire lamps."""
    prefix = {2: "SM2135", 3: "SM2135", 4: "SM2135", 5: "BP1658CJ", 6: "BP5758D", 7: "SM2235"}
    lamps = differing = 0
    for name, config in configs.items():
        if "iicscl" not in config:
            continue
        lamps += 1
        driver = prefix[config["dmod"]]
        template = answers[name].setup.template
        roles = {pin.gpio: pin.role.replace("_", "") for pin in template.pins}
        assert roles[config["iicsda"]] == f"{driver}DAT", name
        assert roles[config["iicscl"]] == f"{driver}CLK", name
        wired = {config[f"iic{c}"]: n for n, c in enumerate("rgbcw") if f"iic{c}" in config}
        if "iicw" not in config:
            wired[config["iicc"]] = 4
        order = [wired.get(output, -1) for output in range(5)]
        if driver != "SM2135":
            order[3:] = order[:2:-1]
        line = "LED_Map " + " ".join(map(str, order))
        assert line in template.command, name
        straight = [config.get(f"iic{c}") for c in "rgbcw"]
        differing += straight != order
    assert lamps == 50
    assert differing > 30  # converters that copy the values unchanged err on these


def test_temperature_lamps(configs: Configs, answers: Answers) -> None:
    found = 0
    for name, config in configs.items():
        if config.get("cwtype") != 1 or "w_pin" not in config:
            continue
        template = answers[name].setup.template
        channels = {pin.gpio: pin.channel for pin in template.pins}
        assert channels[config["w_pin"]] + 1 == channels[config["c_pin"]], name
        assert template.flags is not None
        assert template.flags & 256, name
        roles = {pin.gpio: pin.role for pin in template.pins}
        assert roles[config["w_pin"]] == ("PWM_n" if config.get("w_lv", 1) else "PWM"), name
        assert roles[config["c_pin"]] == ("PWM" if config.get("c_lv", 1) else "PWM_n"), name
        found += 1
    assert found == 17


def test_meters(configs: Configs, answers: Answers) -> None:
    for name, config in configs.items():
        template = answers[name].setup.template
        roles = {pin.role: pin.gpio for pin in template.pins}
        if "ele_pin" in config:
            assert roles["BL0937CF"] == config["ele_pin"]
            assert roles["BL0937CF1"] == config["vi_pin"]
            assert roles["BL0937SEL"] == config["sel_pin_pin"]
        assert ("startDriver BL0942" in template.command) == (config.get("chip_type") == 3), name
        assert ("startDriver CSE7766" in template.command) == (config.get("chip_type") == 2), name


def test_pins_with_two_keys_are_reported(configs: Configs, answers: Answers) -> None:
    """Every GPIO that two keys name keeps one use, and the other key is spoken of."""
    clashes = 0
    for name, config in _flat(configs).items():
        keys: dict[int, list[str]] = {}
        for key, value in config.items():
            if is_pin_key(key):
                keys.setdefault(int(value), []).append(key)
        for sharing in keys.values():
            if len(sharing) > 1:
                clashes += 1
                left = {item.key for item in answers[name].profile.left_out}
                assert len(set(sharing) - left) <= 1, name
    assert clashes == 5


def test_configurations_of_the_dumps(corpus: Path) -> None:
    truth = json.loads((corpus / "truth.json").read_text("utf-8"))
    stored = {name: entry for name, entry in truth.items() if entry["config"]}
    assert len(stored) == 21
    for name, entry in stored.items():
        answer = answer_for_config(entry["config"], chip=entry["chip"])
        assert answer.profile.chip == entry["chip"]
        assert answer.setup.template.pins, name
        assert not any(
            item.level is RuleLevel.ERROR for item in lint_template(answer.setup.template)
        ), name


def test_published_templates_are_read(corpus: Path) -> None:
    """The device list: every entry gives a template; what cannot be understood is said."""
    listed = json.loads((corpus / "devices.json").read_text("utf-8"))
    devices = listed["devices"] if isinstance(listed, dict) else listed
    assert len(devices) == 679
    corrected = unknown = 0
    for entry in devices:
        reading = read_template(entry)
        corrected += bool(reading.corrected)
        unknown += len(reading.left_out)
        lint_template(reading.template)
    assert corrected > 0
    assert unknown < 30


def test_coverage_table_is_up_to_date(configs: Configs) -> None:
    path = REPOSITORY / "tools" / "key_coverage.py"
    spec = importlib.util.spec_from_file_location("key_coverage", path)
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    sys.modules["key_coverage"] = tool  # dataclasses look their module up
    spec.loader.exec_module(tool)
    tally = tool.Tally()
    for config in configs.values():
        tally.add(config)
    written = (REPOSITORY / "docs" / "pin-key-coverage.md").read_text("utf-8")
    assert tool.render(tally) == written, "run tools/key_coverage.py"
