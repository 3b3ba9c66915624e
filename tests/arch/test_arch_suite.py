"""The suite's targets: what one leaves out is what another has run."""

from __future__ import annotations

import itertools
import re
import socket
import subprocess
import tomllib
from pathlib import Path

import pytest
import samples
from campaign_size import sampled
from fast_set import FOLDERS, NONE_OF

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def command_of(target: str) -> str:
    """The lines below `target:`."""
    found = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert found is not None
    return found[1]


def test_what_the_rest_leaves_out_is_what_the_inner_loop_runs():
    command = command_of("test-fast")
    left_out = re.search(r'-m "([^"]+)"', command)
    assert left_out is not None
    assert left_out[1] == " and ".join(f"not {mark}" for mark in NONE_OF)
    assert set(re.findall(r"tests/(\w+)", command)) == set(FOLDERS)


def collected(*options: str) -> set[str]:
    """Names of the tests in one folder that has both kinds, whatever this run was asked for."""
    seen = Collected()
    folder = str(ROOT / "tests" / "unit" / "chips")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTEST_ADDOPTS", raising=False)
        assert pytest.main(["--collect-only", "-qq", *options, folder], plugins=[seen]) == 0
    return seen.names


class Collected:
    """A plugin that keeps what was collected."""

    names: set[str]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.names = {item.nodeid for item in session.items}


def test_after_fast_leaves_out_these_tests_and_no_other():
    kept, everything = collected("--after-fast"), collected()
    fast = collected("-m", " and ".join(f"not {mark}" for mark in NONE_OF))
    assert fast
    assert kept
    assert kept == everything - fast


def test_every_library_that_users_get_is_tested_with_its_oldest_and_its_newest_version():
    table = re.findall(r"^(\w+_TESTS) := (.+?)# (.+)$", MAKEFILE, re.MULTILINE)
    covered = {name for _list, _tests, names in table for name in names.split(", ")}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(item for name in extras for item in extras[name])]
    for name in ("dev", "browser"):
        wanted = [item for item in wanted if item not in extras[name]]
    names = {re.split(r"[ ><=;]", item)[0] for item in wanted if "!= 'linux'" not in item}
    locked = re.findall(
        r"^([\w.-]+)==", (ROOT / "locks" / "oldest.txt").read_text("utf-8"), re.MULTILINE
    )
    assert covered == names & {name.replace("ruamel-yaml", "ruamel.yaml") for name in locked}
    for listed, _tests, _names in table:
        assert f"$({listed})" in MAKEFILE


def test_whatever_is_left_to_a_campaign_is_run_by_one():
    targets = ("campaign", "campaign-adapters", "campaign-house")
    shown = subprocess.run(
        ["make", "-n", "-C", ROOT, *targets, "POINTS="], capture_output=True, text=True, check=True
    )
    commands = [line for line in joined(shown.stdout) if re.search(r'-m "?campaign', line)]
    places = re.findall(r"tests/\S+", "\n".join(commands))
    left = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "tests").rglob("test_*.py")
        if "mark.campaign" in path.read_text("utf-8") and path != Path(__file__)
    ]
    assert left
    assert [file for file in left if not file.startswith(tuple(places))] == []


def joined(text: str) -> list[str]:
    """The lines of commands, each whole."""
    return re.sub(r"\\\n\s*", " ", text).splitlines()


def test_a_sample_and_the_rest_are_the_whole_table():
    cases = sampled([(at, at) for at in range(20)], 5)
    left = [case.values[0] for case in cases if [mark.name for mark in case.marks] == ["whole"]]
    assert [case.values for case in cases] == [(at, at) for at in range(20)]
    assert len(left) == 15
    assert left == [x.values[0] for x in sampled([(at, at) for at in range(20)], 5) if x.marks]


def test_what_make_test_leaves_of_the_tables_is_run_by_ci():
    left_out = re.search(r'-m "([^"]+)"', command_of("test"))
    assert left_out is not None
    assert "not whole" in left_out[1]
    command = command_of("test-whole")
    assert "-m whole" in command
    places = [ROOT / place for place in re.findall(r"tests/[\w/]+", command)]
    for path in (ROOT / "tests").rglob("test_*.py"):
        text = path.read_text("utf-8")
        if ("sampled(" in text or "mark.sample(" in text) and path != Path(__file__):
            assert any(path.is_relative_to(place) for place in places), path
    assert "make test-whole" in (ROOT / ".ci" / "run").read_text("utf-8")


@pytest.mark.parametrize("host", ["192.0.2.1", "239.255.255.250", "8.8.8.8"])
def test_no_datagram_of_a_test_leaves_this_computer(host):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for send in (
            lambda: sender.sendto(b"x", (host, 9)),
            lambda: sender.sendmsg([b"x"], [], 0, (host, 9)),
        ):
            with pytest.raises(OSError, match="no test leaves this computer"):
                send()


def test_a_datagram_to_this_computer_arrives():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taker:
        taker.bind(("127.0.0.1", 0))
        taker.settimeout(10)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"x", taker.getsockname())
            assert taker.recv(9) == b"x"


class Row:
    """A row of a table, as far as marks are looked at."""

    def __init__(self, nodeid: str) -> None:
        self.nodeid = nodeid
        self.marks = {"sample": pytest.mark.sample(3).mark}

    def get_closest_marker(self, name: str) -> pytest.Mark | None:
        return self.marks.get(name)

    def add_marker(self, mark: pytest.MarkDecorator) -> None:
        self.marks[mark.name] = mark.mark


def test_a_marked_table_is_sampled_the_same_each_time_and_keeps_what_is_to_be_provoked(monkeypatch):
    monkeypatch.setitem(samples.WANTED, "t.py::test_it[17]", {"PS-X"})
    runs = []
    for order in (1, -1):
        rows = [Row(f"t.py::test_it[{at}]") for at in range(20)][::order]
        samples.mark(rows)
        runs.append({row.nodeid for row in rows if "whole" not in row.marks})
    assert runs[0] == runs[1] >= {"t.py::test_it[17]"}
    assert len(runs[0]) == 3


def test_a_sample_shows_every_chip_and_every_verb_if_it_can():
    rows = [
        f"t.py::test_it[{chip}-{verb}]" for chip in "TNU" for verb in ("read", "write", "erase")
    ]
    for order in itertools.permutations(rows, 3):
        shown = samples.drawn([*order, *rows], [], 3)
        assert {row[-8:] for row in shown} <= {row[-8:] for row in rows}
        assert len({word for row in shown for word in samples.words(row)}) == 6
    assert samples.drawn(rows, rows[:2], 0) == []
    assert set(samples.drawn(rows, rows[:2], 99)) == set(rows[2:])
