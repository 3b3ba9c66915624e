"""Records of a job, and how its journal's entries turn into them and back."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.boot.flash import Proof
from plugsmith.library.device_key import JEDEC_TEXT, MAC_TEXT, SHA256_TEXT, DeviceKey
from plugsmith.library.jobs.names import JobNames
from plugsmith.library.reader import JsonReader, Misfit, printable
from plugsmith.memory import AddressRange

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

    `backup` is the file that holds the device as it was before, None where there is none. Of two
    open jobs the one with the higher `number` was begun later.
    """

    kind: JobKind
    device: DeviceKey
    port: str
    adapter: str | None
    subject: str
    command: str
    started: str  # ISO 8601, UTC; the clock may be wrong, so nothing is decided by it
    backup: str | None = None
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRange:
    """A range that a write leaves alone, with the CRC-32 of what it holds."""

    span: AddressRange
    crc32: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRange:
    """A range that was read, with the CRC-32 of its bytes and their proof."""

    span: AddressRange
    crc32: int
    proof: Proof


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """A job as its journal tells it; `baud` is the last speed on the wire, None before any.

    `begun`: an erase was sent. `in_flight` is the range whose content is unknown. `changes` are the
    ranges that the plan changes, `kept` those that it keeps, `read` those that a backup has got.
    `protection` is the status of the flash part from before its write protection was lifted.
    `names`: what names its device besides `header.device` since.
    """

    id: str
    header: JobHeader
    baud: int | None = None
    begun: bool = False
    in_flight: AddressRange | None = None
    changes: tuple[AddressRange, ...] = ()
    kept: tuple[KeptRange, ...] = ()
    read: tuple[ReadRange, ...] = ()
    protection: int | None = None
    names: JobNames = field(default_factory=JobNames)

    def is_of(self, key: DeviceKey) -> bool:
        """Whether a key says that the device is the one of this job."""
        names = (self.header.device, self.names.renamed)
        return any(key.is_same(name) for name in names if name is not None)


def read_state(job_id: str, entries: Sequence[Entry]) -> JobState | None:
    """The job that `entries` tell of; None where they have no readable beginning."""
    if not entries or entries[0].kind != "begin":
        return None
    try:
        header = _header(JsonReader(entries[0].data))
    except Misfit:
        return None
    return _follow(JobState(id=job_id, header=header), entries[1:])


@dataclass(slots=True)
class _Ranges:
    """The ranges that a journal names, by what it says of them."""

    changes: list[AddressRange] = field(default_factory=list)
    kept: list[KeptRange] = field(default_factory=list)
    read: list[ReadRange] = field(default_factory=list)

    def add(self, kind: str, reader: JsonReader) -> None:
        span = _span(reader)
        if kind == "change":
            self.changes.append(span)
            return
        crc32 = reader.number("crc32")
        if kind == "kept":
            self.kept.append(KeptRange(span=span, crc32=crc32))
        else:
            proof = reader.member("proof", Proof)
            self.read.append(ReadRange(span=span, crc32=crc32, proof=proof))


def _follow(state: JobState, entries: Sequence[Entry]) -> JobState:
    baud, begun, in_flight, protection = state.baud, False, state.in_flight, state.protection
    ranges = _Ranges()
    for entry in entries:
        reader = JsonReader(entry.data)
        try:
            match entry.kind:
                case "speed":
                    baud = reader.number("baud")
                case "change" | "kept" | "read":
                    ranges.add(entry.kind, reader)
                case "protection":
                    protection = reader.number("status", most=0xFFFFFF)
                case "in-flight":
                    begun = True
                    in_flight = _span(reader)
                case "written":
                    if in_flight is not None and _span(reader).covers(in_flight):
                        in_flight = None
                case _:
                    continue  # of a later version: what is understood still holds
        except Misfit:
            continue  # one bad entry costs what it says, never the job
    return JobState(
        id=state.id,
        header=state.header,
        baud=baud,
        begun=begun,
        in_flight=in_flight,
        changes=tuple(ranges.changes),
        kept=tuple(ranges.kept),
        read=tuple(ranges.read),
        protection=protection,
    )


def _span(reader: JsonReader) -> AddressRange:
    start, end = (reader.number(name, most=_LARGEST_FLASH) for name in ("start", "end"))
    if start >= end:
        raise Misfit("a range is empty")
    return AddressRange(start, end)


def header_json(header: JobHeader) -> dict[str, Fact]:
    """The data of the entry "begin"."""
    device = header.device
    return {
        "kind": header.kind.value,
        "chip": device.chip,
        "flash_size": device.flash_size,
        "mac": device.mac,
        "rf_sha256": device.rf_sha256,
        "jedec": device.jedec,
        "port": printable(header.port),
        "adapter": printable(header.adapter) if header.adapter else None,
        "subject": printable(header.subject),
        "command": printable(header.command),
        "started": header.started,
        "backup": printable(header.backup) if header.backup else None,
        "number": header.number,
    }


def _header(reader: JsonReader) -> JobHeader:
    return JobHeader(
        kind=reader.member("kind", JobKind),
        device=DeviceKey(
            chip=reader.text("chip"),
            flash_size=reader.number("flash_size", most=_LARGEST_FLASH),
            mac=reader.text_or_none("mac", like=MAC_TEXT),
            rf_sha256=reader.text_or_none("rf_sha256", like=SHA256_TEXT),
            jedec=reader.text_or_none("jedec", like=JEDEC_TEXT),
        ),
        port=reader.text("port"),
        adapter=reader.text_or_none("adapter"),
        subject=reader.text("subject"),
        command=reader.text("command"),
        started=reader.text("started"),
        backup=reader.text_or_none("backup"),
        number=reader.number_or_none("number") or 0,
    )
