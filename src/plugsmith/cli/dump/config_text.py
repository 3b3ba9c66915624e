"""The result of `dump config` for people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from plugsmith.cli.table import table
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from plugsmith.errors import Fact

_HEADS = {
    "found": N_("The pins of this device were found."),
    "serial-mcu": N_("This device stores no pins: another controller in it does the work."),
    "compiled-in": N_("This device stores no pins: they are compiled into its firmware."),
    "none": N_("No pins were found."),
}
_KINDS = {
    "kv-live": N_("the current record in the vendor's store"),
    "kv-stale": N_("an older copy in the vendor's store"),
    "file": N_("the vendor's file area"),
    "carved": N_("bytes without a structure around them"),
    "joined": N_("several damaged copies, put together"),
    "firmware-default": N_("the firmware's default"),
}


def config_text(data: dict[str, Fact], *, explain: bool = False) -> str:
    """The whole answer: what, how sure, from where, the pins, the template, the remarks."""
    lines = [_(_HEADS[str(data["status"])]), "", _facts(data)]
    if data.get("looks_like"):
        lines += ["", str(data["looks_like"])]
    pins = _pins(data, explain=explain)
    if pins:
        lines += ["", _("Pins:"), *pins]
    if data.get("template"):
        lines += ["", _("OpenBeken template:"), template_text(data)]
    if data.get("autoexec"):
        lines += ["", _("For the file autoexec.bat on the device:")]
        lines += [f"  {command}" for command in _list(data["autoexec"])]
    others = _alternatives(data)
    if others:
        lines += ["", _("Other texts in the file:"), *others]
    notes = [note for note in _list(data.get("notes")) if isinstance(note, str)]
    if notes:
        lines += ["", _("What you should know:"), *[f"- {note}" for note in notes]]
    return "\n".join(lines)


def template_text(data: dict[str, Fact]) -> str:
    """The template as JSON, nothing where there is none."""
    body = data.get("template")
    return json.dumps(body, indent=2, ensure_ascii=False) if body else ""


def counts_text(data: dict[str, Fact]) -> str:
    """One line for each file, then how many gave which answer."""
    rows: list[tuple[str, str]] = []
    for item in _list(data.get("items")):
        if isinstance(item, dict):
            words = [str(value) for key, value in item.items() if key != "name"]
            rows.append((str(item["name"]), ", ".join(words)))
    counts = data.get("counts")
    sums = [f"{count} {word}" for word, count in counts.items()] if isinstance(counts, dict) else []
    total = _("{count} files: {sums}", count=data.get("files"), sums=", ".join(sums))
    return "\n".join([table(rows), "", total])


def _facts(data: dict[str, Fact]) -> str:
    source = data.get("source")
    place = ""
    if isinstance(source, dict):
        place = _(
            "{kind}, at 0x{offset:06X} of the file; checks: {checks}",
            kind=_(_KINDS[str(source["kind"])]),
            offset=source["offset"],
            checks=", ".join(str(check) for check in _list(source.get("checks"))) or _("none"),
        )
    return table(
        [
            (_("Module"), str(data.get("module") or "")),
            (_("Chip"), str(data.get("chip") or "")),
            (_("Confidence"), str(data.get("confidence") or "")),
            (_("From"), place),
            (_("Text"), str(data.get("text") or "")),
            (_("Reason"), str(data.get("reason") or "")),
        ]
    )


def _pins(data: dict[str, Fact], *, explain: bool) -> list[str]:
    lines: list[str] = []
    for pin in _list(data.get("pins")):
        if isinstance(pin, dict):
            words = pin.get("why") if explain else pin.get("text")
            lines.append(f"  {words}")
    return lines


def _alternatives(data: dict[str, Fact]) -> list[str]:
    lines: list[str] = []
    for item in _list(data.get("alternatives")):
        if not isinstance(item, dict):
            continue
        kind = _(_KINDS[str(item["kind"])])
        words = item.get("about") or kind
        lines.append(f"  0x{item['offset']:06X} ({words}): {item.get('text')}")
    return lines


def _list(value: Fact) -> list[Fact]:
    return value if isinstance(value, list) else []
