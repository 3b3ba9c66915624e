"""An end without technical noise, for a user who has pressed Ctrl-C twice."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import suppress


def end_quietly() -> None:
    """From here on further Ctrl-C do nothing, and what breaks off in threads prints nothing."""
    import logging

    with suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.disable(logging.CRITICAL)
    sys.unraisablehook = lambda _unraisable: None
    threading.excepthook = lambda _args: None
