"""The words of `support`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.cli.table import table
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.flows.own.support_results import SupportResult


def support_text(done: SupportResult) -> str:
    """What is in the bundle and what to do with it."""
    ended = done.error or _("well")
    rows = table(
        [
            (_("Bundle"), done.file),
            (_("Run"), _("{verb}, ended: {ended}", verb=done.verb, ended=ended)),
            (_("Holds"), ", ".join(done.members)),
            (_("Secrets"), _("none found in {count} texts", count=done.searched)),
        ]
    )
    return rows + "\n\n" + _("Attach it to your post, with a photo of the board and the wires.")
