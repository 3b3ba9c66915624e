"""Our command line as a child process that hears Ctrl-C, wherever the suite itself runs."""

from __future__ import annotations

import subprocess
import sys

#: A shell starts background jobs with SIGINT ignored, and children inherit that.
_HEAR_CTRL_C = (
    "import signal, runpy, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
    "sys.argv[0] = 'plugsmith'; runpy.run_module('plugsmith', run_name='__main__')"
)


def plugsmith(*arguments: str, stderr: int = subprocess.PIPE) -> subprocess.Popen[str]:
    """Start `plugsmith ARGUMENTS` with its output on pipes."""
    return subprocess.Popen(
        [sys.executable, "-c", _HEAR_CTRL_C, *arguments],
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        encoding="utf-8",
    )
