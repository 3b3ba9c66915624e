"""Syntax trees of files that several tests read: a process parses each once."""

from __future__ import annotations

import ast
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@cache
def tree(path: Path) -> ast.Module:
    """The tree of a Python file, for reading only."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
