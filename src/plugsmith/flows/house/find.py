"""Where the devices of a roll are just now: by MAC, wherever they answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.errors.device import NoDevices
from plugsmith.flows.device.scan import find, remember
from plugsmith.flows.device.targets import find_targets
from plugsmith.lan.discover import sweep, without_doubles
from plugsmith.lan.host import parse_host
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.flows.device.context import LanContext
    from plugsmith.flows.house.roll import Roll
    from plugsmith.lan.discover import FoundDevice
    from plugsmith.lan.host import Host
    from plugsmith.library.sightings import Sighting


def hosts_seen(ctx: LanContext) -> list[Host]:
    """Where the devices that were ever seen were last, each address once; NoDevices.

    A device that has moved since counts at its new address only; two with one MAC that were seen
    on one day count both.
    """
    latest: dict[str, Sighting] = {}
    day: dict[str, str] = {}
    for item in sorted(ctx.library.sightings.all(), key=lambda item: item.seen):
        latest[item.host] = item
        day[item.mac] = item.seen[:10]
    hosts = [host for host, item in latest.items() if item.seen[:10] == day[item.mac]]
    if not hosts:
        raise NoDevices(range=_("the devices seen so far"))
    return [parse_host(host) for host in hosts]


def look_around(ctx: LanContext, where: str | None) -> list[FoundDevice]:
    """The devices in a range, in the own network (`scan`), or where they were seen last."""
    if where is not None:
        if where == "scan":
            found = find(ctx, None)
        else:
            hosts = find_targets(ctx, where).hosts
            found = ctx.look(sweep(hosts, password=ctx.password))
    else:
        known = [parse_host(item.host) for item in ctx.library.sightings.all()]
        found = ctx.look(sweep(known, password=ctx.password)) if known else []
    found = without_doubles(found)
    remember(ctx.library, found)
    return found


def of_roll(ctx: LanContext, roll: Roll, where: str | None) -> dict[str, list[FoundDevice]]:
    """MAC to the devices that have it; several where a MAC is there twice.

    Without `where`: the addresses of the roll, and those where its devices were seen last.
    """
    if where is not None:
        found = look_around(ctx, where)
    else:
        hosts = [row.host for row in roll.rows if row.host is not None]
        hosts += [
            parse_host(item.host)
            for item in ctx.library.sightings.all()
            if roll.row_of(item.mac) is not None
        ]
        found = without_doubles(ctx.look(sweep(hosts, password=ctx.password)) if hosts else [])
        remember(ctx.library, found)
    by_mac: dict[str, list[FoundDevice]] = {}
    for item in found:
        if item.info is not None and item.info.mac is not None:
            by_mac.setdefault(item.info.mac, []).append(item)
    return by_mac
