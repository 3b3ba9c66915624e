"""The first thing that somebody types is answered, and nothing in a list of verbs is cut."""

from __future__ import annotations

import shlex

import pytest

from plugsmith import __version__, verbs
from plugsmith.api.options import parameters
from plugsmith.api.table import BY_NAME, GROUPS
from plugsmith.cli.app import main
from plugsmith.cli.first_contact import _ELSEWHERE, SECTIONS, did_you_mean
from plugsmith.cli.help.device_guides import GUIDES
from plugsmith.errors import concrete_errors


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
    read = " ".join(out.split())
    own = [verb for verb in verbs() if verb.group == group]
    assert own
    for verb in own:
        assert verb.name.rpartition(" ")[2] in read
        assert verb.summary in read


def test_every_verb_stands_in_one_section(capsys):
    _code, out, _err = told(capsys, "--help")
    heads = [line[:-1] for line in out.splitlines() if line.endswith(":") and len(line) < 40]
    assert heads == [*(title for title, _names in SECTIONS), "Help"]


@pytest.mark.sample(17)
@pytest.mark.parametrize("name", [verb.name for verb in verbs()])
def test_the_help_of_every_verb_has_examples_panels_and_a_page_that_is_there(name, capsys):
    code, out, err = told(capsys, *name.split(), "--help")
    assert (code, err) == (0, "")
    for title in ("Examples:", "Output:", "--json"):
        assert title in out
    assert f"  plugsmith {name}" in out
    assert not any(sign in out for sign in ("<int", "<float", "INTEGER", "<class"))
    page = out.splitlines()[-1].removeprefix("More: plugsmith help ")
    code, text, _err = told(capsys, "help", page)
    assert code == 0
    assert text.startswith("# ")


@pytest.mark.parametrize("name", sorted(GUIDES.keys() & BY_NAME.keys()))
def test_the_options_of_every_example_exist(name):
    known = {flag.partition("/")[0] for item in _options(name) for flag in _flags(item)}
    for command, _words in GUIDES[name].examples:
        words = shlex.split(command)
        assert words[1 : 1 + len(name.split())] == name.split()
        inner = words[2] if name == "support" and len(words) > 2 else ""  # the verb that it runs
        wrapped = _options(inner) if inner in BY_NAME else []
        allowed = known | {flag.partition("/")[0] for item in wrapped for flag in _flags(item)}
        assert {word for word in words if word.startswith("-") and word != "-"} <= allowed


def _options(name):
    return [*parameters(BY_NAME[name].request_type)]


def _flags(item):
    own = [part for flag in item.words.flags for part in flag.split("/")]
    return [*(own or [f"--{item.name.replace('_', '-')}"]), "--help"]


@pytest.mark.parametrize("columns", [40, 80, 120])
@pytest.mark.parametrize("name", ["flash", "device apply", "sim", "template export"])
def test_help_keeps_to_the_width_and_breaks_no_word(name, columns, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "1000")
    wide = told(capsys, *name.split(), "--help")[1].split()
    monkeypatch.setenv("COLUMNS", str(columns))
    out = told(capsys, *name.split(), "--help")[1]
    assert sorted(out.split()) == sorted(wide)
    for line in out.splitlines():
        assert len(line) <= columns or line.strip().startswith(("plugsmith ", "-")) or (
            len(line.split()) == 1
        ), line  # fmt: skip


@pytest.mark.sample(46)
@pytest.mark.parametrize("kind", concrete_errors(), ids=lambda kind: kind.code)
def test_help_of_an_error_code_says_what_it_means_and_what_to_do(kind, capsys):
    code, out, err = told(capsys, "help", kind.code.lower())
    assert (code, err) == (0, "")
    assert out.startswith(kind.code)
    assert f"{int(kind.exit_code)}" in out
    assert "{" not in out


def test_an_error_names_the_help_that_explains_it(capsys):
    _code, _out, err = told(capsys, "dump", "info", "no.such.file")
    assert err.splitlines()[-1] == "More: plugsmith help PS-INPUT-MISSING"


def test_help_for_a_word_that_is_nothing_is_a_usage_error(capsys):
    assert told(capsys, "help", "PS-NO-SUCH")[0] == 2
    assert told(capsys, "help", "../../etc/passwd")[0] == 2


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("read_flash", "backup"), ("write-flash", "flash"), ("CHIP_INFO", "info"),
     ("erase_flash", "erase"), ("dissect_dump", "dump extract"), ("image_info", "image info")],
)  # fmt: skip
def test_the_verbs_of_other_tools_are_answered_with_ours(capsys, theirs, ours):
    code, _out, err = told(capsys, theirs, "whatever")
    assert code == 2
    assert f"plugsmith {ours}" in " ".join(err.split())


def test_every_verb_that_is_named_for_another_tools_exists():
    known = {*BY_NAME, *GROUPS}
    assert {verb for verb in _ELSEWHERE.values() if verb not in known} == set()
    assert set(_ELSEWHERE) & known == set()
