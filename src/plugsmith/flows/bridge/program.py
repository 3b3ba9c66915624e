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
_LINGER_S = 2.0  # what a child that outlives it still says is waited for no longer
_MOST_WAITING = 64  # pieces of 4 KiB: who says more than we can read has to wait
_LAST_LINES = 6
_LONGEST = 400
_PERCENT = re.compile(r"(?<![\d.])(\d{1,3})(?:\.\d+)?\s?%")
_BREAK = re.compile(rb"[\r\n]+")
_BAR_LEN = 64  # signs # that ltchiptool prints in one line, one after the other


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
    lock: int | None = None,
) -> None:
    """Run it to its end; what it says of its progress (percent, or a bar) moves `meter`, of 100.

    `hear` gets each line; where it raises, the program is stopped as well. The open file `lock` is
    the program's too, so that the system holds it while the program lives, even if we were killed.
    Raises ProgramFailed with its last words, for an end without success, a silence of 15 minutes
    and a program that cannot be started; Cancelled, after it was stopped.
    """
    name = command[0].replace("\\", "/").rpartition("/")[2]
    last: deque[str] = deque(maxlen=_LAST_LINES)
    program = _Program(command, lock=lock)
    try:
        program.start()
        for line in _lines(program, clock=clock, cancel=cancel):
            bar = len(line) - len(line.lstrip("#"))
            if bar:
                meter.advance(max(0, min(100, bar * 100 // _BAR_LEN) - meter.done))
            if found := list(_PERCENT.finditer(line)):
                meter.advance(max(0, min(100, int(found[-1][1])) - meter.done))
            elif line := line[bar:]:
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

    def __init__(self, command: Sequence[str], *, lock: int | None) -> None:
        self.said: queue.Queue[bytes] = queue.Queue(_MOST_WAITING)
        self._command = list(command)
        self._handed_on = (lock,) if lock is not None and os.name == "posix" else ()
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

    @property
    def ended(self) -> bool:
        """Whether it is over, though a child of it may still have its voice."""
        return self._process is not None and self._process.poll() is not None

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
                    pass_fds=self._handed_on,
                )
            self._pump(self._process)
        except OSError as problem:
            self._problem = problem
        finally:
            self._say(b"")

    def _pump(self, process: subprocess.Popen[bytes]) -> None:
        stream = process.stdout
        assert stream is not None
        with suppress(OSError, ValueError), closing(stream):
            while data := os.read(stream.fileno(), 4096):
                self._say(data)

    def _say(self, data: bytes) -> None:
        """Wait for the one who listens, unless nobody does any more."""
        while not self._stopped:
            with suppress(queue.Full):
                self.said.put(data, timeout=_LOOK_S)
                return


def _lines(program: _Program, *, clock: Clock, cancel: CancelToken) -> Iterator[str]:
    """What it says, line by line as it comes, and a bar each time that it grows.

    Raises as `_pieces`.
    """
    pending = b""
    for data in _pieces(program, clock=clock, cancel=cancel):
        *whole, pending = _BREAK.split(pending + data)
        if len(pending) > _LONGEST or not data:  # rubbish without a line end, or the last words
            whole, pending = [*whole, pending], b""
        for line in whole:
            text = visible_line(line.decode("utf-8", "replace").strip())[:_LONGEST]
            if text:
                yield text
        if pending and not pending.strip(b"#"):
            yield pending.decode()


def _pieces(program: _Program, *, clock: Clock, cancel: CancelToken) -> Iterator[bytes]:
    """What it says as it comes, an empty piece last; TimeoutError after long silence, Cancelled."""
    heard_s, ended_s = clock.monotonic(), None
    while True:
        cancel.check()
        try:
            data = program.said.get(timeout=_LOOK_S)
        except queue.Empty:
            now_s = clock.monotonic()
            if now_s - heard_s > _SILENT_S:
                raise TimeoutError from None
            if not program.ended:
                continue
            ended_s = ended_s or now_s
            if now_s - ended_s < _LINGER_S:
                continue
            data = b""
        heard_s, ended_s = clock.monotonic(), None
        yield data
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
