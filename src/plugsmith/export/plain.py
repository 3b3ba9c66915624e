"""A device as plain text: one line a pin, for notes, mails and screen readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.export.labels import labels_of
from plugsmith.export.output import OutputFile, one_line
from plugsmith.interpret.explain import profile_notes
from plugsmith.interpret.openbeken.to_openbeken import openbeken_setup
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.device.profile import DeviceProfile
    from plugsmith.export.output import ExportOptions


def render(profile: DeviceProfile, options: ExportOptions) -> list[OutputFile]:
    """`<name>.txt`."""
    template = options.template or openbeken_setup(profile).template
    lines = [options.shown_title, ""]
    facts = (
        (_("Vendor"), options.vendor),
        (_("Model"), options.model),
        (_("Chip"), profile.chip or template.chip),
        (_("Module"), profile.module or template.board),
    )
    lines += [f"{name}: {one_line(text)}" for name, text in facts if text]
    lines += ["", _("Pins:")]
    for label in labels_of(profile, options).values():
        role = f" ({label.role})" if label.role else ""
        lines.append(one_line(f"P{label.gpio}: {label.words}{role}"))
    if len(lines) and lines[-1] == _("Pins:"):
        lines.append(_("none"))
    lines += [
        "",
        _("Flags: {number}", number=template.flags if template.flags is not None else "-"),
    ]
    if template.command:
        lines += [_("Startup command: {command}", command=one_line(template.command, limit=2000))]
    notes = profile_notes(profile)
    if notes:
        lines += ["", _("Please note:"), *(f"- {one_line(note)}" for note in notes)]
    return [OutputFile(name=f"{options.file_stem}.txt", text="\n".join(lines) + "\n")]
