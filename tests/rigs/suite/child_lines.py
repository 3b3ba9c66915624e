"""What child processes print with --json, kept while their starter reads it."""

from __future__ import annotations

import json
import subprocess
from typing import Any

KEPT: list[str] = []


def lines_of_ours() -> list[dict[str, Any]]:
    """The JSON lines of our schema read since the last call, from any child."""
    found = []
    for line in "".join(KEPT).splitlines():
        if line.startswith('{"schema": "plugsmith/'):
            try:
                found.append(json.loads(line))
            except ValueError:  # a child that was killed in the middle of it
                continue
    KEPT.clear()
    return found


def _keep(text: str | bytes | None) -> None:
    if text:
        KEPT.append(text.decode("utf-8", "replace") if isinstance(text, bytes) else text)


class _Heard:
    """The stdout of a child; whoever reads a line leaves a copy."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.whole = False  # `communicate` keeps its answer itself

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __iter__(self):
        return iter(self.readline, self._stream.read(0))

    def readline(self, *size: int):
        line = self._stream.readline(*size)
        _keep(line)
        return line

    def read(self, *size: int):
        text = self._stream.read(*size)
        if not self.whole:
            _keep(text)
        return text


def listen() -> None:
    """From now on, hear every child of this process that has its stdout on a pipe."""
    start, communicate = subprocess.Popen.__init__, subprocess.Popen.communicate

    def started(self, *args, **options):
        start(self, *args, **options)
        if self.stdout is not None:
            self.stdout = _Heard(self.stdout)

    def answered(self, *args, **options):
        if isinstance(self.stdout, _Heard):
            self.stdout.whole = True
        out, err = communicate(self, *args, **options)
        _keep(out)
        return out, err

    subprocess.Popen.__init__ = started
    subprocess.Popen.communicate = answered
