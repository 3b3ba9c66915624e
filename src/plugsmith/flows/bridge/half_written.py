"""Whether a chip that another program read is half-written by a run that never ended."""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chips
from plugsmith.errors.flows import HalfWritten
from plugsmith.events import Warning_
from plugsmith.flows.bridge.commands import beken_chips
from plugsmith.flows.write.target_image import mac_in_rf, rf_sectors
from plugsmith.flows.write.unfinished import find_unfinished
from plugsmith.library.device_key import DeviceKey
from plugsmith.library.jobs.store import CHANGING
from plugsmith.memory import SECTOR_LEN
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.chips.model import Chip
    from plugsmith.flows.bridge.reading import Desk
    from plugsmith.library.jobs.store import JobStore
    from plugsmith.library.library import Library
    from plugsmith.library.via_writes import BegunWrite
    from plugsmith.memory import AddressRange


def refuse_half_written(jobs: JobStore, content: bytes, *, chip: str | None) -> None:
    """Return if no write of ours that never ended left its work in `content`.

    Raises HalfWritten; JobUnreadable where a journal might tell of it and cannot. `chip` is the
    user's word: chips that Plugsmith does not write are left alone, but which of ours it is, the
    jobs say.
    """
    if chip is None or chip.upper() not in beken_chips():
        return
    jobs.refuse_unreadable()
    named = {state.header.device.chip for state in jobs.open_jobs(kinds=CHANGING)}
    for ours in chips():
        if ours.name not in named:
            continue
        for job in find_unfinished(jobs, _Read(content), *_own(ours, content)):
            header = job.state.header
            raise HalfWritten(image=header.subject, since=header.started, command=header.command)


def begun_write(library: Library, desk: Desk, content: bytes) -> BegunWrite | None:
    """The write by this program that left `content` half old and half new, after telling of it."""
    found = library.via_writes.half_done(desk.board, content)
    if found is None:
        return None
    desk.sink.emit(
        Warning_(
            code="PS-NOTE-VIA-HALF",
            message=_(
                "A write to this chip that began on {date} was never proven: the flash may be half "
                "old and half new.",
                date=found.started[:10],
            ),
            hint=_("To go back to what was there before: {undo}", undo=found.undo),
            data={"file": found.backup},
        )
    )
    return found


def _own(chip: Chip, content: bytes) -> tuple[DeviceKey, dict[int, bytes]]:
    """What tells the device from others, if it is a `chip`; and its RF sectors."""
    rf = {at: content[at : at + SECTOR_LEN] for at in rf_sectors(chip, len(content))}
    held = next((data for data in rf.values() if mac_in_rf(data) is not None), None)
    key = DeviceKey(
        chip=chip.name,
        flash_size=len(content),
        mac=mac_in_rf(held) if held is not None else None,
        rf_sha256=hashlib.sha256(held).hexdigest() if held is not None else None,
    )
    return key, rf


class _Read:
    """A whole read, asked as a device is."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def read(self, span: AddressRange) -> bytes:
        return self._content[span.start : span.end]

    def differing(
        self, expected: Sequence[tuple[AddressRange, int]], *, mostly_equal: bool = False
    ) -> list[AddressRange]:
        del mostly_equal  # saves a device a question
        return [span for span, crc32 in expected if zlib.crc32(self.read(span)) != crc32]
