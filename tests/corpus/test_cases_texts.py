"""The cases from the field about files: each verb gives what stands there, nothing left out."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from dump_rig import forged

from plugsmith.chips.model import APP_START
from plugsmith.cli.app import main
from plugsmith.errors import PlugsmithError
from plugsmith.flows.catalogue.device_input import device_input_of_bytes
from plugsmith.flows.dump.config import recover_bytes
from plugsmith.forge.firmware import FORGED_TIME
from plugsmith.image.ota import PLAIN, write_package
from plugsmith.memory import SECTOR_LEN

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def cases(corpus):
    path = corpus / "cases" / "cases.json"
    if not path.is_file():
        pytest.skip("the corpus has no cases")
    return json.loads(path.read_text())["cases"]


def zipped(data):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("dump.bin", data)
    return packed.getvalue()


def erased_application():
    data = forged().data
    return data[:APP_START] + b"\xff" * SECTOR_LEN + data[APP_START + SECTOR_LEN :]


def loader_without_sums():
    lines = forged().data[:APP_START]
    return b"".join(lines[at : at + 32] for at in range(0, len(lines), 34))


RECIPES = {
    "application-erased": erased_application,
    "loader-without-crc": loader_without_sums,
    "ota-names-family": lambda: write_package(
        bytes(0x1000), version="1.0-bk7231t", time=FORGED_TIME, algorithm=PLAIN
    ),
    "zip": lambda: zipped(forged().data),
}


def says_nothing_about(answer, words):
    text = json.dumps(answer["notes"])
    return not [word for word in words if word in text]


def pins(answer):
    return json.loads(answer["files"][0]["text"])["pins"]


#: what a case may expect: whether the verb's data is so
JUDGES = {
    "pins": lambda answer, wish: wish.items() <= pins(answer).items(),
    "role_of": lambda answer, wish: all(
        pins(answer)[gpio].split(";")[0] == role for gpio, role in wish.items()
    ),
    "flag_bit": lambda answer, bit: (
        int(json.loads(answer["files"][0]["text"])["flags"]) >> bit & 1 == 1
    ),
    "module": lambda answer, name: json.loads(answer["files"][0]["text"])["board"] == name,
    "led_pin": lambda answer, gpio: pins(answer)[str(gpio)].startswith("WifiLED"),
    "no_note_about": says_nothing_about,
    "names_variant": lambda answer, name: (
        [name] in [item["variants"] for item in answer["variant"]]
    ),
    "chip_is_certain": lambda answer, wish: answer["chip_is_certain"] is wish,
    "foreign": lambda answer, wish: answer["foreign"] is wish,
    "status": lambda answer, wish: answer["status"] == wish,
    "baud": lambda answer, wish: answer["device"]["uart"]["baud"] == wish == answer["baud"],
    "usable_as_backup": lambda answer, wish: answer["usable_as_backup"]["verdict"] is wish,
    "damaged": lambda answer, wish: (answer["problems"] != []) is wish,
    "chips": lambda answer, wish: answer["chips"] == wish,
    "exit": lambda _answer, wish: wish == 0,  # every case ends so, see below
}


def test_every_case_gives_what_stands_there(cases, tmp_path, capsys):
    for case in cases:
        file = tmp_path / case["id"]
        file.write_bytes(case["text"].encode() if "text" in case else RECIPES[case["id"]]())
        verb, _, rest = case["verb"].partition(" --")
        code = main([*verb.split(), str(file), *(f"--{rest}".split() if rest else ()), "--json"])
        answer = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert (case["id"], code, answer["type"]) == (case["id"], 0, "result")
        for name, wish in case["expect"].items():
            assert JUDGES[name](answer["data"], wish), (case["id"], name)


def test_every_text_is_taken_by_the_template_verbs_and_by_dump_config(cases):
    for case in cases:
        if "text" not in case:
            continue
        data = case["text"].encode()
        if case["expect"].get("status", "found") == "found":
            assert device_input_of_bytes(data, name=case["id"]).template.pins
        if case["verb"] == "template lint":  # a template names its pins itself
            with pytest.raises(PlugsmithError) as caught:
                recover_bytes(data, name=case["id"])
            assert caught.value.code == "PS-INPUT-UNUSABLE"
            continue
        wish = case["expect"].get("status", "found")
        assert recover_bytes(data, name=case["id"]).status == wish, case["id"]
