"""Simulated OpenBeken devices and a context for flows over the network, made for quick tests."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from lan_rig import QUICK

from plugsmith.clock import RealClock
from plugsmith.events import CancelToken, EventLog, Item
from plugsmith.flows.device.context import LanContext
from plugsmith.lan.host import Host, parse_host
from plugsmith.lan.http import HttpTimeouts
from plugsmith.library.library import Library
from plugsmith.sim.obk.net.server import ObkServer, make_fleet, serve

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from plugsmith.lan.obk_http import Obk
    from plugsmith.sim.obk.device import SimObk

SPEED = 40.0
# device seconds pass SPEED times as fast: a restart of 3 s and a join of 2 s take 0.13 s
PATIENCE = replace(QUICK, settle_s=0.2, window_s=0.06, tries=3, pause_s=0.05)


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What makes its own context, as the command line does, waits as briefly as `PATIENCE`."""
    short = {field.name: getattr(PATIENCE, field.name) for field in fields(HttpTimeouts)}
    monkeypatch.setattr(HttpTimeouts.__init__, "__kwdefaults__", short)


class Lan:
    """Some devices, their addresses, and a fresh context with its own library and event log."""

    def __init__(self, server: ObkServer, root: Path) -> None:
        self.server = server
        self.log = EventLog()
        self.cancel = CancelToken()
        self.ctx = LanContext(
            clock=RealClock(),
            sink=self.log,
            cancel=self.cancel,
            library=Library(root / "library"),
            consent=lambda _question, _step: None,
            patience=PATIENCE,
        )

    @property
    def hasty(self) -> LanContext:
        """The context that soon gives a device up: for runs whose device goes away for good."""
        return replace(self.ctx, patience=replace(self.ctx.patience, boot_s=3.0))

    @property
    def hosts(self) -> list[Host]:
        return [parse_host(url) for url in self.server.urls]

    @property
    def device(self) -> SimObk:
        return self.server.devices[0]

    @property
    def endpoint(self):
        return self.server.endpoints[0]

    @property
    def obk(self) -> Obk:
        return self.ctx.obk(self.hosts[0])

    @property
    def items(self) -> dict[str, Item]:
        return {item.name: item for item in self.log if isinstance(item, Item)}

    def everything_said(self) -> str:
        return "\n".join(str(event.as_json()) for event in self.log)


@contextmanager
def lan(root: Path, *devices: SimObk, count: int = 1, speed: float = SPEED):
    fleet = list(devices) or make_fleet(count, speed=speed)
    with serve(*fleet, settle_s=0.0) as server:
        yield Lan(server, root)


TEMPLATE = """{"vendor": "LSPA9", "name": "plug", "chip": "BK7231T", "board": "WB2S",
 "pins": {"6": "LED_n;1", "7": "BL0937CF;0", "8": "BL0937CF1;0", "10": "Btn;1", "24": "BL0937SEL;0",
 "26": "Rel;1"}, "flags": "1024", "command": "startDriver BL0937"}"""
