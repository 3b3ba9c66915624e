"""Foreign text reaches neither terminal nor JSON raw: names of files and devices, templates."""

from __future__ import annotations

import json

import pytest

from plugsmith.cli.app import main

NASTY = "x\x1b]0;owned\x07\x9b2J\u202ey"
RAW = ("\x1b", "\x07", "\x9b", "\u202e")


def template() -> str:
    return json.dumps(
        {
            "vendor": NASTY,
            "name": NASTY,
            "model": NASTY + "\ud800",
            "chip": "BK7231T",
            "board": NASTY,
            "pins": {"26": "Rel;1", "10": "Btn;1", "6": NASTY},
            "command": NASTY,
            "keywords": [NASTY],
        }
    )


@pytest.fixture
def files(tmp_path):
    good = tmp_path / "template.json"
    good.write_text(template(), encoding="utf-8")
    odd = tmp_path / f"{NASTY}.bin"
    odd.write_bytes(b"\x1b[2J" * 4096)
    return {"template": str(good), "odd": str(odd), "missing": str(tmp_path / f"no{NASTY}")}


@pytest.mark.sample(8)
@pytest.mark.parametrize(
    "words",
    [
        "template lint template",
        "template show template",
        "template export template --to openbeken",
        "template export template --to markdown",
        "template export template --to esphome",
        "template match template",
        "dump info odd",
        "dump config odd",
        "dump records odd",
        "image info odd",
        "obk config read odd",
        "dump info missing",
        "image info missing",
        "template lint missing",
        "restore missing",
        "flash missing",
    ],
)
@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
def test_no_verb_prints_foreign_text_raw(words, as_json, files, capsys):
    args = [files.get(word, word) for word in words.split()]
    if args[0] in {"restore", "flash"}:
        args += ["--port", "sim://bk7231t"]
    code = main([*args, *(["--json"] if as_json else [])])
    out, err = capsys.readouterr()
    assert code != 1, err
    for char in RAW:
        assert char not in out, ascii(out)
        assert char not in err, ascii(err)
    if as_json:
        last = [json.loads(line) for line in out.splitlines()][-1]
        assert last["type"] in {"result", "error"}
