"""The `template` verbs from a shell's point of view: results, exit codes, files, texts."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from plugsmith.cli.app import main

if TYPE_CHECKING:
    from pathlib import Path

LSPA9 = "plugsmith:elivco-lspa9-lspa9-bl0937-wb2s-bk7231t-wb2s"
PINS = {
    "6": "WifiLED_n;0",
    "7": "BL0937CF;0",
    "8": "BL0937CF1;0",
    "10": "Btn;1",
    "24": "BL0937SEL;0",
    "26": "Rel;1",
}
TEMPLATE = {"vendor": "v", "name": "n", "chip": "BK7231T", "board": "WB2S", "pins": PINS}
PIN_TEXT = "{rl1_pin:26,rl1_lv:1,bt1_pin:10,bt1_lv:0,module:WB2S,}"


@pytest.fixture
def run(capsys):
    def call(*words: str) -> tuple[int, dict[str, Any]]:
        code = main(["template", *words, "--json"])
        out = capsys.readouterr().out.splitlines()
        assert out, "no JSON line"
        last = json.loads(out[-1])
        assert last["schema"] == "plugsmith/1"
        return code, last.get("data", {}) if last["type"] == "result" else last

    return call


def write(folder: Path, body: object, name: str = "device.json") -> str:
    path = folder / name
    path.write_text(body if isinstance(body, str) else json.dumps(body), "utf-8")
    return str(path)


def test_search_finds_what_is_shipped(run) -> None:
    code, data = run("search", "lspa9")
    assert code == 0
    (hit,) = data["hits"]
    assert {"id", "vendor", "name", "chip", "board", "score", "why"} <= set(hit)
    assert hit["id"] == LSPA9
    assert "template update" in data["hint"]


def test_search_without_a_hit(run) -> None:
    code, data = run("search", "nothing like it")
    assert (code, data["hits"]) == (8, [])


def test_search_by_facts(run) -> None:
    assert run("search", "--meter", "BL0937", "--relays", "1")[0] == 0
    assert run("search", "--chip", "BK7231N")[0] == 8


def test_show(run) -> None:
    code, data = run("show", LSPA9)
    assert code == 0
    assert data["template"]["pins"] == PINS
    assert data["licence"].startswith("MIT")
    code, error = run("show", "plugsmith:nothing")
    assert (code, error["code"]) == (8, "PS-CATALOGUE-NO-ENTRY")


@pytest.mark.parametrize(
    "body",
    [
        TEMPLATE,
        {"template": TEMPLATE},
        {"type": "result", "data": {"template": TEMPLATE, "config": None}},
    ],
)
def test_match_a_template(run, tmp_path: Path, body: object) -> None:
    code, data = run("match", write(tmp_path, body))
    assert code == 0
    assert data["hits"][0]["id"] == LSPA9
    assert data["verdict"] == "It looks like ELIVCO LSPA9 (WB2S)."
    assert data["hits"][0]["why"]


def test_match_a_pin_text_and_a_dump(run, tmp_path: Path, capsys) -> None:
    code, data = run("match", write(tmp_path, PIN_TEXT, "pins.txt"))
    assert data["hits"][0]["id"] == LSPA9
    assert code in {0, 8}
    dump = tmp_path / "dump.bin"
    assert main(["dump", "forge", "-o", str(dump)]) == 0
    capsys.readouterr()
    code, data = run("match", str(dump))
    assert code in {0, 8}
    assert data["verdict"]


def test_match_without_a_likeness(run, tmp_path: Path) -> None:
    strange = {**TEMPLATE, "pins": {"20": "IRSend;0"}}
    code, data = run("match", write(tmp_path, strange))
    assert code == 8
    assert data["verdict"].startswith("None is close")


def test_match_does_not_find_itself(run) -> None:
    code, data = run("match", LSPA9)
    assert code == 8
    assert all(hit["id"] != LSPA9 for hit in data["hits"])


@pytest.mark.parametrize(
    ("body", "exit_code"),
    [("{nonsense", 9), ("[1]", 9), ("{}", 9), ('{"a": 1}', 9), ("", 9), ("\x00" * 5000, 9)],
)
def test_files_that_are_no_device(run, tmp_path: Path, body: str, exit_code: int) -> None:
    assert run("match", write(tmp_path, body))[0] == exit_code


def test_neither_file_nor_id(run) -> None:
    code, error = run("match", "no-such-thing")
    assert (code, error["code"]) == (8, "PS-CATALOGUE-NO-ENTRY")
    assert run("match", "x" * 5000)[0] == 8
    assert run("match", "\x00")[0] == 8


def test_update_and_use(run, tmp_path: Path) -> None:
    listed = {"devices": [{**TEMPLATE, "name": "Other plug"}, {"nothing": 1}]}
    path = write(tmp_path, listed, "devices.json")
    code, data = run("update", "--from", path, "--licence", "CC0")
    assert code == 0
    assert (data["source"], data["usable"], data["total"]) == ("openbeken", 1, 2)
    assert sum(data["rejected"].values()) == 1
    code, data = run("update")
    assert {item["name"] for item in data["sources"]} == {"openbeken", "plugsmith"}
    assert run("search", "other")[1]["hits"][0]["source"] == "openbeken"
    code, data = run("match", LSPA9)
    assert (code, data["hits"][0]["name"]) == (0, "Other plug")


def test_a_broken_list(run, tmp_path: Path) -> None:
    good = write(tmp_path, {"devices": [TEMPLATE]}, "devices.json")
    assert run("update", "--from", good)[0] == 0
    write(tmp_path, "{", "devices.json")
    code, error = run("update", "--from", good)
    assert (code, error["code"]) == (9, "PS-CATALOGUE-LIST")
    assert run("search", "--vendor", "v")[1]["hits"]


def test_update_from_nowhere(run, tmp_path: Path) -> None:
    assert run("update", "--from", str(tmp_path / "missing.json"))[0] == 9
    assert run("update", "--from", "http://example.invalid/devices.json")[0] == 10


@pytest.mark.parametrize(
    "format_", ["openbeken", "esphome", "tasmota", "homeassistant", "markdown", "svg", "text"]
)
def test_export_to_every_format(run, tmp_path: Path, format_: str) -> None:
    code, data = run("export", LSPA9, "--to", format_, "-o", str(tmp_path))
    assert code == 0
    (path,) = data["written"]
    assert (tmp_path / data["files"][0]["name"]).read_text() == data["files"][0]["text"]
    code, error = run("export", LSPA9, "--to", format_, "-o", str(tmp_path))
    assert (code, error["code"]) == (2, "PS-OUTPUT-EXISTS")
    del path


def test_export_prints_without_a_target(capsys) -> None:
    assert main(["template", "export", LSPA9, "--to", "text"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("LSPA9\n")
    assert "P26: relay 1 (Rel;1)" in out


def test_export_of_standard_input(run, monkeypatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(json.dumps(TEMPLATE).encode()))
    monkeypatch.setattr("sys.stdin", stream)
    code, data = run("export", "-", "--to", "openbeken")
    assert code == 0
    assert json.loads(data["files"][0]["text"])["pins"] == PINS


def test_an_unknown_format(run) -> None:
    code, error = run("export", LSPA9, "--to", "fax")
    assert (code, error["exit"]) == (2, 2)
    assert "markdown" in error["message"]


def test_contribute_says_what_is_missing(run) -> None:
    code, error = run("contribute", LSPA9)
    assert (code, error["code"]) == (9, "PS-CONTRIBUTE-INCOMPLETE")
    rules = {item["rule"] for item in error["data"]["findings"] if item["level"] == "error"}
    assert rules == {"link-missing"}
    assert "--image" in error["message"]


LINKS = ("--image", "https://x.example/p.jpg", "--wiki", "https://x.example/thread")


def test_contribute_makes_an_entry_that_the_list_takes(run, tmp_path: Path) -> None:
    target = tmp_path / "entry.json"
    code, data = run("contribute", LSPA9, *LINKS, "--keyword", "plug", "-o", str(target))
    assert code == 0
    entry = json.loads(target.read_text())
    assert entry == data["entry"]
    assert set(entry) >= {"vendor", "name", "model", "chip", "board", "pins", "flags", "command"}
    assert entry["wiki"] == "https://x.example/thread"
    assert entry["keywords"] == ["plug"]
    assert run("lint", str(target), "--publish")[0] == 0


def test_contribute_refuses_bad_pins_and_links(run, tmp_path: Path) -> None:
    bad = write(tmp_path, {**TEMPLATE, "pins": {"10": "PWM;1"}})
    assert run("contribute", bad, *LINKS)[0] == 9
    code, error = run("contribute", LSPA9, "--image", "file:///x", "--wiki", "https://x.example")
    assert (code, error["code"]) == (9, "PS-CONTRIBUTE-INCOMPLETE")


def test_lint_rules_for_publication_and_for_names(run, tmp_path: Path) -> None:
    code, data = run("lint", write(tmp_path, TEMPLATE), "--publish")
    assert code == 8
    assert {item["rule"] for item in data["findings"]} >= {"link-missing", "field-helpful"}
    twice = json.dumps(TEMPLATE).replace('"26": "Rel;1"', '"26": "Rel;1", "26": "Btn;1"')
    code, data = run("lint", write(tmp_path, twice))
    assert [item["pin"] for item in data["findings"] if item["rule"] == "pin-used-twice"] == [26]
    code, data = run("lint", write(tmp_path, {**TEMPLATE, "pins": {"6": "Relais;1"}}))
    (unknown,) = [item for item in data["findings"] if item["rule"] == "role-unknown"]
    assert (unknown["pin"], unknown["level"]) == (6, "error")
    assert "Did you mean Rel" in unknown["fix"]


def test_texts_for_people(capsys, tmp_path: Path) -> None:
    assert main(["template", "search", "lspa9"]) == 0
    out = capsys.readouterr().out
    assert "ELIVCO LSPA9 (BK7231T, WB2S, BL0937)" in out
    assert "template update --from" in out
    assert main(["template", "match", write(tmp_path, TEMPLATE)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("It looks like ELIVCO LSPA9 (WB2S).")
    assert "The same module (WB2S)." in out
    assert main(["template", "show", LSPA9]) == 0
    assert "P26" in capsys.readouterr().out
    path = write(tmp_path, {"devices": [{**TEMPLATE, "pins": {"6": "relay;1"}}]}, "devices.json")
    assert main(["template", "update", "--from", path]) == 0
    assert "(role-misspelt)" in capsys.readouterr().out
    assert main(["template", "update"]) == 0
    assert "openbeken: 1 devices" in capsys.readouterr().out


def test_dump_config_names_the_known_device(capsys, tmp_path: Path) -> None:
    dump = tmp_path / "dump.bin"
    assert main(["dump", "forge", "-o", str(dump)]) == 0  # the plug of the forum thread
    capsys.readouterr()
    assert main(["dump", "config", str(dump), "--json"]) == 0
    data = json.loads(capsys.readouterr().out.splitlines()[-1])["data"]
    assert data["looks_like"] == "Your device looks like ELIVCO LSPA9 (WB2S)."
    assert main(["dump", "config", str(dump)]) == 0
    assert "Your device looks like ELIVCO LSPA9 (WB2S)." in capsys.readouterr().out
