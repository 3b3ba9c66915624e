"""The roll: which devices belong to a house, and what each is to be. A file that people edit.

TOML (`[[device]]` tables, `[defaults]`) or CSV (a row a device). Devices are known by MAC; settings
have the names of docs/openbeken-config.md. Passwords stand elsewhere: `env:NAME`, `file:PATH` or
`keyring:SERVICE/USER`.
"""

from __future__ import annotations

import csv
import io
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from plugsmith.errors import UsageError
from plugsmith.errors.device import RollUnusable
from plugsmith.flows.settings.desired_settings import DesiredSettings, desired_from
from plugsmith.flows.settings.file import read_text
from plugsmith.flows.settings.secret_place import names_a_place, secret_at
from plugsmith.flows.settings.template_text import template_text
from plugsmith.lan.host import Host, parse_host
from plugsmith.lan.records import plain_mac
from plugsmith.messages import _
from plugsmith.nested_json import read_nested
from plugsmith.openbeken.flag_names import gathered
from plugsmith.openbeken.settings import NAMES, PASSWORDS
from plugsmith.visible import json_text, visible_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from plugsmith.errors import Fact

_LONGEST = 2_000_000
_OWN = ("mac", "number", "name", "place", "template", "version", "host")


@dataclass(frozen=True, slots=True, kw_only=True)
class RollRow:
    """One device: `number` fills `{n}`; `host` is where it was seen last, None if that is open."""

    mac: str
    number: int
    name: str = ""
    place: str = ""
    template: str = ""
    version: str = ""
    host: Host | None = None
    settings: Mapping[str, Fact] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """All devices, by number. `folder`: where the paths of templates and secrets begin."""

    rows: tuple[RollRow, ...]
    folder: Path

    def row_of(self, mac: str | None) -> RollRow | None:
        """The row of a device."""
        return next((row for row in self.rows if row.mac == mac), None)

    def desired(self, row: RollRow) -> DesiredSettings:
        """What the device is to be; the errors of templates, settings and missing secrets."""
        settings = dict(row.settings)
        if row.name:
            settings.setdefault("short_name", row.name)
        template = self.folder / row.template if row.template else None
        return desired_from(
            template=template_text(template) if template else None,
            name=str(template or ""),
            settings={name: self._open(name, value) for name, value in settings.items()},
        )

    def _open(self, name: str, value: Fact) -> Fact:
        return secret_at(str(value), self.folder) if name in PASSWORDS and value else value


def read_roll(path: Path) -> Roll:
    """The roll in a file; InputMissing, or RollUnusable that names the device and the fault."""
    text = read_text(path)
    if len(text) > _LONGEST:
        raise _bad(path, _("it is too long"))
    try:
        raw = _csv(text) if path.suffix.lower() == ".csv" else _toml(text)
    except (ValueError, TypeError, RecursionError, csv.Error) as problem:
        raise _bad(path, _("it is not well formed")) from problem
    rows = tuple(_row(path, at, body) for at, body in enumerate(raw, 1))
    for name, values in (
        ("mac", [row.mac for row in rows]),
        ("number", [str(row.number) for row in rows]),
    ):
        twice = next((value for value in values if values.count(value) > 1), None)
        if twice is not None:
            raise _bad(path, _("the {name} {value} stands there twice", name=name, value=twice))
    return Roll(rows=tuple(sorted(rows, key=lambda row: row.number)), folder=path.parent)


def _toml(text: str) -> list[dict[str, Fact]]:
    body = tomllib.loads(text)
    defaults, devices = body.get("defaults", {}), body.get("device", [])
    if not isinstance(defaults, dict) or not isinstance(devices, list):
        raise ValueError("not a roll")
    common = defaults.get("settings", {})
    found: list[dict[str, Fact]] = []
    for device in devices:
        if not isinstance(device, dict):
            raise ValueError("not a device")
        settings = {**common, **device.get("settings", {})}
        found.append(cast("dict[str, Fact]", {**defaults, **device, "settings": settings}))
    return found


def _csv(text: str) -> list[dict[str, Fact]]:
    found: list[dict[str, Fact]] = []
    for line in csv.DictReader(io.StringIO(text)):
        if None in line:
            raise ValueError("more cells than columns")
        given = {str(key).strip(): value.strip() for key, value in line.items() if value}
        settings: Fact = {key: _cell(value) for key, value in given.items() if key not in _OWN}
        found.append({**{key: given[key] for key in _OWN if key in given}, "settings": settings})
    return found


def _cell(text: str) -> Fact:
    if text[:1] in {"{", "["}:
        return cast("Fact", read_nested(text))
    return int(text) if text.isascii() and text.lstrip("-").isdigit() and len(text) < 20 else text


def _row(path: Path, at: int, body: Mapping[str, Fact]) -> RollRow:
    where = _("device {at}", at=at)
    mac = plain_mac(str(body.get("mac", "")))
    if mac is None:
        raise _bad(path, _("{where} has no MAC", where=where))
    number = str(body.get("number", ""))
    if not (number.isascii() and number.isdigit() and 0 < int(number) < 1_000_000):
        raise _bad(path, _("{where} ({mac}) has no number", where=where, mac=mac))
    settings = body.get("settings")
    table = gathered(settings) if isinstance(settings, dict) else {}
    unknown = next((key for key in body if key not in {*_OWN, "settings"}), None)
    odd = next((key for key in table if key not in NAMES), None)
    if unknown or odd:
        raise _bad(path, _("{where} has the unknown setting {name!r}", where=where,
                           name=str(unknown or odd)[:40]))  # fmt: skip
    for name in PASSWORDS & set(table):
        if table[name] and not names_a_place(str(table[name])):
            raise _bad(path, _("{where}: a password does not belong into a roll; write env:NAME, "
                               "file:PATH or keyring:SERVICE/USER for {name}", where=where,
                               name=name))  # fmt: skip
    texts = {key: str(body.get(key) or "") for key in ("name", "place", "template", "version")}
    try:
        host = parse_host(str(body["host"])) if body.get("host") else None
    except UsageError as problem:
        raise _bad(path, problem.message) from problem
    return RollRow(mac=mac, number=int(number), host=host, settings=table, **texts)


def _bad(path: Path, problem: str) -> RollUnusable:
    return RollUnusable(name=str(path), problem=problem)


_HEAD = """\
# Which devices there are, and what each is to be. Passwords stand elsewhere: env:NAME, file:PATH
# or keyring:SERVICE/USER. What all have in common goes here:
[defaults]
# template = "plug.json"
# version = "1.18.300"
# settings = { mqtt_host = "192.168.1.2", mqtt_password = "env:MQTT_PASSWORD" }
"""


def roll_text(rows: Sequence[RollRow], *, as_csv: bool) -> str:
    """A roll as a file, for people to go on with."""
    if as_csv:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(_OWN)
        writer.writerows(
            [row.mac, row.number, visible_line(row.name), row.place, row.template, row.version,
             row.host or ""]
            for row in rows
        )  # fmt: skip
        return out.getvalue()
    parts = [_HEAD]
    for row in rows:
        facts: dict[str, str | int] = {
            "mac": row.mac, "number": row.number, "name": row.name, "place": row.place,
            "host": str(row.host or ""),
        }  # fmt: skip
        lines = [f"{key} = {_toml_value(value)}" for key, value in facts.items()]
        parts.append("[[device]]\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def _toml_value(value: str | int) -> str:
    """As TOML writes it: escapes like JSON's, but never of pairs."""
    if isinstance(value, str):
        value = "".join(char for char in value if char < "\U000e0000")
    return json_text(value)


__all__ = ["Roll", "RollRow", "read_roll", "roll_text"]
