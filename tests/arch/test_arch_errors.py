"""The error tree: stable codes, texts that can be filled, everything in plugsmith.errors."""

from __future__ import annotations

import ast
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest
from source_trees import tree

from plugsmith.errors import ExitCode, PlugsmithError, concrete_errors

SOURCE = Path(__file__).resolve().parents[2] / "src" / "plugsmith"

TESTS = Path(__file__).resolve().parents[1]
PROVOKED = TESTS / "data" / "provoked.txt"


ERRORS = concrete_errors()


@pytest.mark.parametrize("cls", ERRORS, ids=lambda cls: cls.code)
def test_an_error_says_what_happened_and_what_to_do(cls):
    assert re.fullmatch(r"PS(-[A-Z0-9]+)+", cls.code)
    assert cls.what
    assert cls.next_step
    assert cls.exit_code in ExitCode
    assert cls.exit_code is not ExitCode.DONE
    assert cls.__doc__
    assert cls.__module__.startswith("plugsmith.errors.")


@pytest.mark.sample(47)
@pytest.mark.parametrize("cls", ERRORS, ids=lambda cls: cls.code)
def test_the_texts_of_an_error_can_be_filled(cls):
    names = set()
    for text in (cls.what, cls.why, cls.next_step):
        for _literal, field, _spec, _conversion in string.Formatter().parse(text):
            if field is not None:
                assert field.isidentifier(), f"{{{field}}} in {cls.code}"
                names.add(field)
    error = cls.__new__(cls)
    Exception.__init__(error, cls.code)
    error.facts = dict.fromkeys(names, 7)
    assert error.message
    assert error.hint
    assert "{" not in error.message + error.hint


def test_a_test_provokes_every_error_and_every_warning():
    """The rig `provoked` holds that the test of a row does so, and not by making the error."""
    rows = [line.partition(" ") for line in PROVOKED.read_text("utf-8").splitlines()]
    made = {cls.code for cls in ERRORS if not cls.__subclasses__() or _is_made(cls)}
    assert {code for code, _, _ in rows} == made | _warnings()
    for _code, _, test in rows:
        file, _, name = test.partition("::")
        text = (TESTS.parent / file).read_text(encoding="utf-8")
        assert f"def {name.partition('[')[0]}(" in text, test


def _warnings() -> set[str]:
    """Every code of a warning in the source."""
    code = re.compile(r'"(PS-NOTE(?:-[A-Z]+)+)"')
    return {
        found for path in SOURCE.rglob("*.py") for found in code.findall(path.read_text("utf-8"))
    }


def _is_made(cls: type[PlugsmithError]) -> bool:
    call = re.compile(rf"\b{cls.__name__}\(")
    return any(
        call.search(path.read_text(encoding="utf-8"))
        for path in SOURCE.rglob("*.py")
        if path.parent.name != "errors"
    )


def test_a_code_is_never_used_twice():
    owners: dict[str, list[str]] = {}
    stack: list[type[PlugsmithError]] = [PlugsmithError]
    seen = set()
    while stack:
        for cls in stack.pop().__subclasses__():
            if cls in seen or not cls.__module__.startswith("plugsmith."):
                continue
            seen.add(cls)
            stack.append(cls)
            if "code" in vars(cls):
                owners.setdefault(cls.code, []).append(cls.__name__)
    assert {code: names for code, names in owners.items() if len(names) > 1} == {}


def test_all_of_the_tree_is_known_to_a_program_that_has_loaded_none_of_it():
    asked = "from plugsmith.errors import concrete_errors as all_; print(*[e.code for e in all_()])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [cls.code for cls in ERRORS]
    areas = {path.stem for path in (SOURCE / "errors").rglob("*.py")} - {"__init__"}
    assert {cls.__module__.rpartition(".")[2] for cls in ERRORS} == areas


def test_exit_codes_of_areas():
    """The areas of the tree keep the exit codes of the contract."""
    outside = {"PS-PORT-CHOICE"}  # a choice that a script must make: usage
    of_area = {"PORT": 3, "LINK": 4, "SAFETY": 5, "INPUT": 9, "USAGE": 2}
    found: dict[str, set[int]] = {}
    for cls in ERRORS:
        area = cls.code.split("-")[1]
        if area in of_area and cls.code not in outside:
            found.setdefault(area, set()).add(int(cls.exit_code))
    assert found == {area: {code} for area, code in of_area.items()}


def test_error_codes_are_defined_in_the_tree_only():
    elsewhere = []
    for path in SOURCE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if SOURCE / "errors" in path.parents or "PS-" not in text:
            continue
        elsewhere += [
            f"{path.name}: {node.name}"
            for node in ast.walk(tree(path))
            if isinstance(node, ast.ClassDef)
            for item in node.body
            if isinstance(item, ast.Assign)
            and isinstance(item.value, ast.Constant)
            and str(item.value.value).startswith("PS-")
        ]
    assert elsewhere == []
