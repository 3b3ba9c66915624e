"""The demo: the whole job on a forged plug, and nothing of it in the user's library."""

from __future__ import annotations

import json
import shutil
import threading

import pytest
from typer.testing import CliRunner

from plugsmith.cli.app import app
from plugsmith.clock import VirtualClock
from plugsmith.demo import run as demo_run
from plugsmith.demo.run import run_demo
from plugsmith.demo.scene import build_scene
from plugsmith.emu.runner import emulator_installed
from plugsmith.errors import Cancelled, PlugsmithError
from plugsmith.events import CancelToken, EventLog
from plugsmith.library.home import home


@pytest.fixture
def scene():
    built = build_scene(paced=False)
    yield built
    shutil.rmtree(built.folder)


@pytest.fixture(scope="module")
def played():
    """One run of the demo, looked at by several tests."""
    built = build_scene(paced=False)
    before, log = built.flash.read_bytes(), EventLog()
    done = run_demo(
        built, clock=VirtualClock(), sink=log, cancel=CancelToken(), again="plugsmith demo"
    )
    yield built, before, log, done
    shutil.rmtree(built.folder)


def rows(done) -> dict[str, str]:
    return {row["step"]: row["outcome"] for row in done.result().as_data()["steps"]}


def test_the_demo_does_the_whole_job(played):
    scene, before, log, done = played
    data = done.result().as_data()
    assert done.saved.backup.read() == before
    assert done.written.verified
    assert done.written.boot.booted is True
    assert done.pins.status == "found"
    assert [pin.gpio for pin in done.pins.pins] == [6, 7, 8, 10, 24, 26]
    assert data["undo"].startswith("plugsmith restore ")
    assert scene.flash.read_bytes() != before
    assert scene.flash.read_bytes()[:0x1_1000] == before[:0x1_1000]
    tasks = [event.task for event in log if event.kind == "task_begin"]
    assert tasks[-3:-1] == ["write", "verify"]
    assert tasks[-1].startswith("apply ")
    progress = [event for event in log if event.kind == "progress"]
    assert any(event.rate and event.left_s is not None for event in progress)
    assert not home().exists()
    warned = [event for event in log if event.kind == "warning" and event.code == "PS-NOTE-MAINS"]
    assert len(warned) == 1


def test_its_plug_is_the_one_of_the_forum_thread(played):
    _scene, _before, log, done = played
    assert done.pins.source.kind == "file"  # the key-value copy is gone
    assert done.pins.confidence == "strong"  # one whole copy, and nothing beside it
    assert (done.pins.module, done.pins.chip) == ("WB2S", "BK7231T")
    template = done.pins.template
    assert template["pins"]["26"] == "Rel;1"
    assert any(json.dumps(template) in str(event.as_json().get("message")) for event in log)


def test_it_ends_with_the_plug_on_the_network(played):
    _scene, _before, _log, done = played
    assert done.home.verified
    assert set(done.home.applied) >= {"pins", "startup_command"}
    assert done.home.relay
    assert done.home.lit
    assert done.home.reading.power == pytest.approx(60, rel=0.03)
    assert done.home.reading.voltage == pytest.approx(230, rel=0.01)
    assert done.home.reading.current == pytest.approx(60 / 230, rel=0.05)
    told = rows(done)
    assert told["Network"].startswith("joined by itself; demo_plug, OpenBeken 1.18.300, at http:")
    assert "pins" in told["Set up"]
    assert told["Set up"].endswith("applied and read back")
    assert told["Switched"] == "relay closed, its lamp is lit"
    assert " W at " in told["Measured"]


def test_the_wifi_password_is_in_the_plug_and_nowhere_else(played):
    scene, _before, log, done = played
    name, password = scene.network
    assert name.encode() in scene.flash.read_bytes()
    assert password.encode() in scene.flash.read_bytes()
    said = "\n".join(str(event.as_json()) for event in log) + str(done.result().as_data())
    assert password not in said + repr(scene) + repr(done)
    files = [path for path in scene.folder.rglob("*") if path.is_file() and path != scene.flash]
    assert files
    assert not any(password.encode() in path.read_bytes() for path in files)


@pytest.mark.skipif(not emulator_installed(), reason="extra emu")
def test_the_image_is_tried_in_the_emulator(played):
    *_others, done = played
    assert rows(done)["Boot check"].startswith("It boots: OpenBeken")
    assert done.result().boot_check.startswith("It boots")


def test_without_the_extra_it_says_how_to_get_it(scene, monkeypatch):
    monkeypatch.setattr(demo_run, "emulator_installed", lambda: False)
    done = run_demo(
        scene, clock=VirtualClock(), sink=EventLog(), cancel=CancelToken(), again="plugsmith demo"
    )
    assert "unicorn" in rows(done)["Boot check"]
    assert done.result().boot_check is None
    assert done.home.relay


def test_a_plug_that_does_not_know_the_wifi_is_an_error(scene, monkeypatch):
    monkeypatch.setattr(demo_run, "give_network", lambda _ctx, _scene: True)
    with pytest.raises(PlugsmithError, match="PS-DEVICE-UNREACHABLE"):
        run_demo(scene, clock=VirtualClock(), sink=EventLog(), cancel=CancelToken(), again="x")


class _CancelAt:
    """Presses Ctrl-C when a task begins."""

    def __init__(self, task: str, cancel: CancelToken) -> None:
        self._task = task
        self._cancel = cancel

    def emit(self, event) -> None:
        if event.kind == "task_begin" and event.task.startswith(self._task):
            self._cancel.cancel()


@pytest.mark.sample(2)
@pytest.mark.parametrize("task", ["link", "firmware", "backup", "write", "verify", "apply"])
def test_ctrl_c_ends_it_anywhere(scene, task):
    cancel, threads = CancelToken(), threading.active_count()
    with pytest.raises(Cancelled):
        run_demo(
            scene, clock=VirtualClock(), sink=_CancelAt(task, cancel), cancel=cancel, again="x"
        )
    assert threading.active_count() == threads


def test_json_ends_with_one_result_that_holds_the_rows():
    ran = CliRunner().invoke(app, ["demo", "--instant", "--json"])
    assert ran.exit_code == 0
    events = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [event["type"] for event in events].count("result") == 1
    last = events[-1]
    try:
        assert (last["type"], last["command"]) == ("result", "demo")
        steps = [row["step"] for row in last["data"]["steps"]]
        assert steps[:2] == ["Port", "Identified"]
        assert {"Network", "Switched", "Measured", "Backup", "Undo"} < set(steps)
    finally:
        shutil.rmtree(last["data"]["folder"])


def test_a_demo_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def broken(*_args: object, **_facts: object) -> None:
        raise Cancelled

    monkeypatch.setattr(demo_run, "run_demo", broken)
    ran = CliRunner().invoke(app, ["demo", "--instant", "--json"])
    assert ran.exit_code == 130
    assert json.loads(ran.stdout.splitlines()[-1])["type"] == "error"
    assert list(tmp_path.iterdir()) == []


def test_paced_it_takes_less_than_a_minute_of_wire_time():
    scene = build_scene(paced=True)
    try:
        clock, log = VirtualClock(), EventLog()
        done = run_demo(scene, clock=clock, sink=log, cancel=CancelToken(), again="plugsmith demo")
        assert 5 < done.seconds < 45
        rates = [e.rate for e in log if e.kind == "progress" and e.task in {"backup", "firmware"}]
        assert any(rates)
        assert all(rate is None or rate < 400_000 for rate in rates)  # 2 Mbaud, blank ends
    finally:
        shutil.rmtree(scene.folder)
