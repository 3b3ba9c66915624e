"""What a command needs at its end is looked at before its first erase: every verb, every need."""

from __future__ import annotations

import json
import shutil
from types import SimpleNamespace

import pytest
from campaign import image, old_flash

from plugsmith.cli.app import main

BIG = 1 << 40
VERBS = {
    "flash": ("flash", "{image}", "--allow", "no-backup"),
    "restore": ("restore", "{backup}", "--allow", "no-backup", "--yes"),
    "write": ("write", "{data}", "--start", "0x150000", "--allow", "no-backup"),
    "erase": ("erase", "--start", "0x150000", "--length", "4k", "--allow", "no-backup", "--yes"),
    "obk config write": ("obk", "config", "write", "--set", "mqtt_port=1884", "--allow",
                         "no-backup", "--yes"),
    "rf put-back": ("rf", "put-back", "{backup}", "--allow", "rf", "--allow", "mac", "--yes"),
}  # fmt: skip
LOGGED = ("flash", "restore", "write")
READS = {
    "backup": ("backup", "-o", "{out}"),
    "read": ("read", "{out}", "--start", "0", "--length", "4k"),
    "rf save": ("rf", "save", "-o", "{out}"),
    "obk config read": ("obk", "config", "read", "-o", "{out}"),
}


class Desk:
    def __init__(self, folder, capsys):
        self.folder, self.capsys = folder, capsys
        self.flash = folder / "chip.bin"
        self.flash.write_bytes(old_flash("BK7231T"))
        self.port = f"sim://bk7231t?flash={self.flash}"
        self.names = {
            "image": folder / "image.bin", "backup": folder / "stock.bin",
            "data": folder / "data.bin", "out": folder / "out.bin", "folder": folder,
            "port": self.port, "flash": self.flash,
        }  # fmt: skip
        self.names["image"].write_bytes(image("BK7231T"))
        self.names["backup"].write_bytes(old_flash("BK7231T"))
        self.names["data"].write_bytes(b"x" * 4096)

    def run(self, words, *more):
        """Exit code, last line, and the tasks that began."""
        line = [word.format(**self.names) for word in (*words, *more)]
        code = main([*line, "--json", "--port", self.port])
        events = [json.loads(text) for text in self.capsys.readouterr().out.splitlines()]
        return code, events[-1], [item["task"] for item in events if item["type"] == "task_begin"]

    def untouched(self):
        return self.flash.read_bytes() == old_flash("BK7231T")


@pytest.fixture
def desk(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("PLUGSMITH_HOME", str(tmp_path / "home"))
    return Desk(tmp_path, capsys)


LOG_PORTS = [
    ("{folder}/no-such-port", 3, "PS-PORT-NOT-FOUND"),
    ("{data}", 3, "PS-PORT-UNSUPPORTED"),
    ("{port}", 2, "PS-USAGE"),
    ("nonsense://x", 3, "PS-PORT-UNSUPPORTED"),
    ("socket://127.0.0.1:1", 3, "PS-PORT-NO-LISTENER"),
]


@pytest.mark.sample(4)
@pytest.mark.parametrize("verb", LOGGED)
@pytest.mark.parametrize(("log", "exit_code", "code"), LOG_PORTS)
def test_a_log_port_that_is_no_good_ends_it_before_the_chip_is_linked(
    desk, verb, log, exit_code, code
):
    seen, last, tasks = desk.run(VERBS[verb], "--log-port", log)
    assert (seen, last["code"]) == (exit_code, code)
    assert tasks == []
    assert desk.untouched()


@pytest.mark.sample(5)
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("trace", ["{data}", "{folder}/no/folder/trace.jsonl", "{data}/trace"])
def test_a_trace_that_cannot_be_written_ends_it_before_the_chip_is_linked(desk, verb, trace):
    seen, last, tasks = desk.run(VERBS[verb], "--trace", trace)
    assert seen in {2, 5}, last
    assert tasks == []
    assert desk.untouched()


FILES = [
    ("flash", ("flash", "{folder}/none.bin")),
    ("flash template", ("flash", "{image}", "--template", "{folder}/none.json")),
    ("flash bad template", ("flash", "{image}", "--template", "{data}")),
    ("flash config", ("flash", "{image}", "--config", "{folder}/none.yaml")),
    ("flash setting", ("flash", "{image}", "--set", "no_such_setting=1")),
    ("flash settings of a bare image", ("flash", "--with-settings")),
    ("restore", ("restore", "{folder}/none.bin")),
    ("restore no backup", ("restore", "{data}")),
    ("write", ("write", "{folder}/none.bin", "--start", "0x150000")),
    ("write a place", ("write", "{data}", "--start", "somewhere")),
    ("erase a place", ("erase", "--start", "0x150000", "--length", "much")),
    ("obk block", ("obk", "config", "write", "--block", "{folder}/none.bin")),
    ("obk bad block", ("obk", "config", "write", "--block", "{data}")),
    ("obk template", ("obk", "config", "write", "--template", "{folder}/none.json")),
    ("rf", ("rf", "put-back", "{folder}/none.bin")),
]


@pytest.mark.parametrize("words", [item[1] for item in FILES], ids=[item[0] for item in FILES])
def test_a_file_or_setting_that_is_no_good_ends_it_before_the_chip_is_linked(desk, words):
    seen, last, tasks = desk.run(words, "--allow", "no-backup", "--yes")
    assert last["type"] == "error"
    assert seen in {2, 8, 9}, last
    assert tasks == []
    assert desk.untouched()


@pytest.mark.parametrize("verb", VERBS)
def test_a_disk_without_room_ends_it_before_the_chip_is_linked(desk, verb, monkeypatch):
    full = SimpleNamespace(total=BIG, used=BIG, free=100)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: full)
    seen, last, tasks = desk.run(VERBS[verb])
    assert (seen, last["code"]) == (5, "PS-LIBRARY-NO-SPACE"), last
    assert tasks == []
    assert desk.untouched()


@pytest.mark.parametrize("verb", VERBS)
def test_a_library_that_cannot_be_written_ends_it_before_the_chip_is_linked(
    desk, verb, monkeypatch
):
    monkeypatch.setenv("PLUGSMITH_HOME", str(desk.names["data"]))
    seen, last, tasks = desk.run(VERBS[verb])
    assert last["type"] == "error"
    assert seen != 1, last
    assert tasks == []
    assert desk.untouched()


@pytest.mark.parametrize("verb", READS)
@pytest.mark.parametrize("out", ["{data}", "{folder}", "{data}/out.bin"])
def test_an_output_that_cannot_be_written_ends_it_before_the_chip_is_linked(desk, verb, out):
    words = [out if word == "{out}" else word for word in READS[verb]]
    seen, last, tasks = desk.run(words)
    assert last["type"] == "error"
    assert seen not in {0, 1}, last
    assert tasks == []
    assert desk.names["data"].read_bytes() == b"x" * 4096


@pytest.mark.sample(2)
@pytest.mark.parametrize("verb", VERBS)
def test_the_same_commands_do_their_work_when_nothing_is_missing(desk, verb):
    seen, last, _tasks = desk.run(VERBS[verb])
    assert seen == 0, last
