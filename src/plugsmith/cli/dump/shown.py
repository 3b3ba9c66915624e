"""What the terminal can be told about the results of the `dump` verbs; costs nothing to import."""

from __future__ import annotations

from plugsmith.api.options import option, request
from plugsmith.messages import N_
from plugsmith.records import Record


@request
class ConfigShown(Record):
    """How much of the answer is printed."""

    explain: bool = option(default=False, help=N_("Say for each pin where it comes from."))
    template: bool = option(default=False, help=N_("Print only the OpenBeken template."))


@request
class SanitizeShown(Record):
    """Which part of the answer is printed."""

    summary: bool = option(default=False, help=N_("Print one paragraph for a forum post."))
