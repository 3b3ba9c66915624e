"""Ours, bk7231tools and ltchiptool on the same paced chip behind a pseudo-terminal, in real time.

At 115200 only a part of the flash is read unless everything is asked for: the ratio to the wire
limit of that part says the same.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from bench._board import SECTOR, SIZE, Row, full_flash, wire_limit_s

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).resolve().parent.parent
LAUNCHER = REPOSITORY / "tests" / "peers" / "launch_peer.py"
APP_START = 0x1_1000
LATENCY_MS = "1"
SCALED = {115_200: 0x2_0000, 921_600: 0x10_0000, 2_000_000: 0x10_0000}


class Served:
    """`plugsmith sim --paced` in a process of its own."""

    def __init__(self, chip: str, content: bytes, folder: Path) -> None:
        file = folder / "flash.bin"
        file.write_bytes(content)
        command = [sys.executable, "-m", "plugsmith", "sim", "--chip", chip, "--paced"]
        command += ["--latency", LATENCY_MS, "--flash", str(file)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.port = json.loads(self.process.stdout.readline())["port"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_problem: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=20)


def python_of(name: str) -> Path:
    return REPOSITORY / ".peers" / name / "bin" / "python"


def command_of(tool: str, port: str, baud: int, length: int, out: Path) -> list[str]:
    """The command that reads `length` bytes from the start of the application."""
    start, count = hex(APP_START), length // SECTOR
    if tool == "plugsmith":
        words = [sys.executable, "-m", "plugsmith", "read", str(out), "--port", port]
        return [*words, "--baud", str(baud), "--start", start, "--length", str(length)]
    words = [str(python_of(tool)), str(LAUNCHER), tool]
    if tool == "bk7231tools":
        words += ["read_flash", "-d", port, "-b", str(baud), "-s", start, "-c", str(count)]
        return [*words, str(out)]
    return [
        *(*words, "flash", "read", "-d", port, "-b", str(baud)),
        *("-s", start, "-l", hex(length), "bk72xx", str(out)),
    ]


def timed(tool: str, chip: str, baud: int, length: int, content: bytes) -> float:
    """Seconds of the whole command: start, link, read, proof."""
    with tempfile.TemporaryDirectory() as name, Served(chip, content, Path(name)) as served:
        out = Path(name) / "out.bin"
        command = command_of(tool, served.port, baud, length, out)
        began = time.monotonic()
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
            env={**os.environ, "PLUGSMITH_HOME": str(Path(name) / "home")},
        )
        seconds = time.monotonic() - began
        if done.returncode or out.read_bytes() != content[APP_START : APP_START + length]:
            raise RuntimeError(f"{tool} failed: {(done.stdout + done.stderr)[-500:]}")
        return seconds


def peer_rows(*, full: bool, dump: bytes | None) -> Iterator[Row]:
    """One row a tool, chip and rate; `dump` is a real T flash with blank ranges, read whole."""
    for baud, scaled in SCALED.items():
        length = SIZE - APP_START if full else scaled
        for chip in ("bk7231t", "bk7231n"):
            yield from _each_tool(chip, baud, length, full_flash(chip.upper()), "no blanks")
    if dump is not None:
        yield from _each_tool("bk7231t", 921_600, SIZE - APP_START, dump, "a real dump")


def _each_tool(chip: str, baud: int, length: int, content: bytes, what: str) -> Iterator[Row]:
    for tool in ("plugsmith", "bk7231tools", "ltchiptool"):
        if tool != "plugsmith" and not python_of(tool).exists():
            print(f"  {tool} is not installed: run `make peers`")
            continue
        try:
            seconds = timed(tool, chip, baud, length, content)
        except (RuntimeError, subprocess.TimeoutExpired) as problem:
            print(f"  {tool}, {chip}, {baud} baud: {problem}", flush=True)
            continue
        title = f"{tool}, {chip}, {length // 1024} KiB of {what}, {baud} baud"
        yield Row(title, seconds, wire_limit_s(length, baud))
