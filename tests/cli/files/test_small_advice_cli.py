"""Advice fits the kind of the file: a broken UF2 is no dump, and a QIO brings its own loader."""

from __future__ import annotations

import json
import struct

import pytest

from plugsmith.cli.app import main
from plugsmith.emu.runner import emulator_installed


def broken_uf2() -> bytes:
    """One block that says it is the first of five."""
    words = (0x0A324655, 0x9E5D5157, 0x2000, 0, 256, 0, 5, 0x12345678)
    return struct.pack("<8I", *words) + bytes(476) + struct.pack("<I", 0x0AB16F30)


@pytest.mark.parametrize("verb", [["flash"], ["image", "convert", "--to", "app", "-o", "out.bin"]])
def test_nobody_is_sent_to_a_device_for_a_broken_uf2(tmp_path, monkeypatch, capsys, verb):
    monkeypatch.setenv("PLUGSMITH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fw.uf2").write_bytes(broken_uf2())
    port = ["--port", "sim://bk7231n"] if verb == ["flash"] else []
    assert main([*verb, "fw.uf2", *port, "--json"]) == 9
    hint = json.loads(capsys.readouterr().out.splitlines()[-1])["hint"]
    assert "image fetch" not in hint
    assert "again" in hint


@pytest.mark.corpus
@pytest.mark.slow
@pytest.mark.skipif(not emulator_installed(), reason="the extra `emu` is not installed")
def test_a_qio_of_the_loader_family_starts_with_the_loader_that_it_brings(corpus, capsys):
    image = corpus / "openbeken" / "OpenBK7231T_QIO_1.18.300.bin"
    assert main(["image", "boot", str(image), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["data"]["boots"] is True
