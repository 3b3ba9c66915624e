"""Finds OpenBeken devices in ranges of addresses: all are asked, most of them are empty."""

from __future__ import annotations

import asyncio
import re
import socket
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import is_placeholder_mac
from plugsmith.errors import PlugsmithError, UsageError
from plugsmith.errors.device import DeviceInSafeMode, DeviceLocked
from plugsmith.lan.host import DEFAULT_PORT, Host, parse_host
from plugsmith.lan.http import HttpTimeouts
from plugsmith.lan.obk_http import Obk
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from plugsmith.lan.records import ApiInfo

MAX_ADDRESSES = 4096
AT_ONCE = 254  # most addresses are empty: waiting for them costs nothing
SWEEP_PATIENCE = HttpTimeouts(connect_s=1.3, answer_s=6.0, whole_s=12.0, tries=1)
_ROUNDS = 3
_LOOK_S = 0.1
_FROM_TO = re.compile(r"(\d+\.\d+\.\d+\.)(\d{1,3})-(\d{1,3})")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDevice:
    """A device that answered; `info` is None where it does not say more (`state` says why)."""

    host: Host
    info: ApiInfo | None
    state: str = "ok"  # "ok", "locked" (web password), "safe-mode"
    same_mac: bool = False  # another device that was found has this MAC too

    @property
    def has_placeholder_mac(self) -> bool:
        """Whether the MAC is one that devices get when their RF calibration is lost."""
        mac = self.info.mac if self.info else None
        return mac is not None and is_placeholder_mac(bytes.fromhex(mac.replace(":", "")))


def hosts_in(text: str) -> list[Host]:
    """The addresses of `10.0.0.0/24`, `10.0.0.5-30`, or a single host, each with an optional port.

    Raises UsageError for anything else and for more than 4096 addresses.
    """
    body, _colon, port_text = text.partition(":") if text.count(":") == 1 else (text, "", "")
    port = parse_host(f"x:{port_text}").port if port_text else DEFAULT_PORT
    match = _FROM_TO.fullmatch(body)
    try:
        if match:
            first, last = (IPv4Address(match[1] + match[i]) for i in (2, 3))
            if last < first:
                raise UsageError(problem=_("the range {text!r} ends before it begins", text=text))
            return [Host(str(IPv4Address(n)), port) for n in range(int(first), int(last) + 1)]
        if "/" in body:
            return _of_network(IPv4Network(body, strict=False), port)
    except ValueError as problem:
        raise UsageError(problem=_("{text!r} is not a range of addresses", text=text)) from problem
    return [parse_host(text)]


def _of_network(network: IPv4Network, port: int) -> list[Host]:
    if network.num_addresses > MAX_ADDRESSES:
        raise UsageError(problem=_("the range {text} is too large", text=str(network)))
    return [Host(str(address), port) for address in network.hosts()]


def own_network() -> str | None:
    """The /24 around this computer's own address; None without a network."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # no packet is sent
        address = str(probe.getsockname()[0])
        if not address.startswith(("0.", "127.")):
            return str(IPv4Network(f"{address}/24", strict=False))
    return None


async def sweep(
    hosts: Sequence[Host],
    *,
    password: str | None = None,
    patience: HttpTimeouts = SWEEP_PATIENCE,
    at_once: int = AT_ONCE,
    progress: Callable[[], None] | None = None,
) -> list[FoundDevice]:
    """Ask every host who it is, `at_once` at a time; those that are OpenBeken, by address.

    Who did not answer while this computer itself was held up is asked again.
    """
    gate = asyncio.Semaphore(at_once)
    found: dict[Host, FoundDevice] = {}
    asked: set[Host] = set()

    async def one(host: Host) -> None:
        async with gate:
            item = await look_at(host, password=password, patience=patience)
        if item is not None:
            found[host] = item
        if progress is not None and host not in asked:
            progress()
        asked.add(host)

    for _round in range(_ROUNDS):
        lag = asyncio.ensure_future(_longest_stall())
        await asyncio.gather(*(one(host) for host in dict.fromkeys(hosts) if host not in found))
        lag.cancel()
        if await lag < patience.connect_s / 2:
            break
    return sorted(found.values(), key=_by_address)


async def _longest_stall() -> float:
    """How many seconds this process was away at most, once it is cancelled."""
    loop, longest = asyncio.get_running_loop(), 0.0
    began_s = loop.time()
    try:
        while True:
            began_s = loop.time()
            await asyncio.sleep(_LOOK_S)
            longest = max(longest, loop.time() - began_s - _LOOK_S)
    except asyncio.CancelledError:
        return max(longest, loop.time() - began_s - _LOOK_S)


async def look_at(
    host: Host, *, password: str | None = None, patience: HttpTimeouts = SWEEP_PATIENCE
) -> FoundDevice | None:
    """What answers there, if it is OpenBeken."""
    obk = Obk(host, password=password, patience=patience)
    try:
        return FoundDevice(host=host, info=await obk.info())
    except DeviceLocked:
        return FoundDevice(host=host, info=None, state="locked")
    except DeviceInSafeMode:
        return FoundDevice(host=host, info=None, state="safe-mode")
    except PlugsmithError:
        return None


def without_doubles(found: Iterable[FoundDevice]) -> list[FoundDevice]:
    """One entry a device: left out is what was found where a device itself says it is elsewhere.

    Two devices may have one MAC (lost RF calibration): both are kept, and marked.
    """
    once = list({item.host: item for item in found}.values())
    places = {(item.info.mac, item.host) for item in once if item.info and item.info.mac}
    kept = [
        item
        for item in once
        if item.info is None
        or item.info.mac is None
        or item.host.name == item.info.ip
        or (item.info.mac, Host(item.info.ip, item.host.port)) not in places
    ]
    macs = Counter(item.info.mac for item in kept if item.info and item.info.mac)
    return [
        replace(item, same_mac=item.info is not None and macs[item.info.mac or ""] > 1)
        for item in kept
    ]


def _by_address(item: FoundDevice) -> tuple[int, str, int]:
    try:
        return int(IPv4Address(item.host.name)), "", item.host.port
    except ValueError:
        return 0, item.host.name, item.host.port
