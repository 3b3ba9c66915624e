"""`image boot` and the check before a write, on forged firmware that anybody can make."""

from __future__ import annotations

import json

import pytest

from plugsmith.cli.app import main
from plugsmith.emu import runner
from plugsmith.emu.runner import emulator_installed
from plugsmith.errors.own.emulator import EmulatorMissing, NotBootable
from plugsmith.events import EventLog
from plugsmith.flows.image.emulation import BootRequest, flash_to_boot
from plugsmith.flows.image.file import open_image
from plugsmith.flows.wire.boot_check import check_boot, flash_after
from plugsmith.flows.write.checks.preflight import PreflightOutcome
from plugsmith.forge.firmware import forge_app, forge_openbeken_qio
from plugsmith.forge.flash import forge_flash

needs_emulator = pytest.mark.skipif(
    not emulator_installed(), reason="the extra `emu` is not installed"
)
CODE = 0x8000


@pytest.fixture
def files(tmp_path):
    """A stock dump of a T, OpenBeken for T and for N, and a bare application."""
    (tmp_path / "stock.bin").write_bytes(forge_flash(chip="BK7231T", code_len=CODE))
    for chip in ("BK7231T", "BK7231N"):
        (tmp_path / f"{chip}.bin").write_bytes(forge_openbeken_qio(chip, code_len=CODE))
    (tmp_path / "app.bin").write_bytes(forge_app("BK7231T", code_len=CODE))
    return tmp_path


def boot(capsys, *arguments) -> tuple[int, dict]:
    code = main(["image", "boot", *map(str, arguments), "--json"])
    return code, json.loads(capsys.readouterr().out.splitlines()[-1])


@needs_emulator
def test_an_image_boots_over_the_users_own_boot_loader(files, capsys):
    code, last = boot(capsys, files / "BK7231T.bin", "--dump", files / "stock.bin")
    assert (code, last["data"]["boots"], last["data"]["chip"]) == (0, True, "BK7231T")
    assert "J 0x10000" in last["data"]["log"]


@needs_emulator
def test_a_wrong_image_is_exit_7_with_the_reason(files, capsys):
    code, last = boot(capsys, files / "BK7231N.bin", "--dump", files / "stock.bin")
    assert (code, last["data"]["boots"]) == (7, False)
    assert "0x" in last["data"]["meaning"]


@needs_emulator
def test_of_a_damaged_file_that_starts_it_is_not_said_that_it_boots(files, capsys):
    whole = (files / "BK7231T.bin").read_bytes()
    cut = files / "cut.bin"
    cut.write_bytes(whole[:0x17000])  # in the midst of its application
    assert main(["image", "boot", str(cut), "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    warned = [line for line in lines if line.get("code") == "PS-NOTE-DAMAGED"]
    assert "cut off" in warned[0]["message"]
    assert "It boots" not in lines[-1]["data"]["meaning"]
    assert "damaged or incomplete" in lines[-1]["data"]["meaning"]


@needs_emulator
@pytest.mark.parametrize(
    ("image", "verdict"),
    [("BK7231T.bin", PreflightOutcome.PASS), ("BK7231N.bin", PreflightOutcome.REFUSE)],
)
def test_the_check_before_a_write_refuses_what_it_saw_fail(files, image, verdict):
    stock, new = (files / "stock.bin").read_bytes(), (files / image).read_bytes()
    check = check_boot(flash_after(_Plan(new), stock), chip="BK7231T", sink=EventLog())
    assert check.verdict is verdict
    assert check.text


class _Plan:
    """The part of a plan that the check looks at: the sectors to change and their content."""

    def __init__(self, image: bytes) -> None:
        self.changed_sectors = tuple(range(0x11000, len(image), 0x1000))
        self.wanted = {
            at: image[at : at + 0x1000].ljust(0x1000, b"\xff") for at in self.changed_sectors
        }


def test_a_bare_application_needs_a_dump_to_run_on(files):
    with pytest.raises(NotBootable) as refused:
        flash_to_boot(BootRequest(source=open_image(files / "app.bin")), chip="BK7231T")
    assert "--dump" in refused.value.hint


def test_without_the_extra_the_command_says_how_to_get_it(files, monkeypatch, capsys):
    monkeypatch.setattr(runner, "emulator_installed", lambda: False)
    code, last = boot(capsys, files / "BK7231T.bin")
    assert (code, last["code"]) == (2, EmulatorMissing.code)
    assert "unicorn" in last["hint"]
