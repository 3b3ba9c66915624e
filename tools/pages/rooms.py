"""The page of all modules: folder by folder, each with the first sentence of its docstring.

Their bare names stand at the end of the architecture page, too.
"""

from __future__ import annotations

import ast
from pathlib import Path

from pages.markdown import NOTICE

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "plugsmith"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
_PAGE = (ROOT / "page" / "src", ("*.ts", "*.tsx"))
_BEGIN, _END = "<!-- rooms -->", "<!-- end of rooms -->"


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


def architecture() -> str:
    """docs/architecture.md with the names of all rooms between its two marks."""
    text = ARCHITECTURE.read_text(encoding="utf-8")
    before, begin, rest = text.partition(_BEGIN)
    _old, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"{ARCHITECTURE} has lost a mark: {_BEGIN} {_END}")
    names = [*_names(SOURCE, ("*.py",)), *_names(*_PAGE)]
    return "".join((before, begin, "\n", *names, end, after))


def _names(top: Path, patterns: tuple[str, ...]) -> list[str]:
    folders: dict[Path, list[str]] = {}
    for path in sorted(path for pattern in patterns for path in top.rglob(pattern)):
        if path.stem != "__init__":
            folders.setdefault(path.parent, []).append(path.stem)
    return [
        f"- `{folder.relative_to(ROOT).as_posix()}`: {', '.join(names)}\n"
        for folder, names in sorted(folders.items())
    ]
