"""The vendor's own boot code at a port, against our commands and bk7231tools."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from plugsmith.emu.runner import emulator_installed

ROOT = Path(__file__).resolve().parents[2]
PEER = ROOT / ".peers" / "bk7231tools" / "bin" / "python"
LAUNCHER = ROOT / "tests" / "peers" / "launch_peer.py"
STOCK = "factory/bk7231t-woox-r5111.bin"
IMAGE = "openbeken/OpenBK7231T_QIO_1.18.300.bin"
WRITE_AT = 0x14_0000

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.timeout(400),
    pytest.mark.skipif(not emulator_installed(), reason="the extra `emu` is not installed"),
]


class Served:
    """`plugsmith sim --engine emu` in a process of its own."""

    def __init__(self, flash: Path) -> None:
        command = [
            sys.executable,
            "-m",
            "plugsmith",
            "sim",
            "--engine",
            "emu",
            "--flash",
            str(flash),
        ]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.ready = json.loads(self.process.stdout.readline())

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=120)
        assert self.process.returncode == 0


@pytest.fixture
def board(corpus, tmp_path):
    flash = tmp_path / "flash.bin"
    flash.write_bytes((corpus / STOCK).read_bytes())
    served = Served(flash)
    yield served, flash
    if served.process.poll() is None:
        served.stop()


def plugsmith(*arguments: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-m", "plugsmith", *arguments, "--json"],
        capture_output=True, text=True, timeout=350, check=False,
    )  # fmt: skip
    last = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 0, last
    return last["data"]


def test_our_read_and_write_are_exact_on_real_boot_code(board, tmp_path) -> None:
    served, flash = board
    stock = flash.read_bytes()
    port = served.ready["port"]
    out, payload = tmp_path / "out.bin", tmp_path / "data.bin"
    span = ("--start", hex(WRITE_AT), "--length", "0x4000")
    data = plugsmith("read", *span, "-o", str(out), "--port", port)
    assert (out.read_bytes(), data["proof"]) == (stock[WRITE_AT : WRITE_AT + 0x4000], "device-crc")
    payload.write_bytes(random.Random(4).randbytes(0x2000))
    given = (str(payload), "--start", hex(WRITE_AT), "--port", port, "--yes")
    assert plugsmith("write", *given, "--allow", "no-backup")["verified"]
    served.stop()
    after = flash.read_bytes()
    assert after[WRITE_AT : WRITE_AT + 0x2000] == payload.read_bytes()
    assert after[:WRITE_AT] == stock[:WRITE_AT]
    assert after[WRITE_AT + 0x2000 :] == stock[WRITE_AT + 0x2000 :]


@pytest.mark.campaign  # a minute of processor time: the vendor's code moves 5 MiB
def test_our_backup_and_flash_are_exact_on_real_boot_code(board, corpus, tmp_path) -> None:
    served, flash = board
    stock = flash.read_bytes()
    port = served.ready["port"]
    saved = tmp_path / "backup.bin"
    data = plugsmith("backup", "--port", port, "-o", str(saved), "--yes")
    assert saved.read_bytes() == stock
    assert data["proof"] == "device-crc"
    image = (corpus / IMAGE).read_bytes()
    ports = ["--port", port, "--log-port", served.ready["log_port"]]
    data = plugsmith("flash", str(corpus / IMAGE), *ports, "--yes")
    assert (data["verified"], data["booted"]) == (True, True)
    # Without a log port only a loop can be seen, and healthy firmware that is probed does not loop.
    data = plugsmith("flash", str(corpus / IMAGE), "--port", port, "--yes")
    assert (data["verified"], data["booted"]) == (True, None)
    served.stop()
    after = flash.read_bytes()
    assert after[:0x11000] == stock[:0x11000]
    assert after[0x11000 : len(image)] == image[0x11000:]
    assert after[0x1E0000:0x1E1000] == stock[0x1E0000:0x1E1000]
    settings = {0x1E1000, *range(0x1E5000, 0x1ED000, 0x1000)}  # OpenBeken wrote there at its start
    changed = [at for at in range(0x132000, 0x200000, 0x1000)
               if after[at : at + 0x1000] != stock[at : at + 0x1000]]  # fmt: skip
    assert set(changed) <= settings


@pytest.mark.peers
def test_bk7231tools_reads_and_writes_64_kib(board, tmp_path) -> None:
    if not PEER.exists():
        pytest.skip("no bk7231tools: run `make peers`")
    served, flash = board
    stock = flash.read_bytes()
    payload = tmp_path / "data.bin"
    payload.write_bytes(random.Random(3).randbytes(0x1_0000))
    out = tmp_path / "out.bin"

    def peer(*arguments: str) -> None:
        done = subprocess.run(
            [str(PEER), str(LAUNCHER), "bk7231tools", *arguments],
            capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (done.stdout + done.stderr)[-1500:]

    where = ["-d", served.ready["port"]]
    peer("read_flash", *where, "-s", "0x12000", "-l", "0x10000", str(out))
    assert out.read_bytes() == stock[0x12000:0x22000]
    peer("write_flash", *where, "-s", hex(WRITE_AT), str(payload))
    served.stop()
    after = flash.read_bytes()
    assert after[WRITE_AT : WRITE_AT + 0x1_0000] == payload.read_bytes()
    assert after[:WRITE_AT] == stock[:WRITE_AT]
    assert after[WRITE_AT + 0x1_0000 :] == stock[WRITE_AT + 0x1_0000 :]
