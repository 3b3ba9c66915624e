"""`device list`: every device that was seen, and what is to be known about it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import is_placeholder_mac
from plugsmith.errors import PlugsmithError
from plugsmith.flows.device.context import each
from plugsmith.flows.house.find import look_around
from plugsmith.flows.house.results import ListResult, SeenRow
from plugsmith.flows.now import now_text
from plugsmith.lan.live_page import look_live
from plugsmith.library.device_backups import DeviceBackups
from plugsmith.library.releases import ReleaseCache
from plugsmith.library.sightings import Sighting
from plugsmith.messages import _
from plugsmith.openbeken.builds.releases import DEFAULT_REPO, parse_asset_name, version_key

if TYPE_CHECKING:
    from plugsmith.flows.device.context import LanContext
    from plugsmith.lan.obk_http import Obk


def overview(ctx: LanContext, where: str | None, *, now: bool) -> ListResult:
    """The remembered devices; with `where` or `now` they are asked first."""
    answering: set[tuple[str, str]] | None = None
    if where is not None or now:
        answering = _ask(ctx, where)
    known = ctx.library.sightings.all()
    macs = Counter(item.mac for item in known)
    backups = {(item.mac, item.host): item.created for item in
               DeviceBackups(ctx.library.root / "devices").all()}  # fmt: skip
    newest = _newest(ctx)
    rows = [
        SeenRow(
            mac=item.mac,
            host=item.host,
            name=item.name,
            chip=item.chip,
            version=item.version,
            newest=newest,
            outdated=_older(item.version, newest),
            uptime=item.uptime,
            rssi=item.rssi,
            mqtt=item.mqtt,
            seen=item.seen,
            answers=None if answering is None else item.key in answering,
            last_backup=backups.get(item.key),
            last_change=_changed(ctx, item),
            alarm=_alarm(item, macs[item.mac], answering, known),
        )
        for item in known
    ]
    return ListResult(devices=tuple(rows))


def _ask(ctx: LanContext, where: str | None) -> set[tuple[str, str]]:
    found = [item for item in look_around(ctx, where) if item.info and item.info.mac]

    async def look(_ctx: LanContext, obk: Obk, _number: int) -> Sighting:
        info = await obk.info()
        page = await look_live(obk)
        return Sighting(
            mac=info.mac or "",
            host=obk.host,
            rssi=page.rssi,
            mqtt=str(page.mqtt) if page.mqtt else None,
            seen=now_text(),
        )

    outcomes = ctx.run(each(ctx, [item.host for item in found], look)) if found else []
    kept = [item.value for item in outcomes if item.value is not None and item.value.mac]
    if kept:
        ctx.library.sightings.remember(kept)
    return {(item.info.mac or "", str(item.host)) for item in found if item.info}


def _newest(ctx: LanContext) -> str | None:
    """The newest version among the fetched releases."""
    try:
        held = ReleaseCache(ctx.library.cache / "releases").all_of(DEFAULT_REPO)
    except PlugsmithError:
        return None
    names = [parse_asset_name(item.path.name) for item in held]
    versions = [item.version for item in names if item is not None]
    return max(versions, key=version_key, default=None)


def _older(version: str | None, newest: str | None) -> bool:
    return bool(version and newest) and version_key(version or "") < version_key(newest or "")


def _changed(ctx: LanContext, item: Sighting) -> str | None:
    record = ctx.library.undo.latest(item.mac, item.host)
    return record.created if record else None


def _alarm(
    item: Sighting,
    count: int,
    answering: set[tuple[str, str]] | None,
    known: list[Sighting],
) -> str:
    """One MAC at two addresses is two devices only if both answer; else one may have moved."""
    if is_placeholder_mac(bytes.fromhex(item.mac.replace(":", ""))):
        return _("a placeholder MAC: its RF calibration is lost")
    if count < 2:
        return ""
    twins = [other for other in known if other.mac == item.mac and other.key != item.key]
    if answering is not None and not any(other.key in answering for other in twins):
        return ""
    return _("this MAC was seen at {hosts} too", hosts=", ".join(other.host for other in twins))


def names_taken(ctx: LanContext, *, but: str) -> tuple[str, ...]:
    """Names of the devices that were seen, for a clone to keep clear of."""
    return tuple(item.name for item in ctx.library.sightings.all() if item.host != but)


__all__ = ["names_taken", "overview"]
