"""`doctor`: every state of the wire, provoked by the simulator; causes, wiring, exit code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from boot_rig import forged
from link_servers import echo_pty, served

from plugsmith.cli.app import main
from plugsmith.sim.chip.board import BoardRequest
from plugsmith.sim.faults import FaultPlan
from plugsmith.sim.ports.pty_endpoint import PtyEndpoint
from plugsmith.sim.timing import SERVED

if TYPE_CHECKING:
    from pathlib import Path

# state, settings of the simulated chip, exit code
STATES = [
    ("chip", "", 0),
    ("silence", "fault=silent", 4),
    ("echo", "fault=echo&fault=silent", 4),
    ("echo", "fault=echo", 4),
    ("openbeken-console", "start=running&uart=console&lines=none", 0),
    ("tuya-mcu", "start=running&uart=tuyamcu&lines=none", 4),
    ("text", "start=running&uart=chatter&lines=none", 4),
    ("noise", "start=running&uart=noise&lines=none", 4),
    ("reset-loop", "fault=boot-loop", 7),
]


@pytest.fixture
def flash(tmp_path: Path) -> Path:
    file = tmp_path / "flash.bin"
    file.write_bytes(forged("BK7231T"))
    return file


def _doctor(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, dict[str, object]]:
    code = main(["doctor", "--json", *args])
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    return code, last


@pytest.mark.sample(3)
@pytest.mark.parametrize(("state", "settings", "exit_code"), STATES)
def test_every_state(
    state: str, settings: str, exit_code: int, flash: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, last = _doctor(capsys, "--port", f"sim://bk7231t?flash={flash}&keep=1&{settings}")
    assert last["type"] == "result"
    data = last["data"]
    assert isinstance(data, dict)
    assert (data["heard"], code) == (state, exit_code)
    for cause in data["causes"]:
        assert set(cause) == {"cause", "likelihood", "next_step"}
        assert all(cause.values())
    assert "RX1" in data["wiring"]


def test_boot_text_on_the_log_pin(flash: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The adapter sits on TX2: it hears the boot text and nothing answers."""
    log, port = PtyEndpoint(), PtyEndpoint()
    board = BoardRequest(chip="bk7231t", flash=flash, patience=SERVED, keep=True, held=False)
    text = b"V:BK7231S_1.0.5\r\nJ 0x10000\r\nprvHeapInit-start, heap ready\r\n"
    with served(board, port), echo_pty(lambda _data: text) as name:
        code, last = _doctor(capsys, "--port", name, "--link-timeout", "2")
    log.close()
    data = last["data"]
    assert isinstance(data, dict)
    assert data["heard"] in {"boot-text", "reset-loop"}
    assert code in {4, 7}


def test_a_port_that_vanishes_again_and_again(
    flash: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sim://bk7231t?flash={flash}&keep=1&fault=silent&adapter=gone:1.5"
    code, last = _doctor(capsys, "--port", url)
    data = last["data"]
    assert isinstance(data, dict)
    assert (data["heard"], code) == ("port-taken", 3)


def test_a_port_that_vanishes_once_is_waited_for(
    flash: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["silent", "vanish"]
    seed = next(n for n in range(1000) if FaultPlan.named(names, n).faults[1].at < 9000)  # type: ignore[union-attr]
    url = f"sim://bk7231t?flash={flash}&keep=1&fault=silent&fault=vanish&seed={seed}"
    code, last = _doctor(capsys, "--port", url)
    data = last["data"]
    assert isinstance(data, dict)
    assert (data["heard"], code) == ("silence", 4)
    assert any("adapter lost its supply" in cause["cause"] for cause in data["causes"])


def test_no_such_port(capsys: pytest.CaptureFixture[str]) -> None:
    code, last = _doctor(capsys, "--port", "/dev/no-such-port")
    assert (last["type"], last["code"], code) == ("error", "PS-PORT-NOT-FOUND", 3)


def test_the_wiring_of_a_module_is_drawn(flash: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sim://bk7231t?flash={flash}&keep=1"
    assert main(["doctor", "--port", url, "--module", "wb2s"]) == 0
    out = capsys.readouterr().out
    assert "WB2S (BK7231T)" in out
    assert "pin 5" in out
    assert "CEN" in out


@pytest.mark.parametrize(("name", "near"), [("WB2X", 5), ("XYZ", 0)])
def test_an_unknown_module_is_refused_with_the_nearest(
    capsys: pytest.CaptureFixture[str], name: str, near: int
) -> None:
    code, last = _doctor(capsys, "--module", name, "--port", "sim://bk7231t")
    assert (last["code"], code) == ("PS-USAGE", 2)
    assert str(last["message"]).count(",") < max(near, 1)
    assert ("WB2S" in str(last["message"])) is (near > 0)
    assert "supported-chips.md" in str(last["hint"])
