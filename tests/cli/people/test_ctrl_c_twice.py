"""Ctrl-C pressed until it stops, at any moment: words and exit code 130, never a traceback."""

from __future__ import annotations

import errno
import os
import signal
import socket
import sys
import time
from contextlib import contextmanager

import pytest
from child import plugsmith

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
NOISE = ("Traceback", "Exception ignored", "KeyboardInterrupt", "PS-DEFECT", "asyncio")
LONGEST_S = 120.0  # only ends a hang


@contextmanager
def silent_port():
    """A serial port on which nobody answers, and what waits until somebody listens there."""
    ours, theirs = os.openpty()
    try:
        arguments = ["info", "--port", os.ttyname(theirs), "--link-timeout", "0"]
        yield arguments, lambda child: child.stderr.readline()
    finally:
        os.close(ours)
        os.close(theirs)


@contextmanager
def silent_host():
    """A device that takes a connection and says nothing."""
    kept = []

    def ready(_child):
        kept.append(server.accept())
        return ""

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(LONGEST_S)
        yield ["device", "info", f"127.0.0.1:{server.getsockname()[1]}"], ready
    for connection, _address in kept:
        connection.close()


def stopped(arguments, ready, *, times):
    """Exit code and stderr of a run that gets Ctrl-C `times` times, 20 ms apart."""
    child = plugsmith(*arguments)
    try:
        heard = ready(child)
        for _turn in range(times):
            child.send_signal(signal.SIGINT)
            time.sleep(0.02)
        _out, err = child.communicate(timeout=LONGEST_S)
    finally:
        child.kill()
    return child.returncode, heard + err


@pytest.mark.sample(2)
@pytest.mark.parametrize("times", [2, 9])
@pytest.mark.parametrize("where", [silent_port, silent_host])
def test_no_number_of_them_shows_a_traceback(where, times):
    with where() as (arguments, ready):
        code, err = stopped(arguments, ready, times=times)
    assert not [word for word in NOISE if word in err], err
    assert code == 130, err
    assert "PS-CANCELLED" in err


@contextmanager
def opened_for(pipe, child):
    """The writing end of a pipe, open as soon as the child reads; a child that ended fails it."""
    writer = None
    while writer is None:
        assert child.poll() is None, child.communicate()[1]
        try:
            writer = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as problem:
            if problem.errno != errno.ENXIO:  # nobody reads yet
                raise
            time.sleep(0.02)
    try:
        yield
    finally:
        os.close(writer)


def test_a_child_that_ends_before_it_reads_is_not_waited_for(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    child = plugsmith("--no-such-option")
    with pytest.raises(AssertionError, match="no-such-option"), opened_for(pipe, child):
        pass


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_waiting_for_a_pipe_ends_with_the_first(number, tmp_path):
    """Nothing has begun that would have to be ended first."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    child = plugsmith("dump", "info", str(pipe))
    try:
        with opened_for(pipe, child):  # says nothing
            child.send_signal(number)
            _out, err = child.communicate(timeout=LONGEST_S)
    finally:
        child.kill()
    assert child.returncode == 130, err
    assert not [word for word in NOISE if word in err], err
