"""`plugsmith dump forge`: a structurally valid factory dump, for tests and practice."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer evaluates the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from plugsmith.cli.dump.input import OutputOption, ask_to_overwrite
from plugsmith.cli.options import JsonOption, YesOption  # noqa: TC001 - typer evaluates them
from plugsmith.cli.session import Session, run
from plugsmith.errors import InputMissing, UsageError
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact
    from plugsmith.forge.damage import DamageName
    from plugsmith.tuya.kv import StoreKind

_MAX_TEXT_LEN = 0x4000


def forge(
    *,
    output: OutputOption,
    chip: Annotated[
        str, typer.Option("--chip", help=_("The chip, or a module that carries it."))
    ] = "BK7231T",
    pin_text: Annotated[
        str | None,
        typer.Option(
            "--pin-text",
            metavar="TEXT",
            help=_("The pin text with its crc pair. Left out: the plug of the forum thread."),
        ),
    ] = None,
    pin_file: Annotated[
        Path | None,
        typer.Option("--pin-file", metavar="FILE", help=_("Read the pin text from a file.")),
    ] = None,
    no_pins: Annotated[
        bool, typer.Option("--no-pins", help=_("A device that stores no pins."))
    ] = False,
    generation: Annotated[
        str,
        typer.Option("--generation", help=_("How the storage is built: classic or tuyaos3.")),
    ] = "classic",
    paired: Annotated[
        bool,
        typer.Option("--paired", help=_("With made-up secrets in every place that can hold one.")),
    ] = False,
    no_record: Annotated[
        bool,
        typer.Option("--no-record", help=_("Without the pin record; only the plain copy is left.")),
    ] = False,
    no_file_copy: Annotated[
        bool, typer.Option("--no-file-copy", help=_("Without the plain copy of the pin text."))
    ] = False,
    mac: Annotated[
        str | None, typer.Option("--mac", metavar="MAC", help=_("MAC address of the device."))
    ] = None,
    seed: Annotated[
        str, typer.Option("--seed", help=_("Another word gives other made-up secrets."))
    ] = "plugsmith",
    damage: Annotated[
        list[str] | None,
        typer.Option(
            "--damage",
            metavar="KIND",
            help=_(
                "rotated, shifted, truncated, bit-flips, key-erased, key-head-erased, "
                "first-sector-erased, storage-erased or half-written. Repeatable."
            ),
        ),
    ] = None,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.flows.dump.files import digest_of, write_whole
        from plugsmith.forge.dump import FORUM_TEXT, forge_dump
        from plugsmith.forge.storage import StorageRequest

        text = pin_text if pin_file is None else _read_text(pin_file)
        request = StorageRequest(
            chip=chip,
            pin_text=None if no_pins else text or FORUM_TEXT,
            generation=_generation(generation),
            paired=paired,
            kv_record=not no_record,
            file_copy=not no_file_copy,
            seed=seed,
        )
        made = forge_dump(request, mac=_mac(mac), damages=_damages(damage or []))
        ask_to_overwrite(session, output)
        write_whole(output, made.data)
        return {
            "file": str(output),
            "sha256": digest_of(made.data),
            "size": len(made.data),
            "contains": list(made.contains),
            "canaries": len(made.canaries),
        }

    from plugsmith.cli.dump.text import forge_text

    run("dump forge", body, as_json=as_json, assume_yes=yes, render=forge_text)


def _read_text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as stream:
            return stream.read(_MAX_TEXT_LEN)
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or type(problem).__name__
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
        raise UsageError(problem=_("--mac {text} is not a MAC address", text=text))
    return mac


def _damages(names: list[str]) -> list[DamageName]:
    from plugsmith.forge.damage import DamageName

    known = {kind.value: kind for kind in DamageName}
    for name in names:
        if name.lower() not in known:
            raise UsageError(problem=_("--damage {name} is not a known kind", name=name))
    return [known[name.lower()] for name in names]
