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

from bench._board import SECTOR, SIZE, Row, full_flash, wire_limit_s, write_limit_s

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).resolve().parent.parent
LAUNCHER = REPOSITORY / "tests" / "peers" / "launch_peer.py"
APP_START = 0x1_1000
LATENCIES_MS = (1, 16)
TOOLS = ("bk7231tools", "ltchiptool", "plugsmith")
SCALED = {115_200: 0x2_0000, 921_600: 0x10_0000, 2_000_000: 0x10_0000}


class Served:
    """`plugsmith sim --paced` in a process of its own."""

    def __init__(self, chip: str, content: bytes, folder: Path, latency_ms: int) -> None:
        self.file = file = folder / "flash.bin"
        file.write_bytes(content)
        command = [sys.executable, "-m", "plugsmith", "sim", "--chip", chip, "--paced"]
        command += ["--latency", str(latency_ms), "--flash", str(file)]
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


def write_command_of(tool: str, port: str, baud: int, file: Path) -> list[str]:
    """The command that writes `file` from the start of the application on."""
    start = hex(APP_START)
    if tool == "plugsmith":
        words = [sys.executable, "-m", "plugsmith", "write", str(file), "--port", port]
        words += ["--baud", str(baud), "--start", start, "--allow", "no-backup", "--yes"]
        return words
    words = [str(python_of(tool)), str(LAUNCHER), tool]
    if tool == "bk7231tools":
        return [*words, "write_flash", "-d", port, "-b", str(baud), "-s", start, str(file)]
    words += ["flash", "write", "-d", port, "-b", str(baud), "-f", "bk72xx", "-s", start]
    return [*words, str(file)]


class Task:
    """What each tool is to do on the same chip: `seconds` of the whole command, with its proof."""

    def __init__(
        self, chip: str, baud: int, latency_ms: int, length: int, before: bytes,
        *, image: bytes | None = None,
    ) -> None:  # fmt: skip
        self.chip, self.baud, self.latency_ms = chip, baud, latency_ms
        self.length, self.before, self.image = length, before, image
        self.limit_s = write_limit_s(length, baud) if image else wire_limit_s(length, baud)

    def text(self, what: str) -> str:
        done = "written" if self.image else "read"
        at = f"{self.baud} baud, L = {self.latency_ms} ms"
        return f"{self.chip}, {self.length // 1024} KiB of {what} {done}, {at}"

    def seconds(self, tool: str) -> float:
        """Start, link, work, proof; RuntimeError if it failed or the bytes are wrong."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            file = folder / "data.bin"
            if self.image is not None:
                file.write_bytes(self.image)
            with Served(self.chip, self.before, folder, self.latency_ms) as served:
                began = time.monotonic()
                done = self._run(tool, served.port, file)
                seconds = time.monotonic() - began
            flash = served.file.read_bytes() if self.image is not None else self.before
            wanted = flash[APP_START : APP_START + self.length]
            if done.returncode or file.read_bytes() != wanted:
                raise RuntimeError(f"{tool} failed: {(done.stdout + done.stderr)[-500:]}")
            return seconds

    def _run(self, tool: str, port: str, file: Path) -> subprocess.CompletedProcess[str]:
        command = (
            command_of(tool, port, self.baud, self.length, file)
            if self.image is None
            else write_command_of(tool, port, self.baud, file)
        )
        home = {**os.environ, "PLUGSMITH_HOME": str(file.parent / "home")}
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=900, env=home
        )


def peer_rows(*, full: bool, dump: bytes | None) -> Iterator[Row]:
    """A row for each tool, chip, rate and latency, and ours against the best of the others.

    `dump` is a real T flash with blank ranges, read whole.
    """
    for latency_ms in LATENCIES_MS:
        for baud, scaled in SCALED.items():
            length = SIZE - APP_START if full else scaled
            for chip in ("bk7231t", "bk7231n"):
                content = full_flash(chip.upper())
                yield from _each_tool(Task(chip, baud, latency_ms, length, content), "no blanks")
        for chip in ("bk7231t", "bk7231n"):
            content = full_flash(chip.upper())
            length = SCALED[921_600] - APP_START if full else 0x4_0000
            image = bytes(byte ^ 0x5A for byte in content[APP_START : APP_START + length])
            task = Task(chip, 921_600, latency_ms, length, content, image=image)
            yield from _each_tool(task, "an image")
    if dump is not None:
        yield from _each_tool(Task("bk7231t", 921_600, 1, SIZE - APP_START, dump), "a real dump")


def _each_tool(task: Task, what: str) -> Iterator[Row]:
    best: float | None = None
    for tool in TOOLS:
        if tool != "plugsmith" and not python_of(tool).exists():
            print(f"  {tool} is not installed: run `make peers`")
            continue
        try:
            seconds = task.seconds(tool)
        except (RuntimeError, subprocess.TimeoutExpired) as problem:
            print(f"  {tool}, {task.text(what)}: {problem}", flush=True)
            continue
        yield Row(f"{tool}, {task.text(what)}", seconds, task.limit_s)
        if tool != "plugsmith":
            best = min(seconds, best or seconds)
        elif best is not None:
            yield Row("  ... against the faster of the others", seconds, best, 1.0)
