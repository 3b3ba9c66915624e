"""What `config show` gives back."""

from __future__ import annotations

from plugsmith.records import Record, Result, record


@record
class ConfigRow(Record):
    """A setting in force. `source`: command line, environment, file or default."""

    name: str
    value: str | int | float | bool | None
    source: str
    where: str


@record
class ConfigShown(Result):
    """The configuration file and every setting; `where`: the variable, or file and line."""

    file: str
    exists: bool
    settings: tuple[ConfigRow, ...]
