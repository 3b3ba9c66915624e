"""What is said when the page was switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.ui.results import PageServed


def ui_text(result: PageServed) -> str:
    """One line."""
    return _("The page is switched off; {count} jobs were run.", count=result.jobs)
