"""How far the work on one device has come, said to whoever stops it or finds it broken off."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

from plugsmith.errors import Cancelled, PlugsmithError
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugsmith.flows.device.context import LanContext


class Stages:
    """Sentences of what has been done so far; nothing is half done without them.

    `resume` is what to do next; usually the same command goes on.
    """

    def __init__(self, ctx: LanContext, host: str, *, resume: str = "") -> None:
        self._ctx = ctx
        self._host = host
        self._resume = resume or _("Run the same command again: it goes on from there.")
        self._done: list[str] = []
        self._doing = ""

    def begins(self, doing: str) -> None:
        """From here on a stop leaves this half done."""
        self._doing = doing

    def reached(self, done: str = "") -> None:
        """What was begun has ended; `done` stays true."""
        self._doing = ""
        if done:
            self._done.append(done)

    @property
    def so_far(self) -> str:
        """All sentences; empty where the device is as it was."""
        return " ".join([*self._done, self._doing]).strip()

    @contextmanager
    def told(self) -> Iterator[None]:
        """A stop inside says how far it came; so does a warning before any other error of ours."""
        try:
            yield
        except Cancelled as stop:
            if not self.so_far and stop.facts.get("state"):
                raise
            inner = str(stop.facts.get("state", "")) if stop.facts.get("resume") else ""
            resume = str(stop.facts.get("resume", "")) or self._after()
            raise Cancelled(state=self._state(inner), resume=resume) from stop
        except asyncio.CancelledError as stop:
            raise Cancelled(state=self._state(""), resume=self._after()) from stop
        except PlugsmithError:
            if self.so_far:
                self._ctx.warn(
                    "PS-NOTE-SO-FAR",
                    _("{host}: {done}", host=self._host, done=self.so_far),
                    hint=self._resume,
                )
            raise

    def _state(self, inner: str) -> str:
        return f"{self.so_far} {inner}".strip() or _("Nothing was changed.")

    def _after(self) -> str:
        return self._resume if self.so_far else ""


__all__ = ["Stages"]
