"""Update packages that ltchiptool makes are read to the byte, and it reads ours."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from plugsmith.errors import Malformed
from plugsmith.image.ota import GZIP_AES, OTA_IV, OTA_KEY, PLAIN, read_package, write_package
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


def _packager(*words: str, source: Path, out: Path) -> None:
    command = [
        str(PEER),
        "-m",
        "ltchiptool",
        "soc",
        "bkpackager",
        *words[:1],
        str(source),
        str(out),
    ]
    secrets = ["--key", OTA_KEY.decode(), "--iv", OTA_IV.decode()]
    subprocess.run([*command, *words[1:], *secrets], check=True, capture_output=True)


@pytest.mark.peers
@pytest.mark.parametrize("cipher", ["none", "aes256"])
@pytest.mark.parametrize("packing", ["none", "gzip"])
@pytest.mark.parametrize("length", [0x1000, 0x1_2345])
def test_every_package_that_it_makes_holds_the_same_code(length, packing, cipher, tmp_path):
    if not PEER.exists():
        pytest.skip("no ltchiptool: run `make peers`")
    code = random.Random(length).randbytes(length // 2) + bytes(length - length // 2)
    source, made = tmp_path / "code.bin", tmp_path / "made.rbl"
    source.write_bytes(code)
    _packager("ota", packing, cipher, source=source, out=made)
    data = made.read_bytes()
    found = read_package(data)
    assert (found.code, found.end) == (code, len(data))
    for wrong in (data[:-1], data[:-1] + bytes((data[-1] ^ 1,)), b"RBL\1" + data[4:]):
        with pytest.raises(Malformed):
            read_package(wrong)


@pytest.mark.peers
@pytest.mark.parametrize(("algorithm", "words"), [(PLAIN, ("none", "none")),
                                                  (GZIP_AES, ("gzip", "aes256"))])  # fmt: skip
def test_it_reads_ours(algorithm, words, tmp_path):
    if not PEER.exists():
        pytest.skip("no ltchiptool: run `make peers`")
    code = random.Random(5).randbytes(0x2345)
    source, out = tmp_path / "ours.rbl", tmp_path / "code.bin"
    source.write_bytes(write_package(code, version="1.0", time=1, algorithm=algorithm))
    _packager("deota", source=source, out=out)
    assert out.read_bytes()[: len(code)] == code
