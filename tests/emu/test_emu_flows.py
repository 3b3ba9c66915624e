"""Boot verdicts, pin tables and the last check before a write, as the commands give them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from plugsmith.cli.app import main
from plugsmith.emu import runner
from plugsmith.emu.runner import emulator_installed
from plugsmith.errors.own.emulator import EmulatorMissing, NotBootable
from plugsmith.events import EventLog
from plugsmith.flows.image.emulation import BootRequest, boot_image, choose_chip, flash_to_boot
from plugsmith.flows.image.file import open_image
from plugsmith.flows.wire.boot_check import check_boot, flash_after
from plugsmith.flows.write.checks.preflight import PreflightOutcome

if TYPE_CHECKING:
    from pathlib import Path

needs_emulator = pytest.mark.skipif(
    not emulator_installed(), reason="the extra `emu` is not installed"
)
STOCK_T = "factory/bk7231t-woox-r5111.bin"
IMAGE_T = "openbeken/OpenBK7231T_QIO_1.18.300.bin"
IMAGE_N = "openbeken/OpenBK7231N_QIO_1.18.300.bin"


def last_line(text: str) -> dict:
    return json.loads(text.splitlines()[-1])


@needs_emulator
def test_image_boot_uses_the_users_own_boot_loader(corpus, capsys) -> None:
    assert (
        main(["image", "boot", str(corpus / IMAGE_T), "--dump", str(corpus / STOCK_T), "--json"])
        == 0
    )
    data = last_line(capsys.readouterr().out)["data"]
    assert (data["boots"], data["chip"]) == (True, "BK7231T")
    assert "Using Pass []" in data["log"]


@needs_emulator
def test_a_wrong_image_is_exit_7_with_the_reason(corpus, capsys) -> None:
    arguments = ["image", "boot", str(corpus / IMAGE_N), "--dump", str(corpus / STOCK_T), "--json"]
    assert main(arguments) == 7
    data = last_line(capsys.readouterr().out)["data"]
    assert data["boots"] is False
    assert "0x3FEE00" in data["meaning"]


@needs_emulator
def test_a_rotated_dump_is_put_right_before_it_runs(corpus) -> None:
    request = BootRequest(source=open_image(corpus / "factory/bk7231t-led-moon-18w-cct-kobi.bin"))
    assert boot_image(request, EventLog()).boots is True


def test_what_cannot_run_from_flash_is_refused(corpus, tmp_path: Path) -> None:
    stock = (corpus / STOCK_T).read_bytes()
    app = tmp_path / "app.bin"
    app.write_bytes(stock[0x11000:0x129F70])
    with pytest.raises(NotBootable) as refused:
        flash_to_boot(BootRequest(source=open_image(app)), chip="BK7231T")
    assert "--dump" in refused.value.hint
    whole = BootRequest(source=open_image(app), base=open_image(corpus / STOCK_T))
    assert flash_to_boot(whole, chip=choose_chip(whole))[:0x129F70] == stock[:0x129F70]


@needs_emulator
def test_pins_of_a_plug_are_seen_with_their_directions(corpus, capsys) -> None:
    assert (
        main(
            [
                "dump",
                "gpio",
                str(corpus / "factory/bk7231n-lspa9-clone-first-bydarkman.bin"),
                "--json",
            ]
        )
        == 0
    )
    data = last_line(capsys.readouterr().out)["data"]
    truth = json.loads((corpus / "truth.json").read_text())["bk7231n-lspa9-clone-first-bydarkman"][
        "config"
    ]
    modes = {pin["gpio"]: pin["modes"] for pin in data["pins"]}
    assert "output" in modes[truth["rl1_pin"]]
    assert "input-pull-up" in modes[truth["bt1_pin"]]
    assert data["complete"] is False


@needs_emulator
def test_boot_check_refuses_what_it_saw_fail(corpus) -> None:
    stock = (corpus / STOCK_T).read_bytes()
    image = {IMAGE_T: PreflightOutcome.PASS, IMAGE_N: PreflightOutcome.REFUSE}
    for name, wanted in image.items():
        plan = _Plan((corpus / name).read_bytes())
        held = flash_after(plan, stock)  # type: ignore[arg-type]
        assert held is not None
        assert held[:0x11000] == stock[:0x11000]
        check = check_boot(held, chip="BK7231T", sink=EventLog())
        assert check.verdict is wanted, name
        assert check.text
    assert check_boot(None, chip="BK7231T", sink=EventLog()).verdict is PreflightOutcome.REFUSE  # type: ignore[arg-type]


class _Plan:
    """The part of a plan that the check looks at: the sectors to change and their content."""

    def __init__(self, image: bytes) -> None:
        starts = range(0x11000, len(image), 0x1000)
        self.changed_sectors = tuple(starts)
        self.wanted = {at: image[at : at + 0x1000].ljust(0x1000, b"\xff") for at in starts}


def test_without_the_extra_the_command_says_how_to_get_it(corpus, monkeypatch, capsys) -> None:
    monkeypatch.setattr(runner, "emulator_installed", lambda: False)
    assert main(["image", "boot", str(corpus / IMAGE_N), "--json"]) == 2
    error = last_line(capsys.readouterr().out)
    assert error["code"] == EmulatorMissing.code
    assert "unicorn" in error["hint"]
