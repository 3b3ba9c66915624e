"""Any configuration gives a profile and a template without error-level findings."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugsmith.device.rules import RuleLevel
from plugsmith.export.text_report import text_report
from plugsmith.interpret.answer import answer_for_config, answer_for_serial_mcu
from plugsmith.interpret.openbeken.from_openbeken import profile_from_openbeken
from plugsmith.interpret.openbeken.lint import lint_template
from plugsmith.interpret.vendor.key_families import family_of, is_pin_key
from plugsmith.interpret.vendor.settings import Settings, whole

PIN_KEYS = [
    *(f"rl{n}_pin" for n in (1, 2, 3, 4, 6, 99)),
    *(f"rl_on{n}_pin" for n in (1, 2)),
    *(f"rl_off{n}_pin" for n in (1, 2)),
    *(f"bt{n}_pin" for n in (1, 2, 3)),
    *(f"led{n}_pin" for n in (1, 2, 64)),
    *(f"onoff{n}" for n in (1, 2)),
    *("total_bt_pin", "netled1_pin", "wfst_pin", "total_led_pin", "ele_pin", "vi_pin"),
    *("sel_pin_pin", "ele_rx", "ele_tx", "r_pin", "g_pin", "b_pin", "c_pin", "w_pin"),
    *("iicscl", "iicsda", "mosi", "key_pin", "k2pin_pin", "ctrl_pin", "samp_pin"),
    *("samp_sw_pin", "basic_pin_pin", "pirin_pin", "pirsense_pin", "i2c_sda_pin"),
    *("i2c_scl_pin", "one_wire_pin", "door1_magt_pin", "irpin", "ir", "infre", "remote_io"),
    *("micpin", "sound_pin", "bz_pin_pin", "rlypin", "btpin", "netledpin", "l_pin", "odd_pin"),
]
OPTION_KEYS = [
    *("rl1_lv", "rl3_lv", "rl_on1_lv", "bt1_lv", "bt_lv", "netled1_lv", "sel_pin_lv", "c_lv"),
    *("bt_type", "rl1_type", "rl_type", "rl1_drvtime", "chip_type", "ch_num", "total_stat"),
    *("cwtype", "dmod", "iicr", "iicg", "iicb", "iicc", "iicw", "drgbcur", "dccur", "dwcur"),
    *("campere", "wampere", "pwmhz", "pmemory", "LedNum", "min_V", "max_V", "netled_reuse"),
    *("keyfunc", "dev_ctrl1", "over_cur", "over_vol", "vol_def", "wifi_bdrate", "bz_frq"),
]
JUNK = st.none() | st.text(max_size=6) | st.lists(st.integers(), max_size=2) | st.floats()
SMALL = st.integers(-2, 40)
VALUES = SMALL | SMALL.map(str) | st.booleans() | JUNK | st.integers()
CONFIGS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(PIN_KEYS, st.integers(0, 28) | VALUES),
        **dict.fromkeys(OPTION_KEYS, st.integers(0, 7) | VALUES),
        "cmod": st.sampled_from(["c", "cw", "rgb", "rgbc", "rgbw", "rgbcw", "zz", ""]) | VALUES,
        "module": st.sampled_from(["WB2S", "cb3s", "CBU", "T1-2S", "WR3", "CBLC5", "?"]) | JUNK,
        "sw": JUNK
        | st.fixed_dictionaries(
            {},
            optional={
                "ch": st.lists(st.dictionaries(st.sampled_from(["rl", "bt"]), VALUES), max_size=2)
                | VALUES,
                "net": VALUES | st.dictionaries(st.sampled_from(["wfst", "netn"]), VALUES),
            },
        ),
    },
)


@pytest.mark.slow
@settings(max_examples=100)
@given(CONFIGS, st.sampled_from([None, "BK7231T", "BK7231N", "BK7231Q", "BK7238"]))
def test_no_configuration_gives_a_forbidden_template(
    config: dict[str, object], chip: str | None
) -> None:
    answer = answer_for_config(config, chip=chip)
    findings = lint_template(answer.setup.template)
    assert [item for item in findings if item.level is RuleLevel.ERROR] == []
    used = [pin.gpio for pin in answer.profile.pins]
    assert len(used) == len(set(used))
    assert text_report(answer)


@given(CONFIGS)
def test_no_pin_key_disappears(config: dict[str, object]) -> None:
    """Every key that names a pin by its number is in the profile or among the left out."""
    if isinstance(config.get("sw"), dict):
        del config["sw"]
    answer = answer_for_config(config)
    seen = {pin.keys[0] for pin in answer.profile.pins}
    seen |= {item.key for item in answer.profile.left_out}
    missing = {key for key, value in config.items() if is_pin_key(key) and _is_number(value)}
    assert missing - seen == set()


def _is_number(value: object) -> bool:
    return whole(value) is not None


@given(st.dictionaries(st.text(max_size=80), VALUES, max_size=10))
def test_unknown_keys_are_counted_not_dropped(config: dict[str, object]) -> None:
    answer = answer_for_config(config)
    assert answer.template["pins"] is not None


@given(
    st.integers() | st.none(),
    st.lists(
        st.dictionaries(
            st.sampled_from(["id", "mode", "type", "property"]),
            VALUES
            | st.dictionaries(
                st.sampled_from(["type", "min", "max", "scale", "range"]),
                VALUES | st.sampled_from(["bool", "value", "enum", "raw"]),
            ),
        )
        | VALUES,
        max_size=40,
    ),
)
def test_any_schema_gives_an_answer(baud: int | None, schema: list[object]) -> None:
    answer = answer_for_serial_mcu(baud=baud, schema=schema)
    assert answer.setup.script.starts_driver("TuyaMCU")
    assert not [item for item in answer.findings if item.level == "error"]


@given(CONFIGS)
def test_a_template_reads_back_to_the_same_functions(config: dict[str, object]) -> None:
    answer = answer_for_config(config, chip="BK7231N")
    again = profile_from_openbeken(answer.setup.template)
    first = {
        pin.gpio: pin.function
        for pin in answer.profile.pins
        if pin.gpio in {p.gpio for p in again.pins}
    }
    assert first == {pin.gpio: pin.function for pin in again.pins}


@given(st.text(max_size=100))
def test_keys_are_classified_or_not(key: str) -> None:
    assert family_of(key) is None or isinstance(family_of(key), str)
    assert is_pin_key(key) in {True, False}


@given(VALUES)
def test_whole_numbers(value: object) -> None:
    found = whole(value)
    assert found is None or isinstance(found, int)
    assert Settings({"a": value}).number("a") == found
