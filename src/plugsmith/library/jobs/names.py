"""What names the device of an open job since another write changed calibration and address.

A file beside the journal (`schema`, `twin`, `mac`, `rf_sha256` as JSON), because the journal may be
open in the process that the job belongs to.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plugsmith.errors.content import InputError
from plugsmith.library.device_key import MAC_TEXT, SHA256_TEXT, DeviceKey
from plugsmith.library.home import write_whole
from plugsmith.library.reader import JsonReader, Misfit
from plugsmith.limited_read import read_regular

if TYPE_CHECKING:
    from pathlib import Path

_SCHEMA = "plugsmith-names/1"
_LONGEST = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class JobNames:
    """`twin`: another board was given calibration and address of the job's device.

    `renamed`: what the device was given instead of its own.
    """

    twin: bool = False
    renamed: DeviceKey | None = None


def write_names(path: Path, names: JobNames) -> None:
    """Put `names` at `path`, forced to the disk; may raise OSError."""
    body = {
        "schema": _SCHEMA,
        "twin": names.twin,
        "mac": names.renamed.mac if names.renamed else None,
        "rf_sha256": names.renamed.rf_sha256 if names.renamed else None,
    }
    write_whole(path, json.dumps(body).encode("ascii"), keep_existing=False)


def read_names(path: Path, device: DeviceKey) -> JobNames:
    """The names in `path` of the job of `device`.

    Where the file is there and says nothing that can be read, its device has a twin: then it is
    known by what the job left on it alone.
    """
    try:
        reader = JsonReader.parse(read_regular(path, limit=_LONGEST), limit=_LONGEST)
        if reader.text("schema") != _SCHEMA:
            return JobNames(twin=True)
        rf_sha256 = reader.text_or_none("rf_sha256", like=SHA256_TEXT)
        mac = reader.text_or_none("mac", like=MAC_TEXT)
        renamed = replace(device, mac=mac, rf_sha256=rf_sha256) if rf_sha256 else None
        return JobNames(twin=reader.flag("twin"), renamed=renamed)
    except (InputError, Misfit):
        there = path.exists() or path.is_symlink()
        return JobNames(twin=there)
