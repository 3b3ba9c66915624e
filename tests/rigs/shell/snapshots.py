"""Common runs and what people see of them, for snapshots that are kept as files."""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from plugsmith.cli.app import main

FOLDER = Path(__file__).parents[2] / "data" / "snapshots"
N = "sim://bk7231n"
# name of the file -> the command line; in their order, in one folder with one library
RUNS: dict[str, str] = {
    "01-guide": "",
    "02-help": "--help",
    "03-help-backup": "backup --help",
    "04-mistyped": "bakup",
    "05-error-page": "help PS-LINK-TIMEOUT",
    "06-doctor-module": "doctor --module WB2S --port sim://bk7231n",
    "07-info": f"info --port {N}",
    "08-backup": f"backup --port {N} -o plug.bin",
    "09-backup-exists": f"backup --port {N} -o plug.bin",
    "10-no-link": f"info --port {N}?fault=silent --link-timeout 1",
    "11-forge": "dump forge -o forged.bin",
    "12-dump-info": "dump info forged.bin",
    "13-dump-config": "dump config forged.bin",
    "14-dump-config-none": "dump config blank.bin",
    "15-sanitize": "dump sanitize forged.bin -o share.bin",
    "16-diff": "dump diff forged.bin share.bin",
    "17-image-info-text": "image info notes.txt",
    "18-template-search": "template search plug",
    "19-template-export": "template export forged.bin",
    "20-template-match": "template match forged.bin",
    "21-settings": "obk config build --mac 84:e3:42:01:02:03 --name lamp -o s.bin",
    "22-write-dry-run": f"write notes.txt --start 0x1D3000 --port {N} --dry-run",
    "23-erase-refused": f"erase --start 0x1D3000 --length 4k --port {N}",
    "24-bad-host": "device info 300.1.1.1",
    "25-config-show": "config show",
}


def take(names: list[str] | None = None) -> dict[str, str]:
    """Each run as text: the command, its two streams, its exit code; what varies is replaced."""
    found: dict[str, str] = {}
    before, home, argv = Path.cwd(), os.environ.get("PLUGSMITH_HOME"), sys.argv
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        os.environ["PLUGSMITH_HOME"] = f"{folder}/home"
        Path("blank.bin").write_bytes(b"\xff" * 0x20_0000)
        Path("notes.txt").write_text("no firmware, and no pins")
        try:
            for name, line in RUNS.items():
                sys.argv = ["plugsmith", *line.split()]
                text = _run(line)
                if names is None or name in names:
                    found[name] = _plain(text, folder)
        finally:
            os.chdir(before)
            sys.argv = argv
            if home is None:
                del os.environ["PLUGSMITH_HOME"]
            else:
                os.environ["PLUGSMITH_HOME"] = home
    return found


def _run(line: str) -> str:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(line.split())
    parts = [f"$ plugsmith {line}".rstrip(), err.getvalue().rstrip("\n")]
    parts += ["--- result", out.getvalue().rstrip("\n"), f"--- exit code {code}"]
    return "\n".join(part for part in parts if part) + "\n"


def _plain(text: str, folder: str) -> str:
    text = text.replace(os.path.realpath(folder), "DIR").replace(folder, "DIR")
    text = re.sub(r"\d+\.\d+ kB/s", "N kB/s", text)
    # how many lines of progress come, and when, is up to the machine
    text = re.sub(r"(^  \d+ %  N kB/s.*\n)+", "  N %  N kB/s\n", text, flags=re.MULTILINE)
    text = re.sub(r"\b\d+(\.\d+)? s\b", "N s", text)
    text = re.sub(r"\b\d{4}-\d{2}-\d{2}\b", "DATE", text)
    return re.sub(r"\b[0-9a-f]{64}\b", "SHA", text)
