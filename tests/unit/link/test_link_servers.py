"""Servers that are no serial port: what is said, and that nothing takes long."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

import pytest

from plugsmith.clock import RealClock
from plugsmith.errors import Cancelled
from plugsmith.errors.port import PortError, ServerCloses
from plugsmith.events import CancelToken
from plugsmith.link.ports import open_port

LONG_S = 60.0  # no test waits so long, on the slowest machine either


@contextlib.contextmanager
def server(handle):
    """A listener whose connections get `handle(connection)`; yields host:port."""
    listener = socket.create_server(("127.0.0.1", 0))
    held = []

    def run():
        with contextlib.suppress(OSError):
            while True:
                connection, _peer = listener.accept()
                held.append(connection)
                handle(connection)

    threading.Thread(target=run, daemon=True).start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()
        for connection in held:
            connection.close()


def test_a_server_that_hangs_up_while_it_is_opened_is_named():
    with server(lambda connection: connection.close()) as where, pytest.raises(ServerCloses):
        open_port(f"rfc2217://{where}", clock=RealClock())


def test_a_server_for_raw_bytes_is_no_rfc_2217_server_and_the_hint_says_what_to_use():
    with server(lambda _connection: None) as where, pytest.raises(PortError) as seen:
        open_port(f"rfc2217://{where}", clock=RealClock(), connect_s=0.5)
    assert "socket://" in f"{seen.value}"


def test_ctrl_c_ends_an_attempt_to_connect():
    cancel = CancelToken()
    timer = threading.Timer(0.3, cancel.cancel)
    timer.start()
    begin = time.monotonic()
    with server(lambda _connection: None) as where, pytest.raises(Cancelled):
        open_port(f"rfc2217://{where}", clock=RealClock(), cancel=cancel, connect_s=LONG_S)
    assert time.monotonic() - begin < LONG_S
