"""`obk config` decides by the form of FILE|HOST what is meant, not by what lies on the disk."""

from __future__ import annotations

import pytest

import plugsmith
from plugsmith.errors import InputMissing, PlugsmithError, UsageError
from plugsmith.flows.settings.place import names_devices

DEVICES = (
    "192.168.1.5",
    "192.168.1.5:8080",
    "192.168.1.0/24",
    "192.168.1.5-30",
    "fe80::1",
    "scan",
    "@fleet.txt",
    "10.0.0.1,10.0.0.2",
    "lamp:80",
    "lamp.local",
    "http://lamp",
)
FILES = ("dump.bin", "./lamp", "folder/lamp", "block.cfg", "C:\\dumps\\lamp", "settings.json")


@pytest.mark.parametrize("text", DEVICES)
def test_a_file_of_that_name_does_not_stand_in_for_a_device(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert names_devices(text)
    if "/" not in text:
        (tmp_path / text).write_bytes(b"a trap")
        assert names_devices(text)


@pytest.mark.parametrize("text", FILES)
def test_a_path_to_nothing_is_a_missing_file_and_no_device(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert not names_devices(text)
    for name in ("obk config read", "obk config write"):
        verb = plugsmith.verb(name)
        more = (
            {"source": text}
            if name.endswith("read")
            else {"target": text, "output": tmp_path / "new"}
        )
        more |= {"settings": ("short_name=x",)} if name.endswith("write") else {}
        with pytest.raises(InputMissing):
            verb.run(plugsmith.Session(), verb.request_type(**more))


def test_a_bare_word_is_the_file_that_lies_there_else_a_device(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert names_devices("lamp")
    (tmp_path / "lamp").write_bytes(b"x")
    assert not names_devices("lamp")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("obk config read", {}),
        ("obk config read", {"source": "10.0.0.1", "output": "x.bin"}),
        ("obk config write", {"settings": ("short_name=x",)}),
        ("obk config write", {"target": "dump.bin"}),
        ("obk config write", {"target": "dump.bin", "settings": ("short_name=x",)}),
        ("obk config write", {"target": "10.0.0.1", "block": "b.bin"}),
        (
            "obk config write",
            {"target": "10.0.0.1", "block": "b.bin", "raw": True, "dry_run": True},
        ),
        ("obk config build", {"output": "one.bin", "mac": ("84e342010203", "84e342010204")}),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_opened(name, told):
    verb = plugsmith.verb(name)
    with pytest.raises(UsageError):
        verb.run(plugsmith.Session(), verb.request_type(**told))


def test_several_sectors_are_built_each_with_its_own_address(tmp_path):
    verb = plugsmith.verb("obk config build")
    request = verb.request_type(
        output=str(tmp_path / "{n}-{mac}.bin"), mac=("84:e3:42:01:02:03", "84:e3:42:01:02:04")
    )
    session = plugsmith.Session()
    built = verb.run(session, request)
    assert [item.rpartition("/")[2] for item in built.files] == ["1-010203.bin", "2-010204.bin"]
    reader = plugsmith.verb("obk config read")
    found = [reader.run(session, reader.request_type(source=item)) for item in built.files]
    assert [item.config["mac"] for item in found] == ["84:e3:42:01:02:03", "84:e3:42:01:02:04"]


def test_secrets_are_not_in_the_repr_of_a_result(tmp_path, monkeypatch):
    monkeypatch.setenv("A_PASSWORD", "canary77")
    out = tmp_path / "block.bin"
    build, read = plugsmith.verb("obk config build"), plugsmith.verb("obk config read")
    words = ("wifi_ssid=net", "wifi_password=env:A_PASSWORD")
    build.run(
        plugsmith.Session(),
        build.request_type(output=str(out), mac=("84:e3:42:01:02:03",), settings=words),
    )
    found = read.run(plugsmith.Session(), read.request_type(source=str(out), show_secrets=True))
    assert found.config["wifi_password"] == "canary77"
    assert "canary77" not in repr(found)
    with pytest.raises(PlugsmithError):
        build.run(
            plugsmith.Session(), build.request_type(output=str(out), mac=("84:e3:42:01:02:03",))
        )
