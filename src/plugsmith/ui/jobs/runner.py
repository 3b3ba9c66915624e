"""How the jobs of a page run: each in a thread of its own, or as the face has it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType


class Turn(Protocol):
    """A condition: held with `with`, waited on while held."""

    def __enter__(self) -> object:
        """Hold it."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        where: TracebackType | None,
        /,
    ) -> None:
        """Let go of it."""

    def wait(self) -> object:
        """Let others hold it until one of them notifies."""

    def notify_all(self) -> None:
        """Wake those who wait."""


class Running(Protocol):
    """Work that was started."""

    def is_alive(self) -> bool:
        """Whether it still runs."""

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end, at most `timeout` seconds."""


class Runner(Protocol):
    """Starts jobs and lets them wait for answers; `session_parts` go to each job's Session."""

    @property
    def session_parts(self) -> Mapping[str, Any]:
        """Clock and keeper, where they are not the usual ones."""

    def start(self, work: Callable[[], None], name: str) -> Running:
        """Begin `work` beside the caller."""

    def turn(self) -> Turn:
        """A new condition."""


class ThreadRunner:
    """One thread a job."""

    session_parts: ClassVar[Mapping[str, Any]] = {}

    def start(self, work: Callable[[], None], name: str) -> Running:
        """Begin `work` in a thread."""
        thread = threading.Thread(target=work, name=name, daemon=True)
        thread.start()
        return thread

    def turn(self) -> Turn:
        """A condition between threads."""
        return threading.Condition()
