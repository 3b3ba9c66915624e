"""Many at once: listeners and jobs are bounded, and those that are served are served on."""

from __future__ import annotations

import http.client
from contextlib import ExitStack

from page_rig import Gate, lines_of


def listen(page, job, stack):
    """(status, answer); a refused one is closed at once."""
    link = page.connect()
    link.request("GET", f"/api/jobs/{job}/events", headers=page.key)
    answer = link.getresponse()
    if answer.status == http.client.OK:
        stack.callback(link.close)
    else:
        assert b"PS-UI-TOO-MANY" in answer.read()
        link.close()
    return answer.status, answer


def test_a_thousand_listeners_are_bounded_and_the_first_ones_miss_nothing(page, make_verb):
    gate = Gate()

    def work(session, _request):
        gate.wait()
        session.say("now")
        return "done"

    make_verb(work)
    jobs = [page.start("made up") for _at in range(9)]
    with ExitStack() as stack:
        found = [listen(page, jobs[at // 112], stack) for at in range(1000)]
        taken = [answer for status, answer in found if status == 200]
        assert {status for status, _answer in found} == {200, 503}
        assert len(taken) == 256
        assert page.call("GET", "/api/about").status == 200
        gate.open()
        for answer in taken:
            assert [event["type"] for _number, event in lines_of(answer)] == ["log", "result"]
    last = page.events(jobs[0])  # places are free again
    assert last[-1]["type"] == "result"


def test_a_listener_that_reads_nothing_costs_no_memory_and_stops_nobody(page, make_verb):
    gate = Gate()

    def work(session, _request):
        gate.wait()
        for number in range(3000):
            session.say(f"{number} " + "x" * 1000)
        return "done"

    make_verb(work)
    job = page.start("made up")
    with ExitStack() as stack:
        status, _sleeping = listen(page, job, stack)
        assert status == 200
        gate.open()
        events = page.events(job)  # somebody else hears all of it
        assert len(events) == 3001
    assert page.call("GET", "/api/about").status == 200


def test_more_jobs_than_the_server_carries_are_refused(page, make_verb):
    gate = Gate()
    make_verb(lambda _session, _request: gate.wait() or "done")
    jobs = [page.start("made up") for _at in range(16)]
    refused = page.call("POST", "/api/jobs", {"verb": "made up"})
    assert (refused.status, refused.code) == (503, "PS-UI-TOO-MANY")
    gate.open()
    for job in jobs:
        page.events(job)
    page.run("made up")


def test_ended_jobs_are_forgotten_when_there_are_many(page, make_verb):
    make_verb(lambda _session, _request: "done")
    first = page.start("made up")
    page.events(first)
    for _at in range(101):
        page.run("made up")
    assert page.call("GET", f"/api/jobs/{first}/events").code == "PS-UI-UNKNOWN"
    assert len(page.call("GET", "/api/jobs").json["jobs"]) <= 101


def test_stopping_the_server_ends_running_jobs_and_their_listeners(page, make_verb):
    def work(session, _request):
        while not session.cancel.cancelled:  # as a flow: looks between steps, finishes its sector
            session.cancel._set.wait(0.05)
        session.say("the sector in flight is finished")
        session.cancel.check()
        return "never"

    make_verb(work)
    job = page.start("made up")
    with page.listen(job) as lines:
        page.server.stop()
        assert [event["type"] for _number, event in lines] == ["log", "error"]
    assert page.server.jobs.find(job).row()["state"] == "cancelled"
    assert not page.server.running
