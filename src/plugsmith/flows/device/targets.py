"""Which devices a command means: one, a list, a file of names, or everything a scan finds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.errors import InputMissing, UsageError
from plugsmith.errors.device import NoDevices
from plugsmith.flows.device.scan import find
from plugsmith.lan.host import parse_host
from plugsmith.limited_read import read_limited
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.flows.device.context import LanContext
    from plugsmith.lan.host import Host

_LONGEST = 1 << 20  # bytes of a list of devices
_MOST = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """The devices that a command means. `by_scan`: whoever answers just now, in no known order."""

    hosts: list[Host]
    by_scan: bool


def targets(ctx: LanContext, text: str) -> list[Host]:
    """The devices in `host`, `host,host,...`, `@file` (one a line), a range, or `scan`.

    A range and `scan` (this computer's own network) mean every device that answers there.
    Raises UsageError, InputMissing, NoDevices.
    """
    return find_targets(ctx, text).hosts


def find_targets(ctx: LanContext, text: str) -> Targets:
    """The same, and whether they are named or found."""
    by_scan = text == "scan" or "/" in text.removeprefix("http://").rstrip("/") or _is_span(text)
    return Targets(hosts=_hosts(ctx, text, by_scan=by_scan), by_scan=by_scan)


def _hosts(ctx: LanContext, text: str, *, by_scan: bool) -> list[Host]:
    if text.startswith("@"):
        return _unique([parse_host(line) for line in _lines(Path(text[1:]))])
    if by_scan:
        found = find(ctx, None if text == "scan" else text)
        if not found:
            raise NoDevices(range=text)
        return [item.host for item in found]
    return _unique([parse_host(part) for part in text.split(",")])


def _is_span(text: str) -> bool:
    """Whether it is `10.0.0.5-30`; a name may hold a dash, four numbers may not."""
    head, dash, tail = text.partition(":")[0].partition("-")
    return bool(dash) and tail.isdecimal() and head.replace(".", "").isdecimal()


def _lines(path: Path) -> list[str]:
    try:
        text = read_limited(path, limit=_LONGEST).decode("utf-8")
    except ValueError as problem:
        raise InputMissing(name=str(path), problem=_("it cannot be read")) from problem
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    return [line for line in lines if line][:_MOST]


def _unique(hosts: list[Host]) -> list[Host]:
    if not hosts:
        raise UsageError(problem=_("no device is named"))
    return list(dict.fromkeys(hosts))
