"""`plugsmith unbrick` in a process of its own, killed, and a peer on the UART of the same chip."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from plugsmith.forge.flash import forge_flash

LOADER_LEN = 0x1_1000
SECTOR_LEN = 0x1000
PEER = Path(__file__).resolve().parents[2] / ".peers/bk7231tools/bin/python"
LAUNCHER = Path(__file__).with_name("launch_peer.py")
WHOLE = forge_flash(chip="BK7231T")
LOST = {
    "erased": b"\xff" * LOADER_LEN + WHOLE[LOADER_LEN:],
    "half": WHOLE[:0x3000] + b"\xff" * (LOADER_LEN - 0x3000) + WHOLE[LOADER_LEN:],
}


class Bench:
    """A dead chip with both faces on pseudo-terminals."""

    def __init__(self, folder, content):
        self.file, self.good, self.home = folder / "flash.bin", folder / "good.bin", folder / "home"
        self.file.write_bytes(content)
        self.good.write_bytes(WHOLE)
        self.environment = {**os.environ, "PLUGSMITH_HOME": str(self.home)}
        self.process = self._start("sim", "--spi", "--cen", "cs1", "--pty", "--chip", "bk7231t",
                                   "--flash", str(self.file))  # fmt: skip
        ready = json.loads(self.process.stdout.readline())
        self.spi, self.uart = f"{ready['port']}?cen=cs1", ready["uart_port"]

    def _start(self, *arguments):
        return subprocess.Popen(
            [sys.executable, "-m", "plugsmith", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=self.environment,
        )  # fmt: skip

    def unbrick(self, *more):
        return self._start(
            "unbrick", "--port", self.spi, "--image", str(self.good), "--json", *more
        )

    def kill_at(self, changed):
        """Kill it when so many sectors of the chip have changed."""
        before, process = self.file.read_bytes(), self.unbrick()
        while process.poll() is None:
            now = self.file.read_bytes()
            sectors = range(0, LOADER_LEN, SECTOR_LEN)
            if (
                sum(now[at : at + SECTOR_LEN] != before[at : at + SECTOR_LEN] for at in sectors)
                >= changed
            ):
                process.kill()
                break
        process.communicate(timeout=300)

    def stop(self):
        self.process.terminate()
        self.process.communicate(timeout=120)


@pytest.fixture(params=LOST)
def bench(request, tmp_path):
    found = Bench(tmp_path, LOST[request.param])
    yield found
    found.stop()


@pytest.mark.peers
def test_the_chip_is_back_and_bk7231tools_talks_to_it(bench):
    if not PEER.exists():
        pytest.skip("no bk7231tools: run `make peers`")
    out, _none = bench.unbrick("--uart", bench.uart).communicate(timeout=900)
    done = json.loads(out.splitlines()[-1])["data"]
    assert (done["verified"], done["answers"]) == (True, True)
    assert bench.file.read_bytes() == WHOLE
    command = [str(PEER), str(LAUNCHER), "bk7231tools", "chip_info", "-d", bench.uart]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "BK7231S_1.0.5" in told.stdout + told.stderr
    assert told.returncode == 0


@pytest.mark.peers
@pytest.mark.parametrize("seed", range(1))
def test_killed_and_run_again_ends_well(bench, seed):
    kill_and_mend(bench, seed)


@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(100, 120))
def test_killed_often_and_run_again_ends_well(bench, seed):
    kill_and_mend(bench, seed)


def kill_and_mend(bench, seed):
    before = bench.file.read_bytes()
    bench.kill_at(random.Random(seed).randrange(1, 14))
    assert bench.file.read_bytes()[LOADER_LEN:] == before[LOADER_LEN:]
    out, _none = bench.unbrick().communicate(timeout=900)
    assert json.loads(out.splitlines()[-1])["data"]["verified"]
    assert bench.file.read_bytes() == WHOLE
    assert not list((bench.home / "jobs").glob("*.journal"))
