"""Work that may break devices: one alone, then waves, none after a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from plugsmith.flows.device.context import each
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plugsmith.flows.device.context import LanContext, Outcome, Work
    from plugsmith.lan.host import Host

_T = TypeVar("_T")


async def in_waves(
    ctx: LanContext,
    hosts: Sequence[Host],
    work: Work[_T],
    *,
    tell: Callable[[Outcome[_T]], None],
    done_before: int = 0,
    of: int = 0,
) -> list[Outcome[_T]]:
    """The first host alone, the others `ctx.at_once` at a time; how those that were begun ended.

    `done_before`, `of`: as `each` has them.

    After a failure nothing more is begun, which is said.
    """
    ended: list[Outcome[_T]] = []
    at = 0
    while at < len(hosts) and all(item.error is None for item in ended):
        size = 1 if at == 0 else ctx.at_once
        wave = hosts[at : at + size]
        at += size
        done = done_before + len(ended)
        ended += await each(ctx, wave, work, tell=tell, done_before=done, of=of or len(hosts))
    if at < len(hosts):
        ctx.warn(
            "PS-NOTE-OTA-STOPPED",
            _(
                "An update failed: {count} devices were not begun.",
                count=len(hosts) - at,
            ),
            hint=_("Look into the failure; the same command goes on with those that are left."),
        )
    return ended


__all__ = ["in_waves"]
