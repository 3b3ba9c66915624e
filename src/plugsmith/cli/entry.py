"""Console entry point: a Ctrl-C at any moment, also while modules are loaded, ends in words."""

from __future__ import annotations

import signal
import sys


def run() -> None:
    """Run the command line and leave with its exit code."""
    try:
        from plugsmith.cli.app import main

        code = main()
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second one must not tear this apart
        code = interrupted(sys.argv[1:])
    sys.exit(code)


def interrupted(args: list[str]) -> int:
    """Say that nothing was begun, as a JSON line where that was asked for; exit code 130."""
    from plugsmith.cli.session import report_error
    from plugsmith.errors import Cancelled

    return report_error(Cancelled(), as_json="--json" in args)
