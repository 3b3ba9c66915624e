"""A list of devices in a file: one a line, or a table (CSV) with the columns mac, host and name."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.errors import InputMissing, UsageError
from plugsmith.lan.host import parse_host
from plugsmith.limited_read import read_limited
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from plugsmith.lan.host import Host

_LONGEST = 1 << 20  # bytes
MOST = 4096  # devices
_MAC = re.compile(r"(?i)[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}|[0-9a-f]{12}")
_HOST_COLUMNS = ("host", "ip", "address")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedDevice:
    """A device as a list names it: by MAC, by address, or by both; `name` may be empty."""

    mac: str | None = None
    host: Host | None = None
    name: str = ""


def mac_in(text: str) -> str | None:
    """The MAC in `84:e3:..`, `84-e3-..` or twelve digits, with colons; None for anything else."""
    found = _MAC.fullmatch(text.strip())
    digits = re.sub("[:-]", "", text.strip()).lower()
    return bytes.fromhex(digits).hex(":") if found else None


def device_named(text: str) -> NamedDevice:
    """The device that one word means; UsageError where it is neither a MAC nor a host."""
    mac = mac_in(text)
    return NamedDevice(mac=mac) if mac else NamedDevice(host=parse_host(text))


def read_devices(path: Path) -> list[NamedDevice]:
    """The devices in a file. Raises InputMissing, and UsageError that names the line."""
    try:
        text = read_limited(path, limit=_LONGEST).decode("utf-8-sig")
    except ValueError as problem:
        raise InputMissing(name=str(path), problem=_("it is not a text")) from problem
    lines = [(at, line.partition("#")[0].strip()) for at, line in enumerate(text.splitlines(), 1)]
    lines = [(at, line) for at, line in lines if line]
    if len(lines) > MOST:
        raise UsageError(
            problem=_("{name} names more than {most} devices", name=path.name, most=MOST)
        )
    columns = _columns(lines[0][1]) if lines else None
    rows = lines[1:] if columns else lines
    if not rows:
        raise UsageError(problem=_("{name} names no device", name=path.name))
    found: list[NamedDevice] = []
    for at, line in rows:
        try:
            found.append(_of_cells(_cells(line, columns[1], columns[0])) if columns
                         else device_named(line))  # fmt: skip
        except UsageError as problem:
            told = str(problem.facts["problem"])
            raise UsageError(
                problem=_("line {at} of {name}: {told}", at=at, name=path.name, told=told)
            ) from problem
    return found


def _columns(head: str) -> tuple[list[str], str] | None:
    """The names of the columns and what parts them, where the first line is a head."""
    mark = next((mark for mark in ",;\t" if mark in head), ",")
    names = [cell.strip().lower() for cell in next(csv.reader([head], delimiter=mark))]
    return (names, mark) if set(names) & {"mac", *_HOST_COLUMNS} else None


def _cells(line: str, mark: str, names: list[str]) -> dict[str, str]:
    try:
        cells = next(csv.reader(io.StringIO(line), delimiter=mark, strict=True))
    except csv.Error as problem:
        raise UsageError(problem=_("it is not well formed")) from problem
    if len(cells) > len(names):
        raise UsageError(problem=_("it has more cells than the first line has names"))
    return {name: cell.strip() for name, cell in zip(names, cells, strict=False)}


def _of_cells(cells: Mapping[str, str]) -> NamedDevice:
    where = next((cells[name] for name in _HOST_COLUMNS if cells.get(name)), "")
    mac = mac_in(cells.get("mac", ""))
    if cells.get("mac") and mac is None:
        raise UsageError(problem=_("{text!r} is not a MAC", text=cells["mac"][:40]))
    if mac is None and not where:
        raise UsageError(problem=_("it names neither a MAC nor an address"))
    return NamedDevice(
        mac=mac, host=parse_host(where) if where else None, name=cells.get("name", "")
    )
