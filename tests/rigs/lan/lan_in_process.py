"""Simulated devices without sockets, threads or waiting: all in one loop, in virtual time.

What runs here runs the same each time, so that a run can be cut off at its n-th request.
"""

from __future__ import annotations

import asyncio
import selectors
import shutil
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

import pytest
from lan_fleet import Lan

from plugsmith.clock import VirtualClock
from plugsmith.events import CancelToken
from plugsmith.lan.http import HttpTimeouts
from plugsmith.sim.obk.firmware import Phase
from plugsmith.sim.obk.net.endpoint import Endpoint
from plugsmith.sim.obk.net.faults import Fault, FaultKind
from plugsmith.sim.obk.net.server import make_fleet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from plugsmith.sim.obk.device import SimObk

_PIECE = 4096  # an upload is longer than this


class End(StrEnum):
    """How a run ends at its n-th request."""

    KILLED_BEFORE = "killed before it is sent"
    KILLED_AFTER = "killed before its answer is read"
    KILLED_AMID = "killed amid its upload"
    STOPPED = "stopped by the user"
    POWER_FAILS = "the device loses its power"
    REPLY_LOST = "the answer is lost"


class Killed(BaseException):
    """The process is gone: nothing of ours may catch this."""


class _Selector(selectors.DefaultSelector):
    """Waits in virtual time; with nothing to wait for in real time."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout=None):
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            return super().select(None)
        self._clock.sleep(max(timeout, 1e-6))
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(_Selector(clock))
        self._virtual = clock

    def time(self) -> float:
        return self._virtual.monotonic()


class _Writer:
    """One direction of a connection; what the peer reads is a StreamReader of its own."""

    def __init__(self, peer: asyncio.StreamReader, hook: Callable[[int], None]) -> None:
        self._peer = peer
        self._hook = hook
        self._sent = 0
        self._closed = False
        self.transport = self

    def write(self, data: bytes) -> None:
        if not self._closed:
            self._hook(self._sent)
            self._sent += len(data)
            self._peer.feed_data(data)

    async def drain(self) -> None:
        await asyncio.sleep(0)
        if self._closed:
            raise ConnectionResetError

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._peer.feed_eof()

    def abort(self) -> None:
        if not self._closed:
            self._closed = True
            self._peer.set_exception(ConnectionResetError())

    async def wait_closed(self) -> None:
        await asyncio.sleep(0)

    def get_extra_info(self, _name: str) -> None:
        return None


class _LastReader(asyncio.StreamReader):
    """Kills the process when something has come that it was to read."""

    hook: Callable[[], None]

    async def read(self, n: int = -1) -> bytes:
        data = await super().read(n)
        self.hook()
        return data


class InProcess(Lan):
    """The network of `lan_fleet`, without a server behind it."""

    def __init__(self, endpoints: list[Endpoint], root: Path, clock: VirtualClock) -> None:
        super().__init__(self, root)
        self.endpoints = endpoints
        self.clock = clock
        self.asked = 0  # requests of this run, of all devices
        self.uploads: set[int] = set()  # which of them were long
        self.struck = False
        self._at, self._end = 0, None
        self._dead = False
        self._grave = root / "as-killed"
        self.fresh_run()

    @property
    def urls(self) -> list[str]:
        return [end.url for end in self.endpoints]

    @property
    def devices(self) -> list[SimObk]:
        return [end.device for end in self.endpoints]

    def fresh_run(self, end: End | None = None, at: int = 0) -> None:
        """A new process, which ends so at request `at`; the library is as the last one left it."""
        if self._dead:
            shutil.rmtree(self.library)
            self._grave.rename(self.library)
        self.asked, self._at, self._end, self._dead = 0, at, end, False
        self.struck, self.uploads = False, set()
        self.cancel = CancelToken()
        self.log.events.clear()
        self.ctx = replace(self.ctx, clock=self.clock, cancel=self.cancel, patience=HttpTimeouts())
        for endpoint in self.endpoints:
            endpoint.faults.clear()

    def unplug_when_asked(self) -> None:
        """Somebody stands by the first device and does as the program says."""
        self.when_asked_to_unplug(self.device.power_cycle)

    def when_asked_to_unplug(self, act: Callable[[], None]) -> None:
        """What somebody does a second after the program says so."""
        real = self.log.emit

        def emit(event):
            real(event)
            if "unplug it now" in str(getattr(event, "message", "")):
                asyncio.get_running_loop().call_later(1.0, act)

        self.log.emit = emit

    @property
    def library(self) -> Path:
        return self.ctx.library.root

    async def open_connection(self, name: str, port: int, **_more):
        """What asyncio.open_connection does."""
        if self._dead:
            raise Killed
        endpoint = next((e for e in self.endpoints if (e.host, e.port) == (name, port)), None)
        if endpoint is None:
            raise ConnectionRefusedError
        endpoint.device.tick()
        if endpoint.device.phase is Phase.OFF:
            await asyncio.sleep(3600)
        if not endpoint.device.reachable or endpoint.refused:
            raise ConnectionRefusedError
        self.asked += 1
        struck = self._end if self.asked == self._at else None
        self.struck = self.struck or (struck is not None and struck is not End.KILLED_AMID)
        if struck is End.KILLED_BEFORE:
            self._die()
        if struck is End.STOPPED:
            self.cancel.cancel()
        if struck is End.POWER_FAILS:
            endpoint.faults.add(Fault(kind=FaultKind.VANISH))
        if struck is End.REPLY_LOST:
            endpoint.faults.add(Fault(kind=FaultKind.LOSE_REPLY))
        ours, theirs = asyncio.StreamReader(), asyncio.StreamReader()
        if struck is End.KILLED_AFTER:
            ours = _LastReader()
            ours.hook = self._die

        number = self.asked

        def sending(sent: int) -> None:
            if sent > _PIECE:
                self.uploads.add(number)
            if self._dead or (struck is End.KILLED_AMID and sent > _PIECE):
                self._die()

        back = _Writer(ours, lambda _sent: None)
        forth = _Writer(theirs, sending)
        task = asyncio.ensure_future(endpoint.connected(theirs, back))
        _TASKS.add(task)
        task.add_done_callback(_TASKS.discard)
        return ours, forth

    def _die(self) -> None:
        if not self._dead:
            self._dead = self.struck = True
            shutil.copytree(self.library, self._grave)
        raise Killed


_TASKS: set[asyncio.Future] = set()


@contextmanager
def in_process(
    root: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[VirtualClock], list[SimObk]]
) -> Iterator[InProcess]:
    clock = VirtualClock()
    endpoints = [
        Endpoint(device, host="127.0.0.1", port=8001 + at) for at, device in enumerate(make(clock))
    ]
    net = InProcess(endpoints, root, clock)
    net.library.mkdir(parents=True, exist_ok=True)
    with monkeypatch.context() as patched:
        patched.setattr(asyncio.events, "new_event_loop", lambda: _Loop(clock))
        patched.setattr(asyncio, "open_connection", net.open_connection)
        yield net


@contextmanager
def lan(root: Path, *devices: SimObk, count: int = 1, speed: float = 1.0) -> Iterator[InProcess]:
    """`lan_fleet.lan` with no server behind it: the devices' time is virtual from now on."""

    def make(clock: VirtualClock) -> list[SimObk]:
        for device in devices:
            device._clock, device._speed = clock, speed
            device._origin = clock.monotonic() - device.now_s / speed
        return list(devices) or make_fleet(count, clock=clock, speed=speed)

    with pytest.MonkeyPatch.context() as patch, in_process(root, patch, make) as net:
        yield net
