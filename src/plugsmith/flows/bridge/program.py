"""Another program at work: started, listened to, stopped; nothing of it is ever imported."""

from __future__ import annotations

import os
import queue
import re
import shutil
import signal
import subprocess
import threading
from collections import deque
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from plugsmith.errors.link import ProgramFailed, ProgramMissing
from plugsmith.events import Log
from plugsmith.messages import _
from plugsmith.system_words import system_words
from plugsmith.visible import visible_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from plugsmith.clock import Clock
    from plugsmith.events import CancelToken, EventSink
    from plugsmith.flows.progress import ProgressMeter

_LOOK_S = 0.2
_SILENT_S = 900.0  # 4 MiB at 115200 baud take 6 minutes, and some say nothing all the while
_END_S = 5.0
_LAST_LINES = 6
_LONGEST = 400
_PERCENT = re.compile(r"(?<![\d.])(\d{1,3})(?:\.\d+)?\s?%")
_BREAK = re.compile(rb"[\r\n]+")


def find_program(name: str, *, install: str) -> str:
    """The path of an installed program; ProgramMissing, with the way to install it."""
    found = shutil.which(name)
    if found is None:
        raise ProgramMissing(program=name, install=install)
    return found


def run_program(
    command: Sequence[str],
    *,
    meter: ProgressMeter,
    clock: Clock,
    sink: EventSink,
    cancel: CancelToken,
    hear: Callable[[str], None] | None = None,
) -> None:
    """Run it to its end; what it says of its progress (in percent) moves `meter`, of 100.

    `hear` gets each line; where it raises, the program is stopped as well. Raises ProgramFailed
    with its last words, for an end without success, a silence of 15 minutes and a program that
    cannot be started; Cancelled, after it was stopped.
    """
    name = command[0].replace("\\", "/").rpartition("/")[2]
    last: deque[str] = deque(maxlen=_LAST_LINES)
    program = _Program(command)
    try:
        program.start()
        for line in _lines(program.said, clock=clock, cancel=cancel):
            if found := list(_PERCENT.finditer(line)):
                meter.advance(max(0, min(100, int(found[-1][1])) - meter.done))
            else:
                last.append(line)
                if hear is not None:
                    hear(line)
                sink.emit(Log(message=f"{name}: {line}", level="debug"))
        code = program.wait(_END_S)
    except _NotStartedError as problem:
        raise ProgramFailed(program=name, end=str(problem) or "?", said="") from problem
    except TimeoutError as silent:
        raise ProgramFailed(
            program=name, end=_("it said nothing for {n} s", n=int(_SILENT_S)), said=_words(last)
        ) from silent
    except subprocess.TimeoutExpired as stuck:
        raise ProgramFailed(program=name, end=_("it did not end"), said=_words(last)) from stuck
    finally:
        program.stop()
    if code != 0:
        end = _("exit code {code}", code=code) if code > 0 else _("it was killed")
        raise ProgramFailed(program=name, end=end, said=_words(last))


class _NotStartedError(Exception):
    """The system's words for a program that it did not start."""


class _Program:
    """A process that a thread starts and listens to; `said` ends with an empty piece.

    A thread, because Ctrl-C interrupts the one that waits, and might do it when the process is
    there and nobody holds it yet.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self.said: queue.Queue[bytes] = queue.Queue()
        self._command = list(command)
        self._process: subprocess.Popen[bytes] | None = None
        self._problem: OSError | None = None
        self._stopped = False
        self._lock = threading.Lock()

    def start(self) -> None:
        """Return at once; a failure shows in `wait`."""
        threading.Thread(target=self._work, daemon=True).start()

    def wait(self, most_s: float) -> int:
        """The exit code, once all was said. Raises _NotStartedError, TimeoutExpired."""
        if self._process is None:
            raise _NotStartedError(system_words(self._problem) if self._problem is not None else "")
        return self._process.wait(most_s)

    def stop(self) -> None:
        """End it, or see that it never starts."""
        self._stopped = True
        with self._lock:  # whoever starts it has to end first
            process = self._process
        if process is not None:
            _stop(process)

    def _work(self) -> None:
        try:
            with self._lock:
                if self._stopped:
                    return
                self._process = subprocess.Popen(  # noqa: S603 - the user's own, named by the user
                    self._command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    # unbuffered, or its words come when it is done
                    env={**os.environ, "PYTHONUNBUFFERED": "1"},
                    start_new_session=True,  # Ctrl-C reaches us first; we stop it in our own time
                )
            self._pump(self._process)
        except OSError as problem:
            self._problem = problem
        finally:
            self.said.put(b"")

    def _pump(self, process: subprocess.Popen[bytes]) -> None:
        stream = process.stdout
        assert stream is not None
        with suppress(OSError, ValueError), closing(stream):
            while data := os.read(stream.fileno(), 4096):
                self.said.put(data)


def _lines(said: queue.Queue[bytes], *, clock: Clock, cancel: CancelToken) -> Iterator[str]:
    """What it says, line by line as it comes; TimeoutError after a long silence, Cancelled."""
    pending = b""
    heard_s = clock.monotonic()
    while True:
        cancel.check()
        try:
            data = said.get(timeout=_LOOK_S)
        except queue.Empty:
            if clock.monotonic() - heard_s > _SILENT_S:
                raise TimeoutError from None
            continue
        heard_s = clock.monotonic()
        *whole, pending = _BREAK.split(pending + data)
        if not data:
            whole.append(pending)
        if len(pending) > _LONGEST:  # no line end for so long: rubbish, taken as lines
            whole, pending = [*whole, pending], b""
        for line in whole:
            text = visible_line(line.decode("utf-8", "replace").strip())[:_LONGEST]
            if text:
                yield text
        if not data:
            return


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End it and all that it started; nothing lives on, whatever interrupts the waiting."""
    try:
        if process.poll() is None:
            _signal(process, "SIGTERM")
            with suppress(subprocess.TimeoutExpired):
                process.wait(_END_S)
    finally:
        _signal(process, "SIGKILL")
        process.wait()


def _signal(process: subprocess.Popen[bytes], name: str) -> None:
    """To all that it started, too: behind a wrapper, the one that has the port is its child."""
    if os.name == "posix":
        with suppress(ProcessLookupError, PermissionError):  # nobody is left
            os.killpg(process.pid, getattr(signal, name))
    elif process.poll() is None:
        process.kill()


def _words(last: Sequence[str]) -> str:
    return " / ".join(last)
