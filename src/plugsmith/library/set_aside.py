"""Files in the library that could not be read: they stop nothing, and the user is told once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.messages import _

if TYPE_CHECKING:
    from pathlib import Path


class SetAside:
    """The files that one run left out, each once, with the reason."""

    def __init__(self) -> None:
        self._files: dict[Path, str] = {}
        self._told: set[Path] = set()

    def add(self, path: Path, problem: str) -> None:
        """Note that `path` was left out."""
        self._files.setdefault(path, problem)

    def add_unreadable(self, path: Path) -> None:
        """Note that `path` holds something else than it should."""
        self.add(path, _("it is not well formed"))

    def untold(self) -> list[tuple[Path, str]]:
        """Those that were not asked for yet."""
        fresh = [(path, why) for path, why in self._files.items() if path not in self._told]
        self._told.update(path for path, _why in fresh)
        return fresh
