"""The user's configuration file (TOML): what holds when neither command line nor environment speak.

It lies in PLUGSMITH_HOME where that is set, else in the platform's folder for settings; the path in
PLUGSMITH_CONFIG goes before both. docs/configuration.md lists the keys.
"""

from __future__ import annotations

import os
import re
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.errors.own.config import ConfigUnusable
from plugsmith.limited_read import read_limited
from plugsmith.messages import _
from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = "config.toml"
_LONGEST = 1 << 18
# key -> what it must be; a dot stands for a table
KEYS: dict[str, type] = {
    "port": str,
    "baud": int,
    "chip": str,
    "language": str,
    "range": str,
    "releases.repo": str,
    "releases.server": str,
}
SETTINGS = "settings"


@frozen
class ConfigFile:
    """What the file says. `values` by key; `settings`: defaults for OpenBeken settings."""

    path: Path
    exists: bool
    values: Mapping[str, str | int] = field(default_factory=dict)
    settings: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)


def config_path() -> Path:
    """Where the file lies, or would lie."""
    named, home = os.environ.get("PLUGSMITH_CONFIG"), os.environ.get("PLUGSMITH_HOME")
    if named:
        return Path(named).expanduser()
    if home:
        return Path(home).expanduser() / FILE
    import platformdirs  # noqa: PLC0415 - only runs without PLUGSMITH_HOME pay for it

    return Path(platformdirs.user_config_dir("plugsmith", appauthor=False)) / FILE


def read_config(path: Path | None = None) -> ConfigFile:
    """The file, or an empty one where there is none; ConfigUnusable names the line of a fault."""
    path = path or config_path()
    try:
        there = path.is_file()
    except OSError:
        there = False
    if not there:
        return ConfigFile(path=path, exists=False)
    try:
        text = read_limited(path, limit=_LONGEST).decode("utf-8")
    except UnicodeDecodeError as problem:
        raise ConfigUnusable(name=str(path), line=1, problem=_("it is not a text")) from problem
    import tomllib  # noqa: PLC0415 - only a user who has such a file pays for the parser

    try:
        body = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        found = re.search(r"line (\d+)", str(problem))
        line = int(found[1]) if found else text.count("\n") + 1
        raise ConfigUnusable(name=str(path), line=line, problem=_("not well formed")) from problem
    return _checked(path, text, body)


def _checked(path: Path, text: str, body: Mapping[str, object]) -> ConfigFile:
    def bad(key: str, problem: str) -> ConfigUnusable:
        return ConfigUnusable(name=str(path), line=line_of(text, key), problem=problem)

    values: dict[str, str | int] = {}
    settings: dict[str, str | int | float | bool] = {}
    for key, value in _flat(body):
        if key.startswith(f"{SETTINGS}."):
            if not isinstance(value, (str, int, float, bool)):
                raise bad(key, _("{key} is no text, number or yes and no", key=key))
            settings[key.partition(".")[2]] = value
            continue
        kind = KEYS.get(key)
        if kind is None:
            raise bad(key, _("the key {key} is not known; known are {known}", key=key[:60],
                             known=", ".join([*KEYS, "[settings]"])))  # fmt: skip
        if not isinstance(value, (str, int)) or type(value) is not kind:
            words = _("a whole number") if kind is int else _("a text in quotes")
            raise bad(key, _("{key} must be {words}", key=key, words=words))
        values[key] = value
    lines = {key: line_of(text, key) for key in [*values, *(f"{SETTINGS}.{x}" for x in settings)]}
    return ConfigFile(path=path, exists=True, values=values, settings=settings, lines=lines)


def _flat(body: Mapping[str, object]) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for key, value in body.items():
        if isinstance(value, dict) and key in {SETTINGS, "releases"}:
            found += [(f"{key}.{inner}", entry) for inner, entry in value.items()]
        else:
            found.append((key, value))
    return found


def line_of(text: str, key: str) -> int:
    """The line that sets a key, from 1; the first line where it cannot be told."""
    table, _dot, name = key.rpartition(".")
    here = ""
    for at, line in enumerate(text.splitlines(), 1):
        head = re.match(r"\s*\[+\s*([\w.\"-]+)", line)
        if head:
            here = head[1].strip('"')
            if here == key:
                return at
        own = here == table and re.match(rf"\s*[\"']?{re.escape(name)}[\"']?\s*[=.]", line)
        if own or re.match(rf"\s*{re.escape(key)}\s*=", line):
            return at
    return 1
