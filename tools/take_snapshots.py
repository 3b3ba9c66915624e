"""Writes to tests/data what people see of 25 runs, and what the simulated OpenBeken answers.

Read what has changed.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = map(str, (ROOT / "tests" / "rigs").iterdir())

import obk_story  # type: ignore[import-not-found]  # noqa: E402
from snapshots import FOLDER, take  # type: ignore[import-not-found]  # noqa: E402


def main() -> None:
    """Take them all anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in take().items():
        (FOLDER / f"{name}.txt").write_text(text, encoding="utf-8")
    obk_story.FILE.write_text(obk_story.told(), encoding="utf-8")


if __name__ == "__main__":
    main()
