"""What `ui` gives back when it is switched off."""

from __future__ import annotations

from plugsmith.records import Result, record


@record
class PageServed(Result):
    """The address (without the key), and how many jobs were run from the page."""

    url: str
    jobs: int
