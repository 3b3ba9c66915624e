"""What a flow over the network needs from outside, and running it on one device or many."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from plugsmith.errors import Cancelled, Fact, PlugsmithError
from plugsmith.events import ErrorEvent, Item, Log, Warning_
from plugsmith.flows.device.results import RunCounts, TreatedDevice
from plugsmith.lan.http import HttpTimeouts, run_network
from plugsmith.lan.obk_http import Obk
from plugsmith.messages import _
from plugsmith.records import Result, fields_apart, fields_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from plugsmith.clock import Clock
    from plugsmith.events import CancelToken, EventSink
    from plugsmith.lan.host import Host
    from plugsmith.library.library import Library

_T = TypeVar("_T")
_R = TypeVar("_R", bound=Result)
Work: TypeAlias = "Callable[[LanContext, Obk, int], Awaitable[_T]]"


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
    at_once: int = 32
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

    def run(self, work: Awaitable[_T]) -> _T:
        """Run network work to its end, or until the user stops it."""
        return run_network(work, cancelled=lambda: self.cancel.cancelled)

    def look(self, work: Awaitable[_T]) -> _T:
        """Run network work that changes no device; a stop meanwhile says so."""
        try:
            return self.run(work)
        except Cancelled as stop:
            raise Cancelled(state=_("Nothing was changed.")) from stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Generic[_T]):
    """How the work on one device ended: with a value, or with an error of ours."""

    host: Host
    number: int
    value: _T | None = None
    error: PlugsmithError | None = None

    @property
    def code(self) -> int:
        """The exit code that this device alone would give."""
        return int(self.error.exit_code) if self.error is not None else 0


def on_each(ctx: LanContext, hosts: Sequence[Host], work: Work[_R]) -> _R | RunCounts:
    """`work` on one device: its result or its error. On several: an item each, then the counts.

    At most `ctx.at_once` devices are worked on at a time; a failing one does not stop the others.
    `exit_code` of the counts is the highest among the items.
    """
    if len(hosts) == 1:
        return ctx.run(work(ctx, ctx.obk(hosts[0]), 1))
    return counts(ctx.run(each(ctx, hosts, work, tell=lambda item: emit_item(ctx, item))))


def one_by_one(
    ctx: LanContext, hosts: Sequence[Host], work: Callable[[Host], _R]
) -> _R | RunCounts:
    """The same for work that runs the network by itself, so that devices come one after another."""
    if len(hosts) == 1:
        return work(hosts[0])
    ended: list[Outcome[_R]] = []
    for number, host in enumerate(hosts, 1):
        if ctx.cancel.cancelled:
            raise _stopped(ended, len(hosts))
        try:
            item = Outcome[_R](host=host, number=number, value=work(host))
        except Cancelled as stop:
            raise _stopped(ended, len(hosts)) from stop
        except PlugsmithError as error:
            item = Outcome[_R](host=host, number=number, error=error)
        ended.append(item)
        emit_item(ctx, item)
    return counts(ended)


async def each(
    ctx: LanContext,
    hosts: Sequence[Host],
    work: Work[_T],
    *,
    tell: Callable[[Outcome[_T]], None] = lambda _item: None,
    done_before: int = 0,
    of: int = 0,
) -> list[Outcome[_T]]:
    """`work` on every device, each to its own end; `tell` hears of each end at once.

    `hosts` may be a part of `of` devices, of which `done_before` were done: a stop tells of all.

    Nothing that happens to one device cuts off another: an upload that is torn hangs its device.
    So an unexpected exception, or a stop, is raised only when all that had begun have ended.
    """
    gate = asyncio.Semaphore(ctx.at_once)
    ended: list[Outcome[_T]] = []
    broken = False

    async def one(number: int, host: Host) -> None:
        nonlocal broken
        async with gate:
            if broken:
                return
            try:
                _check_begin(ctx)
                item = Outcome(
                    host=host, number=number, value=await work(ctx, ctx.obk(host), number)
                )
            except PlugsmithError as error:
                item = Outcome(host=host, number=number, error=error)
            except asyncio.CancelledError:
                stopped = Cancelled(resume=_("Run the same command again: it goes on from there."))
                tell(Outcome(host=host, number=number, error=stopped))
                raise
            except Exception:
                broken = True
                raise
        ended.append(item)
        tell(item)

    work_of_all = asyncio.gather(
        *(one(number, host) for number, host in enumerate(hosts, 1)), return_exceptions=True
    )
    try:
        results = await work_of_all
    except asyncio.CancelledError as stop:
        raise _stopped(ended, of or len(hosts), done_before) from stop
    for result in results:
        if isinstance(result, BaseException):
            raise result
    if any(isinstance(item.error, Cancelled) for item in ended):
        raise _stopped(ended, of or len(hosts), done_before)
    return sorted(ended, key=lambda item: item.number)


def _check_begin(ctx: LanContext) -> None:
    if ctx.cancel.cancelled:
        raise Cancelled(state=_("Nothing was changed."))


def _stopped(ended: Sequence[Outcome[_T]], total: int, done_before: int = 0) -> Cancelled:
    done = done_before + sum(item.error is None for item in ended)
    return Cancelled(
        state=_("{done} of {total} devices are done.", done=done, total=total),
        resume=_("Run the same command again: it goes on with the others."),
    )


def emit_item(ctx: LanContext, item: Outcome[_R]) -> None:
    """Tell how one of several devices ended."""
    data = fields_of(item.value) if item.value is not None else None
    error = _error_data(item.error) if item.error is not None else None
    ctx.sink.emit(Item(name=str(item.host), data=data, error=error))


def counts(items: Sequence[Outcome[_R]]) -> RunCounts:
    """The result of a run over several devices; those that were skipped are not done."""
    codes = [item.code for item in items]
    treated = [item.value for item in items if isinstance(item.value, TreatedDevice)]
    skipped = sum(bool(device.skip_reason) for device in treated)
    return RunCounts(
        devices=len(codes),
        done=codes.count(0) - skipped,
        skipped=skipped,
        failed=len(codes) - codes.count(0),
        exit_code=max(codes, default=0),
        changed=sum(device.was_changed for device in treated) if treated else None,
    )


def looked_over(items: Sequence[Outcome[_R]], *, would_change: int) -> RunCounts:
    """The counts of a dry run: how many devices would have been changed."""
    facts = fields_apart(counts(items))
    return RunCounts(**facts | {"dry_run": True, "would_change": would_change})


def _error_data(error: PlugsmithError) -> dict[str, Fact]:
    event = ErrorEvent.of(error)
    return {
        "code": event.code,
        "exit": event.exit,
        "message": event.message,
        "hint": event.hint,
        "data": event.data,
    }
