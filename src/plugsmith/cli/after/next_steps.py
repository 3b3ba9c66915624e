"""The next step after a verb: the commands that somebody would type now, and why.

A step is a command (or, without one, a sentence). A dry run has one step: the same without it.
"""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Any

from plugsmith.cli.layout import paragraph, width_of
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.cli.after.steps import Steps
    from plugsmith.records import Record, Result

_USUAL = 100


def next_steps(name: str, request: Record, result: Result) -> str:
    """The text below a result; empty where nothing is left to do."""
    if getattr(request, "dry_run", False):
        words = [word for word in sys.argv[1:] if word != "--dry-run"]
        steps: Steps = [(shlex.join(["plugsmith", *words]), _("does what was shown"))]
    else:
        function = _steps_of(name)
        steps = function(request, result) if function else []
    return shown(steps) if steps else ""


def _steps_of(name: str) -> Callable[[Any, Any], Steps] | None:
    """The function for a verb; no more is imported than it takes, and least for files."""
    from plugsmith.cli.after.file_steps import FILE_STEPS

    if name in FILE_STEPS:
        return FILE_STEPS[name]
    from plugsmith.cli.after.wire_steps import WIRE_STEPS

    if name in WIRE_STEPS:
        return WIRE_STEPS[name]
    from plugsmith.cli.after.device_steps import DEVICE_STEPS

    return DEVICE_STEPS.get(name)


def shown(steps: Steps) -> str:
    """The steps, commands whole."""
    width = width_of(sys.stderr) or _USUAL
    rows = [(command, words) for command, words in steps if command]
    column = max((len(command) for command, _words in rows), default=0)
    said = [paragraph(words, width, indent="  ") for command, words in steps if not command]
    lines = [_("Next:"), *said]
    if column + 4 + max((len(words) for _command, words in rows), default=0) <= width:
        lines += [f"  {command:<{column}}  {words}".rstrip() for command, words in rows]
    else:
        for command, words in rows:
            lines += [f"  {command}", *([f"      {words}"] if words else [])]
    return "\n".join(lines)
