"""Addresses, files and names that set a simulated chip up."""

from __future__ import annotations

import os
from functools import cache

import pytest
from hostile import value_or_refusal
from hypothesis import given
from hypothesis import strategies as st
from sim_rig import LINK_CHECK, LINKED, PATTERN, erase, write_4k

from plugsmith.clock import RealClock, VirtualClock
from plugsmith.errors import PlugsmithError
from plugsmith.errors.own.sim import SimFlashUnusable, SimSetup
from plugsmith.errors.port import PortUnsupported
from plugsmith.forge.flash import forge_flash
from plugsmith.sim.chip.board import BoardRequest, build_board
from plugsmith.sim.ports.url import SimScheme, open_sim_port, parse_sim_url
from plugsmith.sim.timing import WaitTimes


@cache
def factory(chip: str) -> bytes:
    return forge_flash(chip=chip)


@pytest.fixture
def flash(tmp_path):
    path = tmp_path / "flash.bin"
    path.write_bytes(factory("BK7231T"))
    return path


def boot_of(**request) -> tuple[str, tuple[str, ...]]:
    board = build_board(BoardRequest(**request), now=0.0)
    return board.boot, board.notes


def test_the_loader_in_the_flash_decides(flash):
    assert boot_of(chip="bk7231t", flash=flash)[0] == "t-1.0.5"
    assert boot_of(flash=flash)[0] == "t-1.0.5"
    assert boot_of(chip="bk7231t", flash=flash, boot="q")[0] == "q"


def test_without_a_loader_the_chip_is_silent_and_says_so(tmp_path, flash):
    boot, notes = boot_of(chip="bk7231t")
    assert boot == "silent"
    assert "--boot" in notes[0]
    flash.write_bytes(factory("BK7231N"))
    boot, notes = boot_of(chip="bk7231t", flash=flash)
    assert boot == "silent"
    assert "BK7231N" in notes[0]
    assert boot_of(chip="bk7231t", flash=flash, boot="t-1.0.6")[0] == "t-1.0.6"


def test_a_rom_answers_whatever_is_in_flash_and_is_marked_as_claimed(flash):
    boot, notes = boot_of(chip="wb3s", flash=flash)
    assert boot == "t-1.0.5"
    boot, notes = boot_of(chip="cb2s", flash=flash)
    assert boot == "n-rom"
    assert "other tools" in notes[0]


def test_writes_go_back_into_the_file(flash):
    clock = VirtualClock()
    port = open_sim_port(f"sim://bk7231t?flash={flash}", clock)
    port.write(LINK_CHECK)
    assert port.read(64, 0.1) == LINKED
    port.write(erase(0x13_2000))
    assert port.read(64, 1.0)
    port.write(write_4k(0x13_2000, PATTERN))
    assert port.read(64, 1.0)
    before = factory("BK7231T")
    assert flash.read_bytes() == before[:0x13_2000] + PATTERN + before[0x13_3000:]


@pytest.mark.parametrize("why", ["keep", "archive", "short"])
def test_originals_are_never_changed(tmp_path, why):
    folder = tmp_path / "archive"
    folder.mkdir()
    path = folder / "flash.bin"
    content = factory("BK7231T")[: 0x12_0000 if why == "short" else None]
    path.write_bytes(content)
    if why == "archive":
        path.chmod(0o444)
        folder.chmod(0o555)
    try:
        port = open_sim_port(
            f"sim://bk7231t?flash={path}&keep={int(why == 'keep')}", VirtualClock()
        )
        port.write(LINK_CHECK)
        port.read(64, 0.1)
        port.write(erase(0x13_2000))
        assert port.read(64, 1.0)
        port.close()
        assert port.chip.nor.size == 0x20_0000
        assert path.read_bytes() == content
        assert build_board(BoardRequest(flash=path, keep=why == "keep"), now=0.0).notes
    finally:
        folder.chmod(0o755)


@pytest.mark.parametrize(
    ("name", "content"), [("missing", None), ("empty", b""), ("odd", bytes(0x30_0000))]
)
def test_files_that_cannot_be_a_flash(tmp_path, name, content):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SimFlashUnusable):
        boot_of(chip="bk7231t", flash=path)
    with pytest.raises(SimFlashUnusable):
        boot_of(chip="bk7231t", flash=tmp_path)


@pytest.mark.parametrize(
    "query",
    ["colour=red", "fault=gremlin", "uart=opera", "boot=x-9", "id=zz", "id=C840", "id=C84016",
     "size=12345", "size=big", "latency=-1", "latency=nan", "lines=cts", "speed=fast"],
)  # fmt: skip
def test_unknown_values_are_refused_with_what_is_known(query):
    with pytest.raises(SimSetup) as refused:
        open_sim_port(f"sim://bk7231t?{query}", VirtualClock())
    assert refused.value.facts["known"]
    assert refused.value.exit_code == 2


def test_unknown_chips_are_refused():
    for url in ("sim://esp8266", "sim://?", "sim://"):
        with pytest.raises(SimSetup):
            open_sim_port(url, VirtualClock())


@given(st.text(max_size=60))
def test_any_address_is_understood_or_refused(text):
    found = value_or_refusal(parse_sim_url, "sim://" + text, patience=WaitTimes())
    assert isinstance(found, PlugsmithError) or found.request.patience


def test_the_same_address_is_the_same_chip_and_has_a_log(flash):
    clock = VirtualClock()
    scheme = SimScheme(clock)
    url = f"sim://bk7231t?flash={flash}&start=running"
    port = scheme.open(url)
    assert scheme.open(url).chip is port.chip
    log = scheme.open(url + "&log=1")
    text = b""
    while data := log.read(64, 3.0):
        text += data
    assert b"J 0x10000" in text
    assert log.read(64, 0.0) == b""


def test_patience_fits_the_clock(flash):
    url = f"sim://bk7231t?flash={flash}"
    assert open_sim_port(url, RealClock()).chip.patience.idle_reset_s == 2.0
    assert open_sim_port(url, VirtualClock()).chip.patience.idle_reset_s == 0.1
    assert open_sim_port(url + "&idle=0.5", VirtualClock()).chip.patience.idle_reset_s == 0.5


def test_lines_and_rates_of_the_port(flash):
    port = open_sim_port(f"sim://bk7231t?flash={flash}&lines=none", VirtualClock())
    assert not port.capabilities.modem_lines
    port.set_lines(rts=True, dtr=True)  # no effect
    port.write(LINK_CHECK)
    assert port.read(64, 0.1) == LINKED
    with pytest.raises(PortUnsupported):
        port.set_baud(12)
    port = open_sim_port(f"sim://bk7231t?flash={flash}&lines=dtr", VirtualClock())
    port.set_lines(dtr=True)
    port.write(LINK_CHECK)
    assert port.read(64, 1.0) == b""


def test_helping_hand_resets_when_polled_for_long_enough(flash):
    clock = VirtualClock()
    port = open_sim_port(f"sim://bk7231t?flash={flash}&start=running&hand=6", clock)
    clock.sleep(5)
    begun = clock.monotonic()
    while clock.monotonic() < begun + 20:
        port.write(LINK_CHECK)
        if port.read(64, 0.02) == LINKED:
            break
    assert 6 <= clock.monotonic() - begun < 7


def test_os_access_is_consulted(flash, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert build_board(BoardRequest(flash=flash), now=0.0).file.read_only
