"""Refusals of files name the verb that helps; a result never replaces what it is made of."""

from __future__ import annotations

import json
import os
import zipfile

import pytest

from plugsmith.cli.app import main
from plugsmith.flows.settings.desired_settings import desired_from
from plugsmith.flows.settings.settings_block import make_block, sector_of
from plugsmith.forge.dump import forge_dump
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.packages import forge_ota
from plugsmith.forge.storage import StorageRequest

SMALL = 0x4000


@pytest.fixture(scope="module")
def dump():
    return forge_dump(StorageRequest(chip="BK7231T")).data


def run(capsys, *args):
    code = main([*map(str, args), "--json"])
    return code, json.loads(capsys.readouterr().out.splitlines()[-1])


@pytest.mark.parametrize("verb", ["sanitize", "repair"])
@pytest.mark.parametrize("way", ["same", "link", "dotted", "archive"])
def test_a_result_never_replaces_its_source_whatever_yes_says(tmp_path, capsys, dump, verb, way):
    source = output = tmp_path / "plug.bin"
    source.write_bytes(dump)
    if way == "link":
        output = tmp_path / "other.bin"
        os.link(source, output)
    elif way == "dotted":
        (tmp_path / "x").mkdir()
        output = tmp_path / "x" / ".." / "plug.bin"
    elif way == "archive":
        output = tmp_path / "plug.zip"
        with zipfile.ZipFile(output, "w") as archive:
            archive.writestr("plug.bin", dump)
        source = output / "plug.bin"
    before = output.read_bytes()
    code, last = run(capsys, "dump", verb, source, "-o", output, "--yes")
    assert (code, last["code"]) == (5, "PS-OUTPUT-IS-INPUT")
    assert output.read_bytes() == before


def settings_sector():
    wish = desired_from(template=None, settings={"short_name": "x"}, over_lan=False)
    return sector_of(make_block(wish, chip="BK7231T", mac="84:e3:42:01:02:03"))


@pytest.mark.parametrize(
    ("make", "verb", "words"),
    [
        (lambda: forge_ota("BK7231T", code_len=SMALL), "flash", "device ota"),
        (lambda: b'{"rl1_pin": 26, "module": "WB2S"}', "flash", "template export"),
        (lambda: b"{rl1_pin:26,module:WB2S,}", "restore", "template export"),
        (settings_sector, "flash", "obk config"),
        (settings_sector, "restore", "obk config"),
        (lambda: forge_openbeken_qio("BK7231T", code_len=SMALL), "restore", "plugsmith flash"),
        (lambda: forge_ota("BK7231T", code_len=SMALL), "restore", "device ota"),
    ],
)
def test_a_refusal_names_the_verb_that_helps(tmp_path, capsys, make, verb, words):
    path = tmp_path / "file.bin"
    path.write_bytes(make())
    code, last = run(capsys, verb, path, "--port", "sim://bk7231t")
    assert (code, last["type"]) == (9, "error")
    assert words in last["hint"]
    assert "new dump" not in last["hint"]
