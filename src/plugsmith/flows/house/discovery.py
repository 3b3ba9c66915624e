"""Home Assistant discovery: let a device announce itself, and look whether the broker has it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from plugsmith.errors import UsageError
from plugsmith.errors.broker import DiscoveryUnseen
from plugsmith.errors.device import DeviceRefused
from plugsmith.flows.device.change.changes import state_of
from plugsmith.flows.house.results import AnnouncedDevice
from plugsmith.lan.broker import BrokerAddress, topics_below
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.flows.device.context import LanContext
    from plugsmith.lan.host import Host

DEFAULT_PREFIX = "homeassistant"
_LONGEST_PREFIX = 31  # of the page's argument (openbeken.md section 1)
_WAIT_S = 12.0  # about three messages a second (section 15)
_QUEUED = "queued"


def discover(
    ctx: LanContext,
    host: Host,
    *,
    prefix: str = DEFAULT_PREFIX,
    check: bool = True,
    broker: str | None = None,
    wait_s: float = _WAIT_S,
) -> AnnouncedDevice:
    """Queue the device's discovery messages; with `check` hear whether they reach its broker.

    The broker is the device's own, or `broker`, if it has another name here. DeviceRefused where
    the device has no broker or nothing to announce; DiscoveryUnseen where nothing arrives.
    """
    if not prefix or len(prefix) > _LONGEST_PREFIX or any(mark in prefix for mark in "#+ "):
        raise UsageError(problem=_("{prefix!r} is no prefix of topics", prefix=prefix[:40]))

    async def work() -> AnnouncedDevice:
        obk = ctx.obk(host)
        state = await state_of(ctx, obk)
        answer = (await obk.wire.act(f"/ha_discovery?prefix={quote(prefix)}")).text.strip()
        if _QUEUED not in answer:
            raise DeviceRefused(host=obk.host, request=_("discovery"), problem=answer[:80])
        long_name = str(state.settings.get("long_name", ""))
        topics: list[str] = []
        if check:
            settings = state.settings
            address = BrokerAddress(
                host=broker or str(settings.get("mqtt_host", "")),
                port=int(str(settings.get("mqtt_port", 1883))),
                user=str(settings.get("mqtt_user", "")),
                password=str(settings.get("mqtt_password", "")),
            )
            heard = await topics_below(address, prefix, seconds=wait_s)
            topics = [topic for topic in heard if f"/{long_name}_" in topic]
            if not topics:
                raise DiscoveryUnseen(host=obk.host, prefix=prefix, broker=address.host)
        return AnnouncedDevice(
            host=obk.host, prefix=prefix, queued=True, checked=check, topics=tuple(topics)
        )

    return ctx.run(work())
