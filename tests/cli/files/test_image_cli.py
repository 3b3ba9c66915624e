"""`plugsmith image info` and `convert` as a script sees them: JSON lines and exit codes."""

from __future__ import annotations

import json

import pytest

from plugsmith.cli.app import main
from plugsmith.forge.firmware import forge_app, forge_openbeken_qio
from plugsmith.forge.flash import forge_flash
from plugsmith.library.library import Library
from plugsmith.library.releases import ReleaseCache
from plugsmith.openbeken.builds.releases import DEFAULT_REPO

SMALL = 0x4000


@pytest.fixture
def files(tmp_path):
    made = {
        "OpenBK7231T_QIO_1.18.300.bin": forge_openbeken_qio("BK7231T", code_len=SMALL),
        "OpenBK7231N_QIO_1.18.300.bin": forge_openbeken_qio("BK7231N", code_len=SMALL),
        "app.bin": forge_app("BK7231T", code_len=SMALL),
        "dump.bin": forge_flash(chip="BK7231T", code_len=SMALL),
        "noise.bin": bytes(range(256)) * 8,
        "empty.bin": b"",
        "page.bin": b"<!DOCTYPE html><html></html>",
    }
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


def run(capsys, *args):
    code = main([*map(str, args), "--json"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert all(line["schema"] == "plugsmith/1" for line in lines)
    assert [line["type"] for line in lines].count("result") + [
        line["type"] for line in lines
    ].count("error") == 1
    return code, lines


def test_info_obeys_the_contract(files, capsys):
    code, lines = run(capsys, "image", "info", files / "OpenBK7231N_QIO_1.18.300.bin")
    data = lines[-1]["data"]
    assert (code, lines[-1]["command"]) == (0, "image info")
    assert (data["kind"], data["chip"], data["key"]) == ("qio", "BK7231N", "tuya")
    assert (data["firmware"], data["version"]) == ("OpenBeken", "1.18.300")
    assert data["writes"] == [{"start": 0, "length": 1220464}]
    assert data["checks"]["crc16"] == data["checks"]["header"] == "ok"
    assert data["problems"] == []
    assert len(lines) == 1


def test_a_contradicting_name_is_a_warning(files, capsys):
    liar = files / "OpenBK7231N_UA_1.17.2.bin"
    (files / "OpenBK7231T_QIO_1.18.300.bin").rename(liar)
    code, lines = run(capsys, "image", "info", liar)
    assert code == 0
    warnings = [line["message"] for line in lines if line["type"] == "warning"]
    assert len(warnings) == 3
    assert any("BK7231N" in text and "BK7231T" in text for text in warnings)
    assert lines[-1]["data"]["chip"] == "BK7231T"


def test_of_several_files_and_folders_each_file_is_an_item(files, capsys):
    inside = files / "more"
    inside.mkdir()
    (files / "OpenBK7231T_QIO_1.18.300.bin").rename(inside / "t.bin")
    code, lines = run(
        capsys, "image", "info", files / "OpenBK7231N_QIO_1.18.300.bin", inside, files / "no.bin"
    )
    items = [line for line in lines if line["type"] == "item"]
    chips = [item["data"]["chip"] if item.get("data") else None for item in items]
    assert chips == ["BK7231N", "BK7231T", None]
    assert items[2]["error"]["code"] == "PS-INPUT-MISSING"
    assert code == 9


@pytest.mark.parametrize("name", ["noise.bin", "page.bin"])
def test_an_unknown_file_is_exit_9_with_its_reason(files, capsys, name):
    code, lines = run(capsys, "image", "info", files / name)
    assert code == 9
    assert lines[-1]["data"]["kind"] == "unknown"
    assert lines[-1]["data"]["problems"]


@pytest.mark.parametrize(
    ("name", "error"), [("empty.bin", "PS-INPUT-EMPTY"), ("missing.bin", "PS-INPUT-MISSING")]
)
def test_no_file_is_exit_9(files, capsys, name, error):
    code, lines = run(capsys, "image", "info", files / name)
    assert (code, lines[-1]["code"]) == (9, error)


def test_a_file_that_is_far_too_large(files, capsys):
    with (files / "huge.bin").open("wb") as file:
        file.truncate(0x200_0000)
    code, lines = run(capsys, "image", "info", files / "huge.bin")
    assert (code, lines[-1]["code"]) == (9, "PS-INPUT-TOO-LARGE")


def test_info_for_people(files, capsys):
    assert main(["image", "info", str(files / "dump.bin")]) == 0
    text = capsys.readouterr().out
    assert "BK7231T" in text
    assert "Tuya 1.0.0" in text
    assert "0x011000..0x200000" in text


@pytest.mark.parametrize("kind", ["qio", "app", "ota"])
def test_convert_makes_a_file_of_the_kind(files, capsys, kind):
    out = files / f"made.{kind}"
    code, lines = run(
        capsys, "image", "convert", files / "OpenBK7231T_QIO_1.18.300.bin", "--to", kind, "-o", out
    )
    assert code == 0
    assert lines[-1]["data"]["image"]["kind"] == kind
    assert lines[-1]["data"]["size"] == out.stat().st_size
    _code, lines = run(capsys, "image", "info", out)
    assert lines[-1]["data"]["problems"] == []


def test_convert_out_of_a_dump_and_with_a_loader(files, capsys):
    out = files / "made.bin"
    args = ["image", "convert", files / "app.bin", "--to", "qio", "-o", out]
    code, lines = run(capsys, *args)
    assert (code, lines[-1]["code"]) == (9, "PS-IMAGE-CONVERT")
    code, _lines = run(capsys, *args, "--loader", files / "dump.bin")
    assert code == 0
    code, lines = run(capsys, *args, "--loader", files / "dump.bin")
    assert (code, lines[-1]["code"]) == (2, "PS-OUTPUT-EXISTS")


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["--to", "elf", "-o", "x"], 2),
        (["--to", "app", "-o", "no-such-folder/x"], 5),
        (["--to", "app"], 2),
    ],
)
def test_convert_refusals(files, capsys, monkeypatch, args, code):
    monkeypatch.chdir(files)
    assert run(capsys, "image", "convert", files / "dump.bin", *args)[0] == code


def test_convert_leaves_no_half_file(files, capsys):
    broken = bytearray((files / "dump.bin").read_bytes())
    broken[0x11100] ^= 1
    (files / "dump.bin").write_bytes(broken)
    out = files / "made.bin"
    code, lines = run(capsys, "image", "convert", files / "dump.bin", "--to", "app", "-o", out)
    assert (code, lines[-1]["code"]) == (9, "PS-IMAGE-DAMAGED")
    assert not out.exists()
    assert list(files.glob("*.part")) == []


def test_fetch_without_a_network_says_what_to_do(files, capsys):
    code, lines = run(capsys, "image", "fetch", "--server", "http://127.0.0.1:9")
    assert (code, lines[-1]["code"]) == (10, "PS-NET-UNREACHABLE")
    code, lines = run(capsys, "image", "fetch", "--offline")
    assert (code, lines[-1]["code"]) == (8, "PS-RELEASE-NOT-FOUND")


def test_fetch_takes_chip_and_build_from_the_pins(tmp_path, capsys, monkeypatch):
    """Nothing was fetched yet, so the answer says which file it looked for."""
    monkeypatch.setenv("PLUGSMITH_HOME", str(tmp_path / "home"))
    library = Library(tmp_path / "home")
    ReleaseCache(library.cache / "releases").keep_list(DEFAULT_REPO, [], fetched="2026-01-01")
    device = tmp_path / "device.json"
    device.write_text('{"chip": "BK7231N", "pins": {"7": "SHT3X_SCK;0", "8": "SHT3X_SDA;0"}}')
    given = ("image", "fetch", "--offline", "--template", str(device))
    code, lines = run(capsys, *given)
    assert (code, lines[-1]["code"]) == (8, "PS-RELEASE-NOT-FOUND")
    assert "sensors for BK7231N" in lines[-1]["message"]
    device.write_text('{"pins": {"7": "Rel;1"}}')
    code, lines = run(capsys, *given)
    assert (code, lines[-1]["code"]) == (2, "PS-USAGE")


def test_convert_says_what_speaks_against_its_source_as_flash_and_boot_do(files, capsys):
    long = files / "long.bin"
    long.write_bytes((files / "dump.bin").read_bytes() + b"\x55" * 0x10000)
    code, lines = run(capsys, "image", "convert", long, "--to", "app", "-o", files / "made.bin")
    (note,) = [line for line in lines if line["type"] == "warning"]
    assert (code, note["code"]) == (0, "PS-NOTE-DAMAGED")
    assert "65536 bytes follow" in note["message"]
    assert "long.bin" in note["hint"]
