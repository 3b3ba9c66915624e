"""Where the real corpus lies; a module of its own, since `conftest` is the name of several."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]


def corpus_root() -> Path:
    """The corpus folder; it may not exist."""
    return Path(os.environ.get("PLUGSMITH_CORPUS", REPOSITORY.parent / "shared" / "corpus"))
