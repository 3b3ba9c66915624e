"""A flashed device that came back in the network: what `flash --find` says of it."""

from __future__ import annotations

from plugsmith.records import Record, record


@record
class ArrivedDevice(Record):
    """A device that answers in the network after it was flashed; `url` is its own page."""

    host: str
    mac: str | None
    name: str
    version: str | None
    url: str
