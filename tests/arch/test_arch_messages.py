"""Every sentence a user can read goes through the catalogue, and the catalogue works."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from source_trees import tree

from plugsmith import messages
from plugsmith.api.table import GROUPS, VERBS
from plugsmith.errors import Malformed

SOURCE = Path(__file__).resolve().parents[2] / "src" / "plugsmith"
MODULES = sorted(SOURCE.rglob("*.py"))
SPOKEN = {  # call -> keywords whose values people read
    "Warning_": {"message", "hint"},
    "Log": {"message"},
    "TaskBegin": {"title"},
    "TaskEnd": {"summary"},
    "Option": {"help"},
    "Argument": {"help"},
    "Typer": {"help", "short_help"},
    "command": {"help", "short_help"},
    "callback": {"help"},
    "Verb": {"summary"},
    "option": {"help"},
    "argument": {"help"},
    "confirm": {"step"},
    "say": set(),
    "warn": {"hint"},
}
SPOKEN_POSITION = {"say": 0, "confirm": 0, "warn": 1}
ERROR_TEXTS = {"what", "why", "next_step"}


def is_bare(value: ast.expr) -> bool:
    """Whether `value` is a text with words that did not go through `_` or `N_`."""
    match value:
        case ast.Constant(value=str(text)):
            return any(letter.isalpha() for letter in text) and " " in text.strip()
        case ast.JoinedStr(values=parts):
            return any(
                isinstance(part, ast.Constant) and any(x.isalpha() for x in str(part.value))
                for part in parts
            )
        case ast.BinOp(left=left, right=right):
            return is_bare(left) or is_bare(right)
        case ast.IfExp(body=body, orelse=orelse):
            return is_bare(body) or is_bare(orelse)
        case _:
            return False


def called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def bare_sentences(module: ast.Module) -> list[str]:
    """Places where a sentence for users is a bare string."""
    found: list[str] = []
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and called(node) in SPOKEN:
            name = called(node)
            spoken = [item.value for item in node.keywords if item.arg in SPOKEN[name]]
            position = SPOKEN_POSITION.get(name)
            if position is not None and len(node.args) > position:
                spoken.append(node.args[position])
            found += [f"line {value.lineno}: {name}(...)" for value in spoken if is_bare(value)]
        if isinstance(node, ast.ClassDef):
            for item in node.body:
                if isinstance(item, ast.Assign) and any(
                    isinstance(target, ast.Name) and target.id in ERROR_TEXTS
                    for target in item.targets
                ):
                    text = isinstance(item.value, ast.Constant) and bool(item.value.value)
                    found += [f"line {item.lineno}: {node.name}"] if text else []
    return found


@pytest.mark.slow
def test_sentences_go_through_the_catalogue():
    found = {path.relative_to(SOURCE).as_posix(): bare_sentences(tree(path)) for path in MODULES}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_the_scan_sees_bare_sentences():
    code = """
Log(message="Reading the flash")
Log(message=_("Reading the flash"))
Warning_(code="X", message=f"at {addr} it broke", hint="")
typer.Option(help="Show the version.")
session.say("All done now")
class E:
    what = "It broke."
    why = ""
"""
    assert len(bare_sentences(ast.parse(code))) == 5


def test_verbs_have_a_summary():
    for summary in (*GROUPS.values(), *(verb.summary for verb in VERBS)):
        assert summary
        assert summary[0].isupper()


def compiled_catalogue(folder: Path, pairs: dict[str, str]) -> None:
    """A catalogue for the language `xx` in `folder`, compiled with babel."""
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo

    catalog = Catalog(charset="utf-8")
    for text, translated in pairs.items():
        catalog.add(text, translated)
    target = folder / "xx" / "LC_MESSAGES" / "plugsmith.mo"
    target.parent.mkdir(parents=True)
    with target.open("wb") as file:
        write_mo(file, catalog)


_RUN = """
import sys
from pathlib import Path
import plugsmith.messages as messages
messages.LOCALE_DIR = Path(sys.argv[1])
from plugsmith.cli.app import main
sys.exit(main(sys.argv[2:]))
"""


def run_in(language: str, folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PLUGSMITH_LANG": language, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-c", _RUN, str(folder), *args],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        check=False,
    )


def test_the_language_switches_help_and_errors(tmp_path):
    compiled_catalogue(
        tmp_path,
        {
            "the version (-V)": "die Fassung ✓",
            "The command cannot be carried out as written: {problem}": "So nicht: {problem}",
            "Error {code}:": "Fehler {code}:",
        },
    )
    assert "die Fassung ✓" in run_in("xx", tmp_path, "--help").stdout
    assert "the version (-V)" in run_in("en", tmp_path, "--help").stdout
    assert "the version (-V)" in run_in("nowhere", tmp_path, "--help").stdout
    wrong = run_in("xx", tmp_path, "no-such-verb")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("Fehler PS-USAGE: So nicht: ")


def test_facts_of_errors_are_translated_where_they_are_shown(tmp_path, monkeypatch):
    compiled_catalogue(tmp_path, {"its sum is wrong": "die Summe stimmt nicht"})
    monkeypatch.setattr(messages, "LOCALE_DIR", tmp_path)
    monkeypatch.setenv("PLUGSMITH_LANG", "xx")
    messages._catalogue.cache_clear()
    error = Malformed(structure="key block", problem="its sum is wrong", offset=3)
    assert "die Summe stimmt nicht" in error.message
    assert error.facts["problem"] == "its sum is wrong"
    messages._catalogue.cache_clear()


def test_codes_do_not_change_with_the_language(tmp_path):
    compiled_catalogue(tmp_path, {"Stopped at your request.": "Angehalten."})
    english = run_in("en", tmp_path, "no-such-verb", "--json")
    other = run_in("xx", tmp_path, "no-such-verb", "--json")
    assert english.returncode == other.returncode == 2
    assert '"code": "PS-USAGE"' in other.stdout


#: handlers of these hold an OSError; what it says of itself is in the system's language
OF_THE_SYSTEM = re.compile(
    r"OSError|PermissionError|FileNotFoundError|FileExistsError|IsADirectoryError|BlockingIOError"
    r"|NotADirectoryError|Connection\w*Error|BrokenPipeError|TimeoutError|gaierror"
)


def own_words_of_the_system(module: ast.Module) -> list[str]:
    """Places that repeat what an OSError says of itself, instead of `system_words`."""
    found = [
        f"line {node.lineno}: .strerror"
        for node in ast.walk(module)
        if (isinstance(node, ast.Attribute) and node.attr == "strerror")
        or (isinstance(node, ast.Constant) and node.value == "strerror")
    ]
    for handler in ast.walk(module):
        if not isinstance(handler, ast.ExceptHandler) or handler.name is None:
            continue
        if handler.type is None or not OF_THE_SYSTEM.search(ast.unparse(handler.type)):
            continue
        for node in ast.walk(handler):
            match node:
                case ast.Call(func=ast.Name(id="str" | "repr"), args=[ast.Name(id=name)]) | (
                    ast.FormattedValue(value=ast.Name(id=name))
                ) if name == handler.name:
                    found.append(f"line {node.lineno}: the words of {name}")
    return found


def test_words_of_the_operating_system_come_from_one_place():
    found = {
        path.relative_to(SOURCE).as_posix(): own_words_of_the_system(tree(path)) for path in MODULES
    }
    assert {name: places for name, places in found.items() if places} == {}


def test_the_search_for_words_of_the_system_finds_them():
    bad = (
        "try: f()\nexcept (ValueError, OSError) as problem: say(str(problem))\n",
        'try: f()\nexcept OSError as problem: say(f"no: {problem}")\n',
        "say(problem.strerror)\n",
        'say(getattr(problem, "strerror", None))\n',
    )
    assert [len(own_words_of_the_system(ast.parse(text))) for text in bad] == [1, 1, 1, 1]
