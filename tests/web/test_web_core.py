"""The core without what a browser lacks: no compiled part, thread, process, socket or terminal."""

from __future__ import annotations

import ast
import hashlib
import io
import json
import lzma
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest
from pyodide_files import FILES, LEFT_OUT

import web_core
from plugsmith.api.table import BY_NAME
from plugsmith.errors.own.ui import UiNotInBrowser
from plugsmith.forge.dump import FORUM_TEXT, forge_dump
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.flash import forged_mac
from plugsmith.forge.storage import StorageRequest
from plugsmith.messages import languages
from plugsmith.web.limits import check_possible

TESTS = Path(__file__).parents[1]
RIG = TESTS / "rigs" / "page" / "browser_core.py"
PORT = "webserial://1a86:7523/1"
#: what no module may import at its top that a browser loads
FORBIDDEN = {
    "Crypto", "fastcrc", "serialx", "typer", "rich", "httpx2", "unicorn", "platformdirs", "ctypes",
    "starlette", "uvicorn", "subprocess", "multiprocessing", "concurrent", "socket", "select",
    "termios", "fcntl", "pty", "asyncio", "resource", "curses",
}  # fmt: skip


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    folder = tmp_path_factory.mktemp("browser")
    wish = StorageRequest(chip="BK7231T", pin_text=FORUM_TEXT)
    (folder / "dump.bin").write_bytes(forge_dump(wish, mac=forged_mac("BK7231T")).data)
    image = forge_openbeken_qio("BK7231T", version="1.18.300")
    (folder / "OpenBK7231T_QIO_1.18.300.bin").write_bytes(image)
    run = subprocess.run(
        [sys.executable, str(RIG), str(folder)],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout) | {"folder": folder, "image": image}


def test_every_job_of_a_browser_ends_well_without_what_a_browser_lacks(outcome):
    ends = {label: said.get("code", "fine") for label, said in outcome["said"].items()}
    assert ends == {
        "config": "fine",
        "info": "fine",
        "image": "fine",
        "share": "fine",
        "backup": "fine",
        "flash": "fine",
        "console": "fine",
        "scan": UiNotInBrowser.code,
        "fetch": UiNotInBrowser.code,
    }


def test_what_was_done_is_what_a_computer_does(outcome):
    dump = (outcome["folder"] / "dump.bin").read_bytes()
    backup = outcome["said"]["backup"]["data"]
    assert backup["sha256"] == hashlib.sha256(dump).hexdigest()
    assert outcome["said"]["flash"]["data"]["verified"] is True
    flash = bytes.fromhex(outcome["flash"])
    assert flash[0x11000 : len(outcome["image"])] == outcome["image"][0x11000:]


def test_nothing_is_erased_before_the_backup_is_in_the_hands_of_the_user(outcome):
    backup = outcome["said"]["backup"]["data"]["file"]
    assert outcome["asked"] == [[backup, True]]  # the flash was as before when it was asked


def test_the_console_takes_commands_and_keeps_a_masked_log(outcome):
    console = outcome["console"]
    assert (console["typed"], console["odd"]) == ({"ok": {}}, "PS-UI-LINE")
    assert "> Password1" in console["kept"]
    assert "hunter2" not in console["kept"]


def test_what_the_library_writes_is_carried_further_at_once(outcome):
    assert outcome["kept"] >= 10  # passport, backup, index, journal


def test_no_module_that_a_browser_loads_imports_what_it_cannot_have(outcome):
    seen = {}
    for name in outcome["loaded"]:
        spec = find_spec(name)
        if spec is None or not spec.origin or not spec.origin.endswith(".py"):
            continue
        for found in _top_imports(Path(spec.origin)):
            if found.partition(".")[0] in FORBIDDEN:
                seen.setdefault(name, []).append(found)
    assert seen == {}
    assert len(outcome["loaded"]) > 200


def test_threads_stand_in_modules_that_a_browser_does_not_load(outcome):
    assert "plugsmith.boot.alive_thread" not in outcome["loaded"]
    assert "plugsmith.web.waiting" in outcome["loaded"]


def _top_imports(path):
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (item.name for item in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_the_edition_speaks_every_language_and_is_packed_as_one_piece(tmp_path):
    web_core.write_core(tmp_path / "core", preset=0)
    with zipfile.ZipFile(io.BytesIO(lzma.decompress((tmp_path / "core").read_bytes()))) as core:
        names = set(core.namelist())
    for language in languages():
        if language != "en":
            assert f"plugsmith/locale/{language}/LC_MESSAGES/plugsmith.po" in names
    again = tmp_path / "again"
    web_core.write_core(again, preset=0)
    assert again.read_bytes() == (tmp_path / "core").read_bytes()


@pytest.mark.parametrize(
    ("verb", "given", "serial", "way"),
    [
        ("image fetch", {"chip": "BK7231T"}, True, "OpenBK7231T_QIO"),
        ("demo", {}, True, "plugsmith ui"),
        ("image boot", {}, True, "plugsmith ui"),
        ("device scan", {}, True, "plugsmith ui"),
        ("backup", {"port": "socket://a:1"}, True, "plugsmith ui"),
        ("backup", {}, False, "https"),
        ("obk config read", {}, True, "plugsmith ui"),
        ("obk config write", {"port": PORT, "target": "192.168.1.9"}, True, "plugsmith ui"),
        ("obk config write", {"port": PORT}, False, "https"),
        ("flash", {"port": PORT, "find": "scan", "image": "upload:1"}, True, "plugsmith ui"),
        ("flash", {"port": PORT, "download": True, "chip": "BK7231T"}, True, "OpenBK7231T_QIO"),
    ],
)
def test_what_a_browser_cannot_do_is_refused_with_the_way_to_get_it(verb, given, serial, way):
    with pytest.raises(UiNotInBrowser) as refused:
        check_possible(BY_NAME[verb], given, serial=serial)
    assert way in refused.value.hint


@pytest.mark.parametrize(
    ("given", "serial"),
    [({"port": PORT}, True), ({"source": "upload:1"}, False), ({"target": "library:1"}, False)],
)
def test_settings_of_a_chip_on_the_wires_and_of_a_file_need_no_network(given, serial):
    refused = []
    for verb in ("obk config read", "obk config write"):
        try:
            check_possible(BY_NAME[verb], given, serial=serial)
        except UiNotInBrowser as problem:
            refused.append(problem.hint)
    assert refused == []


def test_every_file_of_flow_tests_runs_inside_or_is_named_with_its_reason():
    told = (TESTS.parent / "docs" / "browser.md").read_text("utf-8")
    left = []
    for path in sorted((TESTS / "flows").rglob("test_*.py")):
        name = path.relative_to(TESTS).as_posix()
        reason = next((LEFT_OUT[one] for one in LEFT_OUT if name.startswith(one)), None)
        if name not in FILES and reason is None:
            left.append(name)
    assert left == []
    rows = [f"| `tests/{name}` | {reason} |" for name, reason in LEFT_OUT.items()]
    assert [row for row in rows if row not in told] == []


@pytest.mark.sample(4)
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_runs_inside_asks_for_nothing_that_the_edition_lacks(name):
    inside = {known for known, _place in web_core.core_files()}
    tree = ast.parse((TESTS / name).read_text("utf-8"))
    asked = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    ours = [one.replace(".", "/") for one in asked if one and one.startswith("plugsmith.")]
    lacking = [one for one in ours if not {f"{one}.py", f"{one}/__init__.py"} & inside]
    assert lacking == []
