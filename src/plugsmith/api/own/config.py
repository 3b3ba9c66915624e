"""`config show`: the settings in force, and where each comes from. Its request and runner."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from plugsmith.api.options import option, request
from plugsmith.flows.own.config_results import ConfigRow, ConfigShown
from plugsmith.messages import N_
from plugsmith.records import Record

if TYPE_CHECKING:
    from plugsmith.api.session import Session

# key of the file, the variable that goes before it, what holds without either
ROWS: tuple[tuple[str, str | None, str | None], ...] = (
    ("port", "PLUGSMITH_PORT", None),
    ("baud", "PLUGSMITH_BAUD", None),
    ("chip", "PLUGSMITH_CHIP", None),
    ("language", "PLUGSMITH_LANG", None),
    ("range", None, None),
    ("releases.repo", None, "openshwprojects/OpenBK7231T_App"),
    ("releases.server", None, "https://api.github.com"),
)


@request
class ConfigShowRequest(Record):
    """Options of other verbs, to see what they would change."""

    port: str | None = option(
        "--port", "-p", default=None, metavar="PORT", judge="port", help=N_("As if it were given.")
    )
    baud: int | None = option(
        "--baud",
        "-b",
        default=None,
        metavar="BIT/S",
        least=9600,
        most=4_000_000,
        help=N_("As if it were given."),
    )
    chip: str | None = option(
        default=None, metavar="CHIP", judge="chip", help=N_("As if it were given.")
    )


def show(session: Session, request: ConfigShowRequest) -> ConfigShown:
    """`config show`; ConfigUnusable names the line of a fault."""
    from plugsmith.library.config_file import read_config
    from plugsmith.library.home import home

    del session
    file = read_config()
    rows: list[ConfigRow] = []
    for key, variable, usual in ROWS:
        given = getattr(request, key, None)
        named = os.environ.get(variable) if variable else None
        if given is not None:
            rows.append(ConfigRow(name=key, value=given, source="command line", where=""))
        elif named:
            rows.append(
                ConfigRow(name=key, value=named, source="environment", where=variable or "")
            )
        elif key in file.values:
            place = f"{file.path}:{file.lines[key]}"
            rows.append(ConfigRow(name=key, value=file.values[key], source="file", where=place))
        else:
            rows.append(ConfigRow(name=key, value=usual, source="default", where=""))
    named = os.environ.get("PLUGSMITH_HOME")
    rows.append(
        ConfigRow(
            name="home",
            value=str(home()),
            source="environment" if named else "default",
            where="PLUGSMITH_HOME" if named else "",
        )
    )
    for name, value in file.settings.items():
        place = f"{file.path}:{file.lines[f'settings.{name}']}"
        rows.append(ConfigRow(name=f"settings.{name}", value=value, source="file", where=place))
    return ConfigShown(file=str(file.path), exists=file.exists, settings=tuple(rows))
