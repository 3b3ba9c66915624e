"""The OpenBeken template as a file, and the lines for autoexec.bat where it does not hold all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.export.output import OutputFile, one_line
from plugsmith.interpret.openbeken.to_openbeken import openbeken_setup
from plugsmith.openbeken.template import write_template
from plugsmith.visible import json_text

if TYPE_CHECKING:
    from plugsmith.device.profile import DeviceProfile
    from plugsmith.errors import Fact
    from plugsmith.export.output import ExportOptions
    from plugsmith.openbeken.template import Template

_MAX_TEXT = 2000
_MAX_ITEMS = 200
_MAX_DEPTH = 6


def render(profile: DeviceProfile, options: ExportOptions) -> list[OutputFile]:
    """`<name>.json`; a second file for commands that do not fit into a template."""
    setup = openbeken_setup(profile, vendor=options.vendor, name=options.title, model=options.model)
    template = options.template or setup.template
    files = [
        OutputFile(
            name=f"{options.file_stem}.json",
            text=harmless_template_text(template),
            media_type="application/json",
        )
    ]
    if setup.autoexec and options.template is None:
        lines = "".join(f"{one_line(line, limit=1000)}\n" for line in setup.autoexec)
        files.append(OutputFile(name="autoexec.bat", text=lines))
    return files


def harmless_template_text(template: Template) -> str:
    """The template's JSON, its texts without control characters and of bearable length."""
    body = _harmless(write_template(template), depth=0)
    return json_text(body, indent=2) + "\n"


def _harmless(value: Fact, *, depth: int) -> Fact:
    if isinstance(value, str):
        return one_line(value, limit=_MAX_TEXT)
    if depth >= _MAX_DEPTH:
        return None
    if isinstance(value, list):
        return [_harmless(item, depth=depth + 1) for item in value[:_MAX_ITEMS]]
    if isinstance(value, dict):
        pairs = list(value.items())[:_MAX_ITEMS]
        return {one_line(key, limit=64): _harmless(item, depth=depth + 1) for key, item in pairs}
    return value
