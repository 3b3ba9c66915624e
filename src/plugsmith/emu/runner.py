"""The parent's side: starts the worker, limits it, and reads its answer. Imports no Unicorn."""

from __future__ import annotations

import importlib.util
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.emu.board import BOARDS
from plugsmith.emu.job import EmuLimits
from plugsmith.errors.own.emulator import EmulatorFailed, EmulatorMissing, NoBoard
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.emu.job import RunAnswer

_ANSWER_LIMIT = 1 << 22


def emulator_installed() -> bool:
    """Whether the extra `emu` is there."""
    return importlib.util.find_spec("unicorn") is not None


def check_board(chip: str) -> None:
    """Raise EmulatorMissing or NoBoard if `chip` cannot be emulated here."""
    if not emulator_installed():
        raise EmulatorMissing
    if chip not in BOARDS:
        raise NoBoard(chip=chip, known=", ".join(sorted(BOARDS)))


def run_boot(
    flash: bytes, *, chip: str, limits: EmuLimits | None = None, pins: bool = False
) -> RunAnswer:
    """Execute `flash` on `chip` until it boots, fails or the limits end it.

    `pins`: go on after the landmark until the pins have settled. Raises EmulatorMissing,
    NoBoard, or EmulatorFailed when the worker crashed or had to be killed.
    """
    check_board(chip)
    limits = limits or EmuLimits()
    with tempfile.TemporaryDirectory(prefix="plugsmith-emu-") as folder:
        image = Path(folder, "flash.bin")
        image.write_bytes(flash)
        job = {
            "chip": chip,
            "flash": str(image),
            "instructions": limits.instructions,
            "wall_s": limits.wall_s,
            "memory": limits.memory,
            "pins": pins,
        }
        return _ask(json.dumps(job).encode() + b"\n", limits.wall_s + limits.grace_s)


def worker_command(mode: str) -> list[str]:
    """The command line of a worker process."""
    return [sys.executable, "-m", "plugsmith.emu.worker", mode]


def _ask(job: bytes, timeout_s: float) -> RunAnswer:
    import subprocess  # noqa: PLC0415 - a browser has none

    with subprocess.Popen(  # noqa: S603 - our own interpreter and module
        worker_command("boot"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C reaches the parent only, which decides what it means
    ) as worker:
        try:
            out, _err = worker.communicate(job, timeout=timeout_s)
        except subprocess.TimeoutExpired:
            worker.kill()
            raise EmulatorFailed(problem="it did not answer in time and was stopped") from None
        except BaseException:
            worker.kill()
            raise
    if worker.returncode != 0 or len(out) > _ANSWER_LIMIT:
        raise EmulatorFailed(
            problem=_("the process ended with status {status}", status=worker.returncode)
        )
    try:
        answer: RunAnswer = json.loads(out)
    except ValueError as broken:
        raise EmulatorFailed(problem="its answer could not be read") from broken
    return answer
