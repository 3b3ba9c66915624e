"""The desk with the simulated plugs of this run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugsmith.errors import Fact
    from plugsmith.ui.files import Files


class Desk:
    """The plugs by the name of their port."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def port_rows(self) -> list[dict[str, Fact]]:
        """The plugs as rows of `GET /api/ports`."""
        return []

    def taken(self, ports: tuple[str, ...]) -> None:
        """A job begins on these ports."""

    def freed(self, ports: tuple[str, ...], verb: str) -> None:
        """It ended."""

    def close(self) -> None:
        """Switch all plugs off."""
