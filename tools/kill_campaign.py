"""Hard kills (SIGKILL) in the middle of a write to a served chip; the same command again must end
in the right bytes and exit 0: `python tools/kill_campaign.py sim|emu N [first seed] [stock dump]`.

`sim` is the fast simulator with forged flash, T and N in turn; `emu` is the vendor's own boot code
in the CPU emulator, which needs a dump of a T that holds it. Exit 1 if a promise broke.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.flash import forge_flash

_CODE_LEN = 0x1_0000
_EMU_AT, _EMU_LEN = 0x14_0000, 0x1_0000
_PLUGSMITH = (sys.executable, "-m", "plugsmith")


def _start(*words: str, home: Path) -> subprocess.Popen[str]:
    environ = {**os.environ, "PLUGSMITH_HOME": str(home)}
    return subprocess.Popen(
        [*_PLUGSMITH, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environ,
    )


def _lines(process: subprocess.Popen[str]) -> list[dict[str, object]]:
    out, _none = process.communicate(timeout=900)
    return [json.loads(line) for line in out.splitlines()]


class Board:
    """A served chip with fresh flash, a command that changes it, and what must come out."""

    def __init__(self, engine: str, seed: int, folder: Path, dump: Path | None) -> None:
        self.words: tuple[str, ...]
        serve: tuple[str, ...]
        self.home, self.flash = folder / "home", folder / "flash.bin"
        dice = random.Random(seed)
        data = folder / "data.bin"
        if engine == "emu":
            if dump is None:
                sys.exit("emu needs a stock dump of a BK7231T")
            before, payload = dump.read_bytes(), dice.randbytes(_EMU_LEN)
            self.words = ("write", str(data), "--start", hex(_EMU_AT))
            serve = ("--engine", "emu")
            at = _EMU_AT
        else:
            chip = ("BK7231T", "BK7231N")[seed % 2]
            before = forge_flash(chip=chip, code_len=_CODE_LEN)
            payload = forge_openbeken_qio(chip, version="1.18.300", code_len=_CODE_LEN)
            self.words = ("flash", str(data))
            serve = ("--chip", chip.lower(), "--paced", "--latency", "1")
            at = 0x1_1000
        self.flash.write_bytes(before)
        data.write_bytes(payload)
        new = payload if engine == "emu" else payload[at:]
        end = at + len(new)
        blank = b"\xff" * (-end % 0x1000) if engine == "sim" else b""
        self.goal = before[:at] + new + blank + before[end + len(blank) :]
        self.sim = _start("sim", *serve, "--flash", str(self.flash), home=self.home)
        assert self.sim.stdout is not None
        self.port = str(json.loads(self.sim.stdout.readline())["port"])

    def command(self) -> subprocess.Popen[str]:
        """The command, begun; without a backup, which other tests are about."""
        more = ("--port", self.port, "--json", "--yes", "--allow", "no-backup")
        return _start(*self.words, *more, home=self.home)

    def stop(self) -> None:
        """Switch the chip off; its file is up to date then."""
        self.sim.terminate()
        self.sim.communicate(timeout=60)


def _kill_in_the_write(process: subprocess.Popen[str], dice: random.Random) -> bool:
    """SIGKILL at a random moment after the first erase; False if the command was over before."""
    assert process.stdout is not None
    for line in process.stdout:
        event = json.loads(line)
        if event["type"] == "task_begin" and event["task"] == "write":
            time.sleep(dice.uniform(0.0, 1.2))
            break
    over = process.poll() is not None
    process.kill()
    process.communicate()
    return not over


def run(engine: str, seed: int, dump: Path | None) -> str:
    """The outcome of one kill in a word."""
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        board = Board(engine, seed, Path(name), dump)
        try:
            kills = sum(_kill_in_the_write(board.command(), dice) for _turn in range(1 + seed % 2))
            again = board.command()
            last = _lines(again)[-1]
        finally:
            board.stop()
        if again.returncode != 0:
            return f"BROKEN: exit {again.returncode}, {last.get('code')} {last.get('message')}"
        if board.flash.read_bytes() != board.goal:
            return "BROKEN: exit 0, wrong bytes"
        return f"whole after {kills} kills" if kills else "was over before the kill"


def main(engine: str, count: int, first: int, dump: Path | None) -> int:
    """`count` boards; prints each outcome."""
    broken = 0
    for seed in range(first, first + count):
        outcome = run(engine, seed, dump)
        broken += outcome.startswith("BROKEN")
        print(f"{engine} {seed}: {outcome}", flush=True)
    print(f"{count} boards, {broken} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    words = [*sys.argv[1:], *("0", "")[max(0, len(sys.argv) - 3) :]]
    sys.exit(main(words[0], int(words[1]), int(words[2]), Path(words[3]) if words[3] else None))
