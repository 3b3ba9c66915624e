"""The words for a run that was stopped before it began, and an end without technical noise."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import suppress


def interrupted(args: list[str]) -> int:
    """Say that nothing was begun, as a JSON line where that was asked for; exit code 130."""
    from plugsmith.cli.session import report_error
    from plugsmith.errors import Cancelled

    return report_error(Cancelled(), as_json="--json" in args)


def end_quietly() -> None:
    """From here on further Ctrl-C do nothing, and what breaks off in threads prints nothing."""
    import logging

    with suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.disable(logging.CRITICAL)
    sys.unraisablehook = lambda _unraisable: None
    threading.excepthook = lambda _args: None
