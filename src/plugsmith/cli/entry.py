"""Console entry point: a Ctrl-C at any moment, also while modules are loaded, ends in words."""

from __future__ import annotations

import signal
import sys


def run() -> None:
    """Run the command line and leave with its exit code."""
    try:
        from plugsmith.cli.writer import open_streams

        open_streams()
        from plugsmith.cli.app import main

        code = main()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # nothing is left that could be stopped
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second one must not tear this apart
        from plugsmith.cli.interrupt import interrupted

        code = interrupted(sys.argv[1:])
    sys.exit(code)
