"""Places by name, several files in one run, port filters, and how much is told."""

from __future__ import annotations

import json

import pytest

from plugsmith.api.places import region_span
from plugsmith.cli.app import main
from plugsmith.errors import UsageError
from plugsmith.errors.port import NoPortMatches, PortChoice
from plugsmith.link.port_list import PortEntry
from plugsmith.link.ports import pick_port


@pytest.fixture
def chip(tmp_path, monkeypatch):
    monkeypatch.setenv("PLUGSMITH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    assert main(["dump", "forge", "--chip", "BK7231N", "-o", "flash.bin"]) == 0
    return "sim://bk7231n?flash=flash.bin"


def told(capsys):
    out = capsys.readouterr().out
    return [json.loads(line) for line in out.splitlines() if line.startswith("{")][-1]


def test_a_region_is_read_written_compared_and_erased_by_its_name(chip, tmp_path, capsys):
    whole = (tmp_path / "flash.bin").read_bytes()
    span = region_span("BK7231N", "config")
    to = ["--port", chip, "--chip", "BK7231N", "--json"]
    assert main(["read", "--region", "config", "-o", "part.bin", *to]) == 0
    assert (tmp_path / "part.bin").read_bytes() == whole[span.start : span.end]
    mark = bytes(range(256)) * (len(span) // 256)
    (tmp_path / "mark.bin").write_bytes(mark)
    assert main(["write", "mark.bin", "--region", "config", "--yes", *to]) == 0
    assert main(["verify", "mark.bin", "--region", "config", *to]) == 0
    now = (tmp_path / "flash.bin").read_bytes()
    assert now[span.start : span.end] == mark
    assert (now[: span.start], now[span.end :]) == (whole[: span.start], whole[span.end :])
    (tmp_path / "old.bin").write_bytes(whole)  # of a whole flash the same part is taken
    assert main(["write", "old.bin", "--region", "config", "--yes", *to]) == 0
    assert (tmp_path / "flash.bin").read_bytes() == whole
    assert main(["erase", "--region", "config", "--yes", *to]) == 0
    assert set((tmp_path / "flash.bin").read_bytes()[span.start : span.end]) == {0xFF}


def test_the_radio_region_keeps_its_guards(chip, tmp_path, capsys):
    before = (tmp_path / "flash.bin").read_bytes()
    (tmp_path / "junk.bin").write_bytes(b"\x5a" * 0x1000)
    to = ["--port", chip, "--chip", "BK7231N", "--json"]
    assert main(["write", "junk.bin", "--region", "rf", "--yes", *to]) == 5
    assert main(["erase", "--region", "rf", "--yes", *to]) == 5
    assert (tmp_path / "flash.bin").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--region", "config"], "--chip"),
        (["--region", "kitchen", "--chip", "BK7231N"], "there are"),
        (["--region", "rf", "--start", "0x1000", "--chip", "BK7231N"], "--region says"),
        ([], "give --start"),
    ],
)
def test_a_place_that_cannot_be_meant_is_refused_before_the_port_is_opened(
    tmp_path, monkeypatch, capsys, words, said
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.bin").write_bytes(b"x")
    code = main(["write", "x.bin", "--port", "sim://bk7231n?flash=none.bin", "--json", *words])
    assert code == 2
    assert said in told(capsys)["message"]


def test_regions_of_every_chip_have_names():
    for name in ("BK7231T", "BK7231N", "BK7231M", "BK7231U", "BK7238", "BK7252"):
        assert len(region_span(name, "rf")) >= 0x1000
    with pytest.raises(UsageError):
        region_span(None, "rf")


def test_several_files_go_in_one_run_and_overlaps_are_refused(chip, tmp_path, capsys):
    for name in ("a", "b"):
        (tmp_path / f"{name}.bin").write_bytes(name.encode() * 100)
    to = ["--port", chip, "--yes", "--json"]
    line = ["write", "a.bin", "--start", "0x150000", "--and"]
    assert main([*line, "0x160F80=b.bin", *to]) == 0
    flash = (tmp_path / "flash.bin").read_bytes()
    assert flash[0x150000:0x150064] == b"a" * 100
    assert flash[0x160F80:0x160FE4] == b"b" * 100
    assert main([*line, "0x150050=b.bin", *to]) == 2
    assert "overlap" in told(capsys)["message"]
    for odd in ("b.bin", "0x150000=", "hello=b.bin"):
        assert main([*line, odd, *to]) == 2


def entry(device, *, vid=None, pid=None, serial=None, maker=None, candidate=True):
    return PortEntry(
        device=device, maker=maker, product=None, vid=vid, pid=pid, serial=serial,
        candidate=candidate,
    )  # fmt: skip


PORTS = [
    entry("/dev/ttyUSB0", vid=0x1A86, pid=0x7523, maker="QinHeng"),
    entry("/dev/ttyUSB1", vid=0x10C4, pid=0xEA60, serial="0001", maker="Silicon Labs"),
    entry("/dev/ttyUSB2", vid=0x1A86, pid=0x7523, serial="A5X", maker="QinHeng"),
    entry("/dev/ttyS0", candidate=False),
]


@pytest.mark.parametrize(
    ("text", "device"),
    [
        ("10c4:ea60", "/dev/ttyUSB1"),
        ("0x10C4:0xEA60", "/dev/ttyUSB1"),
        ("0001", "/dev/ttyUSB1"),
        ("a5x", "/dev/ttyUSB2"),
        ("silicon", "/dev/ttyUSB1"),
        ("ttyS0", "/dev/ttyS0"),
    ],
)
def test_a_filter_names_one_port_by_ids_serial_or_text(text, device):
    assert pick_port(None, entries=PORTS, only=text) == device


def test_a_filter_that_fits_several_or_none_says_so():
    with pytest.raises(PortChoice):
        pick_port(None, entries=PORTS, only="1a86:7523")
    for odd in ("ffff:0000", "nobody"):
        with pytest.raises(NoPortMatches) as caught:
            pick_port(None, entries=PORTS, only=odd)
        assert "Silicon Labs" in caught.value.message
    assert pick_port("/dev/x", entries=PORTS, only="nobody") == "/dev/x"


def test_quiet_and_verbose_change_what_is_told_and_not_the_result(chip, tmp_path, capsys):
    told = {}
    for loudness in ("-q", "", "-v"):
        words = ["read", "part.bin", "--length", "0x1000", "--port", chip]
        assert main([*words, *filter(None, [loudness])]) == 0
        told[loudness] = capsys.readouterr()
        (tmp_path / "part.bin").unlink()
    assert told["-q"].out == told[""].out == told["-v"].out
    assert len(told["-q"].err) < len(told[""].err) <= len(told["-v"].err)
