"""Which devices a command means: one, a list, a file of names, or everything a scan finds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.errors import UsageError
from plugsmith.errors.device import NoDevices
from plugsmith.flows.device.device_list import NamedDevice, device_named, read_devices
from plugsmith.flows.device.scan import find
from plugsmith.lan.discover import hosts_in, sweep
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.flows.device.context import LanContext
    from plugsmith.lan.host import Host
    from plugsmith.library.sightings import Sighting


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """The devices that a command means. `by_scan`: whoever answers just now, in no known order."""

    hosts: list[Host]
    by_scan: bool


def targets(ctx: LanContext, text: str) -> list[Host]:
    """The devices in `host`, `mac`, `host,host,...`, `@file`, a range, or `scan`.

    A range and `scan` (this computer's own network) mean every device that answers there; a MAC is
    looked for where it was seen last, then in this computer's network.
    Raises UsageError, InputMissing, NoDevices.
    """
    return find_targets(ctx, text).hosts


def place_of(ctx: LanContext, text: str | None) -> str | list[Host] | None:
    """Where to look for devices: a range, the hosts of a list or file, None for the own network."""
    if text is not None and (text.startswith("@") or "," in text):
        return targets(ctx, text)
    return None if text == "scan" else text


def one_target(ctx: LanContext, text: str) -> Host:
    """The same for a verb that works on one device; UsageError for several."""
    found = targets(ctx, text)
    if len(found) != 1:
        raise UsageError(
            problem=_("this works on one device at a time, and {count} are named", count=len(found))
        )
    return found[0]


def find_targets(ctx: LanContext, text: str) -> Targets:
    """The same, and whether they are named or found."""
    words = _words(text)
    ranges = [word for word in words if isinstance(word, str)]
    named = _addresses(ctx, [word for word in words if isinstance(word, NamedDevice)])
    found: list[Host] = []
    for word in ranges:
        there = [item.host for item in find(ctx, None if word == "scan" else word)]
        if not there:
            raise NoDevices(range=word)
        found += there
    return Targets(hosts=list(dict.fromkeys([*named, *found])), by_scan=bool(ranges))


def check_targets(text: str) -> None:
    """Return if `text` can be meant; UsageError or InputMissing. Asks nobody."""
    _words(text)


def _words(text: str) -> list[NamedDevice | str]:
    """Each device that is named, and each range (or `scan`) as it stands."""
    if text.startswith("@"):
        return [*read_devices(Path(text[1:]))]
    found: list[NamedDevice | str] = []
    for part in (part.strip() for part in text.split(",")):
        if part == "scan" or "/" in part.removeprefix("http://").rstrip("/") or _is_span(part):
            if part != "scan":
                hosts_in(part)
            found.append(part)
        else:
            found.append(device_named(part))
    return found


def _is_span(text: str) -> bool:
    """Whether it is `10.0.0.5-30`; a name may hold a dash, four numbers may not."""
    head, dash, tail = text.partition(":")[0].partition("-")
    return bool(dash) and tail.isdecimal() and "." in head and head.replace(".", "").isdecimal()


def _addresses(ctx: LanContext, rows: Sequence[NamedDevice]) -> list[Host]:
    """Where the devices are; a MAC counts only where a device says that it has it."""
    wanted = {row.mac for row in rows if row.mac}
    by_mac: dict[str, Host] = {}
    if wanted:
        seen = ctx.library.sightings.all()
        at = [row.host for row in rows if row.mac and row.host]
        at += [item.host for item in map(_sighted, seen) if item and item.mac in wanted
               and item.host]  # fmt: skip
        by_mac = _answering(ctx, at)
        if wanted - set(by_mac):
            by_mac |= {
                item.info.mac: item.host for item in find(ctx, None) if item.info and item.info.mac
            }
    missing = sorted(wanted - set(by_mac))
    if missing:
        raise NoDevices(range=_("this network with the MAC {macs}", macs=", ".join(missing)))
    hosts = [by_mac[row.mac] if row.mac else row.host for row in rows]
    return [host for host in hosts if host is not None]


def _sighted(item: Sighting) -> NamedDevice | None:
    try:
        return NamedDevice(mac=item.mac, host=device_named(item.host).host)
    except UsageError:
        return None


def _answering(ctx: LanContext, hosts: Sequence[Host]) -> dict[str, Host]:
    found = ctx.run(sweep(hosts, password=ctx.password)) if hosts else []
    return {item.info.mac: item.host for item in found if item.info and item.info.mac}
