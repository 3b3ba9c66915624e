"""The simulated OpenBeken answers as it did when it was held against a recorded real one."""

from __future__ import annotations

import json
import re

import pytest
from obk_story import FILE, STORY, told

CAPTURES = "obk-http-captures.json"


@pytest.fixture(scope="module")
def kept() -> dict[str, tuple[str, str, str]]:
    """Request -> status, content type, what it says; a request that comes twice: the last."""
    found = {}
    for part in f"\n{FILE.read_text('utf-8')}".split("\n> ")[1:]:
        asked, head, *said = part.splitlines()
        status, _blank, kind = head.partition(" ")
        found[asked] = (status, kind, "\n".join(said))
    return found


def test_it_answers_as_it_was_read():
    kept = FILE.read_text("utf-8")
    assert told() == kept, "read the difference, then run tools/take_snapshots.py"


def test_the_story_meets_every_kind_of_request(kept):
    asked = {line for line in STORY.splitlines() if re.match("GET|POST|HEAD|OPTIONS", line)}
    assert set(kept) == asked
    assert {row[0] for row in kept.values()} >= {"200", "302", "400", "404", "501", "-1", "None"}


def test_a_real_device_gave_the_same_answers(kept, corpus):
    """Each request of the story that was recorded too had that status and content type."""
    path = corpus.parent / "spec" / CAPTURES
    if not path.is_file():
        pytest.skip(f"no captures at {path}")
    recorded: dict[str, set[tuple[str, str]]] = {}
    for entry in json.loads(path.read_text("utf-8")):
        body = entry["request_body"] if entry["method"] == "POST" else ""
        asked = f"{entry['method']} {entry['path']} {body or ''}".strip()
        answer = (str(entry["status"]), str(entry["content_type"]))
        recorded.setdefault(asked, set()).add(answer)
    both = kept.keys() & recorded.keys()
    assert len(both) >= 40
    assert {asked for asked in both if kept[asked][:2] not in recorded[asked]} == set()
