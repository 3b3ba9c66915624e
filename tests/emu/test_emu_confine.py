"""What the worker process may not do, tried from inside of a real one."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from plugsmith.emu.job import EmuLimits
from plugsmith.emu.runner import emulator_installed, worker_command
from plugsmith.image.crc import build_lines

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.skipif(not emulator_installed(), reason="the extra `emu` is not installed"),
    pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such limits"),
]

# The worker as it is, but the guest's run is replaced by attempts to get out.
BREAKOUT = """
import json, os, sys
from plugsmith.emu import worker
from plugsmith.emu.verdict import BootVerdict, Reached

def tries(machine, **_limits):
    folder, said = sys.argv[2], {}

    def attempt(name, act):
        try:
            act()
            said[name] = "done"
        except OSError as refused:
            said[name] = refused.errno

    def write():
        with open(os.path.join(folder, "new"), "wb", buffering=0) as file:
            file.write(b"x")

    def write_flash():
        with open(os.path.join(folder, "flash.bin"), "r+b", buffering=0) as file:
            file.write(b"x")

    attempt("write", write)
    attempt("write flash", write_flash)
    attempt("open many", lambda: [os.open(os.devnull, os.O_RDONLY) for _ in range(64)])
    for number in range(3, 64):
        try:
            os.close(number)
        except OSError:
            pass
    if os.getuid() == 0:  # root is not held by the limit on processes
        os.setgroups([]); os.setgid(65534); os.setuid(65534)

    def fork():
        if os.fork() == 0:
            os._exit(0)

    attempt("fork", fork)
    return BootVerdict(boots=None, reached=Reached.SILENCE, firmware=None, instructions=0,
                       emulated_s=0.0, wall_s=0.0, resets=0, faults=(), log=json.dumps(said))

worker.judge = tries
sys.argv[1:2] = ["boot"]
worker.main()
"""


def job(flash: Path, **more: object) -> bytes:
    limits = EmuLimits()
    facts = {"chip": "BK7231U", "flash": str(flash), "memory": limits.memory, "wall_s": 20.0,
             "instructions": 1000, "pins": False, **more}  # fmt: skip
    return json.dumps(facts).encode() + b"\n"


def test_the_worker_cannot_write_open_many_files_or_start_processes(tmp_path: Path) -> None:
    flash = tmp_path / "flash.bin"
    flash.write_bytes(b"\xff" * 0x1000)
    done = subprocess.run(
        [sys.executable, "-c", BREAKOUT, "boot", str(tmp_path)],
        input=job(flash), capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    said = json.loads(json.loads(done.stdout)["log"])
    assert said == {
        "write": errno.EFBIG,
        "write flash": errno.EFBIG,
        "open many": errno.EMFILE,
        "fork": errno.EAGAIN,
    }
    assert flash.read_bytes() == b"\xff" * 0x1000


def test_a_served_chip_still_changes_its_flash(tmp_path: Path) -> None:
    # r0 = 0x803000; r1 = erase sector 0x1000; str r1, [r0]; stay
    words = (0xE3A00502, 0xE2800A03, 0xE59F1004, 0xE5801000, 0xEAFFFFFE, 0x2D00_1000)
    code = build_lines(b"".join(word.to_bytes(4, "little") for word in words))
    flash = tmp_path / "flash.bin"
    flash.write_bytes(code.ljust(0x1000, b"\xff") + bytes(0x2000))
    with subprocess.Popen(
        worker_command("serve"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as worker:  # fmt: skip
        out, problems = worker.communicate(job(flash, wall_s=0) + b"\x00" * 2000, timeout=60)
    assert (worker.returncode, out, problems) == (0, b"", b"")
    after = flash.read_bytes()
    assert after[:0x1000] == code.ljust(0x1000, b"\xff")
    assert after[0x1000:0x2000] == b"\xff" * 0x1000
    assert after[0x2000:] == bytes(0x1000)
    assert flash.stat().st_size == 0x3000
