"""The lint: every rule fires on a template that breaks it, and only then."""

from __future__ import annotations

import pytest

from plugsmith.device.board import Board, board_for
from plugsmith.device.function import Function
from plugsmith.device.profile import Pin
from plugsmith.device.rules import RuleLevel, pin_findings
from plugsmith.interpret.openbeken.lint import has_errors, lint_reading, lint_template
from plugsmith.openbeken.template import read_template


def _rules(
    pins: dict[str, str],
    *,
    chip: str = "BK7231N",
    board: str = "",
    command: str = "",
    flags: str = "1024",
) -> dict[str, RuleLevel]:
    body = {"chip": chip, "board": board, "pins": pins, "command": command, "flags": flags}
    return {item.rule: item.level for item in lint_reading(read_template(body))}


GOOD_PLUG = {
    "6": "WifiLED_n;0",
    "7": "BL0937CF;0",
    "8": "BL0937CF1;0",
    "24": "BL0937SEL;0",
    "26": "Rel;1",
}


def test_a_good_plug_has_no_finding() -> None:
    assert _rules(GOOD_PLUG, board="WB2S", chip="BK7231T") == {}


@pytest.mark.parametrize(
    ("pins", "options", "rule", "level"),
    [
        ({"29": "Rel;1"}, {}, "pin-missing", RuleLevel.ERROR),
        ({"9": "Rel;1"}, {"board": "CB2S"}, "pin-missing", RuleLevel.ERROR),
        ({"10": "PWM;1"}, {}, "pwm-missing", RuleLevel.ERROR),
        ({"7": "PWM;1"}, {"board": "T1-2S", "chip": "BK7238"}, "pin-missing", RuleLevel.ERROR),
        ({"20": "BAT_ADC;1"}, {}, "adc-missing", RuleLevel.ERROR),
        ({"6": "Rel;64"}, {}, "channel-range", RuleLevel.ERROR),
        (
            {"10": "Btn;1", "6": "Rel;1"},
            {"command": "startDriver BL0942"},
            "uart-conflict",
            RuleLevel.ERROR,
        ),
        ({"6": "Rell;1"}, {}, "role-unknown", RuleLevel.ERROR),
        (
            {"6": "Rel;1"},
            {"command": "backlog startDriver Bridge; BridgePulseLength 60"},
            "latching-as-plain",
            RuleLevel.ERROR,
        ),
        ({"6": "Rel;1"}, {"command": "x" * 1568}, "command-too-long", RuleLevel.ERROR),
        ({"6": "Rel;1"}, {"command": "x" * 1567}, "command-long", RuleLevel.INFO),
        ({"6": "Rel;1"}, {"command": "x" * 512}, "command-long", RuleLevel.INFO),
        ({"7": "SHT3X_SDA;1"}, {}, "needs-variant", RuleLevel.WARNING),
        (
            {"16": "SM16703P_DIN;0"},
            {"chip": "BK7231T", "command": "startDriver SM16703P"},
            "needs-variant",
            RuleLevel.WARNING,
        ),
        (
            {"6": "Rel;1"},
            {"command": "backlog a; " + "x" * 128},
            "command-part-too-long",
            RuleLevel.ERROR,
        ),
        ({"6": "relay;1"}, {}, "role-misspelt", RuleLevel.WARNING),
        ({"7": "BL0937CF;0", "8": "BL0937CF1;0"}, {}, "meter-incomplete", RuleLevel.WARNING),
        ({"24": "BridgeFWD;1"}, {}, "pair-incomplete", RuleLevel.WARNING),
        ({"7": "BP5758D_DAT;0"}, {}, "pair-incomplete", RuleLevel.WARNING),
        ({"7": "TM1637_DIO;0"}, {}, "driver-incomplete", RuleLevel.WARNING),
        ({"10": "Rel;1"}, {}, "power-on-boot-pin", RuleLevel.WARNING),
        ({"0": "Rel;1"}, {}, "power-on-boot-pin", RuleLevel.WARNING),
        ({"20": "BridgeFWD;1"}, {}, "power-on-boot-pin", RuleLevel.WARNING),
        ({"6": "Rel;1", "8": "Rel;1"}, {}, "channel-shared", RuleLevel.WARNING),
        ({"16": "SM16703P_DIN;0"}, {}, "driver-not-started", RuleLevel.WARNING),
        (
            {"7": "SM16703P_DIN;0"},
            {"command": "startDriver SM16703P"},
            "strip-pin",
            RuleLevel.WARNING,
        ),
        ({"6": "Rel;1"}, {"command": 'publish a "b"'}, "quote-in-command", RuleLevel.WARNING),
        ({"6": "Rel;1"}, {"command": "VREF 0.12"}, "command-removed", RuleLevel.WARNING),
        ({"6": "Rel;1"}, {"chip": ""}, "no-chip", RuleLevel.WARNING),
        ({}, {}, "empty", RuleLevel.WARNING),
        ({"10": "Btn;1", "6": "Rel;1"}, {}, "flash-uart-pin", RuleLevel.INFO),
        ({"8": "Btn;2", "6": "Rel;1"}, {}, "button-without-load", RuleLevel.INFO),
    ],
)
def test_a_broken_template_is_found(
    pins: dict[str, str], options: dict[str, str], rule: str, level: RuleLevel
) -> None:
    assert _rules(pins, **options).get(rule) is level


def test_the_second_uart_frees_the_first() -> None:
    rules = _rules(
        {"10": "Btn;1", "6": "Rel;1"}, command="startDriver BL0942", flags=str(1024 | 1 << 26)
    )
    assert "uart-conflict" not in rules


def test_other_chips_number_their_pins_differently() -> None:
    assert _rules({"30": "Rel;1", "10": "PWM;2"}, chip="RTL87X0C") == {}


def test_errors_come_first_and_forbid() -> None:
    findings = lint_template(
        read_template({"chip": "BK7231N", "pins": {"6": "relay;1", "10": "PWM;1"}}).template
    )
    assert findings[0].level is RuleLevel.ERROR
    assert has_errors(findings)
    assert not has_errors(findings[1:])


def test_two_uses_of_one_pin() -> None:
    pins = [Pin(gpio=6, function=Function.RELAY, channel=1), Pin(gpio=6, function=Function.INPUT)]
    assert "pin-used-twice" in {item.rule for item in pin_findings(pins, Board())}


def test_findings_are_sentences() -> None:
    findings = lint_template(read_template({"chip": "", "pins": {"0": "Rel;1"}}).template)
    assert findings
    for item in findings:
        assert item.text.endswith(".")
        assert item.fix.endswith(".")


def test_boards() -> None:
    assert board_for(chip="BK7231T").lacks_pwm(10)
    assert not board_for(chip="BK7231T").lacks_pwm(26)
    assert not board_for(chip="RTL8720CF").lacks(40)
    assert board_for(chip="BK7231N").lacks(29)
    assert not Board(beken=True).lacks_pwm(10)  # nothing known: nothing claimed
