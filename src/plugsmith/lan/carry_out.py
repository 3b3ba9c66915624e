"""Carries a ConfigChange out on a device: step by step, then the restart."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from plugsmith.errors import Cancelled, PlugsmithError
from plugsmith.errors.device import DeviceNotBack, DeviceRefused, HalfApplied, RefusedAfterStop
from plugsmith.lan.change_steps import CommandStep, PageStep, StartupStep, StopDrivers
from plugsmith.lan.http import to_the_end
from plugsmith.lan.live_page import look_live
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.lan.change import ConfigChange
    from plugsmith.lan.change_steps import ChangeStep
    from plugsmith.lan.obk_http import Obk
    from plugsmith.lan.records import ApiInfo
    from plugsmith.lan.restarts import UptimeWatch


async def carry_out(
    obk: Obk,
    change: ConfigChange,
    *,
    undo: str,
    progress: Callable[[int], None] = lambda _done: None,
    check: Callable[[], None] = lambda: None,
    begin: Callable[[], None] = lambda: None,
) -> ApiInfo | None:
    """Send every step and restart where needed; who the device is afterwards, None if it moved.

    `check` raises when the user wants to stop; between steps only. `begin` is called before the
    first step that sets something. HalfApplied when it stops in the middle; RefusedAfterStop when
    only the drivers had been stopped. `undo` is the command line that goes back, for the error.
    """
    watch = await obk.watch_uptime()
    stops = any(isinstance(step, StopDrivers) for step in change.steps)
    way = _Way(obk, change, undo, (await look_live(obk)).drivers if stops else ())
    for number, step in enumerate(change.steps):
        try:
            check()
            if step.sets and not way.begun:
                begin()
                way.begun = True
            await _send(obk, step)
        except (Cancelled, asyncio.CancelledError) as stop:
            raise await way.cancelled(number) from stop
        except PlugsmithError as problem:
            raise await way.failed(number, problem) from problem
        way.stopped = way.stopped or isinstance(step, StopDrivers)
        progress(number + 1)
    if "web_password" in change.new:
        obk.wire.use_password(str(change.new["web_password"]) or None)
    try:
        return await _settle(obk, change, watch)
    except DeviceNotBack:
        if change.may_move:
            return None
        raise


class _Way:
    """How far a change has come, for whatever ends it."""

    def __init__(self, obk: Obk, change: ConfigChange, undo: str, drivers: tuple[str, ...]) -> None:
        self._obk = obk
        self._change = change
        self._undo = undo
        self._drivers = drivers
        self.begun = False
        self.stopped = False

    async def cancelled(self, number: int) -> Cancelled:
        """The stop that the user asked for, after `number` whole steps."""
        again = await to_the_end(self._start_again())
        if not self.begun:
            return Cancelled(state=" ".join([_("Nothing was changed."), again]).strip())
        done = _("{done} of {total} steps are done.", done=number, total=len(self._change.steps))
        return Cancelled(
            state=f"{done} {again}".strip(),
            resume=_(
                "Run the same command again to finish, or go back with: {undo}", undo=self._undo
            ),
        )

    async def failed(self, number: int, problem: PlugsmithError) -> PlugsmithError:
        """What ended step `number`, as an error that says what the device holds now."""
        again = await self._start_again()
        before = any(step.sets for step in self._change.steps[:number])
        if self.begun and (before or not isinstance(problem, DeviceRefused)):
            return HalfApplied(
                host=self._obk.host,
                done=number,
                total=len(self._change.steps),
                problem=problem.message,
                drivers=again,
                undo=self._undo,
            )
        if self.stopped and isinstance(problem, DeviceRefused):
            return RefusedAfterStop(**{**problem.facts, "drivers": again})
        return problem

    async def _start_again(self) -> str:
        """Start the drivers that were stopped for the change; a sentence about it."""
        if not self.stopped or not self._drivers:
            return ""
        missing = []
        for name in self._drivers:
            try:
                await self._obk.command(f"startDriver {name}", repeatable=True)
            except PlugsmithError:
                missing.append(name)
        if missing:
            names = ", ".join(missing)
            return _("Its drivers ({names}) are stopped: restart the device.", names=names)
        return _(
            "Its drivers ({names}) were stopped and started again.", names=", ".join(self._drivers)
        )


async def _send(obk: Obk, step: ChangeStep) -> None:
    match step:
        case StopDrivers():
            await obk.command("stopDriver *", repeatable=True)
        case CommandStep():
            await obk.command(step.command, repeatable=True)
        case PageStep():
            await obk.page(step.page, step.arguments)
        case StartupStep():
            await obk.set_startup(step.text)


async def _settle(obk: Obk, change: ConfigChange, watch: UptimeWatch) -> ApiInfo:
    if change.restart:
        await obk.restart()
    if change.restart or change.restarts_itself:
        return await obk.wait_back(watch)
    await obk.patience.sleep(obk.patience.settle_s)
    return await obk.info()
