"""A device for the length of one verb: ports opened, chip linked, left running at the end."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from os.path import realpath
from typing import TYPE_CHECKING

from plugsmith.errors import PlugsmithError, UsageError
from plugsmith.events import Warning_
from plugsmith.flows.spi.device import SpiDevice
from plugsmith.flows.wire.connection import Device
from plugsmith.library.home import check_room
from plugsmith.library.port_lock import port_held
from plugsmith.link.advice import SUPPLY
from plugsmith.link.spi_address import is_spi
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugsmith.boot.contact.glance import Reading
    from plugsmith.events import EventSink
    from plugsmith.flows.context import FlowContext
    from plugsmith.link.port import Port


_JOURNAL_ROOM = 1024 * 1024  # of a whole rewrite, with what is kept of sectors in the works


@contextmanager
def connected(
    ctx: FlowContext,
    *,
    writes: bool = False,
    repair: bool = False,
    reading: Reading | None = None,
) -> Iterator[Device]:
    """Open the port, link, identify; at the end leave the chip running and close the port.

    With `writes` the library must take the journal of a write: NoRightToWrite, NoSpaceLeft before
    anything is opened. `repair` as for `SpiDevice`, `reading` as for `Device`.
    """
    if writes:
        check_room(ctx.library.jobs.folder, _JOURNAL_ROOM)
    with port_held(ctx.library.locks, ctx.port_name):
        yield from _connected(ctx, repair=repair, reading=reading)


def _connected(ctx: FlowContext, *, repair: bool, reading: Reading | None) -> Iterator[Device]:
    log = _open_log(ctx)
    try:
        port = ctx.open_port()
    except BaseException:
        _close_log(log)
        raise
    try:
        if ctx.warn_of_mains:
            warn_about_mains(ctx.sink)
        if is_spi(ctx.port_name):
            device: Device = SpiDevice(ctx, port, repair=repair)
        else:
            device = Device(ctx, port, log=log, reading=reading)
        try:
            yield device
        finally:
            device.release()
            tell_resets(ctx)
    finally:
        port.close()
        _close_log(log)


def _open_log(ctx: FlowContext) -> Port | None:
    """The log port, before anything is written: a missing or wrong one must not show afterwards."""
    if ctx.open_log is None:
        return None
    if ctx.log_name and realpath(ctx.log_name) == realpath(ctx.port_name):
        raise UsageError(
            problem=_("the log port {port} is the port itself; it needs its own", port=ctx.log_name)
        )
    return ctx.open_log()


def _close_log(log: Port | None) -> None:
    if log is not None:
        with suppress(PlugsmithError):
            log.close()


def warn_about_mains(sink: EventSink) -> None:
    """The warning that stands before the first link of every session."""
    text = _(
        "Never work on a board that is connected to mains voltage: it can kill you. "
        "Feed the module with 3.3 V only."
    )
    sink.emit(Warning_(code="PS-NOTE-MAINS", message=text))


def tell_resets(ctx: FlowContext) -> None:
    """Say how often the chip was reset while it was worked on, if it was; once a run."""
    count = ctx.tally.resets
    if count in (0, ctx.tally.told):
        return
    ctx.tally.told = count
    ctx.warn(
        "PS-NOTE-RESETS",
        _(
            "The chip was reset {n} {n:time|times} during the work, and Plugsmith went on each "
            "time. Most often the 3.3 V supply is too weak; a loose wire or a computer too busy to "
            "keep the chip awake does it, too.",
            n=count,
        ),
        hint=_(SUPPLY.next_step),
        data={"resets": count},
    )
