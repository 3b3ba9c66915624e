"""The emulated chip at a port: moves bytes between an endpoint and a worker process.

A new client finds a freshly reset chip, as from the fast simulator: the worker is started again and
waits for the first byte. The flash lives in a file, which changes as the flash does.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from plugsmith.emu.board import LOADER_KNOWN_JEDEC
from plugsmith.emu.job import EmuLimits
from plugsmith.emu.runner import check_board, worker_command

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_BUSY_WAIT_S, _IDLE_WAIT_S = 0.0005, 0.02
_BUSY_FOR_S = 1.0
_END_S = 10.0
_CHUNK = 65536
_ANY_RATE = 115200.0  # the emulated wire takes every speed


class _Act(Protocol):
    @property
    def data(self) -> bytes: ...


class ServedPort(Protocol):
    """What is needed of an endpoint of `plugsmith.sim`."""

    @property
    def sessions(self) -> int:
        """Clients so far."""

    def wait(self, timeout_s: float) -> None:
        """Return when something may have happened."""

    def poll(self, *, device_rate: float) -> Sequence[_Act]:
        """What the client did."""

    def send(self, data: bytes) -> None:
        """Bytes to the client."""


class EmuServer:
    """Serves the vendor's own boot code out of `flash` (a file that is changed) at `port`."""

    def __init__(
        self, flash: Path, *, chip: str, port: ServedPort, log_port: ServedPort | None = None
    ) -> None:
        check_board(chip)
        self._flash = flash
        self._chip = chip
        self._port = port
        self._log_port = log_port
        self._worker: subprocess.Popen[bytes] | None = None
        self._seen = 0
        self._active_s = 0.0

    def run(self, stopped: Callable[[], bool]) -> None:
        """Serve until `stopped()`; the flash file is up to date afterwards."""
        try:
            while not stopped():
                self.step()
        finally:
            self._end_worker()

    def step(self) -> None:
        """One turn: hear the client, pass on what the chip says, wait."""
        for act in self._port.poll(device_rate=_ANY_RATE):
            if act.data:
                self._to_chip(act.data)
        if self._from_chip():
            self._active_s = time.monotonic()
        busy = time.monotonic() - self._active_s < _BUSY_FOR_S
        self._port.wait(_BUSY_WAIT_S if busy else _IDLE_WAIT_S)

    def _to_chip(self, data: bytes) -> None:
        if self._port.sessions != self._seen or self._worker is None:
            self._seen = self._port.sessions
            self._end_worker()
            self._worker = self._start_worker()
        self._active_s = time.monotonic()
        assert self._worker.stdin is not None
        with suppress(BrokenPipeError):
            self._worker.stdin.write(data)

    def _from_chip(self) -> bool:
        worker = self._worker
        if worker is None:
            return False
        assert worker.stdout is not None
        assert worker.stderr is not None
        out = _read(worker.stdout.fileno())
        if out:
            self._port.send(out)
        if self._log_port is not None:
            self._log_port.poll(device_rate=_ANY_RATE)
        log = _read(worker.stderr.fileno())
        if log and self._log_port is not None:
            self._log_port.send(log)
        return bool(out)

    def _start_worker(self) -> subprocess.Popen[bytes]:
        job = {
            "chip": self._chip,
            "flash": str(self._flash),
            "memory": EmuLimits().memory,
            "wall_s": 0,
            "jedec": LOADER_KNOWN_JEDEC,
        }
        worker = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            worker_command("serve"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,  # Ctrl-C is for the parent, which ends the worker in order
        )
        assert worker.stdin is not None
        assert worker.stdout is not None
        assert worker.stderr is not None
        os.set_blocking(worker.stdout.fileno(), False)
        os.set_blocking(worker.stderr.fileno(), False)
        worker.stdin.write(json.dumps(job).encode() + b"\n")
        return worker

    def _end_worker(self) -> None:
        worker, self._worker = self._worker, None
        if worker is None:
            return
        assert worker.stdin is not None
        with suppress(BrokenPipeError):
            worker.stdin.close()
        deadline_s = time.monotonic() + _END_S
        while worker.poll() is None and time.monotonic() < deadline_s:
            for stream in (worker.stdout, worker.stderr):  # a full pipe would hold the worker
                if stream is not None:
                    _read(stream.fileno())
            time.sleep(0.005)
        if worker.poll() is None:
            worker.kill()
            worker.wait()
        for stream in (worker.stdout, worker.stderr):
            if stream is not None:
                stream.close()


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, _CHUNK)
    except BlockingIOError:
        return b""
