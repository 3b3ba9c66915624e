"""Write every generated file of the project; with --check only say which are out of date.

Run by `make generated`. A page is a function that returns the whole text; add yours to PAGES.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pages import (
    chips,
    compared,
    error_codes,
    flags,
    flash_parts,
    messages,
    page_modules,
    page_types,
    page_words,
    rooms,
    schema,
)
from plugsmith.chips.tables import quick_copies

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]
PAGES: dict[str, Callable[[], str]] = {
    "src/plugsmith/chips/data/parsed.json": quick_copies,
    "docs/supported-chips.md": chips.page,
    "docs/flash-parts.md": flash_parts.page,
    "docs/compared.md": compared.page,
    "docs/openbeken-flags.md": flags.page,
    "docs/error-codes.md": error_codes.page,
    "docs/rooms.md": rooms.page,
    "docs/architecture.md": rooms.architecture,
    "schema/plugsmith-1.schema.json": schema.page,
    "src/plugsmith/locale/plugsmith.pot": messages.page,
    "page/src/schema.ts": page_types.page,
    "page/src/facts/modules.json": page_modules.page,
    "page/src/facts/words.json": page_words.page,
}
#: files that another program lays out: their content is compared, not their bytes
SAME: dict[str, Callable[[str, str], bool]] = {
    "src/plugsmith/locale/plugsmith.pot": messages.same,
}


def outdated() -> list[str]:
    """The generated files that do not hold what would be generated now."""
    return [name for name, page in PAGES.items() if not _is_current(name, page())]


def write_all() -> list[str]:
    """Write what is out of date and return the names."""
    names = outdated()
    for name in names:
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGES[name](), encoding="utf-8")
    return names


def _is_current(name: str, wanted: str) -> bool:
    path = ROOT / name
    if not path.is_file():
        return False
    return SAME.get(name, str.__eq__)(path.read_text(encoding="utf-8"), wanted)


def main() -> int:
    """Exit code 1 with --check when something is out of date."""
    parser = argparse.ArgumentParser(description="write the generated files")
    parser.add_argument("--check", action="store_true", help="change nothing, complain instead")
    only_check = parser.parse_args().check
    names = outdated() if only_check else write_all()
    for name in names:
        sys.stdout.write(f"{'out of date' if only_check else 'written'}: {name}\n")
    return 1 if only_check and names else 0


if __name__ == "__main__":
    sys.exit(main())
