"""Updates out of the public releases, for devices that were just asked what they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plugsmith.errors.network import NetworkError, ReleaseNotFound
from plugsmith.flows.device.update_file import prefixes_of
from plugsmith.flows.image.fetch import fetch
from plugsmith.library.releases import ReleaseCache
from plugsmith.messages import _
from plugsmith.openbeken.builds.releases import update_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.flows.device.context import LanContext
    from plugsmith.flows.image.fetch import FetchRequest
    from plugsmith.lan.records import ApiInfo

    # a device, and the version it is to have (with a build behind a `_`, or empty for the newest)
    Wish = tuple[ApiInfo, str]


def download_updates(ctx: LanContext, source: FetchRequest, wishes: Sequence[Wish]) -> None:
    """Bring the updates for these devices into the cache, each file once.

    Without a network, or where a release has no such file, that is a warning: what the cache holds
    still counts, and whoever needs the file names it.
    """
    cache = ReleaseCache(ctx.library.cache / "releases")
    asked: set[FetchRequest] = set()
    for info, wanted in wishes:
        request = _request(source, info, wanted)
        if request in asked:
            continue
        asked.add(request)
        try:
            found = fetch(request, cache=cache, clock=ctx.clock, sink=ctx.sink, cancel=ctx.cancel)
        except (NetworkError, ReleaseNotFound) as problem:
            ctx.warn("PS-NOTE-NOT-DOWNLOADED", problem.message, hint=problem.hint)
            continue
        ctx.say(_("{name} is there.", name=getattr(found, "asset", "")), level="detail")


def _request(source: FetchRequest, info: ApiInfo, wanted: str) -> FetchRequest:
    prefix = prefixes_of(info.chip)[0]
    version, _mark, named = wanted.partition("_")
    variant = named or info.variant
    if version:
        name = update_name(prefix, version, variant)
        return replace(source, version=version, asset=name, ota=True)
    return replace(source, prefix=prefix, variant=variant, ota=True)


__all__ = ["download_updates"]
