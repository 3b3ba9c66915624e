"""The console as a job of the page: live lines, lines typed into it, the masked file, its end."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from talking_device import talking_device

from plugsmith.ui.jobs.replay import Replay
from plugsmith.ui.stream import Streams


@pytest.fixture
def device():
    with talking_device() as found:
        yield found


def until(lines, words):
    """The lines that the device printed or was sent, up to the first one with these words."""
    said = []
    for _number, event in lines:
        if event["type"] == "log" and event["level"] == "device":
            said.append(event["message"])
            if words in event["message"]:
                return said
    raise AssertionError(said)


def typed(page, job, line):
    return page.call("POST", f"/api/jobs/{job}/lines", {"line": line})


def test_lines_come_live_commands_go_in_and_the_file_is_masked(page, device):
    job = page.start("console", port=device.port, output="console.log")
    with page.listen(job) as lines:
        until(lines, "Main_Init")
        assert typed(page, job, "Password1 hunter2hunter2").status == 200
        said = until(lines, "did Password1")
        assert typed(page, job, "echo zażółć").status == 200
        said += until(lines, "did echo")
    assert device.heard == ["Password1 hunter2hunter2", "echo zażółć"]
    page.call("POST", f"/api/jobs/{job}/cancel", {})
    last = page.events(job)[-1]
    assert last["type"] == "result"  # stopping it is how it ends well
    assert page.row(job)["state"] == "done"
    assert last["data"]["file"] == f"output:{job}/console.log"
    kept = page.call("GET", f"/api/files?file={last['data']['file']}").bytes.decode()
    assert "did echo" in kept
    assert "homenet42" not in kept + "".join(said)
    assert "hunter2" not in kept + "".join(said)
    assert "> echo zażółć" in kept
    assert device.gone.wait(60)  # the port is free again


def test_the_file_can_be_had_while_it_listens(page, device):
    job = page.start("console", port=device.port, output="console.log")
    with page.listen(job) as lines:
        until(lines, "SSID1")
    kept = page.call("GET", f"/api/files?file=output:{job}/console.log")
    assert b"Main_Init" in kept.bytes
    page.call("POST", f"/api/jobs/{job}/cancel", {})


def test_two_lines_that_come_at_once_are_sent_in_their_order(page, device):
    job = page.start("console", port=device.port)
    for number in range(8):
        assert typed(page, job, f"line{number} x").status == 200
    with page.listen(job) as lines:
        until(lines, "did line7")
    assert device.heard == [f"line{number} x" for number in range(8)]
    page.call("POST", f"/api/jobs/{job}/cancel", {})


@pytest.mark.parametrize("line", ["two\nlines", "a\0b", "\x1b[2J", "x" * 1025, "a\rb", "\x7f"])
def test_what_is_no_line_of_text_is_refused_and_not_sent(page, device, line):
    job = page.start("console", port=device.port)
    answer = typed(page, job, line)
    assert (answer.status, answer.code) == (400, "PS-UI-LINE")
    assert typed(page, job, "good").status == 200
    with page.listen(job) as lines:
        until(lines, "did good")
    assert device.heard == ["good"]
    page.call("POST", f"/api/jobs/{job}/cancel", {})


def test_a_flood_of_lines_is_stopped_and_the_rest_still_goes(page, make_verb):
    from page_rig import Gate

    gate, got = Gate(), []

    def work(session, _request):
        gate.wait()
        while (line := session.typed()) is not None:
            got.append(line)
        return "done"

    make_verb(work, types=True)
    job = page.start("made up")
    codes = [typed(page, job, f"{number}").status for number in range(70)]
    assert codes == [200] * 64 + [400] * 6
    gate.open()
    page.events(job)
    assert got == [f"{number}" for number in range(64)]


def test_only_a_verb_that_takes_lines_gets_them_and_only_while_it_runs(page, device, make_verb):
    from page_rig import Gate

    gate = Gate()

    def work(session, _request):
        gate.wait()
        return str(session.typed)

    make_verb(work)
    other = page.start("made up")
    assert typed(page, other, "hello").code == "PS-UI-LINE"
    gate.open()
    assert page.events(other)[-1]["data"] == {"told": "None"}
    job = page.start("console", port=device.port)
    page.call("POST", f"/api/jobs/{job}/cancel", {})
    page.events(job)
    assert typed(page, job, "late").code == "PS-UI-LINE"
    assert typed(page, "000000000000", "x").status == 404


def test_a_line_after_stop_is_refused_while_the_job_still_ends(page, make_verb):
    from page_rig import Gate

    gate = Gate()

    def work(session, _request):
        gate.wait()
        return str(session.typed())

    make_verb(work, types=True)
    job = page.start("made up")
    page.call("POST", f"/api/jobs/{job}/cancel", {})
    answer = typed(page, job, "late")
    assert (answer.status, answer.code) == (400, "PS-UI-LINE")
    gate.open()
    assert page.events(job)[-1]["data"] == {"told": "None"}


def test_lines_need_the_key_and_a_text(page, device):
    job = page.start("console", port=device.port)
    body = {"line": "reboot"}
    assert page.call("POST", f"/api/jobs/{job}/lines", body, key=False).status == 401
    assert page.call("POST", f"/api/jobs/{job}/lines", {"line": 7}).status == 400
    assert page.call("POST", f"/api/jobs/{job}/lines", {}).status == 400
    page.call("POST", f"/api/jobs/{job}/cancel", {})
    page.events(job)
    assert device.heard == []


@pytest.mark.parametrize(
    ("types", "stays", "ends"),
    [(True, False, ["cancel"]), (True, True, []), (False, False, [])],
    ids=["a console", "a console with another listener", "a job that writes"],
)
def test_only_a_console_that_nobody_hears_any_more_is_ended(types, stays, ends):
    asked = []
    job = SimpleNamespace(
        id="1",
        verb=SimpleNamespace(types=types),
        replay=Replay(),
        cancel=lambda: asked.append("cancel"),
    )
    scope = {"type": "http", "asgi": {"spec_version": "2.0"}}

    async def hang_up():
        return {"type": "http.disconnect"}

    async def send(_message):
        await asyncio.sleep(0)

    async def work():
        streams = Streams(unheard_s=0.0)
        if stays:
            streams.answer(job, 0)
        await streams.answer(job, 0)(scope, hang_up, send)
        for _ in range(3):
            await asyncio.sleep(0)

    asyncio.run(work())
    assert asked == ends


@pytest.mark.parametrize("comes", [False, True])
def test_a_console_that_nobody_ever_heard_is_ended_too(comes):
    asked = []
    job = SimpleNamespace(
        id="1",
        verb=SimpleNamespace(types=True),
        replay=Replay(),
        cancel=lambda: asked.append("cancel"),
    )

    async def work():
        streams = Streams(unheard_s=0.0)
        streams.expect(job)
        if comes:
            streams.answer(job, 0)
        for _ in range(3):
            await asyncio.sleep(0)

    asyncio.run(work())
    assert asked == ([] if comes else ["cancel"])


def test_the_first_listener_of_a_console_is_waited_for_from_its_start(page, device, monkeypatch):
    waited = []
    monkeypatch.setattr(Streams, "expect", lambda _self, job: waited.append(job.verb.name))
    job = page.start("console", port=device.port)
    assert waited == ["console"]
    page.call("POST", f"/api/jobs/{job}/cancel", {})
    assert device.gone.wait(60)
