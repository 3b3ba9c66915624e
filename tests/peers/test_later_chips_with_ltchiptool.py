"""ltchiptool on our BK7236, BK7258 and BK7239N: how far it speaks their protocol, and no further.

It names none of them. By the CRC with an inclusive end it takes them for the mask ROM of the
BK7231N, so links, CRCs, reads, erases, writes and the flash id work; its registers of id and eFuse
are the BK7231N's, where nothing is on these chips.
"""

from __future__ import annotations

import random
import subprocess

import pytest
from test_sim_with_peers import LAUNCHER, PEERS, Served

pytestmark = pytest.mark.peers
PYTHON = PEERS / "ltchiptool" / "bin" / "python"
SIZES = {"bk7236": 0x40_0000, "bk7258": 0x80_0000, "bk7239n": 0x40_0000}
PARTS = {0x40_0000: "C84016", 0x80_0000: "C86517"}  # it writes no part that is not in its list
MOST_S = 60  # it waits for a bit of the eFuse without an end; so the test ends it
START = random.Random(3).randbytes(0x1_8000)
PAYLOAD = random.Random(4).randbytes(0x2000)
WRITE_AT = 0x14_0000


@pytest.fixture(params=SIZES)
def chip(request, tmp_path):
    """The size of a served chip, its file, and how ltchiptool is run on it."""
    if not PYTHON.exists():
        pytest.skip("no ltchiptool: run `make peers`")
    file = tmp_path / "flash.bin"
    file.write_bytes(START.ljust(SIZES[request.param], b"\xff"))
    part = PARTS[SIZES[request.param]]
    served = Served("--chip", request.param, "--flash", str(file), "--id", part)

    def run(*words: str) -> tuple[int, str]:
        command = [str(PYTHON), str(LAUNCHER), "ltchiptool", "-v", "flash", *words]
        done = subprocess.run([*command, "-d", served.port], capture_output=True, text=True,
                              check=False, timeout=MOST_S)  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    yield SIZES[request.param], file, run
    served.stop()


def test_its_info_knows_protocol_and_size_and_stops_at_an_efuse_that_is_not_there(chip):
    size, _file, run = chip
    code, said = run("info", "bk72xx")
    assert "protocol: FULL, chip: None" in said
    assert "Unknown SCTRL_CHIP_ID - 0x0" in said
    assert f"Flash size detected - {size:#x}" in said
    assert code == 1, said
    assert "eFuse data 0 invalid: 0x0" in said


def test_it_reads_the_same_bytes_and_what_it_writes_is_in_the_flash(chip, tmp_path):
    size, file, run = chip
    out, data = tmp_path / "out.bin", tmp_path / "data.bin"
    data.write_bytes(PAYLOAD)
    code, said = run("read", "-s", "0x2000", "-l", "0x6000", "bk72xx", str(out))
    assert code == 0, said
    assert out.read_bytes() == START[0x2000:0x8000]
    code, said = run("write", "-f", "bk72xx", "-s", hex(WRITE_AT), str(data))
    assert code == 0, said
    wanted = bytearray(START.ljust(size, b"\xff"))
    wanted[WRITE_AT : WRITE_AT + len(PAYLOAD)] = PAYLOAD
    assert file.read_bytes() == wanted
