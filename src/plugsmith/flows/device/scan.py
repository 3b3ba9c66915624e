"""`device scan`: every OpenBeken device in a range of addresses, or in this computer's network."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from plugsmith.errors import PlugsmithError, UsageError
from plugsmith.errors.device import DeviceUnreachable
from plugsmith.flows.device.results import FoundRow, ScanResult
from plugsmith.flows.now import now_text
from plugsmith.flows.progress import task
from plugsmith.installed import how_to_add
from plugsmith.lan.announced import search_mdns, search_ssdp
from plugsmith.lan.discover import (
    SWEEP_PATIENCE,
    hosts_in,
    own_network,
    sweep,
    without_doubles,
)
from plugsmith.lan.http import run_network
from plugsmith.lan.live_page import look_live
from plugsmith.lan.obk_http import Obk
from plugsmith.library.sightings import Sighting
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.flows.device.context import LanContext
    from plugsmith.lan.discover import FoundDevice
    from plugsmith.lan.host import Host
    from plugsmith.library.library import Library


def find(ctx: LanContext, where: str | None) -> list[FoundDevice]:
    """The devices in a range; without one, in the /24 around this computer plus SSDP and mDNS."""
    text = where or own_network()
    if text is None:
        raise UsageError(problem=_("this computer has no network; name a range of addresses"))
    hosts = hosts_in(text)
    if len(hosts) == 1:
        _must_be_known(hosts[0])
    return run_network(
        _find(ctx, hosts, announced=where is None),
        cancelled=lambda: ctx.cancel.cancelled,
    )


def _must_be_known(host: Host) -> None:
    """DeviceUnreachable for a name that nobody knows: that is no network without devices."""
    try:
        socket.getaddrinfo(host.name, host.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        raise DeviceUnreachable(host=str(host), problem=_("its name is not known")) from problem


async def _find(ctx: LanContext, hosts: list[Host], *, announced: bool) -> list[FoundDevice]:
    if announced:
        hosts = [*hosts, *await _announced(ctx)]
    title = (
        _("Looking at {host}", host=hosts[0])
        if len(hosts) == 1
        else _("Looking at {count} {count:address|addresses}", count=len(hosts))
    )
    with task(
        "scan", title, total=len(hosts), clock=ctx.clock, sink=ctx.sink, unit="addresses"
    ) as meter:
        found = await sweep(
            hosts,
            password=ctx.password,
            patience=replace(SWEEP_PATIENCE, sleep=ctx.patience.sleep),
            progress=lambda: meter.advance(1),
        )
    return without_doubles(found)


async def _announced(ctx: LanContext) -> list[Host]:
    """Devices that announce themselves; they may be outside the own /24."""
    ssdp, mdns = await asyncio.gather(search_ssdp(), asyncio.to_thread(search_mdns))
    if mdns is None:
        ctx.say(
            _("mDNS was left out; to add it: {install}", install=how_to_add("mdns")), level="detail"
        )
    return [*ssdp, *(mdns or [])]


def look(ctx: LanContext, where: str | Sequence[Host] | None) -> list[FoundDevice]:
    """Who answers in a range, at these hosts, or in this computer's network; remembered."""
    if where is None or isinstance(where, str):
        found = find(ctx, where)
    else:
        found = without_doubles(ctx.run(sweep(where, password=ctx.password)))
    remember(ctx.library, found)
    return found


def scan(ctx: LanContext, where: str | Sequence[Host] | None) -> ScanResult:
    """The contract's `device scan` result; `where` as `look` has it."""
    found = look(ctx, where)
    odd = [item for item in found if item.same_mac or item.has_placeholder_mac]
    if odd:
        ctx.warn(
            "PS-NOTE-SAME-MAC",
            _("Not every MAC is one device's own: {hosts}",
              hosts=", ".join(str(item.host) for item in odd)),
            hint=_("Their RF calibration was lost or copied. They are told apart by address; put "
                   "the RF calibration of their own backups back."),
        )  # fmt: skip
    signals = ctx.run(_signals(ctx, found))
    return ScanResult(devices=tuple(_row(item, signals.get(item.host)) for item in found))


def _row(found: FoundDevice, rssi: int | None) -> FoundRow:
    info = found.info
    return FoundRow(
        ip=found.host.name,
        name=info.short_name if info else None,
        chip=info.chip if info else None,
        version=info.version if info else None,
        variant=info.variant if info else None,
        mac=info.mac if info else None,
        uptime=info.uptime_s if info else None,
        build=info.build if info else None,
        port=found.host.port,
        state=found.state,
        same_mac=found.same_mac,
        placeholder_mac=found.has_placeholder_mac,
        rssi=rssi,
    )


async def _signals(ctx: LanContext, found: Sequence[FoundDevice]) -> dict[Host, int | None]:
    """How well each device hears its network, in dBm; None where it does not say."""
    gate = asyncio.Semaphore(ctx.at_once)
    patience = replace(SWEEP_PATIENCE, sleep=ctx.patience.sleep)

    async def one(item: FoundDevice) -> tuple[Host, int | None]:
        async with gate:
            with suppress(PlugsmithError):
                obk = Obk(item.host, password=ctx.password, patience=patience)
                return item.host, (await look_live(obk)).rssi
        return item.host, None

    there = [item for item in found if item.info is not None]
    return dict(await asyncio.gather(*(one(item) for item in there)))


def remember(library: Library, found: Sequence[FoundDevice]) -> None:
    """Keep what the devices said."""
    now = now_text()
    seen = [
        Sighting(
            mac=item.info.mac,
            host=str(item.host),
            name=item.info.short_name,
            chip=item.info.chip,
            version=item.info.version,
            variant=item.info.variant,
            uptime=item.info.uptime_s,
            seen=now,
        )
        for item in found
        if item.info is not None and item.info.mac is not None
    ]
    if seen:
        # a library that cannot be written to remembers less
        with suppress(OSError, PlugsmithError):
            library.sightings.remember(seen)
