"""Records of a job, and how its journal's entries turn into them and back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.boot.flash import Proof
from plugsmith.library.device_key import MAC_TEXT, SHA256_TEXT, DeviceKey
from plugsmith.library.reader import JsonReader, Misfit, printable
from plugsmith.memory import AddressRange, merge_ranges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.errors import Fact
    from plugsmith.library.jobs.journal import Entry

_LARGEST_FLASH = 1 << 26


class JobKind(StrEnum):
    """What a job does."""

    BACKUP = "backup"
    FLASH = "flash"
    RESTORE = "restore"
    WRITE = "write"
    ERASE = "erase"

    @property
    def changes_device(self) -> bool:
        """Whether an open job of this kind means a half-written device."""
        return self is not JobKind.BACKUP


@dataclass(frozen=True, slots=True, kw_only=True)
class JobHeader:
    """What a job set out to do; `subject` names the image or the file, `command` goes on with it.

    `plan_sha256` lets a resumed write see whether it is still the same plan.
    """

    kind: JobKind
    device: DeviceKey
    port: str
    adapter: str | None
    subject: str
    subject_sha256: str | None
    command: str
    started: str  # ISO 8601, UTC
    plan_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneRange:
    """A range that is finished: read and proven, or written; `crc32` is zlib's of its bytes."""

    span: AddressRange
    crc32: int
    proof: Proof | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """A job as its journal tells it; `baud` is the last speed on the wire, None before any.

    `in_flight` is the range whose content is unknown: it must be done again. `problem` is the last
    trouble in words, `outcome` is set only when the job has ended without being done.
    """

    id: str
    header: JobHeader
    baud: int | None = None
    in_flight: AddressRange | None = None
    done: tuple[DoneRange, ...] = ()
    phase: str | None = None

    @property
    def done_spans(self) -> list[AddressRange]:
        """What is done, merged."""
        return merge_ranges(item.span for item in self.done)


def read_state(job_id: str, entries: Sequence[Entry]) -> JobState | None:
    """The job that `entries` tell of; None where they have no readable beginning."""
    if not entries or entries[0].kind != "begin":
        return None
    try:
        header = _header(JsonReader(entries[0].data))
        return _follow(JobState(id=job_id, header=header), entries[1:])
    except Misfit:
        return None


def _follow(state: JobState, entries: Sequence[Entry]) -> JobState:
    baud, phase, in_flight = state.baud, state.phase, state.in_flight
    done: list[DoneRange] = []
    for entry in entries:
        reader = JsonReader(entry.data)
        match entry.kind:
            case "speed":
                baud = reader.number("baud")
            case "phase":
                phase = reader.text("name")
            case "in-flight":
                in_flight = _span(reader)
                done = [item for item in done if not item.span.overlaps(in_flight)]
            case "done":
                done.append(_done(reader))
                if in_flight is not None and done[-1].span.covers(in_flight):
                    in_flight = None
            case _:
                continue  # of a later version: what is understood still holds
    return JobState(
        id=state.id,
        header=state.header,
        baud=baud,
        in_flight=in_flight,
        done=tuple(done),
        phase=phase,
    )


def _span(reader: JsonReader) -> AddressRange:
    start, end = (reader.number(name, most=_LARGEST_FLASH) for name in ("start", "end"))
    if start >= end:
        raise Misfit("a range is empty")
    return AddressRange(start, end)


def _done(reader: JsonReader) -> DoneRange:
    proof = reader.member("proof", Proof) if reader.has("proof") else None
    return DoneRange(span=_span(reader), crc32=reader.number("crc32"), proof=proof)


def header_json(header: JobHeader) -> dict[str, Fact]:
    """The data of the entry "begin"."""
    device = header.device
    return {
        "kind": header.kind.value,
        "chip": device.chip,
        "flash_size": device.flash_size,
        "mac": device.mac,
        "rf_sha256": device.rf_sha256,
        "port": printable(header.port),
        "adapter": printable(header.adapter) if header.adapter else None,
        "subject": printable(header.subject),
        "subject_sha256": header.subject_sha256,
        "command": printable(header.command),
        "started": header.started,
        "plan_sha256": header.plan_sha256,
    }


def _header(reader: JsonReader) -> JobHeader:
    return JobHeader(
        kind=reader.member("kind", JobKind),
        device=DeviceKey(
            chip=reader.text("chip"),
            flash_size=reader.number("flash_size", most=_LARGEST_FLASH),
            mac=reader.text_or_none("mac", like=MAC_TEXT),
            rf_sha256=reader.text_or_none("rf_sha256", like=SHA256_TEXT),
        ),
        port=reader.text("port"),
        adapter=reader.text_or_none("adapter"),
        subject=reader.text("subject"),
        subject_sha256=reader.text_or_none("subject_sha256"),
        command=reader.text("command"),
        started=reader.text("started"),
        plan_sha256=reader.text_or_none("plan_sha256"),
    )
