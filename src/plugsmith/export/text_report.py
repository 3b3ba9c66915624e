"""A device profile as a text for people: pins in sentences, startup, what to check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.interpret.explain import explain_pin, pin_sentence, profile_notes
from plugsmith.interpret.openbeken.to_openbeken import role_text
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.interpret.answer import ConfigAnswer
    from plugsmith.interpret.explain import Provenance


def text_report(answer: ConfigAnswer) -> str:
    """The whole report, lines of plain text ending in a line break."""
    profile = answer.profile
    lines = [_heading(answer)]
    for pin in profile.pins:
        role = role_text(pin)
        sentence = pin_sentence(pin)
        lines.append(f"  {sentence}" + (f"  [{role}]" if role else ""))
    if not profile.pins:
        lines.append(_("  No pin is set."))
    template = answer.setup.template
    if template.command:
        lines += ["", _("Startup command:"), f"  {template.command}"]
    if answer.setup.autoexec:
        lines += ["", _("Lines for autoexec.bat:")]
        lines += [f"  {line}" for line in answer.setup.autoexec]
    lines += ["", _("Flags: {number}", number=template.flags)]
    notes = answer.notes or profile_notes(profile)
    if notes:
        lines += ["", _("Please note:"), *(f"  - {note}" for note in notes)]
    return "\n".join(lines) + "\n"


def pin_report(answer: ConfigAnswer, gpio: int, provenance: Provenance | None = None) -> str:
    """The reason for one pin in a paragraph."""
    return explain_pin(answer.profile, gpio, provenance) + "\n"


def _heading(answer: ConfigAnswer) -> str:
    profile = answer.profile
    if profile.module and profile.chip:
        return _("Module {module}, chip {chip}", module=profile.module, chip=profile.chip)
    if profile.chip:
        return _("Chip {chip}, module not stated", chip=profile.chip)
    if profile.module:
        return _("Module {module}, chip not known", module=profile.module)
    return _("Module and chip are not stated")
