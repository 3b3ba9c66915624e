"""A device as Markdown, for a forum post or an issue."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plugsmith.export.labels import labels_of
from plugsmith.export.openbeken_template import harmless_template_text
from plugsmith.export.output import OutputFile, one_line
from plugsmith.interpret.explain import profile_notes
from plugsmith.interpret.openbeken.to_openbeken import openbeken_setup
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.device.profile import DeviceProfile
    from plugsmith.export.output import ExportOptions

_MARKS = re.compile(r"([\\`*_{}\[\]()#+!|~$@:])")


def render(profile: DeviceProfile, options: ExportOptions) -> list[OutputFile]:
    """`<name>.md`."""
    template = (
        options.template
        or openbeken_setup(
            profile, vendor=options.vendor, name=options.title, model=options.model
        ).template
    )
    lines = [f"## {escape(options.shown_title)}", ""]
    facts = (
        (_("Vendor"), options.vendor),
        (_("Model"), options.model),
        (_("Chip"), profile.chip or template.chip),
        (_("Module"), profile.module or template.board),
    )
    lines += [f"- {name}: {escape(text)}" for name, text in facts if text]
    lines += ["", f"| {_('Pin')} | {_('Role')} | {_('Meaning')} |", "|---|---|---|"]
    for label in labels_of(profile, options).values():
        lines.append(f"| P{label.gpio} | {escape(label.role) or '-'} | {escape(label.words)} |")
    if template.command:
        lines += ["", _("Startup command:"), "", *fenced(one_line(template.command, limit=2000))]
    lines += [
        "",
        _("OpenBeken template:"),
        "",
        *fenced(harmless_template_text(template).rstrip(), "json"),
    ]
    notes = profile_notes(profile)
    if notes:
        lines += ["", _("Please note:"), "", *(f"- {escape(note)}" for note in notes)]
    text = "\n".join(lines) + "\n"
    return [OutputFile(name=f"{options.file_stem}.md", text=text, media_type="text/markdown")]


def escape(text: str) -> str:
    """`text` on one line, with nothing in it that Markdown or HTML would act on."""
    plain = one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKS.sub(r"\\\1", plain)


def fenced(text: str, language: str = "") -> list[str]:
    """A code block whose fence is longer than any run of backticks in `text`."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}{language}", *text.splitlines(), fence]
