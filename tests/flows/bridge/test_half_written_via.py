"""A chip of ours that a run of ours left half-written, under another program."""

from __future__ import annotations

import json
import sys

import pytest
from cut_rig import cut_at
from flows_rig import Rig
from via_program import install

from plugsmith.cli.app import main
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.flash import flash
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.flash import forge_flash

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs of the test are scripts")

SHORT = 0x8000  # bytes of code


@pytest.fixture(params=["BK7231N", "BK7231T"])
def half(request, tmp_path, monkeypatch):
    """The program, with a flash on which a write was cut; the chip."""
    chip = request.param
    rig = Rig(tmp_path, chip, forge_flash(chip=chip, code_len=SHORT))
    image = tmp_path / "one.bin"
    image.write_bytes(forge_openbeken_qio(chip, version="1.18.300", code_len=SHORT))
    backup(rig.ctx())
    wanted = image.read_bytes()[0x13000:0x14000]
    with cut_at(rig, None, when=lambda now: now[0x13000:0x14000] == wanted):
        flash(rig.ctx(), image)
    program = install(tmp_path, monkeypatch, "ltchiptool")
    monkeypatch.setenv("PLUGSMITH_HOME", str(rig.library.root))
    program.flash.write_bytes(rig.content)
    return program, chip


def via(capsys, verb, *words, chip):
    more = ("--via", "ltchiptool", "--chip", chip, "--port", "/dev/ttyUSB9", "--json")
    code = main([verb, *words, *more])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.sample(1)
@pytest.mark.parametrize("more", [(), ("--allow", "no-backup"), ("--dry-run",)])
def test_its_content_is_no_backup_and_is_not_written_over(half, tmp_path, capsys, more):
    program, chip = half
    before = program.flash.read_bytes()
    other = tmp_path / "two.bin"
    other.write_bytes(forge_openbeken_qio(chip, version="1.17.999", code_len=SHORT))
    code, lines = via(capsys, "flash", str(other), "-y", *more, chip=chip)
    assert (code, lines[-1]["code"]) == (5, "PS-SAFETY-HALF-WRITTEN")
    assert "plugsmith flash" in lines[-1]["hint"]
    assert program.flash.read_bytes() == before
    assert not list(tmp_path.rglob("via/*.bin"))


def test_a_read_of_it_is_not_kept_as_a_backup(half, tmp_path, capsys):
    _program, chip = half
    out = tmp_path / "out.bin"
    code, lines = via(capsys, "backup", "-o", str(out), chip=chip)
    assert (code, lines[-1]["code"]) == (5, "PS-SAFETY-HALF-WRITTEN")
    assert not out.exists()


def test_another_board_of_the_kind_is_not_meant(half, tmp_path, capsys):
    program, chip = half
    program.flash.write_bytes(
        forge_flash(chip=chip, mac=bytes.fromhex("c8478c000777"), code_len=SHORT)
    )
    code, lines = via(capsys, "backup", "-o", str(tmp_path / "out.bin"), chip=chip)
    assert code == 0, lines[-1]
