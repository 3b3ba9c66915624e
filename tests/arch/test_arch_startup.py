"""Start-up stays cheap: heavy libraries are lazy, and a verb imports only what it needs."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from plugsmith.api.table import GROUPS, VERBS
from plugsmith.forge.flash import forge_flash
from plugsmith.tuya.user_param import format_pin_text

PIN_TEXT = format_pin_text({"rl1_pin": 26, "rl1_lv": 1, "bt1_pin": 11, "bt1_lv": 0})
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
    "starlette",
    "usb",
    "pyftdi",
    "gpiod",
    "uvicorn",
}
# How many modules of ours a start may import; the CPU times are measured by bench/start.py, which
# a busy machine disturbs. Raise a number only for something that every such start needs.
HELP_MODULES = 24
VERB_HELP_MODULES = 40
DUMP_CONFIG_MODULES = 208
#: what `dump config` of a dump does not need; each was in its start once
NOT_FOR_ONE_DUMP = {
    "cffi",
    "pycparser",
    "tomllib",
    "concurrent.futures",
    "multiprocessing",
    "logging",
    "socket",
    "plugsmith.dump.health",
    "plugsmith.dump.pasted.pasted",
    "plugsmith.dump.recovery.live",
    "plugsmith.flows.catalogue.find",
    "plugsmith.flows.catalogue.results",
    "plugsmith.flows.dump.results",
    "plugsmith.interpret.from_paste",
}

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


def ours(modules: set[str]) -> set[str]:
    """Those of the project, without the rows of the table: there is one for each room of verbs."""
    return {name for name in modules if name.startswith("plugsmith.") and ".rows" not in name}


def test_help_loads_nothing_heavy():
    assert loaded_by("--help") & HEAVY == set()


def test_help_of_the_program_imports_no_verb():
    modules = loaded_by("--help")
    assert not {verb.home for verb in VERBS} & modules
    assert not {name for name in modules if name.startswith(("plugsmith.boot", "plugsmith.flows"))}


def test_a_verb_that_runs_converts_its_options_without_pydantic(tmp_path):
    path = tmp_path / "template.json"
    path.write_text('{"vendor": "a", "name": "b", "chip": "BK7231T", "board": "WB2S", "pins": {}}')
    assert "pydantic" not in loaded_by("template", "lint", str(path))


def test_help_imports_few_modules():
    assert len(ours(loaded_by("--help"))) <= HELP_MODULES


@pytest.mark.sample(6)
@pytest.mark.parametrize("name", ORDER)
def test_help_of_a_verb_imports_few_modules_and_nothing_heavy(name):
    modules = loaded_by(*name.split(), "--help")
    assert modules & HEAVY == set()
    assert len(ours(modules)) <= VERB_HELP_MODULES


def test_recovering_one_dump_imports_what_it_needs_and_no_more(tmp_path):
    path = tmp_path / "plug.bin"
    path.write_bytes(forge_flash(pin_text=PIN_TEXT, chip="BK7231T"))
    modules = loaded_by("dump", "config", str(path))
    assert modules & NOT_FOR_ONE_DUMP == set()
    assert len(ours(modules)) <= DUMP_CONFIG_MODULES


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
