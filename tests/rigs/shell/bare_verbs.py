"""Any verb of the table on a bare computer: its command line, one run of it, and what it said."""

from __future__ import annotations

import io

import pytest

from plugsmith.api.options import parameters
from plugsmith.api.table import BY_NAME
from plugsmith.cli.app import main
from plugsmith.errors import ExitCode
from plugsmith.errors.device import DeviceUnreachable

VERBS = sorted(BY_NAME)
GO_ON = {"sim", "ui", "demo", "console"}  # they do not end by themselves, or do a whole job
KNOWN = {int(code) for code in ExitCode} - {1, 130}


@pytest.fixture(autouse=True)
def nothing_there(monkeypatch, tmp_path):
    """No adapter, no network, an empty folder to work in."""
    monkeypatch.setattr("plugsmith.link.ports.list_ports", list)
    monkeypatch.setattr("plugsmith.flows.device.scan.own_network", lambda: None)
    monkeypatch.setattr("plugsmith.flows.device.context.run_network", _no_network)
    monkeypatch.setattr("plugsmith.flows.device.scan.run_network", _no_network)
    monkeypatch.chdir(tmp_path)


def _no_network(work, **_named):
    work.close()
    raise DeviceUnreachable(host="192.0.2.1", problem="nothing is there")


def run_bare(capsys, *args: str) -> tuple[int, str, str]:
    """Exit code, output and errors of one command that ends as the contract says."""
    capsys.readouterr()
    code = main(list(args))
    out, err = capsys.readouterr()
    assert code in KNOWN, (args, code, err)
    for noise in ("Traceback", "DEFECT", "object at 0x", "None."):
        assert noise not in out + err, (args, out, err)
    if "Error PS-" in err:
        assert "More: plugsmith help PS-" in err
    return code, out, err


def arguments(name: str, file: str) -> list[str]:
    """The command with `file` for everything that it needs."""
    words = name.split()
    for item in parameters(BY_NAME[name].request_type):
        if not item.required:
            continue
        value = {"ADDRESS": "0", "SIZE": "4k", "HOST": "192.0.2.1", "KIND": "app", "ACTION": "init",
                 "MAC": "84:e3:42:01:02:03"}.get(item.words.metavar or "", file)  # fmt: skip
        if item.name == "output":
            value = "out.bin"
        words += [value] if item.words.argument else [item.shown, value]
    return words


class Screen(io.StringIO):
    """A terminal that keeps what it shows."""

    def isatty(self) -> bool:
        return True
