"""What the server still knows after a page has looked at something again and again."""

from __future__ import annotations

from plugsmith.ui.jobs.job_list import MOST_ENDED


def test_looking_again_and_again_does_not_push_out_another_job(page):
    kept = page.start("template search", words=["plug"])
    result = page.events(kept)[-1]
    for _look in range(MOST_ENDED + 5):
        page.run("ports")
    assert page.events(kept)[-1] == result
    assert len(page.call("GET", "/api/jobs").json["jobs"]) <= MOST_ENDED + 1
