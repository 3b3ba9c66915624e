"""The hand at the reset button of a served chip: by time and command, never by count."""

from __future__ import annotations

import json
import os
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from plugsmith.emu.button import PATIENCE_S, ResetButton
from plugsmith.emu.job import EmuLimits
from plugsmith.emu.runner import emulator_installed, worker_command
from plugsmith.forge.firmware import forge_app
from plugsmith.forge.flash import forge_flash

if TYPE_CHECKING:
    from pathlib import Path

LINK_CHECK = bytes.fromhex("01e0fc0100")
REBOOT = bytes.fromhex("01e0fc020ea5")
EVERY_S = 0.0015  # as linking polls


def presses(button: ResetButton, *, begin_s: float, seconds: float) -> list[float]:
    """When the hand pressed while a client polled for `seconds`."""
    pressed = []
    for turn in range(round(seconds / EVERY_S)):
        now_s = begin_s + turn * EVERY_S
        button.heard(LINK_CHECK, now_s)
        if button.pressed(now_s):
            pressed.append(now_s - begin_s)
    return pressed


def test_a_probe_of_a_few_seconds_presses_nothing_and_waiting_does() -> None:
    assert presses(ResetButton(), begin_s=5.0, seconds=PATIENCE_S - 0.1) == []
    assert presses(ResetButton(), begin_s=5.0, seconds=2 * PATIENCE_S + 1) == pytest.approx(
        [PATIENCE_S, 2 * PATIENCE_S], abs=0.02
    )


def test_an_answer_a_pause_and_a_reboot_command_begin_the_wait_anew() -> None:
    for between in ("answer", "pause", "reboot"):
        button = ResetButton()
        assert presses(button, begin_s=0.0, seconds=4.0) == []
        at_s = 4.0
        if between == "answer":
            button.answered()
        elif between == "reboot":
            button.heard(REBOOT[:3], at_s)
            button.heard(REBOOT[3:], at_s)
        else:
            while at_s < 6.0:
                at_s += 0.01
                assert not button.pressed(at_s)
        assert presses(button, begin_s=at_s, seconds=PATIENCE_S - 0.1) == [], between


def test_a_computer_that_stands_still_is_not_a_person_that_waits() -> None:
    button = ResetButton()
    for turn in range(10):
        button.heard(LINK_CHECK, turn * 0.9)
        assert not button.pressed(turn * 0.9), "ten turns in nine seconds: the chip had no time"


@pytest.mark.skipif(not emulator_installed(), reason="the extra `emu` is not installed")
def test_healthy_firmware_that_is_probed_for_two_seconds_starts_once(tmp_path: Path) -> None:
    flash = bytearray(forge_flash(chip="BK7231T"))
    code = forge_app("BK7231T")
    flash[0x11000 : 0x11000 + len(code)] = code
    file = tmp_path / "flash.bin"
    file.write_bytes(flash)
    job = {"chip": "BK7231T", "flash": str(file), "memory": EmuLimits().memory, "wall_s": 0}
    log = bytearray()
    with subprocess.Popen(
        worker_command("serve"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as worker:  # fmt: skip
        assert worker.stdin is not None
        assert worker.stderr is not None
        os.set_blocking(worker.stderr.fileno(), False)
        worker.stdin.write(json.dumps(job).encode() + b"\n")
        worker.stdin.flush()
        began_s = time.monotonic()
        ready_s = None
        while (now_s := time.monotonic()) - began_s < 300.0:
            os.write(worker.stdin.fileno(), LINK_CHECK)
            log += worker.stderr.read() or b""
            ready_s = ready_s or (now_s if b"Main_Init" in log else None)
            if ready_s and now_s - ready_s > 2.0:
                break
            time.sleep(EVERY_S)
        worker.stdin.close()
        worker.wait(timeout=120)
        log += worker.stderr.read() or b""
    assert log.count(b"J 0x10000") == 1
    assert file.read_bytes() == bytes(flash)
