"""What a write needs at its end is looked at before its beginning, and its result survives."""

from __future__ import annotations

import errno
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from campaign import image, new_flash, old_flash
from flows_rig import Rig

from plugsmith.errors import ExitCode, UsageError
from plugsmith.errors.port import PortBusy, PortLost, PortNotFound, PortUnsupported
from plugsmith.flows.wire.flash import flash
from plugsmith.link.trace import TracingPort, trace_to
from plugsmith.sim.flash.nor import OpKind

CHANGES = {OpKind.ERASE, OpKind.PROGRAM}


@pytest.fixture
def rig(tmp_path):
    rig = Rig(tmp_path, "BK7231T", old_flash("BK7231T"))
    rig.path = tmp_path / "image.bin"
    rig.path.write_bytes(image("BK7231T"))
    return rig


@pytest.mark.parametrize(
    "problem",
    [
        PortNotFound(port="/dev/ttyUSB9"),
        PortBusy(port="/dev/ttyUSB1", holder="screen"),
        PortUnsupported(port="notes.txt", problem="it is not a serial port"),
    ],
)
def test_a_log_port_that_cannot_be_opened_is_refused_before_anything_happens(rig, problem):
    def fails():
        raise problem

    with pytest.raises(type(problem)) as seen:
        flash(replace(rig.ctx(), open_log=fails), rig.path)
    assert seen.value.exit_code is ExitCode.PORT
    assert rig.content == rig.before
    assert not [op for op in rig.chip.nor.operations if op.kind in CHANGES]


def test_the_log_port_must_be_another_one_than_the_port(rig):
    with pytest.raises(UsageError, match="port itself"):
        flash(replace(rig.ctx(log=True), log_name="sim://rig"), rig.path)
    assert rig.content == rig.before


def test_a_log_port_that_goes_away_does_not_take_the_result(rig):
    class Gone:
        def discard_input(self):
            raise PortLost(port="/dev/ttyUSB1")

        def close(self):
            raise PortLost(port="/dev/ttyUSB1")

    done = flash(replace(rig.ctx(), open_log=Gone), rig.path)
    assert done.verified
    assert done.boot.booted is None
    assert "ttyUSB1" in done.boot.seen
    assert done.undo.startswith("plugsmith restore ")
    assert rig.content == new_flash("BK7231T")


def test_stopping_the_look_at_the_start_keeps_the_result(rig):
    class Stops:
        def discard_input(self):
            rig.cancel.cancel()

        def read(self, limit, timeout_s):
            raise AssertionError("it was stopped before")

        def close(self):
            pass

    done = flash(replace(rig.ctx(), open_log=Stops), rig.path)
    assert done.verified
    assert done.undo


def test_a_library_that_cannot_be_brought_up_to_date_does_not_take_the_result(rig, monkeypatch):
    def full(*_args, **_named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("plugsmith.library.jobs.store.Job.finish", full)
    done = flash(rig.ctx("no-backup"), rig.path)
    assert done.verified
    assert "PS-NOTE-LIBRARY" in rig.warnings()


def test_a_full_disk_ends_the_trace_and_not_the_work(rig):
    class Full(io.StringIO):
        def write(self, text):
            if len(self.getvalue()) > 2000:
                raise OSError(28, "No space left on device")
            return super().write(text)

    stream = Full()
    real = rig.port
    rig.port = lambda: TracingPort(real(), stream, clock=rig.clock)
    assert flash(rig.ctx(), rig.path).verified
    assert json.loads(stream.getvalue().splitlines()[0])["event"] == "open"


@pytest.mark.parametrize("ends", ["write", "flush"])
def test_a_trace_that_a_full_disk_cuts_is_told_once(rig, tmp_path, monkeypatch, ends):
    class Full(io.StringIO):
        def write(self, text):
            if ends == "write" and len(self.getvalue()) > 2000:
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().write(text)

        def flush(self):
            if ends == "flush":
                raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "open", lambda *_args, **_how: Full())
    traced = trace_to(tmp_path / "wire.jsonl", rig.port, clock=rig.clock, sink=rig.log)
    port = traced()
    port.write(b"x" * 10_000)
    for _line in range(200):
        port.set_lines(rts=True)
    port.close()
    traced().close()
    (told,) = [event for event in rig.log if event.kind == "warning"]
    assert told.code == "PS-NOTE-TRACE"
    assert "wire.jsonl" in told.message
    assert "No space left on device" in told.message
