"""What the verbs about OpenBeken's settings give back; the JSON names are the contract's."""

from __future__ import annotations

from dataclasses import field

from plugsmith.errors import Fact
from plugsmith.flows.image.results import ImageRow
from plugsmith.flows.wire.results import WriteResult
from plugsmith.records import Result, record, sparse


@record
class StoredConfig(Result):
    """`obk config read`: the settings by name; `offset` in the file or flash, `length` in bytes.

    `host` is the device that it was read from, `file` the copy that was written.
    """

    config: dict[str, Fact] = field(repr=False)
    crc: str
    crc_kind: str
    version: int
    offset: int
    length: int
    notes: tuple[str, ...]
    host: str | None = sparse(default=None)
    file: str | None = sparse(default=None)


@record
class ChangedFile(StoredConfig):
    """`obk config write` on a file; `applied` are the names of the settings that were asked for."""

    applied: tuple[str, ...]
    verified: bool


@record
class ChangedChip(WriteResult):
    """`obk config write` on a chip; `start` is the address of the settings sector."""

    start: int
    applied: tuple[str, ...]


@record
class BuiltConfig(Result):
    """`obk config build` for one device; `start` is where the sector belongs in flash."""

    file: str
    sha256: str
    chip: str
    start: int
    length: int
    config: dict[str, Fact]
    crc: str


@record
class BuiltImage(Result):
    """`obk config build --image`: firmware with settings, for one device or `for_any_device`."""

    file: str
    sha256: str
    size: int
    chip: str
    start: int
    length: int
    config: dict[str, Fact] = field(repr=False)
    crc: str
    image: ImageRow
    for_any_device: bool


@record
class BuiltConfigs(Result):
    """`obk config build` for several devices; each one is an item event before."""

    files: tuple[str, ...]
    chip: str | None
