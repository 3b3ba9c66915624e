"""Progress says a rate only where it means something."""

from __future__ import annotations

from plugsmith.cli.terminal import TerminalSink
from plugsmith.clock import VirtualClock
from plugsmith.events import EventLog, Progress, TaskBegin
from plugsmith.flows.progress import task


def seen(log: EventLog) -> list[Progress]:
    return [event for event in log if isinstance(event, Progress)]


def test_what_was_moved_in_a_time_gives_rate_and_time_left():
    clock, log = VirtualClock(), EventLog()
    with task("t", "t", total=4000, clock=clock, sink=log) as meter:
        clock.sleep(1.0)
        meter.advance(1000)
    [progress] = seen(log)
    assert (progress.done, progress.rate, progress.left_s) == (1000, 1000.0, 3.0)


def test_what_took_no_time_has_no_rate():
    clock, log = VirtualClock(), EventLog()
    with task("t", "t", total=2 << 20, clock=clock, sink=log) as meter:
        clock.sleep(0.02)
        meter.advance(2 << 20)
    [progress] = seen(log)
    assert progress.done == 2 << 20
    assert progress.rate is None
    assert progress.left_s is None


def test_what_was_skipped_is_done_but_no_part_of_the_rate():
    clock, log = VirtualClock(), EventLog()
    with task("t", "t", total=10_000, clock=clock, sink=log) as meter:
        clock.sleep(1.0)
        meter.advance(1000)
        meter.skip(8000)
        clock.sleep(1.0)
        meter.advance(1000)
    last = seen(log)[-1]
    assert last.done == 10_000
    assert last.rate == 1000.0


def test_steps_are_not_shown_as_bytes(capsys):
    sink = TerminalSink()
    for unit in ("steps", "bytes"):
        sink.emit(TaskBegin(task=unit, title="Doing", total=2, unit=unit))
        sink.emit(Progress(task=unit, done=1, total=2, rate=2000.0, left_s=1.0))
    words = capsys.readouterr().err
    assert words.count("50 %") == 2
    assert words.count("kB/s") == 1
