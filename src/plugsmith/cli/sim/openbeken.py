"""`plugsmith sim --openbeken`: simulated devices on HTTP, for any client and any browser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from plugsmith.cli.session import run
from plugsmith.errors import Fact, PlugsmithError, UsageError
from plugsmith.errors.sim import SimFlashUnusable, SimSetup
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from plugsmith.cli.session import Session
    from plugsmith.sim.obk.device import SimObk
    from plugsmith.sim.obk.net.endpoint import Endpoint
    from plugsmith.sim.obk.net.server import ObkServer

OpenBekenChoice = Annotated[
    bool,
    typer.Option(
        "--openbeken", help=_("A plug with OpenBeken on HTTP instead of a chip on a port.")
    ),
]
HttpAddress = Annotated[
    str, typer.Option("--http", metavar="HOST:PORT", help=_("Where --openbeken listens."))
]
DeviceCount = Annotated[
    int,
    typer.Option(
        "--count",
        min=1,
        max=250,
        help=_("So many of them, on successive addresses, or on free ports with port 0."),
    ),
]
LoadWatts = Annotated[
    float,
    typer.Option("--load", min=0, max=4000, metavar="WATTS", help=_("Plugged into --openbeken.")),
]
_FLASH_SIZE = 0x20_0000
_POLL_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBekenRequest:
    """The options of the verb."""

    http: str
    count: int
    watts: float
    chip: str | None
    flash: Path | None
    faults: tuple[str, ...]


def sim_openbeken(request: OpenBekenRequest, *, as_json: bool) -> None:
    """Run the verb: serve until interrupted."""

    def render(data: dict[str, Fact]) -> str:
        return _(
            "The simulated devices were switched off after {requests} requests and {restarts} "
            "restarts.",
            **data,
        )

    run("sim", lambda session: _serve(session, request), as_json=as_json, render=render)


def _serve(session: Session, request: OpenBekenRequest) -> dict[str, Fact]:
    from plugsmith.sim.obk.net.server import ObkServer

    devices = _devices(request, _content(request.flash))
    endpoints = _endpoints(devices, request.http)
    for text in request.faults:
        _arm(endpoints, text)
    server = ObkServer(endpoints)
    server.start()
    try:
        _announce(server)
        _wait(session, _watch(session, server))
    finally:
        server.stop()
    return {
        "urls": [*server.urls],
        "requests": sum(len(endpoint.requests) for endpoint in endpoints),
        "restarts": sum(device.resets - 1 for device in devices),
    }


def _content(flash: Path | None) -> bytes | None:
    if flash is None:
        return None
    try:
        content = flash.read_bytes()
    except OSError as problem:
        raise SimFlashUnusable(file=str(flash), problem=str(problem.strerror)) from problem
    if len(content) != _FLASH_SIZE:
        raise SimFlashUnusable(file=str(flash), problem=_("it is not 2 MiB long"))
    return content


def _devices(request: OpenBekenRequest, flash: bytes | None) -> list[SimObk]:
    from plugsmith.sim.obk.device import SimObk
    from plugsmith.sim.obk.firmware import LAYOUTS
    from plugsmith.sim.obk.plug.plug import Load, Plug

    name = (request.chip or "bk7231t").upper()
    if name not in LAYOUTS:
        known = ", ".join(sorted(LAYOUTS))
        raise SimSetup(problem=_("no OpenBeken for {chip}", chip=name), known=known)
    return [
        SimObk(
            chip=name,
            mac=bytes.fromhex("c8478c1a") + (0x2B3C + at).to_bytes(2, "big"),
            flash=flash,
            plug=Plug(load=Load(watts=request.watts)),
            unpack=_unpack,
        )
        for at in range(request.count)
    ]


def _unpack(package: bytes) -> bytes | None:
    from plugsmith.image.ota import read_package

    try:
        return read_package(package).code
    except PlugsmithError:
        return None


def _endpoints(devices: list[SimObk], http: str) -> list[Endpoint]:
    """Successive addresses of the loopback net on one port, or free ports of one address."""
    from ipaddress import AddressValueError, IPv4Address

    from plugsmith.sim.obk.net.endpoint import Endpoint

    host, _colon, number = http.removeprefix("http://").rpartition(":")
    if not number.isdigit() or int(number) > 65_535:
        raise UsageError(problem=_("--http needs HOST:PORT, not {text}", text=http))
    host, port = host or "127.0.0.1", int(number)
    if len(devices) == 1 or port == 0:
        return [Endpoint(device, host=host, port=port) for device in devices]
    try:
        first = IPv4Address(host)
    except AddressValueError as problem:
        raise UsageError(problem=_("--count needs an IPv4 address in --http")) from problem
    return [Endpoint(device, host=str(first + at), port=port) for at, device in enumerate(devices)]


def _arm(endpoints: list[Endpoint], text: str) -> None:
    """A fault by name, `@N` for the N-th request."""
    from plugsmith.sim.obk.net.faults import Fault, FaultKind

    name, _at, number = text.partition("@")
    kinds = [kind.value for kind in FaultKind]
    if name not in kinds or (number and not number.isdigit()):
        raise SimSetup(problem=_("no fault {name} over HTTP", name=text), known=", ".join(kinds))
    for endpoint in endpoints:
        endpoint.faults.add(
            Fault(kind=FaultKind(name), at=int(number or 1), length=20, seconds=2.0)
        )


def _announce(server: ObkServer) -> None:
    from plugsmith.cli.jsonl import JsonSink
    from plugsmith.events import Item, Ready

    sink = JsonSink()
    if len(server.endpoints) > 1:
        for endpoint in server.endpoints:
            mac = endpoint.device.block.mac.hex(":")
            sink.emit(Item(name=mac, data={"url": endpoint.url}))
    sink.emit(Ready(port=server.urls[0]))


def _watch(session: Session, server: ObkServer) -> Callable[[], None]:
    """A single plug at a terminal has hands and eyes."""
    if not session.interactive or len(server.devices) > 1:
        return lambda: None
    from plugsmith.cli.sim.hands import Onlooker, take_orders

    device = server.devices[0]
    take_orders(device, session.say)
    return Onlooker(device, session.say).glance


def _wait(session: Session, glance: Callable[[], None]) -> None:
    import signal
    import time

    before = signal.signal(signal.SIGTERM, lambda _signum, _frame: session.cancel.cancel())
    try:
        while not session.cancel.cancelled:
            time.sleep(_POLL_S)
            glance()
    finally:
        signal.signal(signal.SIGTERM, before)
