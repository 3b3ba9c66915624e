"""Applications: vendor firmware, OpenBeken, LibreTiny/ESPHome - by vectors, line sums and strings.

Application vectors, key and trailer places: uart-protocol.md sections 7.3 and 7.4.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.dump.finding import Finding, FindingKind, find_all
from plugsmith.image.crc import check_code, line_crc
from plugsmith.image.physical import APP_LOGICAL_START, LINE_LEN, STORED_LEN, strip_lines
from plugsmith.image.rbl import read_trailer
from plugsmith.image.scramble import PLAIN_KEY, TUYA_KEY, ScrambleKey, scramble
from plugsmith.memory import AddressRange

if TYPE_CHECKING:
    from plugsmith.errors import Fact
    from plugsmith.image.rbl import Trailer

SCRAMBLED_HEAD = bytes.fromhex("2f07b59435ff2a9b")
_PLAIN_HEAD = bytes.fromhex("0000ea14f09fe5")  # behind the first byte, which differs
_MAX_APP_LEN = 0x12_1000  # to the end of the largest application partition


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeOrigin:
    """Whose code it is; `chip` as the code itself says it."""

    name: str
    version: str | None = None
    chip: str | None = None


def find(data: bytes, *, loaders: list[Finding]) -> list[Finding]:
    """Applications that do not start inside one of `loaders`, known vectors first.

    Right line sums behind a boot loader are an application too, scrambled with an unknown key.
    """
    found: list[Finding] = []
    starts = [(at, TUYA_KEY) for at in find_all(data, SCRAMBLED_HEAD, limit=8)]
    starts += [(at - 1, PLAIN_KEY) for at in find_all(data, _PLAIN_HEAD) if at]
    for at, key in sorted(starts, key=lambda start: start[0]):
        inside = any(at in item.span for item in (*loaders, *found))
        if inside or not _line_ok(data, at) or not _line_ok(data, at + STORED_LEN):
            continue
        found.append(_judge(data, at, key))
    for loader in loaders:
        at = loader.span.end
        known = any(at in item.span for item in found)
        if not known and all(_line_ok(data, at + line * STORED_LEN) for line in range(64)):
            found.append(_judge(data, at, None))
    return found


def code_of(data: bytes, finding: Finding) -> bytes:
    """The plain code of an application that `find` returned, without line sums."""
    key = TUYA_KEY if finding.facts.get("key") == "tuya" else PLAIN_KEY
    return _code(data, finding.span, key)


def name_firmware(code: bytes) -> CodeOrigin:
    """Whose firmware plain `code` is, from its own texts."""
    own = re.search(rb"OpenBK(\w{4,6})_(\d+\.\d+\.\d+)", code)
    if own:
        return CodeOrigin(
            name="OpenBeken", version=own[2].decode("ascii"), chip="BK" + own[1].decode("ascii")
        )
    if b"LibreTiny v" in code or b"ESPHome version" in code:
        version = re.search(rb"ESPHome version (\d{4}\.\d+\.\d+\S{0,12})", code)
        name = "ESPHome" if b"ESPHome" in code or b"esphome" in code else "LibreTiny"
        return CodeOrigin(name=name, version=version[1].decode("ascii") if version else None)
    if b"openbeken" in code.lower():
        return CodeOrigin(name="OpenBeken")
    if _looks_like_tuya(code):
        return CodeOrigin(name="Tuya", chip=_tuya_chip(code))
    return CodeOrigin(name="unknown")


def _looks_like_tuya(code: bytes) -> bool:
    many = code.count(b"tuya") + code.count(b"TUYA") >= 3
    return many or b"gw_wsm" in code or b"oem_bk72" in code


def _tuya_chip(code: bytes) -> str | None:
    if b"BK7231S_2M" in code or b"BK7231BT" in code:
        return "BK7231T"
    if b"bk7231n" in code or b"BK7231NL" in code:
        return "BK7231N"
    if b"bk7238" in code:
        return "BK7238"
    return None


def _line_ok(data: bytes, at: int) -> bool:
    line = data[at : at + STORED_LEN]
    return len(line) == STORED_LEN and line_crc(line[:LINE_LEN]) == line[32] << 8 | line[33]


def _judge(data: bytes, at: int, key: ScrambleKey | None) -> Finding:
    stored = data[at : at + _MAX_APP_LEN]
    trailer = _trailer(stored)
    limit = trailer.at if trailer else len(stored)
    lines = check_code(stored[:limit])
    end = at + (trailer.end if trailer else lines.end)
    span = AddressRange(at, end)
    firmware = CodeOrigin(name="unknown")
    if key is not None:
        firmware = name_firmware(_code(data, AddressRange(at, at + lines.end), key))
    facts: dict[str, Fact] = {
        "key": "other" if key is None else "tuya" if key is TUYA_KEY else "none",
        "firmware": firmware.name,
        "version": firmware.version,
        "chip": firmware.chip,
        "code_end": at + lines.end,
        "bad_lines": len(lines.bad),
        "first_bad": at + lines.bad[0] if lines.bad else None,
        "lines": lines.lines,
        "trailer": None,
    }
    evidence = ["line sums"] if key is None else ["vectors", "line sums"]
    if trailer is not None:
        facts["trailer"] = at + trailer.at
        facts["raw_size"] = trailer.header.raw_size
        facts["container_version"] = trailer.header.version
        evidence.append("RBL trailer")
    elif (stray := _elsewhere(data, end, lines.lines)) is not None:
        facts["stray_trailer"] = stray
    return Finding(
        kind=FindingKind.APPLICATION,
        span=span,
        evidence=tuple(evidence),
        facts=facts,
        sound=not lines.bad,
    )


def _trailer(stored: bytes) -> Trailer | None:
    """The application's own RBL trailer: the first one that names the partition `app`."""
    for at in find_all(stored, b"RBL\0"):
        trailer = read_trailer(stored, at)
        if trailer is not None and trailer.header.partition == "app" and trailer.lines_ok:
            return trailer
    return None


def _elsewhere(data: bytes, behind: int, lines: int) -> int | None:
    """Where a trailer for code of so many lines stands, too far behind it to be its own."""
    for at in find_all(data, b"RBL\0", limit=64):
        trailer = read_trailer(data, at) if at >= behind else None
        named = trailer is not None and trailer.lines_ok and trailer.header.partition == "app"
        if trailer is not None and named and -(-trailer.header.raw_size // LINE_LEN) == lines:
            return at
    return None


def _code(data: bytes, span: AddressRange, key: ScrambleKey) -> bytes:
    stored = data[span.start : span.end - len(span) % STORED_LEN]
    return scramble(strip_lines(stored), key, start=APP_LOGICAL_START)
