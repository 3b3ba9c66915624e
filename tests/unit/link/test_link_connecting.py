"""What is opened just when the user stops is closed, whoever comes first."""

from __future__ import annotations

import threading

import pytest

from plugsmith.errors import Cancelled
from plugsmith.events import CancelToken
from plugsmith.link import connecting


class Opened:
    """A port that says whether it was closed."""

    closed = False

    def close(self) -> None:
        self.closed = True


class StopsNow(threading.Event):
    """The stop comes while the one who opened looks whether it came."""

    token: CancelToken

    def __init__(self) -> None:
        super().__init__()
        self._stopped = threading.Event()

    def is_set(self) -> bool:
        was = super().is_set()
        self.token.cancel()
        self._stopped.wait(0.5)  # the other one waits for us where it has to
        return was

    def set(self) -> None:
        super().set()
        self._stopped.set()


def test_a_port_that_opens_while_the_user_stops_is_closed(monkeypatch):
    port, token = Opened(), CancelToken()
    monkeypatch.setattr(StopsNow, "token", token, raising=False)

    class Threads:
        Event, Thread, Lock = StopsNow, threading.Thread, threading.Lock

    monkeypatch.setattr(connecting, "threading", Threads)
    with pytest.raises(Cancelled):
        connecting.in_time(lambda: port, most_s=60, cancel=token)
    assert port.closed


def test_a_port_that_opens_after_the_user_stopped_is_closed():
    port, token, go = Opened(), CancelToken(), threading.Event()

    def work():
        token.cancel()
        go.wait(60)
        return port

    with pytest.raises(Cancelled):
        connecting.in_time(work, most_s=60, cancel=token)
    go.set()
    for thread in threading.enumerate():
        if thread.name == "connect":
            thread.join(60)
    assert port.closed
