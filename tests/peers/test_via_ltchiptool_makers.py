"""`backup` and `flash --via ltchiptool`: the real program on our models of three boot ROMs."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from maker_rig import served
from other_images import ameba_z2_flash, ameba_z_app, ameba_z_flash, ln882h_flash
from via_rig import PEERS, install, run

pytestmark = pytest.mark.peers
NEW = random.Random(6).randbytes(0x2800)
RAM_CODE = "ltchiptool/soc/ln882h/util/ramcode.bin"
# the smallest flash that the program takes each chip for; it reads 20 ms for 256 bytes of an LN882H
STOCK = {
    "LN882H": ln882h_flash()[:0x8000],
    "RTL8710B": ameba_z_flash()[:0x10_0000],
    "RTL8720C": ameba_z2_flash(),
}


def whole(stock: bytes, at: int) -> bytes:
    return stock[:at] + NEW + stock[at + len(NEW) :]


# what is written, what the flash holds then, and what has to be allowed for it
WRITES = {
    "LN882H": (whole(STOCK["LN882H"], 0x2000), ("--allow", "rf")),
    "RTL8710B": (ameba_z_app(start=0x0800_B020) + NEW, ()),
    "RTL8720C": (whole(STOCK["RTL8720C"], 0x1_0000), ("--allow", "rf")),
}


@pytest.mark.parametrize("chip", STOCK)
def test_a_backup_and_a_flash_with_nobody_at_the_desk(chip, tmp_path, monkeypatch, capsys):
    install("ltchiptool", tmp_path, monkeypatch)
    stock, (file, allow) = STOCK[chip], WRITES[chip]
    saved, image = tmp_path / "saved.bin", tmp_path / "image.bin"
    image.write_bytes(file)
    at = 0xB000 if chip == "RTL8710B" else 0
    with served(chip.lower(), stock) as (model, port):
        via = ("--via", "ltchiptool", "--chip", chip, "--port", port)
        code, lines = run(capsys, "backup", *via, "-o", str(saved))
        assert code == 0, lines[-1]
        assert saved.read_bytes() == stock
        passport = json.loads(Path(lines[-1]["data"]["passport"]).read_text())
        assert (passport["chip"], passport["proof"]) == (chip, "two-reads")
        moved = {line["task"]: line["done"] for line in lines if line["type"] == "progress"}
        assert moved.get("via-1", 0) > 10

        code, lines = run(capsys, "flash", str(image), *via, *allow, "-y")
        assert code == 0, lines[-1]
        done = lines[-1]["data"]
        assert (done["verified"], done["backup"]["made_now"]) == (True, False)
        assert model.nor.read(0, len(stock)) == stock[:at] + file + stock[at + len(file) :]
        if chip == "LN882H":
            assert model.ram == next(PEERS.glob(f"ltchiptool/lib/*/*/{RAM_CODE}")).read_bytes()


def test_a_flash_that_changes_between_two_reads_is_no_backup(tmp_path, monkeypatch, capsys):
    install("ltchiptool", tmp_path, monkeypatch)
    saved = tmp_path / "saved.bin"
    with served("ln882h", STOCK["LN882H"]) as (model, port):
        read = model.nor.read
        reads = []

        def worn(at, length):
            data = read(at, length)
            reads.append(at)
            return data if reads.count(0x7F00) < 2 or at != 0x7F00 else data[:-1] + b"\0"

        monkeypatch.setattr(model.nor, "read", worn)
        via = ("--via", "ltchiptool", "--chip", "LN882H", "--port", port)
        code, lines = run(capsys, "backup", *via, "-o", str(saved))
    assert (code, lines[-1]["code"]) == (7, "PS-VIA-DIFFERS"), lines[-1]
    assert not saved.exists()


def test_a_chip_that_falls_silent_amid_a_read_ends_it(tmp_path, monkeypatch, capsys):
    install("ltchiptool", tmp_path, monkeypatch)
    saved = tmp_path / "saved.bin"
    with served("ln882h", STOCK["LN882H"]) as (model, port):
        read = model.nor.read

        def dies(at, length):
            if at >= 0x1000:
                monkeypatch.setattr(model, "take", lambda _data, _now: None)
            return read(at, length)

        monkeypatch.setattr(model.nor, "read", dies)
        via = ("--via", "ltchiptool", "--chip", "LN882H", "--port", port)
        code, lines = run(capsys, "backup", *via, "-o", str(saved))
    assert (code, lines[-1]["code"]) == (6, "PS-VIA-FAILED"), lines[-1]
    assert "TimeoutError" in lines[-1]["message"]
    assert "boot mode anew" in lines[-1]["hint"]
    assert not saved.exists()
