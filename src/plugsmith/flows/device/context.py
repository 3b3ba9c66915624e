"""What a flow over the network needs from outside, and running it on one device or many."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.errors import Cancelled, Fact, PlugsmithError
from plugsmith.events import ErrorEvent, Item, Log, Warning_
from plugsmith.lan.http import HttpTimeouts, run_network
from plugsmith.lan.obk_http import Obk

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from plugsmith.clock import Clock
    from plugsmith.events import CancelToken, EventSink
    from plugsmith.lan.host import Host
    from plugsmith.library.library import Library

    Data = dict[str, Fact]
    Work = Callable[["LanContext", Obk, int], Awaitable[Data]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LanContext:
    """One run of one `device` verb. `password` is the web password of the devices."""

    clock: Clock
    sink: EventSink
    cancel: CancelToken
    library: Library
    consent: Callable[[str, str], None]
    patience: HttpTimeouts = field(default_factory=HttpTimeouts)
    password: str | None = field(default=None, repr=False)
    at_once: int = 8
    leave_safe_mode: bool = False

    def obk(self, host: Host) -> Obk:
        """The client of one device."""
        return Obk(host, password=self.password, patience=self.patience)

    def say(self, message: str, *, level: str = "info") -> None:
        """A remark for people."""
        self.sink.emit(Log(message=message, level=level))

    def warn(
        self, code: str, message: str, *, hint: str = "", data: dict[str, Fact] | None = None
    ) -> None:
        """Something that the user should know and that does not stop the work."""
        self.sink.emit(Warning_(code=code, message=message, hint=hint, data=data or {}))

    def run(self, work: Awaitable[Data]) -> Data:
        """Run network work to its end, or until the user stops it."""
        return run_network(work, cancelled=lambda: self.cancel.cancelled)


def on_each(ctx: LanContext, hosts: Sequence[Host], work: Work) -> Data:
    """`work` on one device: its data or its error. On several: an item each, then the counts.

    At most `ctx.at_once` devices are worked on at a time; a failing one does not stop the others.
    `exit_code` of the counts is the highest among the items.
    """
    if len(hosts) == 1:
        return ctx.run(work(ctx, ctx.obk(hosts[0]), 1))
    return ctx.run(_all(ctx, hosts, work))


async def _all(ctx: LanContext, hosts: Sequence[Host], work: Work) -> Data:
    gate = asyncio.Semaphore(ctx.at_once)
    codes: list[int] = []

    async def one(number: int, host: Host) -> None:
        async with gate:
            try:
                ctx.cancel.check()
                data = await work(ctx, ctx.obk(host), number)
            except Cancelled:
                raise
            except PlugsmithError as error:
                codes.append(int(error.exit_code))
                ctx.sink.emit(Item(name=str(host), error=_error_data(error)))
                return
        codes.append(0)
        ctx.sink.emit(Item(name=str(host), data=data))

    await asyncio.gather(*(one(number, host) for number, host in enumerate(hosts, 1)))
    return {
        "devices": len(codes),
        "done": codes.count(0),
        "failed": len(codes) - codes.count(0),
        "exit_code": max(codes, default=0),
    }


def _error_data(error: PlugsmithError) -> dict[str, Fact]:
    event = ErrorEvent.of(error)
    return {
        "code": event.code,
        "exit": event.exit,
        "message": event.message,
        "hint": event.hint,
        "data": event.data,
    }
