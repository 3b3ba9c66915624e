"""Start-up stays cheap: heavy libraries are lazy, and help costs little processor time."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from plugsmith.api.table import GROUPS, VERBS

ORDER = (*(verb.name for verb in VERBS), *GROUPS)

HEAVY = {
    "serialx",
    "pydantic",
    "numpy",
    "Crypto",
    "httpx2",
    "rich",
    "unicorn",
    "fastcrc",
    "platformdirs",
    "sqlite3",
    "tomllib",
    "babel",
    "asyncio",
}
HELP_BUDGET_S = (
    0.2  # 0.12 on a quiet machine; the budgets, in CPU seconds of the whole process
)
VERB_HELP_BUDGET_S = 0.25  # 0.15 on a quiet machine
RUNS = 6

_LISTING = """
import sys
from plugsmith.cli.app import main
code = main(sys.argv[1:])
sys.stderr.write("MODULES " + " ".join(sorted(sys.modules)))
sys.exit(code)
"""


def loaded_by(*args: str) -> set[str]:
    """Top-level packages in memory after `plugsmith <args>` has run."""
    done = subprocess.run(
        [sys.executable, "-c", _LISTING, *args], capture_output=True, text=True, check=True
    )
    names = done.stderr.rpartition("MODULES ")[2].split()
    return {name.partition(".")[0] for name in names} | set(names)


def cpu_seconds(args: list[str], *, enough: float) -> float:
    """The least CPU time of several runs; stops at the first run within `enough`."""
    best = float("inf")
    for _run in range(RUNS):
        before = os.times()
        subprocess.run([sys.executable, "-m", "plugsmith", *args], capture_output=True, check=True)
        after = os.times()
        spent = after.children_user + after.children_system
        best = min(best, spent - before.children_user - before.children_system)
        if best <= enough:
            break
    return best


def test_help_loads_nothing_heavy():
    assert loaded_by("--help") & HEAVY == set()


def test_help_of_the_program_imports_no_verb():
    modules = loaded_by("--help")
    assert not {verb.home for verb in VERBS} & modules
    assert not {name for name in modules if name.startswith(("plugsmith.boot", "plugsmith.flows"))}


@pytest.mark.parametrize("name", ORDER)
def test_help_of_a_verb_loads_nothing_heavy(name):
    assert loaded_by(*name.split(), "--help") & HEAVY == set()


def test_a_verb_that_runs_converts_its_options_without_pydantic(tmp_path):
    path = tmp_path / "blank.bin"
    path.write_bytes(b"\xff" * 0x4000)
    assert "pydantic" not in loaded_by("dump", "info", str(path))


def test_help_stays_within_its_budget():
    assert cpu_seconds(["--help"], enough=HELP_BUDGET_S) <= HELP_BUDGET_S


@pytest.mark.parametrize("name", ORDER)
def test_help_of_a_verb_stays_within_its_budget(name):
    spent = cpu_seconds([*name.split(), "--help"], enough=VERB_HELP_BUDGET_S)
    assert spent <= VERB_HELP_BUDGET_S


def test_the_table_of_verbs_imports_none_of_the_libraries_behind_them():
    code = "import sys, plugsmith; print(len(plugsmith.verbs()), *sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    count, *modules = done.stdout.split()
    assert int(count) == len(VERBS)
    assert not {"typer", *HEAVY} & {name.partition(".")[0] for name in modules}


def test_options_of_the_program_still_work_before_and_without_a_verb():
    # Without this, typer asks which shell started the suite, and knows not every one.
    environment = {**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    for args, words in (
        (["--version"], "plugsmith "),
        (["--show-completion", "bash"], "complete"),
        (["-h"], "--install-completion"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "plugsmith", *args],
            capture_output=True,
            text=True,
            check=True,
            env=environment,
        )
        assert words in done.stdout


def test_the_measurement_sees_a_heavy_import():
    """The checks above can fail: the same listing finds a library that was imported."""
    done = subprocess.run(
        [sys.executable, "-c", "import sqlite3\n" + _LISTING, "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "sqlite3" in done.stderr.rpartition("MODULES ")[2].split()
