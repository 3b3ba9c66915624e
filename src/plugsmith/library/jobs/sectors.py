"""The sectors of a write on disk: what is wanted, and what was there and must survive.

One file beside the journal: a line of JSON (`schema`, `wanted` and `before` as lists of addresses,
`sha256` of the rest), then the sectors in that order. Only its owner can read it: settings hold
passwords.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.errors.content import InputError
from plugsmith.library.home import write_whole
from plugsmith.library.reader import JsonReader, Misfit
from plugsmith.limited_read import read_regular
from plugsmith.memory import SECTOR_LEN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SCHEMA = "plugsmith-sectors/1"
_LONGEST_HEAD = 1 << 20
_LARGEST_FLASH = 1 << 26


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSectors:
    """Whole sectors by address: `wanted` is the aim, `before` what must survive of the old."""

    wanted: Mapping[int, bytes] = field(default_factory=dict, repr=False)
    before: Mapping[int, bytes] = field(default_factory=dict, repr=False)


def write_sectors(path: Path, sectors: JobSectors) -> None:
    """Put `sectors` into a new file at `path`, forced to the disk; may raise OSError."""
    body = b"".join((*sectors.wanted.values(), *sectors.before.values()))
    head = {
        "schema": _SCHEMA,
        "wanted": list(sectors.wanted),
        "before": list(sectors.before),
        "sha256": hashlib.sha256(body).hexdigest(),
    }
    write_whole(path, json.dumps(head).encode("ascii") + b"\n" + body, keep_existing=False)


def read_sectors(path: Path) -> JobSectors | None:
    """The sectors in `path`; None where there is no such file or it is not whole."""
    try:
        data = read_regular(path, limit=_LARGEST_FLASH + _LONGEST_HEAD)
        head, mark, body = data.partition(b"\n")
        reader = JsonReader.parse(head, limit=_LONGEST_HEAD)
        wanted = reader.numbers("wanted", most=_LARGEST_FLASH)
        before = reader.numbers("before", most=_LARGEST_FLASH)
        stated = reader.text("sha256")
        known = reader.text("schema") == _SCHEMA
    except (InputError, Misfit):
        return None
    whole = len(body) == SECTOR_LEN * (len(wanted) + len(before))
    if not (mark and known and whole and hashlib.sha256(body).hexdigest() == stated):
        return None
    pieces = [body[at : at + SECTOR_LEN] for at in range(0, len(body), SECTOR_LEN)]
    return JobSectors(
        wanted=dict(zip(wanted, pieces[: len(wanted)], strict=True)),
        before=dict(zip(before, pieces[len(wanted) :], strict=True)),
    )
