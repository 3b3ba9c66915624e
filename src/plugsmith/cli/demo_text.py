"""The result of the demo for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.cli.table import table
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.demo.results import DemoResult


def demo_text(done: DemoResult) -> str:
    """The steps, and where everything lies."""
    closing = _(
        "All of it is in {folder}; remove that folder when you are done. With a real plug the same "
        "job is: plugsmith backup, then plugsmith flash IMAGE.",
        folder=done.folder,
    )
    return "\n" + table([(row.step, row.outcome) for row in done.steps]) + "\n\n" + closing
