"""bk7231tools on our BK7236, BK7258 and BK7239N: it names none of them, and speaks as we do."""

from __future__ import annotations

import random
import subprocess

import pytest
from test_sim_with_peers import LAUNCHER, PEERS, Served

pytestmark = pytest.mark.peers
PYTHON = PEERS / "bk7231tools" / "bin" / "python"
SIZES = {"bk7236": 0x40_0000, "bk7258": 0x80_0000, "bk7239n": 0x40_0000}
START = random.Random(3).randbytes(0x6000)


@pytest.mark.parametrize("chip", SIZES)
def test_it_reads_the_flash_id_and_the_same_bytes(chip, tmp_path):
    if not PYTHON.exists():
        pytest.skip("no bk7231tools: run `make peers`")
    file, out = tmp_path / "flash.bin", tmp_path / "out.bin"
    file.write_bytes(START.ljust(SIZES[chip], b"\xff"))
    served = Served("--chip", chip, "--flash", str(file))
    command = [str(PYTHON), str(LAUNCHER), "bk7231tools", "read_flash", "-d", served.port]
    try:
        more = ["-s", "0x2000", "-l", str(0x6000), str(out)]
        done = subprocess.run([*command, *more], capture_output=True, text=True, check=False,
                              timeout=60)  # fmt: skip
    finally:
        served.stop()
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-2000:]
    assert "Protocol: FULL" in said
    assert f"Flash size: 0x{SIZES[chip]:X}" in said
    assert out.read_bytes() == START[0x2000:].ljust(0x6000, b"\xff")
