"""`plugsmith template lint`: findings, exit codes, and files that are no template."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from plugsmith.cli.app import main

if TYPE_CHECKING:
    from pathlib import Path

GOOD = {"vendor": "v", "name": "n", "chip": "BK7231N", "pins": {"6": "Rel;1", "8": "Btn;1"}}
BAD = {**GOOD, "pins": {"10": "PWM;1", "8": "relay;2"}}


def _file(folder: Path, body: object) -> str:
    path = folder / "template.json"
    path.write_text(body if isinstance(body, str) else json.dumps(body), "utf-8")
    return str(path)


def test_a_good_template(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["template", "lint", _file(tmp_path, GOOD)]) == 0
    assert "Nothing is wrong" in capsys.readouterr().out


def test_a_bad_template(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["template", "lint", _file(tmp_path, BAD)]) == 8
    out = capsys.readouterr().out
    assert out.startswith("Error: P10 cannot be dimmed")
    assert "Warning: P8: the role 'relay' is spelt Rel." in out


def test_json_findings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["template", "lint", _file(tmp_path, BAD), "--json"]) == 8
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (result["type"], result["command"]) == ("result", "template lint")
    first, *rest = result["data"]["findings"]
    assert set(first) == {"rule", "level", "pin", "text", "fix"}
    assert (first["rule"], first["level"], first["pin"]) == ("pwm-missing", "error", 10)
    assert "role-misspelt" in {item["rule"] for item in rest}


@pytest.mark.parametrize("wrap", [{"template": BAD}, {"data": {"template": BAD}}])
def test_the_template_inside_a_result(tmp_path: Path, wrap: dict[str, object]) -> None:
    assert main(["template", "lint", _file(tmp_path, wrap)]) == 8


def test_a_list_of_pins_beside_the_template_does_not_hide_it(tmp_path: Path) -> None:
    body = {"data": {"pins": [{"gpio": 6}], "template": BAD}}
    assert main(["template", "lint", _file(tmp_path, body)]) == 8


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(GOOD)))
    assert main(["template", "lint", "-"]) == 0


@pytest.mark.parametrize("text", ["no json", "[1]", "[" * 90_000, "\x00\xff"])
def test_what_is_no_template(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert main(["template", "lint", _file(tmp_path, text), "--json"]) == 9
    assert json.loads(capsys.readouterr().out)["code"] == "PS-INPUT-MALFORMED"


def test_an_empty_file_is_called_empty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["template", "lint", _file(tmp_path, ""), "--json"]) == 9
    assert json.loads(capsys.readouterr().out)["code"] == "PS-INPUT-EMPTY"


def test_a_missing_file(tmp_path: Path) -> None:
    assert main(["template", "lint", str(tmp_path / "none.json")]) == 9
    assert main(["template", "lint", str(tmp_path)]) == 9
