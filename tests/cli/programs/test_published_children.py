"""Lines of child processes are judged like our own: the judge hears them however they are read."""

from __future__ import annotations

import json
import subprocess
import sys

import child_lines
import pytest

GOOD = {"schema": "plugsmith/1", "type": "warning", "code": "PS-NOTE-CHIP-DOUBT", "message": "m"}
BAD = {"schema": "plugsmith/1", "type": "wish"}
SCRIPT = "import sys; print(sys.argv[1]); print('not JSON'); print(sys.argv[2])"
COMMAND = [sys.executable, "-c", SCRIPT, json.dumps(GOOD), json.dumps(BAD)]


def by_run():
    subprocess.run(COMMAND, capture_output=True, text=True, check=True)


def by_run_in_bytes():
    subprocess.run(COMMAND, stdout=subprocess.PIPE, check=True)


def line_by_line():
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True) as child:
        assert len(list(child.stdout)) == 3


def the_first_line_and_then_the_rest():
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True) as child:
        assert json.loads(child.stdout.readline()) == GOOD
        assert len(child.communicate()[0].splitlines()) == 2


def at_once():
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout.read().count("\n") == 3


@pytest.mark.parametrize(
    "way", [by_run, by_run_in_bytes, line_by_line, the_first_line_and_then_the_rest, at_once]
)
def test_every_line_of_a_child_is_heard_once(way):
    way()
    assert child_lines.lines_of_ours() == [GOOD, BAD]


def test_our_own_program_as_a_child_is_heard():
    done = subprocess.run(
        [sys.executable, "-m", "plugsmith", "chips", "--json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout
    assert [line["schema"] for line in child_lines.lines_of_ours()] == ["plugsmith/1"]
