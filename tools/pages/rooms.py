"""The page of all modules: folder by folder, each with the first sentence of its docstring."""

from __future__ import annotations

import ast
from pathlib import Path

from pages.markdown import NOTICE

SOURCE = Path(__file__).resolve().parents[2] / "src" / "plugsmith"


def page() -> str:
    """docs/rooms.md."""
    lines = [
        NOTICE,
        "# Rooms\n",
        "Every module and what it is; see [architecture.md](architecture.md).\n",
    ]
    folders: dict[Path, list[Path]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        folders.setdefault(path.parent, []).append(path)
    for folder, paths in sorted(folders.items()):
        lines.append(f"## {folder.relative_to(SOURCE.parent).as_posix()}\n")
        for path in paths:
            text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            first = text.split("\n\n", maxsplit=1)[0].replace("\n", " ")
            name = path.stem if path.stem != "__init__" else "(all of it)"
            if first:
                lines.append(f"- **{name}**: {first}")
        lines.append("")
    return "\n".join(lines)
