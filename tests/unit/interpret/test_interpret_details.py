"""Particular rules of upk-mapping.md, notes, module names, serial MCUs, the report."""

from __future__ import annotations

import pytest

from plugsmith.chips.modules import modules
from plugsmith.chips.other_chips import other_chip
from plugsmith.code_words import WORDS
from plugsmith.device.profile import DataKind, Gap
from plugsmith.dump.recovery.outcome import AgreeingCheck, SourceKind
from plugsmith.export.text_report import pin_report, text_report
from plugsmith.interpret.answer import answer_for_config, answer_for_serial_mcu
from plugsmith.interpret.explain import Provenance, explain_pin
from plugsmith.interpret.module_chip import (
    Certainty,
    chip_of_module,
    identify_module,
    module_name,
)
from plugsmith.interpret.vendor.from_tuya import profile_from_tuya
from plugsmith.interpret.vendor.old_format import flatten
from plugsmith.interpret.vendor.serial_mcu import data_points

FORUM = {
    "rl1_pin": 26,
    "rl1_lv": 1,
    "bt1_pin": 10,
    "bt1_lv": 0,
    "netled1_pin": 6,
    "netled1_lv": 0,
    "ele_pin": 7,
    "vi_pin": 8,
    "sel_pin_pin": 24,
    "module": "WB2S",
}


def test_the_forum_plug_explains_its_blue_led() -> None:
    answer = answer_for_config(FORUM)
    led = next(pin for pin in answer.pins if pin.gpio == 6)
    assert led.role == "WifiLED_n"
    (other,) = led.alternatives
    assert other.role == "LED_n;1"
    assert "relay 1" in other.reason
    assert any("relay line (P26)" in note for note in answer.notes)


def test_one_pin_is_explained_with_key_offset_and_checks() -> None:
    answer = answer_for_config(FORUM)
    source = Provenance(
        kind="kv-live",
        offset=0x1E5000,
        checks=("crc7", "value-sum"),
        key_offsets={"rl1_pin": 0x1E5123},
    )
    text = pin_report(answer, 26, source)
    assert text.startswith("P26 switches relay 1, active high. OpenBeken role: Rel;1.")
    for part in ("rl1_pin (26)", "0x1E5123 (vendor key-value store)"):
        assert part in text
    assert "CRC-7 of the text, sum of the record" in text
    assert "kv-live" not in text
    assert "0x1E5000" in pin_report(answer, 10, source)
    assert "No check proves it" in pin_report(answer, 26, Provenance())
    assert explain_pin(answer.profile, 14) == "Nothing in the configuration uses P14."


def test_report_reads_like_the_issue() -> None:
    text = text_report(answer_for_config(FORUM))
    assert text.startswith("Module WB2S, chip BK7231T\n")
    assert "P26 switches relay 1, active high." in text
    assert "The LED on P6 shows the network, active low." in text


def test_a_pin_that_the_module_lacks_is_reported_and_left_out() -> None:
    answer = answer_for_config({"r_pin": 19, "c_pin": 8, "cmod": "rgbc", "module": "WB3S"})
    assert list(answer.template["pins"]) == ["8"]  # type: ignore[arg-type]
    (gone,) = [item for item in answer.profile.left_out if item.gap is Gap.NO_SUCH_PIN]
    assert (gone.key, gone.gpio) == ("r_pin", 19)
    assert gone.reason in answer.notes
    assert "WB3S has no such pin" in explain_pin(answer.profile, 19)


def test_an_unfitted_colour_on_a_missing_pin_is_said_to_be_missing() -> None:
    profile = profile_from_tuya({"r_pin": 19, "c_pin": 8, "cmod": "c", "module": "WB3S"})
    assert [item.gap for item in profile.left_out] == [Gap.NO_SUCH_PIN]


def test_two_keys_on_one_pin_are_reported_and_the_first_family_wins() -> None:
    answer = answer_for_config({"rl1_pin": 6, "irpin": 6, "module": "CB3S"})
    assert answer.template["pins"] == {"6": "Rel;1"}
    (clash,) = answer.profile.left_out
    assert clash.gap is Gap.TAKEN
    assert "rl1_pin keeps it" in clash.reason


def test_keys_that_the_vendor_switched_off_yield_their_pin() -> None:
    config = {"cmod": "c", "c_pin": 8, "ir": 16, "k2pin_pin": 16, "keyfunc": 0, "module": "WB3L"}
    assert answer_for_config(config).template["pins"] == {"8": "PWM;1", "16": "IRRecv;0"}
    config["keyfunc"] = 1
    assert answer_for_config(config).template["pins"] == {"8": "PWM;1", "16": "Btn_NextDimmer;0"}


def test_an_unknown_pin_key_is_listed() -> None:
    profile = profile_from_tuya({"flux_pin": 8, "flux_gain": 3, "module": "CB3S"})
    assert [(item.key, item.gap) for item in profile.left_out] == [("flux_pin", Gap.UNMAPPED)]
    assert profile.unknown_keys == ("flux_gain",)


def test_latching_relays_never_get_plain_roles() -> None:
    base = {"rl1_type": 1, "rl1_pin": 24, "module": "CBU"}
    assert answer_for_config(base).template["pins"] == {"24": "BridgeFWD;1"}
    pair = {**base, "rl_on1_pin": 9, "rl_off1_pin": 8, "rl1_drvtime": 20}
    answer = answer_for_config(pair)
    assert answer.template["pins"] == {"8": "BridgeREV;1", "9": "BridgeFWD;1"}
    assert answer.template["command"] == "BridgePulseLength 20"


def test_a_coil_that_pulses_low_is_warned_about() -> None:
    pair = {"rl_on1_pin": 9, "rl_off1_pin": 8, "rl_off1_lv": 0, "module": "CBU"}
    assert any("no inverted role" in note for note in answer_for_config(pair).notes)


def test_coil_keys_without_the_other_coil_are_ignored_for_a_plain_relay() -> None:
    profile = profile_from_tuya({"rl1_pin": 7, "rl_on1_pin": 7, "module": "WB3S"})
    assert [pin.function.value for pin in profile.pins] == ["relay"]
    assert [item.key for item in profile.left_out] == ["rl_on1_pin"]


def test_inverted_curtain_relays_get_plain_roles_and_a_warning() -> None:
    config = {"rl1_pin": 7, "rl3_pin": 8, "rl1_lv": 0, "rl3_lv": 0, "dev_ctrl1": 1}
    answer = answer_for_config(config, chip="BK7231N")
    assert answer.template["pins"] == {"7": "Rel_n;1", "8": "Rel_n;3"}
    assert any("interlock" in note for note in answer.notes)


def test_two_curtains() -> None:
    config = {"rl1_pin": 20, "rl3_pin": 28, "rl4_pin": 17, "rl6_pin": 16, "dev_ctrl2": 4}
    pins = answer_for_config(config, chip="BK7231N").template["pins"]
    assert pins == {"16": "ShutterB;2", "17": "ShutterA;2", "20": "ShutterA;1", "28": "ShutterB;1"}


@pytest.mark.parametrize(
    ("current", "voltage", "nominal", "command"),
    [
        (16000, 265, 0, "PowerMax 4300"),
        (16000, 0, 0, ""),  # 16 A at 230 V is the firmware's default
        (20000, 0, 0, "PowerMax 4600"),
        (15000, 0, 1, ""),
        (63000, 300, 0, "PowerMax 7200"),
        (0, 265, 0, ""),
    ],
)
def test_power_limit(current: int, voltage: int, nominal: int, command: str) -> None:
    config = {**FORUM, "over_cur": current, "over_vol": voltage, "vol_def": nominal}
    assert answer_for_config(config).template.get("command", "") == command


def test_a_level_that_is_neither_high_nor_low_is_said() -> None:
    answer = answer_for_config({"netled1_pin": 6, "netled1_lv": 2, "module": "WB3S"})
    assert answer.template["pins"] == {"6": "WifiLED;0"}
    assert any("netled1_lv is 2" in note for note in answer.notes)


def test_what_the_caller_knows_counts_more_than_the_text() -> None:
    profile = profile_from_tuya({"rl1_pin": 6, "module": "CB2S"}, chip="BK7231T")
    assert (profile.module, profile.chip) == ("CB2S", "BK7231T")
    assert any("the chip counts" in text for text in profile.remarks)


@pytest.mark.parametrize(
    ("name", "chip"),
    [
        ("WB2S", "BK7231T"),
        ("wb3s", "BK7231T"),
        ("CBU-IPEX", "BK7231N"),
        ("WB2L_M1", "BK7231N"),
        ("XH-WB3S", "BK7238"),
        ("LN-CB3S-V1.0", "LN882H"),
        ("T102_V1.1", "RTL8710BN"),
        ("WBR9", "RTL8720C"),
        ("CR9", "RTL8720C"),
        ("WR9", "RTL8710B"),
        ("WL9", "LN882H"),
        ("TYWE9", "ESP8266"),
        ("BK7231N", "BK7231N"),  # lamps built from the maker's samples name the chip
        ("bk7231t", "BK7231T"),
        ("ZZ", None),
        ("", None),
    ],
)
def test_chip_from_module(name: str, chip: str | None) -> None:
    assert chip_of_module(name) == chip


@pytest.mark.parametrize(
    ("name", "certainty", "likely"),
    [
        ("WB2S", Certainty.KNOWN, ()),
        ("WB43-M5", Certainty.LIKELY, ("BK7238",)),  # the catalogue has a revision of it
        ("WB43-M9", Certainty.LIKELY, ("BK7231T", "BK7238")),
        ("CB9X-IPEX", Certainty.LIKELY, ("BK7231N", "BK7238")),
        ("WA9", Certainty.LIKELY, ("BK7231Q",)),
        ("T1-9", Certainty.LIKELY, ("BK7238",)),
        ("T2-9", Certainty.LIKELY, ("BK7231N",)),
        ("T34-X", Certainty.LIKELY, ("BK7231N",)),
        ("T3-9", Certainty.LIKELY, ("BK7236",)),
        ("T5-9", Certainty.LIKELY, ("BK7258",)),
        ("BT3L", Certainty.FOREIGN, ()),
        ("ZT3L", Certainty.FOREIGN, ()),
        ("WBR9", Certainty.FOREIGN, ()),
        ("TYZS9", Certainty.FOREIGN, ()),
        ("WL2S", Certainty.FOREIGN, ()),
        ("QX-17", Certainty.UNKNOWN, ()),
        ("", Certainty.UNKNOWN, ()),
    ],
)
def test_a_prefix_is_no_evidence(name: str, certainty: Certainty, likely: tuple[str, ...]) -> None:
    found = identify_module(name)
    assert (found.certainty, found.likely) == (certainty, likely)
    beken = (found.chip or "").startswith("BK")
    assert beken is (certainty is Certainty.KNOWN)
    assert bool(found.reason) is (certainty is not Certainty.KNOWN)


def test_a_name_that_begins_like_a_known_one_is_said_to_carry_no_other_chip_than_that() -> None:
    strangers = [(board.name, other_chip(board.chip)) for board in modules()]
    for name, chip in strangers:
        if chip is None or chip.maker == "Beken":
            continue
        for longer in (name + "9", name + "-9"):
            found = identify_module(longer)
            assert found.likely == (), (longer, found.likely)
            guessed = (found.chip or chip.name).partition(" ")[0]
            assert guessed == chip.maker or other_chip(guessed) == chip, (longer, guessed)


@pytest.mark.parametrize(("name", "chip"), [("WR11", "RTL8721DA"), ("XY-WE2S", "TR6260")])
def test_a_name_without_its_revision_carries_what_all_its_revisions_do(
    name: str, chip: str
) -> None:
    found = identify_module(name)
    assert (found.certainty, found.chip) == (Certainty.FOREIGN, chip)
    assert "BK7238" not in found.reason


def test_a_likely_chip_is_said_and_not_filled_in() -> None:
    answer = answer_for_config({"module": "WB43-M5", "rl1_pin": 24, "rl1_lv": 1})
    assert answer.template.get("chip", "") == ""
    assert any("WB43-M5" in note and "BK7238" in note for note in answer.notes)
    told = answer_for_config({"module": "WB43-M5", "rl1_pin": 24, "rl1_lv": 1}, chip="BK7238")
    assert told.template["chip"] == "BK7238"


def test_a_foreign_module_is_called_foreign() -> None:
    text = {"module": "BT3L", "cmod": "cw", "dmod": 0, "c_pin": 2, "c_lv": 1, "w_pin": 3}
    notes = answer_for_config(text).notes
    assert any("not a Beken module" in note for note in notes)


@pytest.mark.parametrize(("level", "role", "other"), [(1, "PWM_n", "PWM"), (0, "PWM", "PWM_n")])
@pytest.mark.parametrize("colours", ["cw", "rgbcw"])
def test_the_temperature_of_a_lamp_is_turned_round(
    level: int, role: str, other: str, colours: str
) -> None:
    config = {"module": "WB2L", "cmod": colours, "dmod": 0, "cwtype": 1}
    config |= {"c_pin": 8, "c_lv": 1, "w_pin": 7, "w_lv": level}
    answer = answer_for_config(config)
    low = 1 if colours == "cw" else 4
    pins = answer.template["pins"]
    assert (pins["7"], pins["8"]) == (f"{role};{low}", f"PWM;{low + 1}")
    assert int(str(answer.template["flags"])) & 1 << 8
    pin = next(item for item in answer.pins if item.gpio == 7)
    assert [item.role for item in pin.alternatives] == [f"{other};{low}"]


def test_the_edge_type_of_a_button_is_a_button_and_onoff_is_the_rocker() -> None:
    config = {"module": "WB3S", "rl1_pin": 6, "bt1_pin": 14, "bt1_lv": 0, "ch_num": 1}
    for kind in ("bt_type", "bt1_type"):
        answer = answer_for_config({**config, kind: 1})
        assert answer.template["pins"] == {"6": "Rel;1", "14": "Btn;1"}
        pin = next(item for item in answer.pins if item.gpio == 14)
        assert [item.role for item in pin.alternatives] == ["TglChanOnTgl;1"]
    rocker = answer_for_config({**config, "onoff1": 24})
    assert rocker.template["pins"]["24"] == "TglChanOnTgl;1"


def test_a_button_that_is_pressed_high_has_the_usual_wiring_as_alternative() -> None:
    config = {"module": "WB3S", "rl1_pin": 6, "bt1_pin": 14, "bt1_lv": 1}
    pin = next(item for item in answer_for_config(config).pins if item.gpio == 14)
    assert pin.role == "Btn_pd_n"
    assert [item.role for item in pin.alternatives] == ["Btn;1"]


def test_what_is_no_pin_and_what_is_not_used_give_no_untrue_note() -> None:
    lamp = {"module": "CBU", "cmod": "rgb", "dmod": 0, "r_pin": 8, "g_pin": 6, "b_pin": 24}
    notes = answer_for_config({**lamp, "iicscl": 14, "iicsda": 16, "fac_pin": "abcdef01"}).notes
    assert not any("not known" in note or "fac_pin" in note for note in notes)
    assert any("iicscl" in note and "PWM" in note for note in notes)
    assert not any("some_pin" in n for n in answer_for_config({**lamp, "some_pin": "x1y"}).notes)


def test_the_currents_of_a_kp18058_are_an_open_question() -> None:
    config = {"module": "CB2L", "cmod": "rgbcw", "iicscl": 8, "iicsda": 7}
    answer = answer_for_config({**config, "kp58ccur": 9, "kp58wcur": 20})
    assert "KP18058_Current 9 20" in str(answer.template["command"])
    assert any("KP18058_Current 20 9" in note for note in answer.notes)


def test_a_sensor_that_only_a_variant_can_read_names_the_variant() -> None:
    config = {"module": "CBU", "i2c_scl_pin": 7, "i2c_sda_pin": 8, "samp_pin": 23}
    notes = [note for note in answer_for_config(config).notes if "SHT3X" in note]
    assert notes
    assert all("sensors" in note for note in notes)


def test_module_names_are_cleaned() -> None:
    assert module_name(" cb3s ") == "CB3S"
    assert module_name("x" * 40) is None
    assert module_name(None) is None


def test_old_format_with_a_motor() -> None:
    config = {
        "sw": {
            "onch": {"rl": {"pin": {"value": 5}}, "bt": {"pin": {"value": 12}}},
            "offch": {"rl": {"pin": {"value": 14}}, "bt": {"pin": {"value": 15}}},
            "stopch": {"bt": {"pin": {"value": 18}}},
        }
    }
    flat = flatten(config)
    assert (flat["rl1_pin"], flat["rl3_pin"], flat["bt2_pin"]) == (5, 14, 18)
    pins = answer_for_config(config, chip="RTL8710BN").template["pins"]
    assert pins == {
        "5": "ShutterA;1",
        "12": "BtnShutterUp;1",
        "14": "ShutterB;1",
        "15": "BtnShutterDown;1",
        "18": "Btn_ScriptOnly;0",
    }


SCHEMA = [
    {"id": 1, "mode": "rw", "type": "obj", "property": {"type": "bool"}},
    {
        "id": 2,
        "mode": "rw",
        "type": "obj",
        "property": {"type": "value", "min": 0, "max": 1000, "scale": 0},
    },
    {"id": 9, "mode": "rw", "type": "obj", "property": {"type": "value", "min": 0, "max": 86400}},
    {
        "id": 19,
        "mode": "ro",
        "type": "obj",
        "property": {"type": "value", "min": 0, "max": 50000, "scale": 1},
    },
    {
        "id": 4,
        "mode": "rw",
        "type": "obj",
        "property": {"type": "enum", "range": ["auto mode", "cold"]},
    },
    {"id": 101, "mode": "ro", "type": "raw"},
    {"id": 0, "mode": "rw", "type": "obj", "property": {"type": "bool"}},
    "junk",
]


def test_schema_becomes_openbeken_lines() -> None:
    answer = answer_for_serial_mcu(baud=115200, schema=SCHEMA, chip="BK7231N")
    lines = [str(item) for item in answer.setup.script.commands]
    assert lines == [
        "startDriver TuyaMCU",
        "tuyaMcu_setBaudRate 115200",
        "linkTuyaMCUOutputToChannel 1 bool 1",
        "setChannelType 1 Toggle",
        "linkTuyaMCUOutputToChannel 2 val 2",
        "setChannelType 2 Dimmer1000",
        "linkTuyaMCUOutputToChannel 4 enum 4",
        "setChannelType 4 Enum",
        "SetChannelEnum 4 0:auto_mode 1:cold",
        "linkTuyaMCUOutputToChannel 9 val 9",
        "setChannelType 9 TextField",
        "linkTuyaMCUOutputToChannel 19 val 19",
        "setChannelType 19 ReadOnly_div10",
        "linkTuyaMCUOutputToChannel 101 raw 3",
    ]
    command = str(answer.template["command"])
    assert len(command) <= 511
    assert command.count(";") + 1 + len(answer.setup.autoexec) == len(lines)


def test_default_speed_needs_no_command() -> None:
    answer = answer_for_serial_mcu(baud=9600)
    assert answer.template["command"] == "startDriver TuyaMCU"
    assert answer_for_serial_mcu(baud=7).template["command"] == "startDriver TuyaMCU"


def test_data_points_are_sorted_and_unique() -> None:
    points = data_points([*SCHEMA, SCHEMA[0]])
    assert [point.number for point in points] == [1, 2, 4, 9, 19, 101]
    assert points[-1].kind is DataKind.RAW


def test_plugs_number_their_measurements_alike() -> None:
    def value(number: int, scale: int) -> dict[str, object]:
        facts = {"type": "value", "min": 0, "max": 9999, "scale": scale}
        return {"id": number, "mode": "ro", "type": "obj", "property": facts}

    all_three = [value(18, 0), value(19, 1), value(20, 1)]
    lines = [
        str(x) for x in answer_for_serial_mcu(baud=9600, schema=all_three).setup.script.commands
    ]
    assert "setChannelType 18 ReadOnly" in lines  # no type for whole mA
    assert "setChannelType 19 Power_div10" in lines
    assert "setChannelType 20 Voltage_div10" in lines
    two = [
        str(x) for x in answer_for_serial_mcu(baud=9600, schema=all_three[:2]).setup.script.commands
    ]
    assert "setChannelType 19 ReadOnly_div10" in two


@pytest.mark.parametrize("kind", [*SourceKind, *AgreeingCheck])
def test_every_kind_of_source_and_check_has_words_for_people(kind):
    assert kind.value in WORDS


@pytest.mark.parametrize("key", ["led1_pin", "led_pin", "total_led_pin", "red_pin", "netled1_pin"])
def test_the_level_of_a_led_that_nothing_states_is_an_open_question(key):
    level = key.replace("_pin", "_lv")
    for stated in ({}, {level: 0}, {level: 1}):
        answer = answer_for_config({"rl1_pin": 26, "rl1_lv": 1, key: 8, **stated})
        led = next(pin for pin in answer.pins if pin.gpio == 8)
        others = [
            item for item in led.alternatives or () if "does not state its level" in item.reason
        ]
        assert len(others) == (not stated)
        for other in others:
            assert {led.role.endswith("_n"), other.role.partition(";")[0].endswith("_n")} == {
                True,
                False,
            }
