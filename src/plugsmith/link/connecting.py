"""Opening what may take long, so that Ctrl-C and a limit are obeyed meanwhile."""

from __future__ import annotations

import contextlib
import threading
from contextvars import copy_context
from typing import TYPE_CHECKING, Protocol, TypeVar

from plugsmith.errors import Cancelled
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.events import CancelToken

_LOOK_S = 0.1


class Closable(Protocol):
    """What can be closed again."""

    def close(self) -> None:
        """Give it back."""


T = TypeVar("T", bound=Closable)


def in_time(work: Callable[[], T], *, most_s: float, cancel: CancelToken | None) -> T:
    """What `work` opens; TimeoutError after `most_s`, Cancelled when the user stops.

    What is opened later than that is closed at once.
    """
    done: list[T] = []
    failed: list[Exception] = []
    late = threading.Event()
    turn = threading.Lock()  # it is opened before or after we gave up, and closed in both cases

    def close() -> None:
        while done:
            with contextlib.suppress(Exception):
                done.pop().close()

    def run() -> None:
        try:
            item = work()
        except Exception as problem:  # noqa: BLE001 - handed to the caller as it is
            failed.append(problem)
            return
        with turn:
            done.append(item)
            if late.is_set():
                close()

    thread = threading.Thread(target=copy_context().run, args=(run,), name="connect", daemon=True)
    thread.start()
    left = max(1, round(most_s / _LOOK_S))
    while thread.is_alive() and left and not (cancel is not None and cancel.cancelled):
        thread.join(_LOOK_S)
        left -= 1
    if thread.is_alive():
        with turn:
            late.set()
            close()
        if cancel is not None and cancel.cancelled:
            raise Cancelled(state=_("Nothing was changed on the device."))
        raise TimeoutError
    if failed:
        raise failed[0]
    return done[0]
