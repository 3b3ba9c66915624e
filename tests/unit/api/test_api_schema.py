"""The published schema knows every verb and every error, and its judge sees what is wrong."""

from __future__ import annotations

import json

import pytest
from dump_rig import forged
from json_schema import faults_of_line, published

import plugsmith
from plugsmith.cli.app import main
from plugsmith.errors import concrete_errors


def test_verbs_and_errors_are_published():
    schema = published()
    assert list(schema["verbs"]) == [verb.name for verb in plugsmith.verbs()]
    codes = {item.code for item in concrete_errors()}
    assert codes <= set(schema["errors"]) | {"PS-ERROR"}
    for verb in schema["verbs"].values():
        assert set(verb["request"]["required"]) <= set(verb["request"]["properties"])


@pytest.fixture
def good(tmp_path, capsys):
    path = tmp_path / "plug.bin"
    path.write_bytes(forged().data)
    assert main(["dump", "info", str(path), "--json"]) == 0
    line = json.loads(capsys.readouterr().out)
    assert faults_of_line(line) == []
    return line


def test_the_judge_accepts_a_real_line(good):
    assert good["command"] == "dump info"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda line: line.update(type="reslt"), "not published"),
        (lambda line: line.update(schema="plugsmith/2"), ".schema"),
        (lambda line: line.update(command="dump everything"), "not a verb"),
        (lambda line: line["data"].pop("kind"), ".data.kind is missing"),
        (lambda line: line["data"].update(kind="fish"), ".data.kind"),
        (lambda line: line["data"].update(size=True), ".data.size"),
        (lambda line: line["data"].update(colour="red"), ".data.colour is not published"),
        (lambda line: line["data"]["regions"][0].update(start="0"), ".data.regions[0].start"),
        (lambda line: line["data"]["secrets"].pop("wifi"), ".data.secrets.wifi is missing"),
    ],
)
def test_the_judge_sees_what_is_wrong(good, change, fault):
    change(good)
    assert any(fault in found for found in faults_of_line(good))
