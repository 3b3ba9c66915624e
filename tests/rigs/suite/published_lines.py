"""A pytest plugin: what a test prints with --json is held against the published schema.

Lines of child processes too: their starter's reading is heard.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import child_lines
import pytest
from json_schema import faults_of_line

from plugsmith.cli.jsonl import JsonSink

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugsmith.events import Event


def pytest_configure() -> None:
    """Hear the children of this process."""
    child_lines.listen()


@pytest.fixture(autouse=True)
def judged_children() -> Iterator[None]:
    """Every line of our schema that a child printed in this test is as published."""
    child_lines.KEPT.clear()
    yield
    found = [
        f"{line.get('type')}: {fault}"
        for line in child_lines.lines_of_ours()
        for fault in faults_of_line(line)
    ]
    assert found == [], "a child's lines are not as schema/plugsmith-1.schema.json says"


@pytest.fixture(autouse=True)
def judged_lines(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str]]:
    found: list[str] = []
    if not {"cli", "obk"} & set(request.path.parts):
        yield found
        return
    emit = JsonSink.emit

    def judged(sink: JsonSink, event: Event) -> None:
        line = json.loads(json.dumps(event.as_json()))
        found.extend(f"{line['type']}: {fault}" for fault in faults_of_line(line))
        emit(sink, event)

    monkeypatch.setattr(JsonSink, "emit", judged)
    yield found
    assert found == [], "not as schema/plugsmith-1.schema.json says"
