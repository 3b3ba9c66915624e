"""Listing, picking and opening ports; every failure is an error of the tree."""

from __future__ import annotations

import errno
import os
import socket
import sys
from pathlib import Path

import pytest

from plugsmith.clock import RealClock, VirtualClock
from plugsmith.errors.port import (
    NoPort,
    PortBusy,
    PortChoice,
    PortDenied,
    PortLost,
    PortNotFound,
    PortUnsupported,
)
from plugsmith.link import port_list, ports
from plugsmith.link.holders import find_holder, rights_remedy
from plugsmith.link.port_list import PortEntry, listing
from plugsmith.link.ports import open_port, pick_port, register_scheme
from plugsmith.link.serial_port import open_failure


def _entry(device: str, *, vid: int | None = 0x1A86, serial: str | None = None) -> PortEntry:
    return PortEntry(
        device=device,
        maker="QinHeng",
        product="USB Serial",
        vid=vid,
        pid=0x7523 if vid else None,
        serial=serial,
        candidate=vid is not None,
    )


def test_a_named_port_is_taken_without_looking() -> None:
    assert pick_port("socket://host:1", entries=[]) == "socket://host:1"


def test_one_candidate_is_taken_and_others_are_not_in_its_way() -> None:
    assert pick_port(None, entries=[_entry("/dev/ttyS0", vid=None), _entry("/dev/ttyUSB0")]) == (
        "/dev/ttyUSB0"
    )


def test_no_candidate() -> None:
    with pytest.raises(NoPort) as caught:
        pick_port(None, entries=[_entry("/dev/ttyS0", vid=None)])
    assert caught.value.exit_code == 3


def test_several_candidates_are_refused_with_the_list_in_a_script() -> None:
    with pytest.raises(PortChoice) as caught:
        pick_port(None, entries=[_entry("/dev/ttyUSB0"), _entry("/dev/ttyUSB1")])
    assert caught.value.exit_code == 2
    assert caught.value.facts["ports"] == ["/dev/ttyUSB0", "/dev/ttyUSB1"]
    assert "/dev/ttyUSB1" in caught.value.message


def test_several_candidates_are_asked_on_a_terminal() -> None:
    entries = [_entry("/dev/ttyUSB0"), _entry("/dev/ttyUSB1")]
    assert pick_port(None, entries=entries, ask=lambda found: found[1]) == "/dev/ttyUSB1"


def test_an_entry_describes_itself() -> None:
    entry = _entry("/dev/ttyUSB0", serial="A7")
    assert entry.adapter == "1a86:7523:A7"
    assert "1a86:7523:A7" in listing([entry])
    assert _entry("/dev/ttyS0", vid=None).adapter is None


def test_modems_are_no_candidates() -> None:
    assert not port_list._is_candidate(0x1199, "Sierra", "LTE Modem")
    assert port_list._is_candidate(0x10C4, "Silicon Labs", "CP2102")


def test_listing_the_real_ports_works() -> None:
    for entry in port_list.list_ports(with_holders=True):
        assert entry.device


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("/dev/no-such-port", PortNotFound),
        ("/", PortNotFound),
        ("socket://127.0.0.1:1", PortNotFound),
        ("socket://no-such-host.invalid:1", PortNotFound),
        ("socket://127.0.0.1", PortUnsupported),
        ("gopher://somewhere", PortUnsupported),
    ],
)
def test_ports_that_cannot_be_opened(name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        open_port(name, clock=RealClock())


def test_a_file_is_no_port(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"")
    with pytest.raises(PortUnsupported, match="not a serial port"):
        open_port(str(file), clock=RealClock())


@pytest.mark.parametrize(
    ("problem", "error"),
    [
        (OSError(errno.EBUSY, "busy"), PortBusy),
        (OSError(errno.ENODEV, "gone"), PortNotFound),
        (ConnectionRefusedError(errno.ECONNREFUSED, "no"), PortNotFound),
        (socket.gaierror(-2, "unknown"), PortNotFound),
        (TimeoutError("slow"), PortUnsupported),
        (OSError(errno.ENOTTY, "no tty"), PortUnsupported),
        (ValueError("strange"), PortUnsupported),
    ],
)
def test_what_opening_can_raise(problem: Exception, error: type[Exception]) -> None:
    assert isinstance(open_failure("/dev/ttyUSB7", problem), error)


@pytest.mark.skipif(sys.platform == "win32", reason="groups are POSIX")
def test_missing_rights_name_the_exact_command() -> None:
    found = open_failure("/dev/ttyS0", PermissionError(errno.EACCES, "denied"))
    assert isinstance(found, PortDenied)
    assert "sudo" in found.hint
    assert "udev" in rights_remedy("/dev/no-such-port")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_the_holder_of_a_port_is_named(tmp_path: Path) -> None:
    proc = tmp_path / "proc"
    (proc / "4711" / "fd").mkdir(parents=True)
    (proc / "4711" / "comm").write_text("minicom\n")
    device = tmp_path / "ttyUSB0"
    device.write_bytes(b"")
    (proc / "4711" / "fd" / "3").symlink_to(device)
    (proc / "not-a-number").mkdir()
    assert find_holder(str(device), proc=proc) == "minicom (process 4711)"
    assert find_holder(str(tmp_path / "other"), proc=proc) is None
    assert find_holder(str(device), proc=tmp_path / "absent") is None


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs pseudo-terminals")
def test_a_port_that_is_open_twice_is_busy() -> None:
    master, slave = os.openpty()
    name = os.ttyname(slave)
    port = open_port(name, clock=RealClock())
    try:
        with pytest.raises(PortBusy):
            open_port(name, clock=RealClock())
    finally:
        port.close()
        os.close(master)
        os.close(slave)


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs pseudo-terminals")
def test_a_port_whose_device_vanishes_is_lost() -> None:
    master, slave = os.openpty()
    port = open_port(os.ttyname(slave), clock=RealClock())
    os.close(slave)
    os.close(master)
    with pytest.raises(PortLost):
        port.read(10, 0.5)
    assert port.reopen(0.0) is False
    port.close()
    port.close()


def test_schemes_can_be_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_SCHEMES", {})
    register_scheme("toy", lambda url, clock: (url, clock))
    clock = VirtualClock()
    assert open_port("toy://x", clock=clock) == ("toy://x", clock)
