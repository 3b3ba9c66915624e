"""What a run that was killed left of a flash is swept, and nothing that somebody still uses."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from via_program import install

from plugsmith.cli.app import main
from plugsmith.errors.library import DeviceInUse
from plugsmith.library.library import Library
from plugsmith.library.port_lock import port_held

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs of the test are scripts")

STOCK = b"\xe9\x04\x02\x20" + random.Random(7).randbytes(0x2_0000 - 4)
C3 = "Connected to ESP32-C3 on x:\nMAC:                a0:20:a6:1f:3c:5a"
PORT = "/dev/ttyUSB9"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PLUGSMITH_HOME", str(tmp_path / "home"))
    (tmp_path / "temp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temp"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    return tmp_path / "home"


def backup(tmp_path, name, port=PORT):
    return ["backup", "--via", "esptool", "--port", port, "-o", str(tmp_path / name), "--json"]


def reads_below(*folders):
    """Every file below them that holds the flash, but for the backups themselves."""
    files = (file for folder in folders for file in folder.rglob("*") if file.is_file())
    return [file for file in files if STOCK[:0x1000] in file.read_bytes()]


def killed(tmp_path, monkeypatch):
    """A run that is killed when the program has read all, which then ends by itself or waits."""
    ready, go = tmp_path / "ready", tmp_path / "go"
    for pipe in (ready, go):
        os.mkfifo(pipe)
    wait = f"open({str(ready)!r}, 'w').close(); open({str(go)!r}).read()"
    program = install(tmp_path, monkeypatch, "esptool", said=C3, work=f"read()\n{wait}")
    program.flash.write_bytes(STOCK)
    code = f"from plugsmith.cli.app import main; main({backup(tmp_path, 'a.bin')!r})"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL)
    ready.read_bytes()
    process.send_signal(signal.SIGKILL)
    process.wait()
    return go


@pytest.mark.parametrize("port", [PORT, "/dev/ttyUSB8"])  # whichever port the next run is on
def test_the_next_run_sweeps_what_a_killed_one_left(home, tmp_path, monkeypatch, capsys, port):
    go = killed(tmp_path, monkeypatch)
    left = reads_below(home, tmp_path / "temp")
    assert len(left) == 1
    assert home in left[0].parents  # not where others put their things
    assert all(one.stat().st_mode & 0o077 == 0 for one in left[0].parents if home in one.parents)
    with pytest.raises(DeviceInUse), port_held(home / "locks", PORT):
        pass
    Library(home).via_rooms.sweep()
    assert reads_below(home) == left  # the program lives on, and may need it
    go.write_bytes(b"")
    for _try in range(400):
        Library(home).via_rooms.sweep()
        if not reads_below(home):
            break
        time.sleep(0.05)
    install(tmp_path, monkeypatch, "esptool", said=C3)
    assert main(backup(tmp_path, "b.bin", port)) == 0
    capsys.readouterr()
    assert reads_below(home, tmp_path / "temp") == []
    assert (tmp_path / "b.bin").read_bytes() == STOCK
    assert list((home / "via" / "at-work").iterdir()) == []


def test_a_run_sweeps_by_itself(home, tmp_path, monkeypatch, capsys):
    room = home / "via" / "at-work" / ("0" * 24) / "plugsmith-x"
    room.mkdir(parents=True)
    (room / "via-1.bin").write_bytes(STOCK)
    (home / "locks").mkdir()
    install(tmp_path, monkeypatch, "esptool", said=C3).flash.write_bytes(STOCK)
    assert main(backup(tmp_path, "b.bin")) == 0
    capsys.readouterr()
    assert reads_below(home) == []


def test_what_a_link_leads_to_is_never_swept(home, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis").write_text("x")
    (home / "via" / "at-work").mkdir(parents=True)
    (home / "locks").mkdir()
    (home / "via" / "at-work" / ("0" * 24)).symlink_to(mine)
    Library(home).via_rooms.sweep()
    assert (mine / "thesis").exists()


def test_without_locks_nothing_is_swept(home, monkeypatch):
    import fcntl

    room = home / "via" / "at-work" / ("0" * 24)
    room.mkdir(parents=True)
    (home / "locks").mkdir()

    def none(*_words):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    rooms = Library(home).via_rooms
    rooms.sweep()
    assert room.exists()
    with rooms.port_room(PORT) as (lock, own):
        assert (lock, own) == (None, None)


def test_a_room_is_gone_with_its_run_and_is_there_before(home):
    rooms = Library(home).via_rooms
    with rooms.port_room(PORT) as (lock, own):
        assert lock is not None
        assert isinstance(own, Path)
        (own / "via-1.bin").write_bytes(STOCK)
        Library(home).via_rooms.sweep()
        assert (own / "via-1.bin").exists()
    assert not own.exists()
    assert not own.parent.exists()
