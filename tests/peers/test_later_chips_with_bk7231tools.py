"""bk7231tools on our BK7236, BK7258 and BK7239N: it names none of them, and speaks as we do."""

from __future__ import annotations

import json
import random
import subprocess
import zlib
from pathlib import Path

import pytest
from test_sim_with_peers import LAUNCHER, PEERS, Served

from plugsmith.sim.chip.later_registers import LaterRegisters
from plugsmith.sim.chip.personality import rom_personality

pytestmark = pytest.mark.peers
PYTHON = PEERS / "bk7231tools" / "bin" / "python"
SIZES = {"bk7236": 0x40_0000, "bk7258": 0x80_0000, "bk7239n": 0x40_0000}
PARTS = {0x40_0000: "C84016", 0x80_0000: "C86517"}  # it knows these ids
DRIVER = Path(__file__).with_name("drive_bk7231tools.py")
SPARE = 0x4_0000
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


@pytest.mark.parametrize("chip", SIZES)
def test_every_command_that_it_has_is_answered_as_it_wants(chip, tmp_path):
    """Its own code builds the requests and judges the answers; what they say is compared here."""
    if not PYTHON.exists():
        pytest.skip("no bk7231tools: run `make peers`")
    file, size = tmp_path / "flash.bin", SIZES[chip]
    before = random.Random(5).randbytes(0x6_8000).ljust(size, b"\xff")
    file.write_bytes(before)
    served = Served("--chip", chip, "--flash", str(file), "--id", PARTS[size])
    try:
        done = subprocess.run([str(PYTHON), str(DRIVER), served.port, hex(SPARE)],
                              capture_output=True, text=True, check=False, timeout=180)  # fmt: skip
    finally:
        served.stop()
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout[done.stdout.index('{"protocol"') :])
    assert told["protocol"] == "FULL"
    assert (told["id"].upper(), told["size"], told["detected"]) == (PARTS[size], size, size)
    _same_memories(told, LaterRegisters(rom_personality(chip)), chip)
    for span, crc in told["crc"].items():
        start, count = (int(number, 16) for number in span.split("+"))
        assert crc == zlib.crc32(before[start : start + count]), span
    assert bytes.fromhex(told["wrapped"]) == before[0x2000:0x3000]
    assert bytes.fromhex(told["last"]) == before[-0x1000:]
    assert told["status"][1] & 0x7C
    assert not told["open"] & 0x407C
    assert told["write 256"] == "Writing failed; wrote only 0 bytes"  # the count's low byte, 2.4
    wanted = bytearray(before)
    for start, count in ((0, 0x1_0000), (0x1_3000, 0x1000), (0x1_8000, 0x8000)):
        wanted[SPARE + start : SPARE + start + count] = b"\xff" * count
    wanted[SPARE : SPARE + 0x1000] = bytes(range(256)) * 16
    wanted[SPARE + 0x1000 : SPARE + 0x1100] = b"\x5a" * 256
    wanted[SPARE + 0x1100 : SPARE + 0x1120] = b"\xa5" * 32
    assert file.read_bytes() == wanted
    assert bytes.fromhex(told["back"]) == wanted[SPARE + 0x1000 : SPARE + 0x2000]
    assert told["faster"] == zlib.crc32(wanted[SPARE : SPARE + 0x1000])


def _same_memories(told, registers, chip):
    """What was read word by word is what this simulated chip has where its sort has it."""
    assert told["registers"]["0x800000"] == 0
    assert told["registers"]["0x44010004"] >> 16 == 0x7236
    revision = 0x2575_0920 if chip == "bk7239n" else 0x2034_0B10
    assert told["registers"]["0x440001f0"] == revision
    place = 0x161F_0000 if chip == "bk7236" else 0x1600_0000
    nothing = bytes(64).hex()
    wanted = {hex(at): nothing for at in (0x161F_0000, 0x1600_0000, 0x0600_0000)}
    assert told["rom"] == {**wanted, hex(place): registers.rom[:64].hex()}
    assert told["otp off"] == bytes(16).hex()
    whole = b"".join(part for item in registers.otp for part in (item[:32], item[-32:]))
    assert told["otp"] == (bytes(len(whole)) if chip == "bk7236" else whole).hex()
    fuses = [0x100 | byte for byte in registers.efuse]
    assert told["fuses"] == (fuses if chip == "bk7258" else [0] * 4)
