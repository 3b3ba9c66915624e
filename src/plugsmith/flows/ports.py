"""`ports`: which adapters are connected, who uses them, which is picked, which come and go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plugsmith.events import Item
from plugsmith.flows.port_results import PortRow, PortsResult
from plugsmith.link.port_list import PortEntry, list_ports
from plugsmith.link.ports import fitting
from plugsmith.records import fields_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plugsmith.clock import Clock
    from plugsmith.events import CancelToken, EventSink
    from plugsmith.flows.port_results import AnswerRow

_LOOK_S = 0.5


def ports(named: str | None, *, only: str | None = None) -> PortsResult:
    """The local ports, candidates first; `named` is picked, else the only one that fits `only`."""
    entries = list_ports(with_holders=True)
    fits = [entry.device for entry in entries if (entry.matches(only) if only else entry.candidate)]
    picked = named or (fits[0] if len(fits) == 1 else None)
    return PortsResult(
        ports=tuple(_row(entry, picked=entry.device == picked) for entry in entries),
        picked=picked,
    )


def asked_ports(
    named: str | None,
    *,
    only: str | None,
    ask_each: Callable[[Sequence[PortEntry]], Sequence[AnswerRow]],
) -> PortsResult:
    """The same after each adapter was asked, or the `named` one alone, which may be an address.

    Raises NoPort, NoPortMatches where there are none.
    """
    listed = list_ports()
    asked = [_named(named, listed)] if named else fitting(listed, only)
    answers = dict(zip((entry.device for entry in asked), ask_each(asked), strict=True))
    found = ports(named, only=only)
    rows = {row.device: row for row in found.ports}
    for entry in asked:  # also one that vanished meanwhile, and one that no list holds
        row = rows.get(entry.device) or _row(entry, picked=entry.device == found.picked)
        rows[entry.device] = replace(row, answer=answers[entry.device])
    return replace(found, ports=tuple(rows.values()))


def _named(name: str, listed: Sequence[PortEntry]) -> PortEntry:
    """The adapter of this name: the system's entry, or one for an address or another name of it."""
    return next(
        (entry for entry in listed if entry.device == name),
        PortEntry(
            device=name, maker=None, product=None, vid=None, pid=None, serial=None, candidate=True
        ),
    )


def watch(
    named: str | None,
    *,
    only: str | None = None,
    clock: Clock,
    sink: EventSink,
    cancel: CancelToken,
    seconds: float | None = None,
) -> PortsResult:
    """An item for each port that comes or goes, until `cancel` or `seconds`; the ports then."""
    known = {entry.device: entry for entry in list_ports()}
    end_s = None if seconds is None else clock.monotonic() + seconds
    while not cancel.cancelled and (end_s is None or clock.monotonic() < end_s):
        clock.sleep(_LOOK_S)
        now = {entry.device: entry for entry in list_ports()}
        for device in sorted(known.keys() ^ now.keys()):
            state, entry = ("came", now[device]) if device in now else ("went", known[device])
            row = fields_of(_row(entry, picked=False))
            sink.emit(Item(name=device, data={"state": state, **row}))
        known = now
    return ports(named, only=only)


def _row(entry: PortEntry, *, picked: bool) -> PortRow:
    return PortRow(
        device=entry.device,
        maker=entry.maker,
        product=entry.product,
        vid=f"{entry.vid:04x}" if entry.vid is not None else None,
        pid=f"{entry.pid:04x}" if entry.pid is not None else None,
        serial=entry.serial,
        in_use_by=entry.in_use_by,
        picked=picked,
    )
