"""The pages of the documentation: in the package, in a checkout in `docs`; no network is used."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_PLACES = (_PACKAGE / "docs", _PACKAGE.parents[1] / "docs")


def page_file(name: str) -> Path | None:
    """Where a page lies: `linking.md`, or `linking`."""
    name = name.lower().removesuffix(".md")
    if not name.replace("-", "").isalnum():
        return None
    files = [folder / f"{name}.md" for folder in _PLACES]
    return next((file for file in files if file.is_file()), None)


def page_names() -> list[str]:
    """The pages that there are."""
    folder = next((folder for folder in _PLACES if folder.is_dir()), None)
    return sorted(file.stem for file in folder.glob("*.md")) if folder is not None else []
