"""The events of a job as server-sent events: from any place on, for many listeners, bounded."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.responses import StreamingResponse

from plugsmith.errors.own.ui import UiTooMany
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from plugsmith.ui.guard import App, Message, Receive, Send
    from plugsmith.ui.jobs.job import Job

MOST_LISTENERS = 256
MOST_OF_A_JOB = 32
ALIVE_S = 10.0
UNHEARD_S = 30.0  # a page that is loaded again or lost the server is back long before


class Streams:
    """Counts the listeners; a place is given back when its answer ends, however it ends.

    A job that takes typed lines is there for its listeners: it is cancelled when it had none for
    `unheard_s`. Every other job goes on without them.
    """

    def __init__(self, *, alive_s: float = ALIVE_S, unheard_s: float = UNHEARD_S) -> None:
        self._alive_s = alive_s
        self._unheard_s = unheard_s
        self._listeners: dict[str, int] = {}
        self._leaving: dict[str, asyncio.TimerHandle] = {}

    @property
    def listeners(self) -> int:
        """How many there are now."""
        return sum(self._listeners.values())

    def answer(self, job: Job, after: int) -> _Counted:
        """The stream behind line `after`; UiTooMany."""
        of_job = self._listeners.get(job.id, 0)
        if self.listeners >= MOST_LISTENERS or of_job >= MOST_OF_A_JOB:
            raise UiTooMany(problem=_("{count} windows listen already", count=self.listeners))
        self._listeners[job.id] = of_job + 1
        if (leaving := self._leaving.pop(job.id, None)) is not None:
            leaving.cancel()
        lines = StreamingResponse(self._lines(job, after), media_type="text/event-stream")
        return _Counted(lines, lambda: self._gone(job))

    def _gone(self, job: Job) -> None:
        left = self._listeners.get(job.id, 0) - 1
        if left > 0:
            self._listeners[job.id] = left
            return
        self._listeners.pop(job.id, None)
        self.expect(job)

    def expect(self, job: Job) -> None:
        """Wait for the first listener of a job that has begun, or for one after the last."""
        if job.verb.types and not job.replay.ended:
            loop = asyncio.get_running_loop()
            self._leaving[job.id] = loop.call_later(self._unheard_s, self._let_go, job)

    def _let_go(self, job: Job) -> None:
        del self._leaving[job.id]
        job.cancel()

    async def _lines(self, job: Job, after: int) -> AsyncIterator[str]:
        loop, news = asyncio.get_running_loop(), asyncio.Event()

        def wake() -> None:
            if news.is_set():  # it will look anyway, and what is new lies there already
                return
            try:
                loop.call_soon_threadsafe(news.set)
            except RuntimeError:  # the server has gone while the job still speaks
                return

        stop = job.replay.watch(wake)
        try:
            yield ": here\n\n"
            while True:
                news.clear()
                for item in (found := job.replay.after(after)):
                    after = item.number
                    yield f"id: {item.number}\ndata: {item.line}\n\n"
                if found:
                    continue
                if job.replay.done(after):
                    return
                if not await _within(news, self._alive_s):
                    yield ": alive\n\n"
        finally:
            stop()


async def _within(news: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(news.wait(), seconds)
    except TimeoutError:
        return False
    return True


class _Counted:
    """An answer that says when it is over, also when nobody ever read it."""

    def __init__(self, answer: App, over: Callable[[], None]) -> None:
        self._answer = answer
        self._over = over

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await self._answer(scope, receive, send)
        finally:
            self._over()
