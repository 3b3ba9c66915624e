"""The wall clock, for dates in passports and journals, and what is told when it cannot be right.

A date is for people. What is newer than what is told by numbers: see `library.backups.passport`
and `library.jobs.state`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.clock import Clock
    from plugsmith.flows.context import FlowContext

_TOLERATED = timedelta(minutes=10)  # clocks of several machines over one library


def now_text(clock: Clock | None = None) -> str:
    """The present moment as ISO 8601 in UTC, to the second."""
    now = clock.wall() if clock is not None else datetime.now(UTC)
    return now.isoformat(timespec="seconds")


def tell_wrong_clock(ctx: FlowContext) -> bool:
    """Tell if something in the library is from later than now; whether that is so."""
    latest = ctx.library.latest_date()
    now = ctx.clock.wall()
    if latest is None or latest.date <= now + _TOLERATED:
        return False
    ctx.warn(
        "PS-NOTE-CLOCK",
        _(
            "The clock of this computer says {now}, but {what} is from {then}: one of the two "
            "dates is wrong. Nothing is decided by dates: what was stored last counts as the "
            "newest, and dates in names and lists may mislead.",
            now=now_text(ctx.clock),
            what=latest.what,
            then=latest.date.isoformat(timespec="seconds"),
        ),
        hint=_("Set the clock of this computer."),
        data={"now": now_text(ctx.clock), "latest": latest.date.isoformat(timespec="seconds")},
    )
    return True
