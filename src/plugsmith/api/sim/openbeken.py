"""`plugsmith sim --openbeken`: simulated devices on HTTP, for any client and any browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.api.sim.results import HouseSession
from plugsmith.errors import PlugsmithError, UsageError
from plugsmith.errors.content import InputError, InputTooLarge
from plugsmith.errors.own.sim import SimFlashUnusable, SimSetup
from plugsmith.limited_read import read_limited
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from plugsmith.api.session import Session
    from plugsmith.api.sim.request import SimRequest
    from plugsmith.sim.obk.device import SimObk
    from plugsmith.sim.obk.net.endpoint import Endpoint
    from plugsmith.sim.obk.net.server import ObkServer

_FLASH_SIZE = 0x20_0000
_POLL_S = 0.1


def serve_openbeken(session: Session, request: SimRequest) -> HouseSession:
    """Serve until the session is cancelled."""
    from plugsmith.sim.obk.net.server import ObkServer

    devices = _devices(request, _content(request.flash))
    endpoints = _endpoints(devices, request.http)
    for text in request.fault:
        _arm(endpoints, text)
    server = ObkServer(endpoints)
    server.start()
    try:
        _announce(session, server)
        _wait(session, _watch(session, server))
    finally:
        server.stop()
    return HouseSession(
        urls=tuple(server.urls),
        requests=sum(len(endpoint.requests) for endpoint in endpoints),
        restarts=sum(device.resets - 1 for device in devices),
    )


def _content(flash: Path | None) -> bytes | None:
    if flash is None:
        return None
    try:
        content = read_limited(flash, limit=_FLASH_SIZE)
    except InputTooLarge as problem:
        raise SimFlashUnusable(file=str(flash), problem=_("it is not 2 MiB long")) from problem
    except InputError as problem:
        why = str(problem.facts.get("problem", ""))
        raise SimFlashUnusable(file=str(flash), problem=why) from problem
    if len(content) != _FLASH_SIZE:
        raise SimFlashUnusable(file=str(flash), problem=_("it is not 2 MiB long"))
    return content


def _devices(request: SimRequest, flash: bytes | None) -> list[SimObk]:
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
            unpack=unpack_update,
        )
        for at in range(request.count)
    ]


def unpack_update(package: bytes) -> bytes | None:
    """What a boot loader would put in place of the application, or None for no package."""
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


def _announce(session: Session, server: ObkServer) -> None:
    from plugsmith.events import Item, Ready

    if len(server.endpoints) > 1:
        for endpoint in server.endpoints:
            mac = endpoint.device.block.mac.hex(":")
            session.announce(Item(name=mac, data={"url": endpoint.url}))
    session.announce(Ready(port=server.urls[0]))


def _watch(session: Session, server: ObkServer) -> Callable[[], None]:
    """A single plug may have somebody who presses its button and looks at its lamps."""
    if session.onlooker is None or len(server.devices) > 1:
        return lambda: None
    return session.onlooker(server.devices[0])


def _wait(session: Session, glance: Callable[[], None]) -> None:
    import time

    while not session.cancel.cancelled:
        time.sleep(_POLL_S)
        glance()
