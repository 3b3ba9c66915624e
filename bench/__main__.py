"""`python -m bench [--full]`: every benchmark in this folder, one after the other."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import bench


def run_all(*, full: bool) -> int:
    """Run `main(full=...)` of each module; 1 if one of them says that a budget is broken."""
    broken = 0
    for module in sorted(pkgutil.iter_modules(bench.__path__), key=lambda item: item.name):
        if module.name.startswith("_"):
            continue
        print(f"== {module.name}")
        held = importlib.import_module(f"bench.{module.name}").main(full=full)
        broken += held is False
    return 1 if broken else 0


sys.exit(run_all(full="--full" in sys.argv[1:]))
