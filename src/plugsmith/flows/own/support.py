"""Writes a support bundle: one archive without secrets, which is proven before it is written."""

from __future__ import annotations

import io
import json
import platform
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from plugsmith import __version__
from plugsmith.errors.own.reports import NotClean
from plugsmith.flows.own.run_record import clean, is_private
from plugsmith.flows.own.support_results import SupportResult
from plugsmith.library.home import write_whole
from plugsmith.link.trace import redact as redact_bytes
from plugsmith.messages import _
from plugsmith.secrets import KNOWN
from plugsmith.visible import json_text

if TYPE_CHECKING:
    from pathlib import Path

    from plugsmith.errors import Fact
    from plugsmith.flows.own.run_record import RunRecord

SCHEMA = "plugsmith-support/1"
_PACKAGES = ("serialx", "typer", "rich", "httpx2", "pycryptodome", "unicorn")
_WIRE_FIELDS = {"ms", "event", "port", "baud", "rts", "dtr", "back", "len", "hex", "head", "crc32"}
_README = """\
A support bundle of Plugsmith. It was searched for secrets before it was written.

bundle.json   versions, system, adapters, the command, how it ended, what the chip said of itself
events.jsonl  what the command said while it ran
trace.jsonl   the wire (if a chip was talked to): short frames of the protocol in full, of longer
              ones only their length and checksum - no content of the flash

Not in it: flash content, MAC and serial numbers, names of networks and devices, passwords, keys.
Attach it to your post as it is.
"""


def write_bundle(target: Path, record: RunRecord) -> SupportResult:
    """The archive at `target`. NotClean, and nothing written, where anything private is left."""
    about: dict[str, Fact] = {
        "schema": SCHEMA,
        "plugsmith": __version__,
        "python": sys.version.split()[0],
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "encoding": f"{sys.stdout.encoding}" if sys.stdout else None,
        "packages": _versions(),
        "adapters": _adapters(),
        "verb": record.verb,
        "command": list(record.command),
        "exit_code": record.exit_code,
        "error": record.error,
        "identity": _identity(record.result),
        "result": record.result,
    }
    members = {
        "README.txt": _README,
        "bundle.json": json_text(about, indent=1) + "\n",
        "events.jsonl": "".join(json.dumps(item) + "\n" for item in record.events),
    }
    if record.trace is not None:
        members["trace.jsonl"] = _harmless_ports(record.trace)
    searched = prove_clean(members, about, record)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    write_whole(target, stream.getvalue())
    return SupportResult(
        file=str(target),
        verb=record.verb,
        exit_code=record.exit_code,
        error=str(record.error["code"]) if record.error else None,
        members=tuple(members),
        searched=searched,
        secrets_left=0,
    )


def prove_clean(members: dict[str, str], about: dict[str, Fact], record: RunRecord) -> int:
    """How many texts were searched; NotClean names the member with something private in it."""
    count = 0
    for name, text in members.items():
        if KNOWN.mask(text) != text:
            raise NotClean(member=name)
    for value in _texts(about):
        count += 1
        if is_private(value):
            raise NotClean(member="bundle.json")
    for event in record.events:
        for value in _texts(event):
            count += 1
            if is_private(value):
                raise NotClean(member="events.jsonl")
    for line in members.get("trace.jsonl", "").splitlines():
        count += 1
        if not _is_harmless(line):
            raise NotClean(member="trace.jsonl")
    return count


def _is_harmless(line: str) -> bool:
    """A line of a trace shows no byte that the trace's own rule would leave out."""
    body = json.loads(line)
    if not isinstance(body, dict) or not set(body) <= _WIRE_FIELDS:
        return False
    if "hex" not in body:
        return len(str(body.get("head", ""))) <= 22
    facts = redact_bytes(bytes.fromhex(body["hex"]))
    return bool(facts.get("hex") == body["hex"])


def _harmless_ports(trace: str) -> str:
    """The trace with the kind of port instead of its name, which may hold a serial number."""
    lines = []
    for line in trace.splitlines():
        body = json.loads(line)
        if "port" in body:
            scheme, marker, _rest = str(body["port"]).partition("://")
            body["port"] = f"{scheme}://" if marker else _("a serial port")
        lines.append(json.dumps(body))
    return "\n".join(lines) + "\n" if lines else ""


def _texts(value: Fact) -> list[str]:
    if isinstance(value, dict):
        return [text for entry in value.values() for text in _texts(entry)]
    if isinstance(value, list):
        return [text for entry in value for text in _texts(entry)]
    return [value] if isinstance(value, str) else []


def _versions() -> Fact:
    found: dict[str, Fact] = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found


def _adapters() -> Fact:
    from plugsmith.link.port_list import list_ports  # noqa: PLC0415 - asks the system

    return [
        clean({"maker": item.maker, "product": item.product, "adapter_known": bool(item.adapter)})
        for item in list_ports()
        if item.candidate
    ]


def _identity(result: Fact) -> Fact:
    """What the chip proved about itself, where the result tells it."""
    if not isinstance(result, dict):
        return None
    return {
        key: result[key] for key in ("chip", "chip_id", "boot", "flash", "key") if key in result
    }
