"""The desk of a page without a server: no practice plugs stand on it."""

from __future__ import annotations


class NoDesk:
    """`ui.job_list.Desk` with nothing on it."""

    def taken(self, ports: tuple[str, ...]) -> None:
        """A job begins."""

    def freed(self, ports: tuple[str, ...]) -> None:
        """It ended."""

    def is_practice(self, places: tuple[str, ...]) -> bool:
        """Nothing is."""
        del places
        return False
