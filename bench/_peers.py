"""Ours, bk7231tools and ltchiptool on the same paced chip, all in virtual time.

Seconds are those of the wire, from the first poll to the last byte, identification and proof
included; what the computer takes is left out for all three. At 115200 only a part of the flash is
read unless everything is asked for: the ratio to the wire limit of that part says the same.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench._board import (
    SECTOR,
    SIZE,
    Board,
    Row,
    Setting,
    full_flash,
    wire_limit_s,
    write_limit_s,
)
from plugsmith.flows.wire.raw_read import read_flash
from plugsmith.flows.wire.raw_write import write_raw
from plugsmith.memory import AddressRange

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).resolve().parent.parent
LAUNCHER = REPOSITORY / "bench" / "_virtual_peer.py"
APP_START = 0x1_1000
LATENCIES_MS = (1, 16)
PEERS = ("bk7231tools", "ltchiptool")
SCALED = {115_200: 0x2_0000, 921_600: 0x10_0000, 2_000_000: 0x10_0000}


def python_of(name: str) -> Path:
    return REPOSITORY / ".peers" / name / "bin" / "python"


def read_words(tool: str, baud: int, length: int, out: Path) -> list[str]:
    """What makes `tool` read `length` bytes from the start of the application."""
    start, count = hex(APP_START), length // SECTOR
    if tool == "bk7231tools":
        words = ["read_flash", "-d", "sim", "-b", str(baud), "-s", start, "-c", str(count)]
        return [*words, str(out)]
    words = ["flash", "read", "-d", "sim", "-b", str(baud), "-s", start, "-l", hex(length)]
    return [*words, "bk72xx", str(out)]


def write_words(tool: str, baud: int, file: Path) -> list[str]:
    """What makes `tool` write `file` from the start of the application on."""
    start = hex(APP_START)
    if tool == "bk7231tools":
        return ["write_flash", "-d", "sim", "-b", str(baud), "-s", start, str(file)]
    words = ["flash", "write", "-d", "sim", "-b", str(baud), "-f", "bk72xx", "-s", start]
    return [*words, str(file)]


class Task:
    """What each tool is to do on the same chip; `image` None: read."""

    def __init__(
        self, setting: Setting, length: int, before: bytes, *, image: bytes | None = None
    ) -> None:
        self.setting, self.length, self.before, self.image = setting, length, before, image
        limit = write_limit_s if image else wire_limit_s
        self.limit_s = limit(length, setting.baud)

    def text(self, what: str) -> str:
        done = "written" if self.image else "read"
        at = f"{self.setting.baud} baud, L = {self.setting.latency_ms:.0f} ms"
        return f"{self.setting.chip}, {self.length // 1024} KiB of {what} {done}, {at}"

    def ours_s(self) -> float:
        """Seconds of ours."""
        with Board(self.setting, self.before) as board:
            if self.image is not None:
                write_raw(board.ctx(), self.image, start=APP_START)
            else:
                span = AddressRange(APP_START, APP_START + self.length)
                assert read_flash(board.ctx(), lambda _size: span).data == self.wanted
            self._check(bytes(board.chip.nor.content))
            return board.clock.monotonic()

    def peer_s(self, tool: str) -> float:
        """Seconds of another tool; RuntimeError if it failed or the bytes are wrong."""
        with tempfile.TemporaryDirectory() as name:
            flash, file, spec = (Path(name) / part for part in ("flash.bin", "data.bin", "spec"))
            flash.write_bytes(self.before)
            words = read_words(tool, self.setting.baud, self.length, file)
            if self.image is not None:
                file.write_bytes(self.image)
                words = write_words(tool, self.setting.baud, file)
            about = {
                "chip": self.setting.chip.lower(),
                "flash": str(flash),
                "latency_s": self.setting.latency_ms / 1000,
                "crc_byte_s": self.setting.crc_us * 1e-6,
            }
            spec.write_text(json.dumps(about), "utf-8")
            done = subprocess.run(
                [str(python_of(tool)), str(LAUNCHER), str(spec), tool, *words],
                capture_output=True, text=True, check=False, timeout=900,
                env={**os.environ, "PYTHONPATH": str(REPOSITORY / "src")},
            )  # fmt: skip
            if done.returncode or file.read_bytes() != self.wanted:
                raise RuntimeError(f"{tool} failed: {(done.stdout + done.stderr)[-500:]}")
            self._check(flash.read_bytes())
            return float(done.stdout.rpartition("wire seconds: ")[2])

    @property
    def wanted(self) -> bytes:
        """What was read, or shall stand there."""
        return self.image or self.before[APP_START : APP_START + self.length]

    def _check(self, flash: bytes) -> None:
        if flash[APP_START : APP_START + self.length] != self.wanted:
            raise RuntimeError("wrong bytes on the chip")


def peer_rows(*, full: bool) -> Iterator[Row]:
    """A row for each tool, chip, rate and latency, and ours against the best of the others."""
    for latency_ms in LATENCIES_MS:
        for baud, scaled in SCALED.items():
            length = SIZE - APP_START if full else scaled
            for chip in ("BK7231T", "BK7231N"):
                setting = Setting(chip, baud=baud, latency_ms=latency_ms)
                yield from _each_tool(Task(setting, length, full_flash(chip)))
        for chip in ("BK7231T", "BK7231N"):
            content = full_flash(chip)
            length = SCALED[921_600] - APP_START if full else 0x4_0000
            image = bytes(byte ^ 0x5A for byte in content[APP_START : APP_START + length])
            setting = Setting(chip, latency_ms=latency_ms)
            yield from _each_tool(Task(setting, length, content, image=image))


def _each_tool(task: Task) -> Iterator[Row]:
    what = "an image" if task.image else "no blanks"
    others: list[float] = []
    for tool in PEERS:
        if not python_of(tool).exists():
            print(f"  {tool} is not installed: run `make peers`")
            continue
        try:
            others.append(task.peer_s(tool))
        except (RuntimeError, subprocess.TimeoutExpired) as problem:
            print(f"  {tool}, {task.text(what)}: {problem}", flush=True)
            continue
        yield Row(f"{tool}, {task.text(what)}", others[-1], task.limit_s)
    ours_s = task.ours_s()
    yield Row(f"plugsmith, {task.text(what)}", ours_s, task.limit_s)
    if others:
        yield Row("  ... against the faster of the others", ours_s, min(others), 1.0)
