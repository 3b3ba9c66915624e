"""`backup` and `flash --via ltchiptool`: the real program on our simulated N and T."""

from __future__ import annotations

import pytest
from test_sim_with_peers import serve
from via_rig import install, run

from plugsmith.chips.model import APP_START
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.flash import forge_flash

pytestmark = pytest.mark.peers


@pytest.mark.parametrize("chip", ["BK7231N", "BK7231T"])
def test_a_backup_and_a_flash(chip, tmp_path, monkeypatch, capsys):
    install("ltchiptool", tmp_path, monkeypatch)
    before = forge_flash(chip=chip)
    served, file = serve(tmp_path, before)
    image, saved = tmp_path / "image.bin", tmp_path / "saved.bin"
    image.write_bytes(forge_openbeken_qio(chip, version="1.18.300"))
    via = ("--via", "ltchiptool", "--chip", chip, "--port", served.port)
    try:
        code, lines = run(capsys, "backup", *via, "-o", str(saved))
        assert code == 0, lines[-1]
        assert saved.read_bytes() == before
        assert lines[-1]["data"]["proof"] == "two-reads"
        code, lines = run(capsys, "flash", str(image), *via, "-y")
        assert code == 0, lines[-1]
    finally:
        served.stop()
    done = lines[-1]["data"]
    assert done["verified"]
    assert (done["backup"]["file"], done["backup"]["made_now"]) == (str(saved), False)
    after = file.read_bytes()
    assert after != before
    assert after[:APP_START] == before[:APP_START]
    rf = 0x1D_0000 if chip == "BK7231N" else 0x1E_0000
    assert after[rf : rf + 0x1000] == before[rf : rf + 0x1000]
