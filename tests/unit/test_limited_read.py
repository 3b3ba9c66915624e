"""Files that never end, that nobody writes to, or that others must not read."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from plugsmith.api.session import Session
from plugsmith.errors import InputMissing, InputTooLarge, UsageError
from plugsmith.errors.device import BackupUnusable
from plugsmith.events import EventLog
from plugsmith.flows.input_file import MAX_FILE_LEN, read_input
from plugsmith.flows.settings.file import refuse_passwords
from plugsmith.library.backups.store import BackupStore
from plugsmith.library.device_backups import MANIFEST, open_fetch
from plugsmith.library.jobs.sectors import read_sectors
from plugsmith.library.library import Library
from plugsmith.library.sightings import Sightings
from plugsmith.library.undo import read_undo
from plugsmith.limited_read import read_limited, read_regular
from plugsmith.openbeken.settings import PASSWORDS, masked
from plugsmith.private_files import make_private_folder, write_private
from plugsmith.sim.flash.flash_file import FlashFile

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such files on Windows")
ENDLESS = ("/dev/zero", "/dev/urandom")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("name", ENDLESS)
def test_a_file_without_an_end_is_refused_by_size(name, tmp_path):
    link = tmp_path / "plug.bin"
    link.symlink_to(name)
    with pytest.raises(InputTooLarge) as refused:
        read_input(link)
    assert "plug.bin" in str(refused.value)
    with pytest.raises(Exception, match="bytes"):
        FlashFile(link)


def test_a_giant_sparse_file_is_refused_unread(tmp_path):
    path = tmp_path / "sparse.bin"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    for read in (read_limited, read_regular):
        with pytest.raises(InputTooLarge):
            read(path, limit=MAX_FILE_LEN)


def test_a_pipe_that_the_user_names_is_read(tmp_path):
    read_end, write_end = os.pipe()
    os.write(write_end, b"some dump")
    os.close(write_end)
    assert read_limited(Path(f"/dev/fd/{read_end}"), limit=100) == b"some dump"
    os.close(read_end)


def make_pipe(path):
    os.mkfifo(path)


def make_device(path):
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make", [make_pipe, make_device])
def test_what_is_no_file_in_the_library_is_refused_by_name_and_stops_nothing(make, tmp_path):
    for name in ("odd.json", "odd.bin"):
        make(tmp_path / name)
        with pytest.raises(InputMissing) as refused:
            read_regular(tmp_path / name, limit=1 << 20)
        assert name in str(refused.value)
    assert BackupStore(tmp_path, tmp_path / "index").entries() == ()


def test_what_can_hold_a_secret_is_for_its_owner_alone(tmp_path, monkeypatch):
    old = os.umask(0)
    try:
        make_private_folder(tmp_path / "a" / "b")
        target = tmp_path / "a" / "b" / "dump.bin"
        seen = []
        real = type(target).replace

        def watched(self, other):
            seen.append(mode(self))
            return real(self, other)

        monkeypatch.setattr(type(target), "replace", watched)
        target.with_name("dump.bin.part").write_bytes(b"left by a killed run, open to all")
        write_private(target, b"secret")
    finally:
        os.umask(old)
    assert seen == [0o600]
    assert (mode(target), mode(tmp_path / "a"), mode(tmp_path / "a" / "b")) == (
        0o600,
        0o700,
        0o700,
    )
    assert target.read_bytes() == b"secret"
    assert not target.with_name("dump.bin.part").exists()


@pytest.mark.parametrize("name", sorted(PASSWORDS))
def test_a_password_on_the_command_line_is_refused_with_the_safe_ways(name):
    for spelt in (name, name.replace("_", "-")):
        with pytest.raises(UsageError) as refused:
            refuse_passwords(["wifi_ssid=home", f"{spelt}=Sesame-77"])
        assert "Sesame-77" not in str(refused.value)
        assert "PLUGSMITH_WIFI_PASSWORD" in str(refused.value)
    refuse_passwords([f"{name}=env:HOME", f"{name}=file:pw.txt", "mqtt_host=broker"])


def test_commands_in_the_settings_that_are_shown_are_masked():
    shown = masked({"startup_command": "startDriver X; MqttPassword hello-there", "flags": 5})
    assert shown == {"startup_command": "startDriver X; MqttPassword ***", "flags": 5}


def test_a_file_that_is_left_out_of_the_library_is_told_once(tmp_path):
    (tmp_path / "backups").mkdir()
    os.mkfifo(tmp_path / "backups" / "pipe.json")
    (tmp_path / "backups" / "torn.json").write_text("{")
    log = EventLog()
    session = Session(sink=log, library=Library(tmp_path))
    for _again in range(2):
        assert session.library.backups.entries() == ()
        session.tell_set_aside()
    told = [event.data["file"] for event in log if event.kind == "warning"]
    assert sorted(told) == [
        str(tmp_path / "backups" / "pipe.json"),
        str(tmp_path / "backups" / "torn.json"),
    ]


@pytest.mark.parametrize("name", ["pipe", "huge", "folder"])
def test_no_reader_of_the_library_hangs_or_fills_memory(tmp_path, name):
    path = tmp_path / name
    if name == "pipe":
        os.mkfifo(path)
    elif name == "folder":
        path.mkdir()
    else:
        with path.open("wb") as file:
            file.truncate(1 << 34)
    assert read_undo(path) is None
    assert read_sectors(path) is None
    assert Sightings(path).all() == []
    fetch = tmp_path / "fetch"
    fetch.mkdir()
    path.rename(fetch / MANIFEST)
    with pytest.raises(BackupUnusable):
        open_fetch(fetch)


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals of POSIX")
def test_a_serial_port_is_no_file():
    ours, theirs = os.openpty()
    try:
        with pytest.raises(InputMissing, match="serial port"):
            read_limited(Path(os.ttyname(theirs)), limit=10)
    finally:
        os.close(ours)
        os.close(theirs)
