"""Any number of simulated devices in one thread, each on its own address."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING

from plugsmith.errors.own.sim import SimCannotListen
from plugsmith.sim.obk.device import SimObk
from plugsmith.sim.obk.net.endpoint import SETTLE_S, Endpoint
from plugsmith.sim.obk.net.mqtt_session import keep_connected
from plugsmith.sim.obk.net.ssdp_server import open_ssdp
from plugsmith.system_words import system_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plugsmith.clock import Clock

_TICK_S = 0.04
_START_S = 60.0


class ObkServer:
    """Runs endpoints on an event loop of its own between start() and stop()."""

    def __init__(self, endpoints: Sequence[Endpoint], *, ssdp_port: int | None = None) -> None:
        self.endpoints = list(endpoints)
        self._ssdp_port = ssdp_port  # None: searches are not answered
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._up = threading.Event()
        self._problem: OSError | None = None

    @property
    def urls(self) -> list[str]:
        """Where clients find the devices."""
        return [endpoint.url for endpoint in self.endpoints]

    @property
    def devices(self) -> list[SimObk]:
        """The devices behind the endpoints."""
        return [endpoint.device for endpoint in self.endpoints]

    def start(self) -> None:
        """Listen; SimAddress if an address cannot be used."""
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), daemon=True)
        self._thread.start()
        self._up.wait(_START_S)
        if self._problem is not None:
            self._thread.join()
            raise SimCannotListen(problem=system_words(self._problem)) from self._problem

    def stop(self) -> None:
        """Close everything and end the thread."""
        if self._loop is not None and self._stop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended already
                self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread is not None:
            self._thread.join(_START_S)

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        ssdp: asyncio.BaseTransport | None = None
        try:
            for endpoint in self.endpoints:
                await endpoint.refresh()
            if self._ssdp_port is not None:
                ssdp = await open_ssdp(self.devices, self._ssdp_port)
        except OSError as problem:
            self._problem = problem
            self._stop.set()
        self._up.set()
        sessions = [
            asyncio.create_task(keep_connected(endpoint.device)) for endpoint in self.endpoints
        ]
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), _TICK_S)
            for endpoint in self.endpoints:
                with contextlib.suppress(OSError):  # the address is taken just now: tried again
                    await endpoint.refresh()
        if ssdp is not None:
            ssdp.close()
        for endpoint in self.endpoints:
            endpoint.close()
        for session in sessions:
            session.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)


@contextlib.contextmanager
def serve(
    *devices: SimObk, host: str = "127.0.0.1", port: int = 0, settle_s: float = SETTLE_S
) -> Iterator[ObkServer]:
    """Devices on successive ports of one host (port 0: any free ones), for a `with` block."""
    server = ObkServer(
        [
            Endpoint(device, host=host, port=port + at if port else 0, settle_s=settle_s)
            for at, device in enumerate(devices)
        ]
    )
    server.start()
    try:
        yield server
    finally:
        server.stop()


def make_fleet(
    count: int,
    *,
    chip: str = "BK7231T",
    clock: Clock | None = None,
    speed: float = 1.0,
    home: tuple[str, str] | None = None,
) -> list[SimObk]:
    """Different devices: the MAC ends in the number."""
    return [
        SimObk(
            chip=chip,
            mac=bytes.fromhex("c8478c1a") + (0x2B3C + at).to_bytes(2, "big"),
            clock=clock,
            speed=speed,
            home=home,
        )
        for at in range(count)
    ]


@contextlib.contextmanager
def serve_on_addresses(
    devices: Sequence[SimObk], addresses: Sequence[str], *, port: int, settle_s: float = SETTLE_S
) -> Iterator[ObkServer]:
    """One device an address, all on the same port, as on a real network."""
    server = ObkServer(
        [
            Endpoint(device, host=host, port=port, settle_s=settle_s)
            for device, host in zip(devices, addresses, strict=True)
        ]
    )
    server.start()
    try:
        yield server
    finally:
        server.stop()
