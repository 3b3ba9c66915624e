"""The verbs that make files out of a dump, or a dump out of nothing: requests and runners."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.api.files.dump import DumpRequest, files_of, open_named
from plugsmith.api.library.names import named_file
from plugsmith.api.options import Panel, option, request
from plugsmith.errors import InputMissing, UsageError
from plugsmith.errors.library import OutputExists, OutputIsInput
from plugsmith.messages import N_, _
from plugsmith.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.api.session import Session
    from plugsmith.flows.dump.file_results import (
        ExtractResult,
        ForgeResult,
        RepairResult,
        SanitizeResult,
    )
    from plugsmith.flows.many import ManyResult
    from plugsmith.forge.damage import DamageName
    from plugsmith.tuya.kv import StoreKind

_MAX_TEXT_LEN = 0x4000


@request
class OutputRequest(Record):
    """The file that is made."""

    output: Path = option(
        "-o",
        "--output",
        metavar="OUT",
        panel=Panel.OUTPUT,
        help=N_("The file to make; of several files, the folder for them."),
    )


@request
class ExtractRequest(DumpRequest):
    """Where the parts go, and whether secrets stay in them."""

    output: Path = option(
        "-o",
        "--output",
        metavar="DIR",
        panel=Panel.OUTPUT,
        help=N_("The folder to put the files in."),
    )
    show_secrets: bool = option(
        default=False,
        panel=Panel.OUTPUT,
        help=N_("Include passwords and keys. Do not share what comes out."),
    )


@request
class RepairRequest(DumpRequest, OutputRequest):
    """A copy in flash order; one of a backup in the library is sanitized unless told otherwise."""

    keep_secrets: bool = option(
        default=False,
        panel=Panel.SAFETY,
        help=N_("Keep passwords and keys when FILE is a backup in your library."),
    )


@request
class SanitizeRequest(DumpRequest, OutputRequest):
    """A copy that is safe to share."""

    keep_mac: bool = option(
        default=False, panel=Panel.SAFETY, help=N_("Leave the device's own MAC in.")
    )
    strict: bool = option(
        "--strict/--no-strict",
        default=True,
        panel=Panel.SAFETY,
        help=N_("Blank what nobody can read; --no-strict leaves it in and lists it."),
    )
    secret_file: Path | None = option(
        private=True,
        default=None,
        metavar="FILE",
        help=N_("Words of your own that must not be in the copy, one a line."),
    )


@request
class ForgeRequest(OutputRequest):
    """What the made-up device is, what it stores, and what was done to its dump."""

    chip: str = option(
        default="BK7231T",
        metavar="CHIP",
        judge="chip",
        help=N_("The chip, or a module that carries it."),
    )
    pin_text: str | None = option(
        default=None,
        metavar="TEXT",
        help=N_("The pin text with its crc pair. Left out: the plug of the forum thread."),
    )
    pin_file: Path | None = option(
        default=None, metavar="FILE", help=N_("Read the pin text from a file.")
    )
    no_pins: bool = option(default=False, help=N_("A device that stores no pins."))
    generation: str = option(
        default="classic",
        metavar="KIND",
        choices=("classic", "tuyaos3"),
        help=N_("How the storage is built: classic or tuyaos3."),
    )
    paired: bool = option(
        default=False, help=N_("With made-up secrets in every place that can hold one.")
    )
    no_record: bool = option(
        default=False, help=N_("Without the pin record; only the plain copy is left.")
    )
    no_file_copy: bool = option(default=False, help=N_("Without the plain copy of the pin text."))
    mac: str | None = option(default=None, metavar="MAC", help=N_("MAC of the device."))
    seed: str = option(default="plugsmith", help=N_("Another word gives other made-up secrets."))
    damage: tuple[str, ...] = option(
        default=(),
        metavar="KIND",
        help=N_(
            "rotated, shifted, truncated, bit-flips, key-erased, key-head-erased, "
            "first-sector-erased, storage-erased or half-written. Repeatable."
        ),
    )


def extract(session: Session, request: ExtractRequest) -> ExtractResult | ManyResult:
    """`dump extract`; OutputExists for a folder with something in it."""
    from plugsmith.flows.dump.files import extract_to
    from plugsmith.flows.dump.over_many import extract_many

    secrets, several = request.show_secrets, files_of(session, request)
    if several is None:
        dump = open_named(session, request.file)
        return extract_to(dump, request.output, show_secrets=secrets)
    return extract_many(
        several, request.output, show_secrets=secrets, sink=session.sink, cancel=session.cancel
    )


def repair(session: Session, request: RepairRequest) -> RepairResult | ManyResult:
    """`dump repair`."""
    from plugsmith.flows.dump.files import repair_to
    from plugsmith.flows.dump.over_many import repair_many

    several = files_of(session, request)
    if several is not None:
        return repair_many(
            several,
            request.output,
            sanitized=frozenset()
            if request.keep_secrets
            else frozenset(path for path in several if is_in_library(session, str(path))),
            sink=session.sink,
            cancel=session.cancel,
        )
    _check_output(session, request)
    dump = open_named(session, request.file)
    sanitized = is_in_library(session, request.file) and not request.keep_secrets
    return repair_to(dump, request.output, sanitized=sanitized)


def sanitize(session: Session, request: SanitizeRequest) -> SanitizeResult | ManyResult:
    """`dump sanitize`; nothing is written without the proof."""
    from plugsmith.flows.dump.files import sanitize_to
    from plugsmith.flows.dump.over_many import sanitize_many

    several = files_of(session, request)
    if several is not None:
        return sanitize_many(
            several,
            request.output,
            keep_mac=request.keep_mac,
            strict=request.strict,
            secret_file=request.secret_file,
            sink=session.sink,
            cancel=session.cancel,
        )
    _check_output(session, request)
    return sanitize_to(
        open_named(session, request.file),
        request.output,
        keep_mac=request.keep_mac,
        strict=request.strict,
        secret_file=request.secret_file,
    )


def _check_output(session: Session, request: RepairRequest | SanitizeRequest) -> None:
    """OutputIsInput where the result would replace its source, by whatever path; OutputExists."""
    from plugsmith.flows.input_file import is_same_file

    name, output = request.file, request.output
    if name != "-" and is_same_file(named_file(session, name), output):
        raise OutputIsInput(name=str(output))
    if output.exists():
        raise OutputExists(name=str(output))


def forge(_session: Session, request: ForgeRequest) -> ForgeResult:
    """`dump forge`; the same request gives the same bytes."""
    from plugsmith.flows.dump.file_results import ForgeResult
    from plugsmith.flows.dump.files import digest_of, write_whole
    from plugsmith.forge.dump import FORUM_TEXT, forge_dump
    from plugsmith.forge.storage import StorageRequest

    text = request.pin_text if request.pin_file is None else _read_text(request.pin_file)
    storage = StorageRequest(
        chip=request.chip,
        pin_text=None if request.no_pins else text or FORUM_TEXT,
        generation=_generation(request.generation),
        paired=request.paired,
        kv_record=not request.no_record,
        file_copy=not request.no_file_copy,
        seed=request.seed,
    )
    if request.output.exists():
        raise OutputExists(name=str(request.output))
    made = forge_dump(storage, mac=_mac(request.mac), damages=_damages(request.damage))
    write_whole(request.output, made.data)
    return ForgeResult(
        file=str(request.output),
        sha256=digest_of(made.data),
        size=len(made.data),
        contains=made.contains,
        canaries=len(made.canaries),
    )


def is_in_library(session: Session, name: str) -> bool:
    """Whether FILE means a backup in the library, by its name or by its path."""
    path = named_file(session, name).resolve()
    return any(item.file.resolve() == path for item in session.library.backups.entries())


def _read_text(path: Path) -> str:
    from plugsmith.system_words import system_words

    try:
        with path.open(encoding="utf-8") as stream:
            return stream.read(_MAX_TEXT_LEN)
    except (OSError, UnicodeDecodeError) as problem:
        reason = system_words(problem)
        raise InputMissing(name=str(path), problem=reason) from problem


def _generation(name: str) -> StoreKind:
    from plugsmith.tuya.kv import StoreKind

    found = next((kind for kind in StoreKind if kind.value == name.lower()), None)
    if found is None:
        raise UsageError(problem=_("--generation {name} is neither classic nor tuyaos3", name=name))
    return found


def _mac(text: str | None) -> bytes | None:
    if text is None:
        return None
    digits = text.replace(":", "").replace("-", "")
    try:
        mac = bytes.fromhex(digits)
    except ValueError:
        mac = b""
    if len(mac) != 6:
        raise UsageError(problem=_("--mac {text} is not a MAC", text=text))
    return mac


def _damages(names: Sequence[str]) -> list[DamageName]:
    from plugsmith.forge.damage import DamageName

    known = {kind.value: kind for kind in DamageName}
    for name in names:
        if name.lower() not in known:
            raise UsageError(problem=_("--damage {name} is not a known kind", name=name))
    return [known[name.lower()] for name in names]
