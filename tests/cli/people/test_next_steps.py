"""Every verb ends with what a person does next, in commands that are there."""

from __future__ import annotations

import os
import re
import threading
from types import SimpleNamespace

import pytest
from owned_files import owned_files

from plugsmith import verbs
from plugsmith.api.table import BY_NAME
from plugsmith.cli.after.device_steps import DEVICE_STEPS
from plugsmith.cli.after.file_steps import FILE_STEPS
from plugsmith.cli.after.wire_steps import WIRE_STEPS
from plugsmith.cli.app import main
from plugsmith.forge.firmware import forge_openbeken_qio

STEPS = {**WIRE_STEPS, **FILE_STEPS, **DEVICE_STEPS}
ENDS = {
    "sim",
    "ui",
    "console",
    "config show",
    "support",
}  # they run until stopped, or say it themselves


@pytest.mark.parametrize("name", [verb.name for verb in verbs() if verb.name not in ENDS])
def test_every_verb_has_a_next_step(name):
    assert name in STEPS


def test_where_the_uart_stays_silent_after_unbrick_no_backup_is_proposed():
    request = SimpleNamespace(uart="/dev/ttyUSB0")
    ends = {value: SimpleNamespace(answers=value) for value in (True, False)}
    steps = {value: STEPS["unbrick"](request, end) for value, end in ends.items()}
    assert steps[True][0][0] == "plugsmith backup"
    assert steps[False][0][0] == "plugsmith doctor --port /dev/ttyUSB0"


@pytest.mark.parametrize("name", ["newline", "bytes-lost", "doubled", "rotated"])
def test_a_flash_in_the_wrong_order_is_to_be_repaired_first(name, capsys, tmp_path):
    file = tmp_path / "file"
    file.write_bytes(owned_files()[name][1])
    said, steps = told(capsys, "dump", "info", str(file))
    assert "Next:" in said
    assert [" ".join(step.split()[1:3]) for step in steps] == ["dump repair"]


def commands(text: str) -> list[str]:
    _before, _next, after = text.partition("Next:\n")
    return re.findall(r"^  (plugsmith .*?)(?:  .*)?$", after, re.MULTILINE)


def told(capsys, *args: str) -> tuple[str, list[str]]:
    capsys.readouterr()
    assert main(list(args)) in {0, 7, 8}
    said = capsys.readouterr()
    assert "Next:" not in said.out
    return said.err, commands(said.err)


@pytest.mark.sample(5)
@pytest.mark.parametrize("words", [
    "ports", "info --port sim://bk7231n", "backup --port sim://bk7231n -o {new}",
    "read {new} --length 4k --port sim://bk7231n", "verify {dump} --port sim://bk7231t",
    "doctor --port sim://bk7231n", "dump info {dump}", "dump config {dump}",
    "dump records {dump}", "dump sanitize {dump} -o {new}", "dump extract {dump} -o {new}",
    "dump repair {dump} -o {new}", "dump diff {dump} {other}", "dump forge -o {new}",
    "image info {dump}", "template search plug", "template match {dump}",
    "backups list", "device list", "obk config build --mac 84:e3:42:01:02:03 -o {new} --name x",
])  # fmt: skip
def test_the_next_step_is_a_command_that_exists(words, tmp_path, capsys):
    for name, more in (("dump", []), ("other", ["--no-pins"])):
        assert main(["dump", "forge", "-o", str(tmp_path / f"{name}.bin"), *more]) == 0
    places = {name: tmp_path / f"{name}.bin" for name in ("dump", "other", "new")}
    text, found = told(capsys, *(word.format(**places) for word in words.split()))
    assert found or "Attach" in text
    for command in found:
        parts = command.split()[1:]
        assert any(" ".join(parts[:count]) in BY_NAME for count in (1, 2, 3)), command


@pytest.mark.sample(2)
@pytest.mark.parametrize("verb", ["info", "records", "extract", "repair", "sanitize", "config"])
def test_a_folder_has_a_next_step_too(verb, tmp_path, capsys):
    (tmp_path / "in").mkdir()
    for name in ("one", "two"):
        assert main(["dump", "forge", "-o", str(tmp_path / "in" / f"{name}.bin")]) == 0
    more = ["-o", str(tmp_path / "out")] if verb in {"extract", "repair", "sanitize"} else []
    text, found = told(capsys, "dump", verb, str(tmp_path / "in"), *more)
    assert "PS-DEFECT" not in text
    assert found or "Attach" in text


def test_a_dry_run_ends_with_the_command_that_does_it(tmp_path, capsys, monkeypatch):
    part = tmp_path / "part.bin"
    part.write_bytes(b"\x55" * 4096)
    args = ["write", str(part), "--start", "0x1D3000", "--port", "sim://bk7231n", "--dry-run"]
    monkeypatch.setattr("sys.argv", ["plugsmith", *args])
    _text, found = told(capsys, *args)
    assert found == [f"plugsmith write {part} --start 0x1D3000 --port sim://bk7231n"]


def test_an_image_that_must_not_be_written_is_not_proposed_to_be(tmp_path, capsys):
    data = bytearray(forge_openbeken_qio("BK7231T", version="1.18.300"))
    data[0x1_2000] ^= 1
    file = tmp_path / "torn.bin"
    file.write_bytes(data)
    _text, found = told(capsys, "image", "info", str(file))
    assert found == ["plugsmith image fetch --chip BK7231T"]


def test_json_has_no_next_step(capsys):
    assert main(["ports", "--json"]) == 0
    said = capsys.readouterr()
    assert "Next" not in said.out + said.err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes")
@pytest.mark.parametrize("verb", ["info", "config", "records"])
def test_what_was_read_from_a_pipe_is_not_named_as_a_file(verb, tmp_path, capsys):
    dump, pipe = tmp_path / "dump.bin", tmp_path / "pipe"
    assert main(["dump", "forge", "-o", str(dump)]) == 0
    os.mkfifo(pipe)
    threading.Thread(target=pipe.write_bytes, args=(dump.read_bytes(),), daemon=True).start()
    _said, steps = told(capsys, "dump", verb, str(pipe))
    assert steps
    assert not any(str(pipe) in step for step in steps)
    assert any(" FILE " in f"{step} " for step in steps)
