"""A T1 update package that ltchiptool made is read to the byte."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from plugsmith.image.packages.diff2ya import unpack

PEER = Path(__file__).resolve().parents[2] / ".peers/ltchiptool/bin/python"
MAKE = """
import sys
from ltchiptool.soc.bk72xx.util import diff2ya_package
with open(sys.argv[1], "rb") as code, open(sys.argv[2], "wb") as out:
    for piece in diff2ya_package(code):
        out.write(piece)
"""


@pytest.mark.peers
@pytest.mark.parametrize("length", [1, 0x1_2345])
def test_it_holds_the_same_code(length, tmp_path):
    if not PEER.exists():
        pytest.skip("no ltchiptool: run `make peers`")
    code = random.Random(length).randbytes(length // 2) + bytes(length - length // 2)
    (tmp_path / "code.bin").write_bytes(code)
    made = tmp_path / "made.bin"
    subprocess.run([str(PEER), "-c", MAKE, str(tmp_path / "code.bin"), str(made)], check=True)
    assert unpack(made.read_bytes()) == code
