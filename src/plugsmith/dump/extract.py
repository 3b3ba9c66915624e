"""The parts of a dump as files: partitions, decrypted code, records, stored files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.dump.dump import Dump
from plugsmith.dump.finders.application import code_of
from plugsmith.dump.finding import FindingKind
from plugsmith.dump.listing import list_records
from plugsmith.dump.sanitize.sanitize import sanitize
from plugsmith.dump.survey.survey import survey
from plugsmith.errors.dump import NotADump, SecretsLeft
from plugsmith.image.crc import check_code
from plugsmith.image.physical import LOADER_LEN, strip_lines
from plugsmith.image.rbl import Trailer, algorithm_name, body_matches, read_trailer
from plugsmith.image.scramble import PLAIN_KEY, TUYA_KEY, scramble

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugsmith.dump.sanitize.sanitize import Sanitized
    from plugsmith.dump.survey.report import DumpReport, FileRegion
    from plugsmith.errors import Fact

_LOADER_TRAILERS = (0x1_0F9A, 0xFE9A)
_SKIPPED = {FindingKind.ERASED.value, FindingKind.ZERO.value}
_UNSAFE = re.compile(r"[^A-Za-z0-9._+-]")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_MAX_NAME = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractedPart:
    """A file to write: `path` is relative, has one folder level, and cannot leave its folder."""

    path: str
    data: bytes
    facts: dict[str, Fact] = field(default_factory=dict)


def extract(dump: Dump, *, show_secrets: bool = False) -> list[ExtractedPart]:
    """All parts, without secrets unless `show_secrets`.

    Partitions and code are then those of the sanitized dump; a dump that cannot be sanitized gives
    none of them, only its masked records and files.
    """
    clean = None if show_secrets else _without_secrets(dump)
    report = survey(dump) if clean is None else clean.report
    source = Dump(data=clean.data, name=dump.name) if clean is not None else dump
    shown = clean is not None or show_secrets
    parts = [*_regions(source, report), *_code(source, report)] if shown else []
    for item in list_records(dump, show_secrets=show_secrets, findings=report.findings):
        folder = {"kv": "records", "file": "files"}.get(item.kind, item.kind)
        name = item.name if item.live else f"{item.name}.old-{item.offset:06x}"
        facts: dict[str, Fact] = {"checks": list(item.checks), "redacted": list(item.redacted)}
        parts.append(
            ExtractedPart(path=f"{folder}/{safe_name(name)}", data=item.value, facts=facts)
        )
    return list(_apart(parts))


def safe_name(name: str) -> str:
    """A file name made from a hostile one: no separators, no dots in front, no device names."""
    cleaned = _UNSAFE.sub("_", name)[:_MAX_NAME].lstrip(".").rstrip(". ")
    if not cleaned or _RESERVED.fullmatch(cleaned):
        return f"_{cleaned}"
    return cleaned


def _without_secrets(dump: Dump) -> Sanitized | None:
    try:
        return sanitize(dump)
    except (NotADump, SecretsLeft):
        return None


def _regions(dump: Dump, report: DumpReport) -> Iterator[ExtractedPart]:
    for region in report.regions:
        if region.name in _SKIPPED:
            continue
        span = region.span
        facts: dict[str, Fact] = {"start": span.start, "end": span.end, "sound": region.sound}
        yield ExtractedPart(
            path=f"partitions/{_place(region):06x}-{region.name}.bin",
            data=dump.data[span.start : span.end],
            facts=facts,
        )


def _place(region: FileRegion) -> int:
    return region.span.start if region.address is None else region.address


def _code(dump: Dump, report: DumpReport) -> Iterator[ExtractedPart]:
    """Code as the CPU sees it, with the verdict of its container's checks."""
    keyed = report.firmware is not None and report.firmware.key == "tuya"
    for item in report.findings:
        stored = dump.data[item.span.start : item.span.end]
        if item.kind is FindingKind.BOOTLOADER:
            key = TUYA_KEY if keyed else PLAIN_KEY
            plain = scramble(strip_lines(stored[: check_code(stored).end]), key, start=0)
            trailer = _loader_trailer(stored)
            yield ExtractedPart(
                path="code/bootloader.bin", data=plain, facts=_container(stored, trailer)
            )
        elif item.kind is FindingKind.APPLICATION and item.facts["key"] != "other":
            at = item.facts["trailer"]
            trailer = read_trailer(dump.data, at) if isinstance(at, int) else None
            length = check_code(stored).lines * 32
            yield ExtractedPart(
                path="code/application.bin",
                data=code_of(dump.data, item)[:length],
                facts=_container(stored, trailer),
            )


def _loader_trailer(stored: bytes) -> Trailer | None:
    found = (read_trailer(stored[:LOADER_LEN], at) for at in _LOADER_TRAILERS)
    return next((trailer for trailer in found if trailer is not None), None)


def _container(stored: bytes, trailer: Trailer | None) -> dict[str, Fact]:
    """What the RBL header says and whether the code agrees with it."""
    if trailer is None:
        return {"container": None}
    header = trailer.header
    matches = body_matches(header, strip_lines(stored[: check_code(stored).end]))
    return {
        "container": {
            "partition": header.partition,
            "version": header.version,
            "algorithm": algorithm_name(header.algorithm),
            "raw_size": header.raw_size,
            "header": "ok" if header.sound else "wrong",
            "lines": "ok" if trailer.lines_ok else "wrong",
            "body": {True: "ok", False: "wrong", None: "incomplete"}[matches],
        }
    }


def _apart(parts: list[ExtractedPart]) -> Iterator[ExtractedPart]:
    """No two parts with one path, not even on file systems that ignore case."""
    seen: dict[str, int] = {}
    for part in parts:
        count = seen.get(part.path.lower(), 0)
        seen[part.path.lower()] = count + 1
        path = f"{part.path}.{count + 1}" if count else part.path
        seen.setdefault(path.lower(), 1)
        yield ExtractedPart(path=path, data=part.data, facts=part.facts)
