"""Configurations as people have them: what logs, mails, forums and notebooks make of a text."""

from __future__ import annotations

import base64
import json

import pytest
from paste_forms import CONFIG, JSON, JSON_FORMS, LINES, LOG, TEXT, TEXT_FORMS

from plugsmith.dump.pasted.model import PasteKind
from plugsmith.dump.pasted.pasted import read_pasted
from plugsmith.dump.recovery.outcome import Confidence
from plugsmith.errors import PlugsmithError
from plugsmith.flows.catalogue.device_input import device_input_of_bytes
from plugsmith.flows.dump.config import recover_bytes
from plugsmith.flows.judged_file import JudgedFile
from plugsmith.flows.settings.desired_settings import desired_from
from plugsmith.flows.settings.template_text import template_of
from plugsmith.records import fields_of
from plugsmith.tuya.user_param import format_pin_text


def result_of(data: bytes) -> dict:
    """The result of `dump config` as JSON."""
    return fields_of(recover_bytes(data, name="text"))


ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252")


@pytest.mark.parametrize("form", TEXT_FORMS)
def test_a_pin_text_survives_the_way_it_went(form):
    pasted = read_pasted(TEXT_FORMS[form].encode())
    assert pasted.best.crc_ok
    assert {**pasted.best.config, "crc": 0} == {**CONFIG, "irfunset": [[6, 2], [7, "1e"]], "crc": 0}
    assert len(pasted.found) == 1
    if TEXT_FORMS[form] != TEXT and form not in {"doubled", "storage of another tool"}:
        assert pasted.remarks  # what was tolerated is said


@pytest.mark.parametrize("form", JSON_FORMS)
def test_json_in_any_dialect_is_read(form):
    pasted = read_pasted(JSON_FORMS[form].encode())
    assert str(pasted.best.config["rl1_pin"]) == "26"
    assert pasted.best.config["module"] == "WB2S"
    assert len(pasted.found) == 1


def test_a_text_without_a_crc_pair_is_given_as_it_is_stored():
    data = result_of(JSON_FORMS["no crc"].encode())
    assert data["text"] == "{rl1_pin:26,rl1_lv:1,bt1_pin:10,bt1_lv:0,module:WB2S,}"
    assert (data["confidence"], data["source"]["checks"]) == ("weak", [])


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("text", [TEXT, JSON, f"caf\u00e9\n{TEXT}"])
def test_the_encoding_does_not_matter(encoding, text):
    assert read_pasted(text.encode(encoding)).best.config["rl1_pin"] == 26


def test_the_bracket_of_the_log_becomes_the_brace_and_its_lines_are_a_second_witness():
    pasted = read_pasted((LOG + "\n" + LINES).encode())
    best = pasted.best
    assert (best.kind, best.crc_ok, best.witness, best.against) == (PasteKind.BOOT_LOG, True, 2, ())
    data = result_of((LOG + "\n" + LINES).encode())
    assert (data["status"], data["confidence"], data["text"]) == ("found", "strong", TEXT)
    assert data["source"]["checks"] == ["crc7", "log-lines"]


def test_a_log_that_contradicts_itself_is_not_strong():
    lines = LINES.replace("pin:26, io_drive:2", "pin:24, io_drive:1")
    data = result_of((LOG + "\n" + lines).encode())
    assert data["confidence"] == "weak"
    assert any("rl1_lv, rl1_pin" in note for note in data["notes"])


def test_the_lines_of_the_log_alone():
    lines = LINES + "[KEY] - pin:11, io_drive:1, type:2\n[WIFI LED] - pin:6, io_drive:1\n"
    lines += "[TOTAL KEY] - pin:9, io_drive:2, type:0\n"
    config = read_pasted(lines.encode()).best.config
    assert (config["rl1_pin"], config["rl1_lv"]) == (26, 1)
    assert (config["bt1_pin"], config["bt1_lv"]) == (10, 0)
    assert config["onoff2"] == 11  # a key of type 2 is a rocker
    assert (config["netled1_pin"], config["netled1_lv"]) == (6, 0)
    assert (config["total_bt_pin"], config["total_bt_lv"]) == (9, 1)


def test_two_different_texts_are_both_shown_and_neither_is_strong():
    other = format_pin_text({**CONFIG, "rl1_pin": 24})
    data = result_of(f"{TEXT}\nor perhaps\n{other}".encode())
    assert data["confidence"] == Confidence.WEAK.value
    assert [item["config"]["rl1_pin"] for item in data["alternatives"]] == [24]


def test_a_changed_character_is_noticed():
    data = result_of(TEXT.replace("rl1_pin:26", "rl1_pin:24").encode())
    assert (data["status"], data["reason"]) == ("none", "storage-damaged")
    assert data["pins"] == []
    assert len(data["alternatives"]) == 1


@pytest.mark.parametrize(
    ("record", "baud"),
    [
        ({"baud_cfg": {"baud": 115200}}, 115200),
        ({"uart_adapt_params": {"uart_baud": 9600, "uart_databit": 3}}, 9600),
        ({"baud_cfg": '{"baud":9600}'}, 9600),
    ],
)
def test_the_storage_of_a_device_with_a_serial_mcu(record, baud):
    text = json.dumps({"gw_bi": {"uuid": "x"}, "gw_di": {"swv": "1"}, **record})
    data = result_of(text.encode())
    assert (data["status"], data["baud"], data["config"]) == ("serial-mcu", baud, None)
    assert device_input_of_bytes(text.encode(), name="storage").profile.serial.baud == baud


def test_a_template_is_no_configuration_and_the_refusal_names_the_verbs():
    with pytest.raises(PlugsmithError) as caught:
        recover_bytes(b'{"chip": "BK7231N", "pins": {"24": "Rel;1"}}', name="template")
    assert caught.value.code == "PS-INPUT-UNUSABLE"
    assert "template export" in str(caught.value)


@pytest.mark.parametrize("text", [TEXT, JSON, LOG, f"> {TEXT}"])
def test_template_verbs_and_device_apply_take_the_same_texts(text):
    device = device_input_of_bytes(text.encode(), name="text")
    assert "Rel;1" in [str(pin) for pin in device.template.pins]
    wish = desired_from(template=text, name="text")
    assert wish.settings["pins"]["26"].startswith("Rel;1")


@pytest.mark.parametrize(
    "text", ["Dear friend, my plug is broken", TEXT[:60], "{" * 99 + "abcdefg"]
)
def test_a_text_without_a_configuration_is_named_so(text):
    for take in (recover_bytes, device_input_of_bytes):
        with pytest.raises(PlugsmithError) as caught:
            take(text.encode(), name="text")
        assert caught.value.code == "PS-INPUT-TEXT"
        assert "new dump" not in str(caught.value.hint)


def test_what_holds_no_configuration_is_none():
    for text in ("", "hello", "{}", "[]", "{a", '{"name": "x", "version": 1}', "{" * 5000):
        assert read_pasted(text.encode()) is None
    assert read_pasted(base64.b64encode(bytes(range(256)) * 20)) is None
    assert read_pasted(bytes(range(256)) * 16) is None


LINED = {"rl1_pin": 26, "rl1_lv": 1, "bt1_pin": 10, "module": "WB2S"}


@pytest.mark.parametrize(
    "line",
    [
        "{}: {}", "  {}: {}", "{} = {}", '{} = "{}"', "{}={}", "{},{}", "{}\t{}", "| {} | {} |",
        "'{}' => {},", '"{}" => "{}",', "{}   : {}", "- {}: {}",
    ],
)  # fmt: skip
def test_a_pair_on_each_line_is_a_configuration(line):
    text = "\n".join(["[pins]", *(line.format(key, value) for key, value in LINED.items())])
    found = read_pasted(text.encode())
    assert found is not None
    assert {key: found.best.config[key] for key in LINED} == LINED


@pytest.mark.parametrize("text", ["a: 1\nb: 2\n", "rl1_pin: x\nb: 2\n", "rl1_pin: 26\n"])
def test_lines_without_a_configuration_are_none(text):
    assert read_pasted(text.encode()) is None


def test_arrows_between_keys_and_values_are_read():
    text = "{" + ", ".join(f'"{key}" => {json.dumps(value)}' for key, value in LINED.items()) + "}"
    assert {key: read_pasted(text.encode()).best.config[key] for key in LINED} == LINED


WINDOW = json.dumps(
    {key: str(value) for key, value in CONFIG.items() if key != "irfunset"}, indent=1
)
END = WINDOW.index("ch_num") - 4  # behind the last value before it


@pytest.mark.parametrize("end", range(40, END, 7))
@pytest.mark.parametrize("more", ["", "\n\nDevice configuration, as extracted:\n- Relay on P26\n"])
def test_json_that_breaks_off_gives_what_is_whole_and_says_what_is_not(end, more):
    data = result_of((WINDOW[:end] + more).encode())
    assert (data["status"], data["confidence"]) == ("found", "weak")
    assert all(str(CONFIG[key]) == value for key, value in data["config"].items())
    last = list(data["config"])[-1]
    assert any(f"it breaks off behind {last}." in note for note in data["notes"])


def test_what_is_missing_of_it_is_named_where_that_is_known():
    lost = WINDOW[: WINDOW.index('"rl1_lv"')].replace('"rl1_pin"', '"ch_num": "2",\n "rl1_pin"')
    notes = result_of(lost.encode())["notes"]
    assert any("rl2_pin, rl1_lv, module" in note for note in notes)
    head = result_of(WINDOW[WINDOW.index('"bt1_pin"') :].encode())
    assert any("it begins inside of the configuration" in note for note in head["notes"])
    assert head["config"]["bt1_pin"] == 10


def test_only_the_last_brace_is_lost_and_the_checksum_says_so():
    whole = {**{key: str(value) for key, value in CONFIG.items() if key != "irfunset"}}
    text = format_pin_text({key: value for key, value in CONFIG.items() if key != "irfunset"})
    whole["crc"] = text.split("crc:")[1].split(",")[0]
    data = result_of(json.dumps(whole, indent=1)[:-1].encode())
    assert (data["confidence"], data["source"]["checks"]) == ("strong", ["crc7"])


def test_the_vendors_notation_counts_with_its_checksum_only():
    for end in range(20, len(TEXT) - 3, 9):
        pasted = read_pasted(TEXT[:end].encode())
        assert pasted is None


@pytest.mark.parametrize(
    "text",
    [
        '{"vendor":"x","chip":"BK7231N","pins":{"6":"Rel;1","7":"Btn',
        '{\n "chip": "BK7231N",\n "pins": {\n  "6": "Rel;1",\n  "7": "Btn;1"',
        '{"gw_bi": {"uuid": "x"}, "baud_cfg": {"baud": 9600}, "gw_di": {"swv": "1',
    ],
)
def test_a_cut_template_or_store_is_called_cut(text):
    with pytest.raises(PlugsmithError) as caught:
        device_input_of_bytes(text.encode(), name="text")
    assert caught.value.code == "PS-INPUT-TEXT-CUT"


def test_the_template_verbs_call_a_cut_template_cut_and_take_a_whole_one():
    whole = '{"chip": "BK7231N", "pins": {"6": "Rel;1", "7": "Btn;1"}}'
    assert template_of(JudgedFile(name="text", data=whole.encode())) == whole
    for end in range(whole.index("Rel") + 6, len(whole)):
        with pytest.raises(PlugsmithError) as caught:
            template_of(JudgedFile(name="text", data=whole[:end].encode()))
        assert caught.value.code == "PS-INPUT-TEXT-CUT"


def test_a_store_that_breaks_off_before_its_pins_is_no_serial_device():
    data = result_of(b'{"gw_bi": {"uuid": "x"}, "baud_cfg": {"baud": 9600}, "gw_di": {"swv": "1')
    assert (data["status"], data["reason"], data["pins"]) == ("none", "storage-missing", [])
    assert any("breaks off" in note for note in data["notes"])


@pytest.mark.parametrize("start", ["", "> ", "[12:00:01] "])
@pytest.mark.parametrize("width", [40, 60])
@pytest.mark.parametrize("mark", ["", "=", "\\", "-", "\u21b5"])
def test_a_changed_text_is_called_changed_however_its_lines_were_broken(mark, width, start):
    config = {
        "rl1_pin": 26,
        "rl1_lv": 1,
        "bt1_pin": 10,
        "bt1_lv": 0,
        "module": "WB2S",
        "jv": "1.0.2",
    }
    text = format_pin_text(config).replace("rl1_pin:26", "rl1_pin:24")
    lines = f"{mark}\n".join(text[at : at + width] for at in range(0, len(text), width))
    broken = "\n".join(start + line for line in lines.split("\n"))
    with pytest.raises(PlugsmithError) as caught:
        device_input_of_bytes(broken.encode(), name="text")
    assert caught.value.code == "PS-INPUT-TEXT-CHANGED"


def test_how_many_other_texts_there_are_is_said_in_words_that_fit():
    other = format_pin_text({**CONFIG, "rl1_pin": 24})
    third = format_pin_text({**CONFIG, "rl1_pin": 8})
    one, two = (
        result_of(f"{TEXT}\n{other}".encode()),
        result_of(f"{TEXT}\n{other}\n{third}".encode()),
    )
    assert any("1 other configuration that differs" in note for note in one["notes"])
    assert any("2 other configurations that differ" in note for note in two["notes"])


@pytest.mark.parametrize("encoding", ["utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"])
def test_letters_of_other_scripts_hide_no_encoding(encoding):
    before = (
        "\u0420\u043e\u0437\u0435\u0442\u043a\u0430 \u043d\u0430 \u043a\u0443\u0445\u043d\u0435\n"
    )
    text = 200 * before + TEXT
    assert read_pasted(text.encode(encoding)).best.crc_ok
