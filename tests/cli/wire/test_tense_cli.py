"""A dry run speaks of what would happen, nothing to do says so, and what was done is said once."""

from __future__ import annotations

import json

import pytest
from lan_fleet import TEMPLATE
from lan_in_process import lan

from plugsmith.cli.app import main
from plugsmith.cli.device.one_text import backup_text, change_text, counts_text, ota_text
from plugsmith.cli.device.text import (
    command_text,
    files_text,
    logs_text,
    restart_text,
    restore_text,
)
from plugsmith.flows.device.results import ChangedDevice, RunCounts, UpdatedDevice
from plugsmith.flows.house.results import RestoredDevice
from plugsmith.forge.packages import forge_ota

ALL_DONE = {"devices": 3, "done": 3, "skipped": 0, "failed": 0, "exit_code": 0}
DONE_WORDS = ("will change", "devices done", "was updated", "Then it restarts")


@pytest.fixture
def host(tmp_path, monkeypatch):
    """A running device; nothing is to be sent to it unless a test says so."""
    with lan(tmp_path / "net") as net:
        net.endpoint.requests.clear()
        yield net


def said(capsys, *args):
    """What a person reads of a run, on one line."""
    main([*map(str, args)])
    out, err = capsys.readouterr()
    return " ".join((out + err).split())


def is_conditional(text):
    return "would" in text and not any(word in text for word in DONE_WORDS)


def test_one_device_is_spoken_of_in_the_tense_of_what_happens(host, tmp_path, capsys):
    file = tmp_path / "plug.json"
    file.write_text(TEMPLATE)
    where = str(host.hosts[0])
    dry = said(capsys, "device", "apply", where, file, "--dry-run")
    assert is_conditional(dry)
    assert f"would be set on {where}; nothing was changed" in dry
    assert not any("POST" in line for line in host.endpoint.requests)
    same = said(capsys, "obk", "config", "write", where, "--template", file, "--dry-run")
    assert is_conditional(same)
    done = said(capsys, "device", "apply", where, file)
    assert "will change" in done
    assert done.count("read back equal") == 1
    for again in (
        said(capsys, "device", "apply", where, file),
        said(capsys, "device", "apply", where, file, "--dry-run"),
    ):
        assert f"Nothing to do: {where} is as wanted already" in again


def test_several_devices_are_counted_in_the_same_tense(host, tmp_path, capsys):
    hosts = f"{host.hosts[0]},127.0.0.1:1"
    args = ("device", "apply", hosts, "--set", "short_name=lamp_{n}")
    dry = said(capsys, *args, "--dry-run")
    assert "Dry run: 1 of 2 devices would be changed; nothing was changed." in dry
    assert "1 could not be looked at." in dry
    assert f"{host.hosts[0]}: would be changed" in dry
    assert is_conditional(dry)
    main([*args, "--dry-run", "--json"])
    data = json.loads(capsys.readouterr().out.splitlines()[-1])["data"]
    assert (data["dry_run"], data["would_change"], data["failed"]) == (True, 1, 1)


def test_an_update_that_is_only_shown_is_not_called_one_that_is_there(host, tmp_path, capsys):
    file = tmp_path / "OpenBK7231T_9.9.9.rbl"
    file.write_bytes(forge_ota("BK7231T", version="9.9.9"))
    where = str(host.hosts[0])
    dry = said(capsys, "device", "ota", where, file, "--dry-run")
    assert f"Dry run: {where} would be updated from" in dry
    assert "already" not in dry


def counted(**more) -> str:
    return counts_text(RunCounts(**ALL_DONE | more))


def test_the_counts_of_every_kind_of_end():
    assert counted() == "3 of 3 devices done, 0 failed."
    assert counted(changed=2) == "3 of 3 devices done, 0 failed."
    assert counted(changed=0).startswith("Nothing to do: 3 of 3")
    assert counted(dry_run=True, would_change=0) == "Dry run: nothing to do on 3 devices."
    assert counted(done=2, failed=1, changed=0) == "2 of 3 devices done, 1 failed."


def test_restore_and_repair_and_a_skipped_device():
    one = {"host": "10.0.0.7", "name": "lamp", "chip": "BK7231N", "mac": None}
    looked = one | {"applied": (), "files": "-", "left": (), "verified": False, "undo": ""}
    text = restore_text(RestoredDevice(**looked, planned=("pins", "flags"), dry_run=True))
    assert text == "Dry run: pins, flags would be set on 10.0.0.7; nothing was changed."
    text = restore_text(RestoredDevice(**looked, planned=(), dry_run=True))
    assert "equal" in text
    assert "Verified" not in text
    files = UpdatedDevice(
        **one, from_="1", to="1", updated=False, verified=True, files="none", dry_run=True,
        would_change=True,
    )  # fmt: skip
    assert "would get its files back" in ota_text(files)
    skipped = ChangedDevice(
        **one, applied=(), planned=(), verified=False, undo="", skipped="another chip"
    )
    assert change_text(skipped) == "10.0.0.7 is skipped: another chip"


@pytest.mark.parametrize("words", [files_text, logs_text, restart_text, command_text, backup_text])
def test_what_was_done_to_several_devices_is_counted(words):
    assert words(RunCounts(**ALL_DONE)) == "3 of 3 devices done, 0 failed."
