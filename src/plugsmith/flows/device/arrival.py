"""After a flash: wait until the device itself, known by its MAC, answers in the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.chips.catalog import is_placeholder_mac
from plugsmith.flows.arrived import ArrivedDevice
from plugsmith.flows.device.scan import look
from plugsmith.flows.device.targets import place_of
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.flows.device.context import LanContext
    from plugsmith.lan.discover import FoundDevice

_PAUSE_S = 2.0


def await_arrival(
    ctx: LanContext, mac: str | None, where: str, *, within_s: float
) -> ArrivedDevice | None:
    """The device with this MAC as it answers, None if it does not within that time.

    `where` is what `device scan` takes. It is looked for again and again: a device restarts and
    joins in 10 to 30 s. Whoever else answers is not it, whatever its name or address. An address
    that many devices carry, or that two answer with, proves nothing.
    """
    if mac is None or is_placeholder_mac(bytes.fromhex(mac.replace(":", ""))):
        ctx.warn(
            "PS-NOTE-NOT-FOUND",
            _("The device has no MAC of its own that was read: it cannot be told from others."),
            hint=_("Look at what answers: plugsmith device scan"),
        )
        return None
    ctx.say(_("Waiting for {mac} in the network ({where}) ...", mac=mac, where=where))
    until_s = ctx.clock.monotonic() + within_s
    while True:
        found = look(ctx, place_of(ctx, where))
        own = [item for item in found if item.info and _same(item.info.mac, mac)]
        if len(own) == 1:
            return _arrived(own[0])
        if ctx.clock.monotonic() >= until_s:
            break
        ctx.cancel.check()
        ctx.clock.sleep(_PAUSE_S)
    _tell_missing(ctx, mac, found)
    return None


def _same(theirs: str | None, ours: str) -> bool:
    return theirs is not None and theirs.casefold() == ours.casefold()


def _arrived(device: FoundDevice) -> ArrivedDevice:
    info = device.info
    assert info is not None
    return ArrivedDevice(
        host=str(device.host),
        mac=info.mac,
        name=info.short_name,
        version=info.version,
        url=f"http://{device.host}/",
    )


def _tell_missing(ctx: LanContext, mac: str, others: list[FoundDevice]) -> None:
    tail = mac.replace(":", "")[4:].upper()
    locked = [str(item.host) for item in others if item.info is None and item.state == "locked"]
    hint = _(
        "Without Wi-Fi settings it opens a network of its own whose name ends in {tail} (or has "
        "the name that you gave): join it and open http://192.168.4.1/. With a wrong Wi-Fi name "
        "or password it goes on trying: switch its supply on and off five times, a second each, "
        "and it opens that network too. If it joined another network: plugsmith device scan RANGE",
        tail=tail,
    )
    if locked:
        hint += " " + _(
            "These ask for a web password and may be it: {hosts}.", hosts=", ".join(locked)
        )
    message = _("The device {mac} was not seen in the network.", mac=mac)
    strangers = [f"{item.host} ({item.info.mac})" for item in others if item.info is not None]
    if strangers:
        message += " " + _("Others answer there: {hosts}.", hosts=", ".join(strangers[:8]))
    ctx.warn(
        "PS-NOTE-NOT-FOUND",
        message,
        hint=hint,
        data={"mac": mac, "answered": [str(item.host) for item in others]},
    )
