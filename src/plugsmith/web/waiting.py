"""Time, turns and jobs where there is one thread: whoever waits lets the others work."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from plugsmith.boot.alive import LOOK_EVERY_S
from plugsmith.errors.port import PortError

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.boot.wire import Wire
    from plugsmith.web.host import Host, Wait


class HostClock:
    """The machine's time; whoever sleeps lets the page, other jobs and the keeper go on."""

    def __init__(self, host: Host, wait: Wait) -> None:
        self._host = host
        self._wait = wait

    def monotonic(self) -> float:
        """Seconds from the browser's own clock."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let `seconds` pass."""
        if seconds > 0:
            self._wait(self._host.sleep(seconds * 1000))

    def wall(self) -> datetime:
        """The date of the system."""
        return datetime.now(UTC)


class HostTurn:
    """A condition between jobs of one thread: nobody comes in between, so holding is nothing."""

    def __init__(self, host: Host, wait: Wait) -> None:
        self._host = host
        self._wait = wait
        self._news = 0

    def __enter__(self) -> None:
        """Hold it."""

    def __exit__(self, *_problem: object) -> None:
        """Let go of it."""

    def wait(self) -> None:
        """Until somebody notifies."""
        seen = self._news
        while self._news == seen:
            self._wait(self._host.sleep(20))

    def notify_all(self) -> None:
        """Wake those who wait."""
        self._news += 1


class HostJob:
    """A job at work."""

    def __init__(self) -> None:
        self.over = False

    def is_alive(self) -> bool:
        """Whether it still runs."""
        return not self.over

    def join(self, timeout: float | None = None) -> None:
        """Nothing: the one thread cannot wait for itself."""


class Ways(Protocol):
    """How work begins in a page: `plugsmith_host` of the worker has both."""

    def begin(self, work: Callable[[], None]) -> None:
        """Start a function that may wait; returns at once."""

    def beat(self, every_s: float, once: Callable[[], bool]) -> None:
        """Call a function that never waits again and again, until it gives False."""


class HostRunner:
    """`ui.runner.Runner` on the host's ways."""

    def __init__(self, host: Host, wait: Wait, ways: Ways) -> None:
        self._host = host
        self._wait = wait
        self._ways = ways
        self.session_parts = {
            "clock": HostClock(host, wait),
            "keeper": lambda wire: BeatKeeper(wire, ways),
            "hands_over": True,
        }

    def start(self, work: Callable[[], None], name: str) -> HostJob:
        """Begin `work` beside the caller."""
        del name
        job = HostJob()

        def run() -> None:
            try:
                work()
            finally:
                job.over = True

        self._ways.begin(run)
        return job

    def turn(self) -> HostTurn:
        """A new condition."""
        return HostTurn(self._host, self._wait)


class BeatKeeper:
    """Keeps a loader awake while the job waits for something else."""

    def __init__(self, wire: Wire, ways: Ways) -> None:
        self._wire = wire
        self._stopped = False
        ways.beat(LOOK_EVERY_S, self._once)

    def stop(self) -> None:
        """Afterwards nothing more is sent."""
        self._stopped = True

    def _once(self) -> bool:
        if self._stopped:
            return False
        with self._wire.turn.between() as free:
            if not free:
                return True
            try:
                self._wire.keep_alive()
            except PortError:
                return False  # the client will see it itself
        return True
