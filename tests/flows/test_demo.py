"""The demo: the whole job on a forged plug, and nothing of it in the user's library."""

from __future__ import annotations

import shutil
import time

import pytest

from plugsmith.clock import VirtualClock
from plugsmith.demo.run import run_demo
from plugsmith.demo.scene import build_scene
from plugsmith.events import CancelToken, EventLog
from plugsmith.library.home import home


@pytest.fixture
def scene():
    built = build_scene(paced=False)
    yield built
    shutil.rmtree(built.folder)


def test_the_demo_does_the_whole_job(scene):
    before = scene.flash.read_bytes()
    log = EventLog()
    done = run_demo(
        scene, clock=VirtualClock(), sink=log, cancel=CancelToken(), again="plugsmith demo"
    )
    data = done.as_data()
    assert done.saved.backup.read() == before
    assert done.written.verified
    assert done.written.boot.booted is True
    assert done.pins["status"] == "found"
    assert [pin["gpio"] for pin in done.pins["pins"]] == [6, 7, 8, 10, 24, 26]
    assert data["undo"].startswith("plugsmith restore ")
    assert scene.flash.read_bytes() != before
    assert scene.flash.read_bytes()[:0x1_1000] == before[:0x1_1000]
    tasks = [event.task for event in log if event.kind == "task_begin"]
    assert tasks[-2:] == ["write", "verify"]
    progress = [event for event in log if event.kind == "progress"]
    assert any(event.rate and event.left_s is not None for event in progress)
    assert not home().exists()
    warned = [event for event in log if event.kind == "warning" and event.code == "PS-NOTE-MAINS"]
    assert len(warned) == 1


def test_paced_it_takes_less_than_a_minute_of_wire_time():
    scene = build_scene(paced=True)
    try:
        clock, began = VirtualClock(), time.process_time()
        done = run_demo(
            scene, clock=clock, sink=EventLog(), cancel=CancelToken(), again="plugsmith demo"
        )
        assert 5 < done.seconds < 40
        assert time.process_time() - began < 40
    finally:
        shutil.rmtree(scene.folder)
