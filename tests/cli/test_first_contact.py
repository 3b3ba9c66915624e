"""The first thing that somebody types is answered, and nothing in a list of verbs is cut."""

from __future__ import annotations

import pytest

from plugsmith import __version__, verbs
from plugsmith.cli.app import main
from plugsmith.cli.first_contact import SECTIONS, did_you_mean


def told(capsys, *args: str) -> tuple[int, str, str]:
    code = main(list(args))
    out, err = capsys.readouterr()
    return code, out, err


def test_plugsmith_alone_asks_what_you_have(capsys):
    code, out, err = told(capsys)
    assert (code, err) == (0, "")
    for command in ("plugsmith backup", "plugsmith dump config FILE", "plugsmith device scan"):
        assert command in out


@pytest.mark.parametrize("group", ["dump", "image", "template", "device", "obk", "obk config"])
def test_a_bare_group_prints_its_help(group, capsys):
    code, out, err = told(capsys, *group.split())
    assert (code, err) == (0, "")
    assert out.startswith(f"Usage: plugsmith {group}")


@pytest.mark.parametrize("words", ["backup", "dump config", "device", "obk config read"])
def test_help_before_a_verb_is_help_behind_it(words, capsys):
    assert told(capsys, "help", *words.split()) == told(capsys, *words.split(), "--help")


def test_help_alone_and_the_short_version(capsys):
    assert told(capsys, "help") == told(capsys, "--help")
    assert told(capsys, "-V") == (0, f"plugsmith {__version__}\n", "")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("bakup", "backup"), ("dump confg", "config"), ("devcie", "device"), ("obk confg", "config")],
)
def test_a_mistyped_verb_gets_the_right_one_named(typed, meant, capsys):
    code, out, err = told(capsys, *typed.split())
    assert (code, out) == (2, "")
    assert f"Did you mean {meant}" in err


def test_nothing_is_named_for_a_word_that_is_like_none():
    assert did_you_mean("xyzzy", ["backup", "flash"]) == ""


@pytest.mark.parametrize("columns", ["40", "80", "120"])
@pytest.mark.parametrize("group", ["", "dump", "device", "template"])
def test_no_summary_is_cut(group, columns, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", columns)
    _code, out, _err = told(capsys, *group.split(), "--help")
    told_names = " ".join(out.split())
    assert "..." not in told_names.replace("[ARGS]...", "").replace("a forum ...", "")
    for verb in verbs():
        if verb.group == group:
            assert verb.name.rpartition(" ")[2] in told_names


def test_every_verb_stands_in_one_section(capsys):
    _code, out, _err = told(capsys, "--help")
    assert [line[:-1] for line in out.splitlines() if line.endswith(":") and line[0] != " "] == [
        "Options", *(title for title, _names in SECTIONS),
    ]  # fmt: skip
