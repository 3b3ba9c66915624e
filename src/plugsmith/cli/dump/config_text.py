"""The result of `dump config` for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.cli.many_text import files_counts_text
from plugsmith.cli.table import table
from plugsmith.code_words import told
from plugsmith.dump.recovery.outcome import Confidence, SourceKind, Status
from plugsmith.flows.many import ManyResult
from plugsmith.messages import N_, _
from plugsmith.visible import json_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.cli.dump.shown import ConfigShown
    from plugsmith.flows.dump.known_config import KnownConfig
    from plugsmith.interpret.config_result import ConfigResult

_HEADS = {
    Status.FOUND: N_("The pins of this device were found."),
    Status.SERIAL_MCU: N_("This device stores no pins: another controller in it does the work."),
    Status.COMPILED_IN: N_("This device stores no pins: they are compiled into its firmware."),
    Status.NONE: N_("No pins were found."),
}
_KINDS = {
    SourceKind.KV_LIVE: N_("the current record in the vendor's store"),
    SourceKind.KV_STALE: N_("an older copy in the vendor's store"),
    SourceKind.FILE: N_("the vendor's file area"),
    SourceKind.CARVED: N_("bytes without a structure around them"),
    SourceKind.JOINED: N_("several damaged copies, put together"),
    SourceKind.FIRMWARE_DEFAULT: N_("the firmware's default"),
}

_SURE: Mapping[str, str] = {
    Confidence.PROVEN: N_("proven"),
    Confidence.STRONG: N_("strong"),
    Confidence.WEAK: N_("weak"),
    Confidence.GUESS: N_("guess"),
}
_COUNTED: Mapping[str, str] = {
    **_SURE,
    Status.FOUND: N_("pins found"),
    Status.SERIAL_MCU: N_("another controller has the pins"),
    Status.COMPILED_IN: N_("pins compiled into the firmware"),
    Status.NONE: N_("no pins"),
}


def config_text(found: KnownConfig | ManyResult, shown: ConfigShown) -> str:
    """The answer for one input, or the counts of many."""
    if isinstance(found, ManyResult):
        return files_counts_text(found, _COUNTED)
    return template_text(found) if shown.template else answer_text(found, explain=shown.explain)


def answer_text(found: KnownConfig, *, explain: bool = False) -> str:
    """The whole answer: what, how sure, from where, the pins, the template, the remarks."""
    lines = [_(_HEADS[found.status]), "", _facts(found)]
    if found.looks_like:
        lines += ["", found.looks_like]
    if found.pins:
        lines += ["", _("Pins:"), *(f"  {pin.why if explain else pin.text}" for pin in found.pins)]
    if found.template:
        lines += ["", _("OpenBeken template:"), template_text(found)]
    if found.autoexec:
        lines += ["", _("For the file autoexec.bat on the device:")]
        lines += [f"  {command}" for command in found.autoexec]
    if found.alternatives:
        lines += ["", _("Other texts in the file:")]
        lines += [
            f"  0x{item.offset:06X} ({item.about or _(_KINDS[item.kind])}): {item.text}"
            for item in found.alternatives
        ]
    if found.notes:
        lines += ["", _("What you should know:"), *(f"- {note}" for note in found.notes)]
    return "\n".join(lines)


def template_text(found: ConfigResult) -> str:
    """The template as JSON, nothing where there is none."""
    return json_text(found.template, indent=2) if found.template else ""


def _reason(found: ConfigResult) -> str:
    """Why there is no answer; of a text that was changed on the way, that it was."""
    if found.reason is None:
        return ""
    changed = (item.about for item in found.alternatives if item.kind is SourceKind.CARVED)
    return next((about for about in changed if about), None) or told(found.reason)


def _facts(found: ConfigResult) -> str:
    source, place = found.source, ""
    if source is not None:
        place = _(
            "{kind}, at 0x{offset:06X} of the file; checks: {checks}",
            kind=_(_KINDS[source.kind]),
            offset=source.offset,
            checks=", ".join(map(told, source.checks)) or _("none"),
        )
    return table(
        [
            (_("Module"), found.module or ""),
            (_("Chip"), found.chip or ""),
            (_("Confidence"), _(_SURE[found.confidence]) if found.confidence else ""),
            (_("From"), place),
            (_("Text"), found.text or ""),
            (_("Reason"), _reason(found)),
        ]
    )
