"""What the worker process may not do: limits set before a byte of the guest runs.

The guest is hostile and has no door to the host but what the model opens; this is for the case that
the engine itself has a hole. docs/simulator.md says what is and what is not confined.
"""

from __future__ import annotations

import sys

OPEN_FILES = 16  # the standard streams and what the interpreter itself opens for a moment


def confine(*, memory: int, wall_s: float) -> None:
    """Limit this process for good: address space, CPU time, files, processes, core dumps.

    `wall_s` 0: no limit on CPU time. Does nothing where the system knows no such limits (Windows).
    """
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not on Windows; elsewhere its absence is an error

    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_NPROC: 0,
    }
    if wall_s:
        limits[resource.RLIMIT_CPU] = int(wall_s) + 10
    for kind, most in limits.items():
        hard = resource.getrlimit(kind)[1]
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (value, value))
