"""bk7231tools and ltchiptool against the served chip: they must see a chip that they know."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from plugsmith.forge.flash import forge_flash

PEERS = Path(__file__).resolve().parents[2] / ".peers"
LAUNCHER = Path(__file__).with_name("launch_peer.py")
WRITE_AT = 0x14_0000  # the download area: no application, no calibration
PAYLOAD = random.Random(7).randbytes(0x8000)

pytestmark = pytest.mark.peers


@pytest.fixture(params=["bk7231tools", "ltchiptool"])
def peer(request):
    python = PEERS / request.param / "bin" / "python"
    if not python.exists():
        pytest.skip(f"no {request.param}: run `make peers`")

    def run(*arguments: str) -> str:
        command = [str(python), str(LAUNCHER), request.param, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        text = done.stdout + done.stderr
        assert done.returncode == 0, text[-2000:]
        return text

    run.name = request.param
    return run


class Served:
    """`plugsmith sim` in a process of its own, on a pseudo-terminal."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "plugsmith", "sim", *arguments]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.ready = json.loads(self.process.stdout.readline())
        assert self.ready["type"] == "ready"
        self.port = self.ready["port"]

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        out, _ = self.process.communicate(timeout=120)
        assert self.process.returncode == 0, out


def serve(tmp_path, content: bytes, *arguments: str):
    file = tmp_path / "flash.bin"
    file.write_bytes(content)
    return Served("--flash", str(file), *arguments), file


FLASHES = {
    "t-1.0.5": {"chip": "BK7231T", "boot_code_name": "t-1.0.5"},
    "t-1.0.6": {"chip": "BK7231T", "boot_code_name": "t-1.0.6"},
    "n-rom": {"chip": "BK7231N"},
}
CALLED = {"t-1.0.5": "BK7231S_1.0.5", "t-1.0.6": "BK7231S_1.0.6", "n-rom": "7231N"}


@pytest.mark.parametrize("boot", FLASHES)
def test_info_read_write(tmp_path, peer, boot):
    before = forge_flash(**FLASHES[boot])
    served, file = serve(tmp_path, before)
    try:
        assert served.ready["boot"] == boot
        out, data = tmp_path / "out.bin", tmp_path / "data.bin"
        data.write_bytes(PAYLOAD)
        if peer.name == "bk7231tools":
            assert CALLED[boot] in peer("chip_info", "-d", served.port)
            peer("read_flash", "-d", served.port, "-s", "0", "-c", "512", str(out))
            peer("write_flash", "-d", served.port, "-s", hex(WRITE_AT), str(data))
        else:
            assert CALLED[boot] in peer("flash", "info", "-d", served.port, "bk72xx")
            peer("flash", "read", "-d", served.port, "bk72xx", str(out))
            peer(
                "flash", "write", "-d", served.port, "-f", "bk72xx", "-s", hex(WRITE_AT), str(data)
            )
        assert out.read_bytes() == before
    finally:
        served.stop()
    end = WRITE_AT + len(PAYLOAD)
    assert file.read_bytes() == before[:WRITE_AT] + PAYLOAD + before[end:]


@pytest.mark.parametrize(("boot", "chip"), [("q", "BK7231Q"), ("u-1.0.15", "BK7231U")])
def test_info_on_the_other_loaders(tmp_path, peer, boot, chip):
    served, _ = serve(tmp_path, forge_flash(chip=chip, boot_code_name=boot))
    try:
        assert served.ready["boot"] == boot
        if peer.name == "bk7231tools":
            text = peer("chip_info", "-d", served.port)
        else:
            text = peer("flash", "info", "-d", served.port, "bk72xx")
        assert "BASIC_BEKEN" in text
    finally:
        served.stop()
