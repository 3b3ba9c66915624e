"""Servers that are no serial port: what is said, and that nothing takes long."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import time

import pytest

from plugsmith.clock import RealClock
from plugsmith.errors import Cancelled
from plugsmith.errors.port import NoListener, PortError, ServerCloses
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

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)  # wakes it, or it takes one more that nobody closes
        listener.close()
        thread.join(5)
        for connection in held:
            connection.close()


def test_a_server_that_hangs_up_while_it_is_opened_is_named():
    with server(lambda connection: connection.close()) as where, pytest.raises(ServerCloses):
        open_port(f"rfc2217://{where}", clock=RealClock())


def test_a_server_for_raw_bytes_is_no_rfc_2217_server_and_the_hint_says_what_to_use():
    with server(lambda _connection: None) as where, pytest.raises(PortError) as seen:
        open_port(f"rfc2217://{where}", clock=RealClock(), connect_s=0.5)
    assert "socket://" in f"{seen.value}"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a full queue refuses")
def test_a_computer_that_takes_no_connection_is_not_called_a_server_of_another_kind():
    """Switched off, or behind a firewall: then socket:// would help no better."""
    full = socket.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    waiting = [socket.socket() for _ in range(4)]
    for one in waiting:  # more than its queue takes: what comes next is not answered
        one.setblocking(False)
        one.connect_ex(full.getsockname())
    try:
        for scheme in ("rfc2217", "socket"):
            address = f"{scheme}://127.0.0.1:{full.getsockname()[1]}"
            with pytest.raises(NoListener):
                open_port(address, clock=RealClock(), connect_s=0.5)
    finally:
        for one in (full, *waiting):
            one.close()


def test_ctrl_c_ends_an_attempt_to_connect():
    cancel = CancelToken()
    timer = threading.Timer(0.3, cancel.cancel)
    timer.start()
    begin = time.monotonic()
    with server(lambda _connection: None) as where, pytest.raises(Cancelled):
        open_port(f"rfc2217://{where}", clock=RealClock(), cancel=cancel, connect_s=LONG_S)
    assert time.monotonic() - begin < LONG_S
