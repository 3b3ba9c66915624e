"""The pages of the documentation: in the package, in a checkout in `docs`; no network is used."""

from __future__ import annotations

from pathlib import Path

from plugsmith.messages import language

_PACKAGE = Path(__file__).parent
_PLACES = (_PACKAGE / "docs", _PACKAGE.parents[1] / "docs")


def page_file(name: str) -> Path | None:
    """Where a page lies: `linking.md`, or `linking`; in the reader's language where it is there."""
    name = name.lower().removesuffix(".md")
    if not name.replace("-", "").isalnum():
        return None
    names = (f"{name}.{language()}.md", f"{name}.md")
    files = [folder / file for folder in _PLACES for file in names]
    return next((file for file in files if file.is_file()), None)


def page_names() -> list[str]:
    """The pages that there are."""
    folder = next((folder for folder in _PLACES if folder.is_dir()), None)
    files = folder.glob("*.md") if folder is not None else ()
    return sorted({file.name.partition(".")[0] for file in files})
