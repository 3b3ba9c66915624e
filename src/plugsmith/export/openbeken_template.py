"""The OpenBeken template as a file, and the lines for autoexec.bat where it does not hold all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.export.output import OutputFile, one_line
from plugsmith.interpret.to_openbeken import openbeken_setup
from plugsmith.openbeken.template import template_text

if TYPE_CHECKING:
    from plugsmith.device.profile import DeviceProfile
    from plugsmith.export.output import ExportOptions


def render(profile: DeviceProfile, options: ExportOptions) -> list[OutputFile]:
    """`<name>.json`; a second file for commands that do not fit into a template."""
    setup = openbeken_setup(profile, vendor=options.vendor, name=options.title, model=options.model)
    template = options.template or setup.template
    files = [
        OutputFile(
            name=f"{options.file_stem}.json",
            text=template_text(template),
            media_type="application/json",
        )
    ]
    if setup.autoexec and options.template is None:
        lines = "".join(f"{one_line(line, limit=1000)}\n" for line in setup.autoexec)
        files.append(OutputFile(name="autoexec.bat", text=lines))
    return files
