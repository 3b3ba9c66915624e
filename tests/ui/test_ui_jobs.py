"""Jobs of the page: events from any place on, questions, cancel, one job a port."""

from __future__ import annotations

import pytest
from page_rig import Gate

from plugsmith.errors.base import ExitCode
from plugsmith.events import Ask, AskKind, Log, Progress, Ready
from plugsmith.messages import N_, _
from plugsmith.ui.jobs.job import Job


def test_a_job_runs_a_verb_and_its_last_line_is_the_result(page):
    handle = page.put("nothing.bin", b"\xff" * 0x4000)
    events = page.events(page.start("dump info", file=handle))
    assert events[-1]["type"] in {"result", "error"}
    assert all(event["schema"] == "plugsmith/1" for event in events)


def test_a_job_goes_on_without_a_listener_and_is_found_again(page, make_verb):
    gate = Gate()

    def work(session, _request):
        session.say("before")
        gate.wait()
        session.say("after")
        return "done"

    make_verb(work)
    job = page.start("made up")
    with page.listen(job) as lines:
        assert next(lines)[1]["message"] == "before"
    assert page.row(job)["state"] == "running"  # the only listener has gone
    gate.open()
    events = page.events(job)
    assert [event["type"] for event in events] == ["log", "log", "result"]
    assert page.row(job)["state"] == "done"
    assert page.row(job)["exit"] == ExitCode.DONE
    assert page.row(job)["last"] == 3


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (None, [1, 2, 3]),
        (0, [1, 2, 3]),
        (1, [2, 3]),
        (2, [3]),
        (3, []),
        (4, [1, 2, 3]),  # a number that was never given: of another life of the server
        ("99999999999999", [1, 2, 3]),
        ("9" * 400, [1, 2, 3]),
        ("-1", [1, 2, 3]),
        ("1.5", [1, 2, 3]),
        ("one", [1, 2, 3]),
        ("\u0661".encode().decode("latin-1"), [1, 2, 3]),  # a digit, but none of ours
        ("", [1, 2, 3]),
    ],
)
def test_events_are_replayed_from_any_number(page, make_verb, after, expected):
    make_verb(lambda session, _request: session.say("one") or session.say("two") or "done")
    job = page.start("made up")
    page.events(job)
    with page.listen(job, after) as lines:
        assert [number for number, _event in lines] == expected


def test_two_listeners_get_the_same_lines(page, make_verb):
    gate = Gate()

    def work(session, _request):
        gate.wait()
        session.say("here")
        return "done"

    make_verb(work)
    job = page.start("made up")
    with page.listen(job) as one, page.listen(job) as other:
        gate.open()
        assert list(one) == list(other)


def test_an_error_is_the_last_line_and_a_bug_is_told_without_its_trace(page, make_verb):
    make_verb(lambda _session, _request: {}["not there"])
    last = page.run("made up")
    assert (last["type"], last["code"]) == ("error", "PS-DEFECT")
    assert "Traceback" not in str(last)


def test_a_question_waits_for_its_answer_and_closes_in_every_tab(page, make_verb):
    def work(session, _request):
        session.confirm(N_("Go on?"), step="going on")
        chosen = session.choose("Which?", ["left", "right"], step="choosing")
        return f"{chosen} {session.text('Name?', step='naming')}"

    make_verb(work)
    job = page.start("made up")
    with page.listen(job) as lines, page.listen(job) as tab:
        number, ask = next(lines)
        assert (number, ask["type"], ask["kind"]) == (1, "ask", "confirm")
        assert page.row(job)["state"] == "asking"
        wrong = page.call("POST", f"/api/jobs/{job}/answers", {"id": ask["id"], "answer": "yes"})
        assert (wrong.status, wrong.code) == (422, "PS-UI-ANSWER")
        answer(page, job, ask, given=True)
        assert next(lines)[1] == {"schema": "plugsmith/1", "type": "answered", "id": ask["id"]}
        again = page.call("POST", f"/api/jobs/{job}/answers", {"id": ask["id"], "answer": True})
        assert (again.status, again.code) == (409, "PS-UI-ANSWERED")
        ask = next(lines)[1]
        assert ask["choices"] == ["left", "right"]
        other = page.call("POST", f"/api/jobs/{job}/answers", {"id": ask["id"], "answer": "up"})
        assert other.code == "PS-UI-ANSWER"
        answer(page, job, ask, given="right")
        next(lines)
        answer(page, job, next(lines)[1], given="Kitchen")
        assert list(lines)[-1][1]["data"] == {"told": "1 Kitchen"}
        assert [event["type"] for _number, event in tab] == ["ask", "answered"] * 3 + ["result"]


def test_an_answer_may_come_as_soon_as_its_question_is_seen(page, make_verb, monkeypatch):
    emit = Job.emit

    def seen_and_answered(self, event):
        emit(self, event)
        if isinstance(event, Ask):
            self.answer(event.id, given=True)

    monkeypatch.setattr(Job, "emit", seen_and_answered)
    make_verb(lambda session, _request: str(session.confirm(N_("Go on?"), step="going on")))
    with page.listen(page.start("made up")) as lines:
        assert [event["type"] for _number, event in lines] == ["ask", "answered", "result"]


def answer(page, job, ask, *, given):
    done = page.call("POST", f"/api/jobs/{job}/answers", {"id": ask["id"], "answer": given})
    assert done.status == 200, done.bytes


def test_a_secret_answer_is_nowhere_to_be_read_again(page, make_verb):
    def work(session, _request):
        word = session.text("Password?", step="typing", kind=AskKind.SECRET)
        return str(len(word))

    make_verb(work)
    job = page.start("made up")
    with page.listen(job) as lines:
        ask = next(lines)[1]
        answer(page, job, ask, given="correct horse")
        assert list(lines)[-1][1]["data"] == {"told": "13"}
    everything = str(page.events(job)) + str(page.call("GET", "/api/jobs").json)
    assert "correct horse" not in everything


def test_a_result_that_repeats_a_secret_is_masked(page, make_verb):
    make_verb(lambda session, _request: session.text("?", step="typing", kind=AskKind.SECRET) + "!")
    job = page.start("made up")
    with page.listen(job) as lines:
        answer(page, job, next(lines)[1], given="battery staple")
        assert "battery staple" not in str(list(lines)[-1][1])
    assert "battery staple" not in str(page.events(job))


def test_cancel_ends_an_open_question_and_a_running_flow(page, make_verb):
    def work(session, _request):
        session.confirm("Go on?", step="going on")
        return "never"

    make_verb(work)
    job = page.start("made up")
    with page.listen(job) as lines:
        next(lines)
        assert page.call("POST", f"/api/jobs/{job}/cancel").status == 200
        last = list(lines)[-1][1]
    assert (last["code"], last["exit"]) == ("PS-CANCELLED", 130)
    assert page.row(job)["state"] == "cancelled"
    late = page.call("POST", f"/api/jobs/{job}/answers", {"id": "ask-1", "answer": True})
    assert late.code == "PS-UI-ANSWERED"


def test_a_port_has_one_job_and_another_port_another(page, make_verb, tmp_path):
    gates = {"socket://a:1": Gate(), "socket://b:1": Gate(), "socket://a:1 again": Gate()}

    def work(_session, asked):
        gates[asked.words or asked.port].wait()
        return "done"

    make_verb(work)
    first = page.start("made up", port="socket://a:1")
    busy = page.call("POST", "/api/jobs", {"verb": "made up", "request": {"port": "socket://a:1"}})
    assert (busy.status, busy.code) == (409, "PS-UI-PORT-BUSY")
    assert busy.json["data"]["job"] == first
    second = page.start("made up", port="socket://b:1")
    gates["socket://a:1"].open()
    gates["socket://b:1"].open()
    assert page.events(first)[-1]["type"] == page.events(second)[-1]["type"] == "result"
    gates["socket://a:1 again"].open()
    page.run("made up", port="socket://a:1", words="socket://a:1 again")  # free again


def test_a_port_and_the_link_to_it_are_one_port(page, make_verb, tmp_path):
    gate = Gate()
    make_verb(lambda _session, _request: gate.wait() or "done")
    (tmp_path / "link").symlink_to("/dev/null")
    job = page.start("made up", port="/dev/null")
    other = page.call(
        "POST", "/api/jobs", {"verb": "made up", "request": {"port": str(tmp_path / "link")}}
    )
    assert other.code == "PS-UI-PORT-BUSY"
    gate.open()
    page.events(job)


def test_progress_is_thinned_and_everything_else_stays(page, make_verb):
    def work(session, _request):
        for done in range(5000):
            session.sink.emit(Progress(task="t", done=done, total=5000))
        session.sink.emit(Log(message="the end"))
        return "done"

    make_verb(work)
    job = page.start("made up")
    page.events(job)
    events = page.events(job)
    shown = [event["done"] for event in events if event["type"] == "progress"]
    assert shown[-1] == 4999
    assert 200 <= len(shown) <= 400
    assert [event["type"] for event in events[-2:]] == ["log", "result"]


def test_an_endless_talker_is_bounded_and_its_end_is_kept(page, make_verb):
    def work(session, _request):
        session.announce(Ready(port="p"))
        for number in range(9000):
            session.say(f"{number} " + "x" * 2000)
        return "done"

    make_verb(work)
    job = page.start("made up")
    page.events(job)
    kept = page.server.jobs.find(job).replay
    assert kept.size <= 8 << 20
    events = page.events(job)
    assert events[-1]["type"] == "result"
    assert events[-2]["message"].startswith("8999 ")


def test_an_unknown_verb_job_or_address_is_told(page):
    assert page.call("POST", "/api/jobs", {"verb": "fly", "request": {}}).code == "PS-UI-UNKNOWN"
    assert page.call("GET", "/api/jobs/no/events").status == 404
    assert page.call("POST", "/api/jobs/no/cancel").code == "PS-UI-UNKNOWN"
    assert page.call("GET", "/api/nothing").code == "PS-UI-UNKNOWN"
    assert page.call("GET", "/nothing.html", key=False).code == "PS-UI-UNKNOWN"
    for name in ("ui", "sim", "support"):
        assert page.call("POST", "/api/jobs", {"verb": name}).code == "PS-UI-VERB"


def test_passwords_given_with_a_job_reach_it_and_nothing_else(page, make_verb):
    def work(session, _request):
        return str(len(session.secrets["wifi_password"]))

    make_verb(work)
    body = {"verb": "made up", "secrets": {"wifi_password": "correct horse"}}
    job = page.call("POST", "/api/jobs", body).json["id"]
    assert page.events(job)[-1]["data"] == {"told": "13"}
    assert page.server.jobs.find(job).session.secrets == {}
    assert "horse" not in str(page.call("GET", "/api/jobs").json)


@pytest.mark.parametrize("line", ["Password1 hunter;2horse", "MqttPassword the brown horse"])
@pytest.mark.parametrize("verb", ["console", "device command"])
def test_a_command_to_a_device_is_listed_without_its_secrets(page, verb, line):
    nobody = {
        "console": {"port": "socket://127.0.0.1:1", "send": [line]},
        "device command": {"host": "admin:horse@127.0.0.1:1", "text": line},
    }
    job = page.start(verb, **nobody[verb])
    assert "horse" not in str(page.row(job)) + str(page.events(job))
    assert "horse" not in page.server.jobs.find(job).session.again


def test_a_job_that_made_nothing_leaves_no_folder(page, make_verb):
    make_verb(lambda _session, _request: "done")
    for _at in range(3):
        page.run("made up")
    assert list(page.server.files._roots["output"].iterdir()) == []


def test_a_file_with_a_password_goes_with_its_job(page):
    secret = page.put("secret-1.txt", b"correct horse\n")
    job = page.start("device info", host="127.0.0.1:1", password_file=secret)
    page.events(job)
    assert page.call("GET", f"/api/files?file={secret}").status == 404


def test_the_list_of_jobs_masks_what_looks_like_a_secret(page, make_verb):
    make_verb(lambda _session, _request: "done")
    job = page.start("made up", words="Password1 hunter2 and mqtt_password=swordfish")
    shown = str(page.row(job))
    assert "hunter2" not in shown
    assert "swordfish" not in shown
    job = page.start("device info", host="admin:hunter2@127.0.0.1:1")
    assert "hunter2" not in str(page.row(job))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("pl", "tak"),
        ("pl-PL,en;q=0.5", "tak"),
        ("en", "yes"),
        ("xx", "yes"),
        ("\u00ff,,;", "yes"),
    ],
)
def test_a_job_speaks_the_language_of_the_page_that_began_it(page, make_verb, asked, said):
    def work(session, _request):
        session.say(_("yes"))
        return "done"

    make_verb(work)
    begun = page.call(
        "POST",
        "/api/jobs",
        {"verb": "made up", "request": {}},
        headers={"Accept-Language": asked},
    )
    assert page.events(begun.json["id"])[0]["message"] == said
