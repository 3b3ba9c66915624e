"""A short password is masked in its own job, and is a word like any other in the next one."""

from __future__ import annotations

import threading

import pytest
from page_rig import Gate

from plugsmith.secrets import KNOWN

SHORT, LONG = "salon", "correct horse battery"


@pytest.fixture(autouse=True)
def _anew():
    KNOWN.forget()
    yield
    KNOWN.forget()


def _say(session, text):
    session.say(text)
    return text


def _start(page, password=None, words=""):
    body = {"verb": "made up", "request": {"words": words}}
    if password:
        body["secrets"] = {"wifi_password": password}
    answer = page.call("POST", "/api/jobs", body)
    assert answer.status == 201, answer.bytes
    return answer.json["id"]


def test_a_short_password_masks_its_own_job_and_no_other_one(page, make_verb):
    gate = Gate()

    def work(session, request):
        if request.words == "mine":
            gate.wait()
        return _say(session, f"the lamp in the {SHORT} is on")

    make_verb(work)
    mine = _start(page, SHORT, "mine")
    assert gate.reached.wait(60)
    other = page.events(_start(page))  # beside it
    assert SHORT in other[0]["message"]
    assert SHORT in other[-1]["data"]["told"]
    gate.open()
    assert SHORT not in str(page.events(mine))
    assert SHORT in page.events(_start(page))[0]["message"]  # after it


def test_a_long_password_is_masked_in_every_later_job(page, make_verb):
    make_verb(lambda session, _request: _say(session, f"it said {LONG} once more"))
    for password in (LONG, None):
        assert LONG not in str(page.events(_start(page, password)))


def test_what_no_job_can_be_told_to_have_said_is_masked_for_all_that_run(page, make_verb):
    said = []

    def work(session, _request):
        helper = threading.Thread(target=lambda: said.append(KNOWN.mask(f"a {SHORT} here")))
        helper.start()  # a thread that knows nothing of jobs
        helper.join()
        return "done"

    make_verb(work)
    page.events(_start(page, SHORT))
    assert said == ["a *** here"]
    assert KNOWN.mask(SHORT) == SHORT  # forgotten with its job
