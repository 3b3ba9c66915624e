"""Folders and archives in every verb that takes files: an item each, the worst exit code."""

from __future__ import annotations

import gzip
import json
import zipfile

import pytest

from plugsmith.cli.app import main
from plugsmith.cli.dump.config_text import config_text
from plugsmith.cli.dump.shown import ConfigShown
from plugsmith.cli.dump.text import info_text
from plugsmith.cli.image.text import image_text
from plugsmith.cli.template.text import lint_text
from plugsmith.dump.recovery.outcome import Confidence, Status
from plugsmith.dump.survey.report import DumpKind
from plugsmith.flows.many import FileLine, ManyResult
from plugsmith.flows.settings.desired_settings import desired_from
from plugsmith.flows.settings.settings_block import make_block, sector_of
from plugsmith.forge.dump import forge_dump
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.storage import StorageRequest
from plugsmith.image.model import ImageKind
from plugsmith.messages import speaking

SMALL = 0x4000


@pytest.fixture(scope="module")
def dump():
    return forge_dump(StorageRequest(chip="BK7231T")).data


def run(capsys, *args):
    code = main([*map(str, args), "--json"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    items = {line["name"]: line for line in lines if line["type"] == "item"}
    return code, items, lines[-1]


def test_a_folder_of_dumps(tmp_path, capsys, dump):
    (tmp_path / "plug.bin").write_bytes(dump)
    (tmp_path / "noise.bin").write_bytes(b"\x7f")
    (tmp_path / "empty.bin").write_bytes(b"")
    code, items, last = run(capsys, "dump", "info", tmp_path)
    assert set(items) == {"plug.bin", "noise.bin", "empty.bin"}
    assert items["plug.bin"]["data"]["usable_as_backup"]["verdict"] is True
    assert items["empty.bin"]["error"]["code"] == "PS-INPUT-EMPTY"
    assert (code, last["data"]["files"], last["data"]["exit_code"]) == (9, 3, 9)


def test_a_folder_of_images(tmp_path, capsys, dump):
    (tmp_path / "a.bin").write_bytes(forge_openbeken_qio("BK7231N", code_len=SMALL))
    (tmp_path / "b.bin").write_bytes(dump)
    code, items, last = run(capsys, "image", "info", tmp_path)
    assert code == 0
    assert [items[name]["data"]["kind"] for name in ("a.bin", "b.bin")] == ["qio", "full-dump"]
    assert last["data"]["counts"] == {"qio": 1, "full-dump": 1}


def test_a_folder_of_templates(tmp_path, capsys):
    (tmp_path / "good.json").write_text('{"chip": "BK7231N", "pins": {"24": "Rel;1"}}')
    (tmp_path / "bad.json").write_text('{"chip": "BK7231N", "pins": {"24": "Rell;1"}}')
    code, items, last = run(capsys, "template", "lint", tmp_path)
    assert code == 8
    assert items["good.json"]["data"]["verdict"] == "clean"
    assert items["bad.json"]["data"]["verdict"] == "errors"
    assert last["data"]["exit_code"] == 8


def test_a_folder_of_settings(tmp_path, capsys, dump):
    wish = desired_from(template=None, settings={"short_name": "lamp"}, over_lan=False)
    block = make_block(wish, chip="BK7231T", mac="84:e3:42:01:02:03")
    (tmp_path / "a.bin").write_bytes(sector_of(block))
    (tmp_path / "b.bin").write_bytes(dump)
    code, items, _last = run(capsys, "obk", "config", "read", tmp_path)
    assert code == 8
    assert items["a.bin"]["data"]["config"]["short_name"] == "lamp"
    assert items["b.bin"]["error"]["exit"] == 8


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "verb",
    [("dump", "info"), ("dump", "config"), ("dump", "records"), ("image", "info")],
    ids=" ".join,
)
def test_an_archive_is_what_is_in_it(tmp_path, capsys, dump, verb):
    with zipfile.ZipFile(tmp_path / "plug.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "my plug")
        archive.writestr("folder/plug.bin", dump)
    (tmp_path / "plug.bin.gz").write_bytes(gzip.compress(dump, 1))
    (tmp_path / "plug.bin").write_bytes(dump)
    plain = run(capsys, *verb, tmp_path / "plug.bin")
    for name in ("plug.zip", "plug.zip/folder/plug.bin", "plug.bin.gz"):
        code, _items, last = run(capsys, *verb, tmp_path / name)
        assert code == plain[0] == 0
        for body in (last["data"], plain[2]["data"]):
            body.pop("file", None)
        doubts = last["data"].pop("name_doubts", None)
        assert doubts in (None, [])
        plain[2]["data"].pop("name_doubts", None)
        assert last["data"] == plain[2]["data"]


def test_an_archive_of_several_is_several_inputs(tmp_path, capsys, dump):
    with zipfile.ZipFile(tmp_path / "two.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.bin", dump)
        archive.writestr("b.bin", dump)
    for verb in (("dump", "info"), ("dump", "config"), ("image", "info")):
        code, items, _last = run(capsys, *verb, tmp_path / "two.zip")
        assert (code, set(items)) == (0, {"a.bin", "b.bin"})


MAKERS = ["repair", "sanitize", "extract"]


@pytest.mark.sample(2)
@pytest.mark.parametrize("verb", ["records", *MAKERS])
def test_folders_lists_and_archives_in_the_verbs_on_what_is_in_a_dump(tmp_path, capsys, dump, verb):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "plug.bin").write_bytes(dump)
    (tmp_path / "in" / "empty.bin").write_bytes(b"")
    lone = tmp_path / "lone.bin.gz"
    lone.write_bytes(gzip.compress(dump, 1))
    out = tmp_path / "out"
    made = ["-o", out] if verb in MAKERS else []
    code, items, last = run(capsys, "dump", verb, tmp_path / "in", lone, *made)
    assert set(items) == {"plug.bin", "empty.bin", "lone.bin.gz"}
    assert items["empty.bin"]["error"]["code"] == "PS-INPUT-EMPTY"
    assert (code, last["data"]["counts"]) == (9, {"done": 2, "unusable": 1})
    one = tmp_path / "one"
    alone = run(capsys, "dump", verb, tmp_path / "in" / "plug.bin", *(["-o", one] if made else []))
    same = {"file", "folder", "count"}
    assert {k: v for k, v in items["plug.bin"]["data"].items() if k not in same} == {
        k: v for k, v in alone[2]["data"].items() if k not in same
    }
    if made:
        assert sorted(item.name for item in out.iterdir()) == ["lone.bin", "plug.bin"]
    if verb in {"repair", "sanitize"}:
        assert (out / "plug.bin").read_bytes() == one.read_bytes()
        assert (out / "lone.bin").read_bytes() == one.read_bytes()


@pytest.mark.parametrize("verb", MAKERS)
def test_two_that_would_be_one_file_are_refused_before_anything_is_made(tmp_path, capsys, verb):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "plug.bin").write_bytes(b"x" * 64)
    out = tmp_path / "out"
    code, _items, last = run(capsys, "dump", verb, tmp_path / "a", tmp_path / "b", "-o", out)
    assert (code, last["code"], out.exists()) == (2, "PS-USAGE", False)


def test_an_empty_folder_is_said(tmp_path, capsys):
    for verb in (("dump", "info"), ("image", "info"), ("template", "lint"), ("dump", "config")):
        code, _items, last = run(capsys, *verb, tmp_path)
        assert (code, last["code"]) == (9, "PS-INPUT-MISSING")


def config_lines(found):
    return config_text(found, ConfigShown())


@pytest.mark.parametrize(
    ("text", "field", "codes"),
    [
        (info_text, "kind", DumpKind),
        (image_text, "kind", ImageKind),
        (config_lines, "status", Status),
        (config_lines, "confidence", Confidence),
        (lint_text, "verdict", ("errors", "remarks", "clean")),
        (lint_text, "state", ("done", "unusable")),
    ],
)
@pytest.mark.parametrize("language", ["pl", "de"])
def test_answers_about_many_files_are_words_and_no_codes(text, field, codes, language):
    for code in map(str, codes):
        item = FileLine(name="-", **{field: code})
        with speaking(language):
            said = text(ManyResult(files=1, counts={code: 1}, items=(item,), exit_code=0))
        row, *_blank, total = said.splitlines()
        assert row.split(maxsplit=1)[1] != code
        assert f": {code} (1)" not in total
