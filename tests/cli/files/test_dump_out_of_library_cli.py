"""No verb copies a raw dump out of the library, or secrets into files, unless asked to."""

from __future__ import annotations

import json

import pytest
from dump_rig import forged

from plugsmith.cli.app import main


def secrets_in(data: bytes) -> list[str]:
    """Places of the planted secrets that can be read as they are."""
    return [item.place for item in forged(paired=True).canaries if item.value in data]


@pytest.fixture
def backup(tmp_path, monkeypatch, capsys):
    """The name of a proven backup of a paired device in a library of its own."""
    monkeypatch.setenv("PLUGSMITH_HOME", str(tmp_path / "home"))
    plug = tmp_path / "plug.bin"
    plug.write_bytes(forged(paired=True).data)
    assert main(["backup", "--port", f"sim://bk7231t?flash={plug}", "--json"]) == 0
    capsys.readouterr()
    (file,) = [
        path for path in (tmp_path / "home" / "backups").glob("*.bin") if ".rf." not in path.name
    ]
    return file


def test_repair_of_a_library_backup_is_sanitized(backup, tmp_path, capsys):
    assert secrets_in(backup.read_bytes())
    for number, name in enumerate((backup.stem, str(backup))):
        out = tmp_path / f"copy-{number}.bin"
        assert main(["dump", "repair", name, "-o", str(out), "--json"]) == 0
        assert json.loads(capsys.readouterr().out.splitlines()[-1])["data"]["sanitized"] is True
        assert secrets_in(out.read_bytes()) == []
    raw = tmp_path / "raw.bin"
    assert main(["dump", "repair", backup.stem, "-o", str(raw), "--keep-secrets"]) == 0
    assert raw.read_bytes() == backup.read_bytes()


def test_extracted_files_hold_secrets_only_when_asked(tmp_path, capsys):
    piece = tmp_path / "piece.bin"
    piece.write_bytes(forged(paired=True).data[0x1E_0000:])
    for options, leaks in (([], False), (["--show-secrets"], True)):
        folder = tmp_path / f"parts{leaks}"
        assert main(["dump", "extract", str(piece), "-o", str(folder), *options]) == 0
        found = [
            place
            for path in folder.rglob("*.*")
            if path.is_file()
            for place in secrets_in(path.read_bytes())
        ]
        assert bool(found) is leaks, found
        assert ("do not share" in capsys.readouterr().out) is leaks
    assert list((tmp_path / "partsFalse" / "partitions").iterdir())
