"""The vendor's own meter calibration in a dump: shown as it is stored, for it is not understood.

The file `measure_coe` and the words at 0x1D5000 hold four numbers each (tuya-storage.md section 5,
upk-mapping.md section 3). Their unit is in no paper; where both exist they are equal.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from plugsmith.dump.listing import list_records
from plugsmith.errors import NothingFound
from plugsmith.flows.dump.files import open_dump
from plugsmith.flows.file_kind import FLASHES
from plugsmith.flows.judged_file import worked_on
from plugsmith.messages import _
from plugsmith.records import Result, record

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "measure_coe"
PLACE = 0x1D5000
_LEN = 16
_LARGEST = 1 << 20  # believable: the known ones have five digits


@record
class FactoryMetering(Result):
    """`device calibrate --from-dump`: the vendor's numbers as they are stored; nothing is set."""

    file: str
    measure_coe: tuple[int, ...] | None
    words_at_0x1d5000: tuple[int, ...] | None
    equal: bool | None
    applied: tuple[str, ...]
    verified: bool
    notes: tuple[str, ...]


def factory_metering(path: Path) -> FactoryMetering:
    """The numbers that a dump holds; NothingFound where there are none."""
    dump = open_dump(path)
    stored = [item for item in list_records(dump, show_secrets=True) if item.name == FILE_NAME]
    file_words = _words(stored[0].value) if stored else None
    place_words = _words(bytes(dump.data[PLACE : PLACE + _LEN]))
    if file_words is None and place_words is None:
        with worked_on(dump.data, takes=FLASHES):
            raise NothingFound(what=_("A factory calibration of the meter"), name=str(path))
    return FactoryMetering(
        file=str(path),
        measure_coe=file_words,
        words_at_0x1d5000=place_words,
        equal=file_words == place_words if file_words and place_words else None,
        applied=(),
        verified=False,
        notes=(
            _(
                "What these numbers mean is not known, so no factors are made of them. "
                "Calibrate with a known load."
            ),
        ),
    )


def _words(data: bytes) -> tuple[int, ...] | None:
    if len(data) < _LEN:
        return None
    words = struct.unpack("<4I", data[:_LEN])
    return words if all(0 < word < _LARGEST for word in words) else None
