"""The named port is the one that is opened, also among adapters with one serial number."""

from __future__ import annotations

import os
import sys

import pytest

from plugsmith.clock import VirtualClock
from plugsmith.errors.port import PortNotFound
from plugsmith.link import ports, serial_port
from plugsmith.link.port_list import PortEntry
from plugsmith.link.ports import open_port

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")


class Bench:
    """Pseudo-terminals that the system lists as adapters of one batch, by the name of each."""

    def __init__(self, monkeypatch, count):
        self.ends = [os.openpty() for _each in range(count)]
        self.names = [os.ttyname(far) for _near, far in self.ends]
        self.listed = list(self.names)
        for module in (ports, serial_port):
            monkeypatch.setattr(module, "list_ports", lambda **_options: self.entries())

    def entries(self, serial="0001"):
        return [
            PortEntry(
                device=name,
                maker="Silicon Labs",
                product="CP2102",
                vid=0x10C4,
                pid=0xEA60,
                serial=serial,
                candidate=True,
            )
            for name in self.listed
        ]

    def heard_by(self):
        """Which ends have bytes to read."""
        found = []
        for index, (near, _far) in enumerate(self.ends):
            os.set_blocking(near, False)
            try:
                if os.read(near, 64):
                    found.append(index)
            except BlockingIOError:
                continue
        return found


@pytest.fixture
def bench(monkeypatch):
    made = Bench(monkeypatch, 3)
    yield made
    for pair in made.ends:
        for end in pair:
            os.close(end)


def speaks_on(bench: Bench, port) -> list[int]:
    port.write(b"here")
    port.drain()
    return bench.heard_by()


def test_of_two_adapters_with_one_serial_number_the_named_one_is_opened(bench):
    bench.listed = bench.names[:2]
    for index in (0, 1):
        port = open_port(bench.names[index], clock=VirtualClock())
        assert speaks_on(bench, port) == [index]
        port.close()


def test_the_twin_is_never_taken_while_the_named_adapter_is_away(bench):
    bench.listed = bench.names[:2]
    port = open_port(bench.names[0], clock=VirtualClock())
    bench.listed = [bench.names[1]]
    assert not port.reopen(1.0)
    assert bench.heard_by() == []


def test_an_adapter_that_comes_back_under_another_name_is_found(bench):
    bench.listed = bench.names[:2]
    port = open_port(bench.names[0], clock=VirtualClock())
    bench.listed = bench.names[1:]
    assert port.reopen(1.0)
    assert speaks_on(bench, port) == [2]
    port.close()


def test_two_new_adapters_with_the_same_serial_number_are_a_doubt_and_none_is_taken(bench):
    bench.listed = bench.names[:1]
    port = open_port(bench.names[0], clock=VirtualClock())
    bench.listed = bench.names[1:]
    assert not port.reopen(1.0)
    with pytest.raises(PortNotFound):
        port._where_now()
