"""Whatever verb is the first one: the library's home is for its owner alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from plugsmith.cli.app import main

pytestmark = pytest.mark.skipif(os.name != "posix", reason="file modes of POSIX")
#: nothing of the user's is in them
PLAIN = {".lock", ".sqlite"}


@pytest.fixture(autouse=True)
def careless():
    """A system on which every new file may be read by all."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "line",
    [
        "info --port sim://bk7231n",
        "backup --port sim://bk7231n",
        "template search plug",
        "device list --now 127.0.0.1:1",
        "health --port sim://bk7231n --yes",
    ],
)
def test_the_first_verb_makes_a_private_home(line, tmp_path, monkeypatch):
    home = tmp_path / "new" / "home"
    monkeypatch.setenv("PLUGSMITH_HOME", str(home))
    main(line.split())
    made = [home.parent, home, *home.rglob("*")] if home.exists() else []
    shown = [
        path.relative_to(tmp_path)
        for path in made
        if stat.S_IMODE(path.stat().st_mode) & 0o077
        and (path.is_dir() or Path(path.name).suffix not in PLAIN)
    ]
    assert shown == []


def test_such_a_home_is_made_at_all(tmp_path, monkeypatch):
    monkeypatch.setenv("PLUGSMITH_HOME", str(tmp_path / "home"))
    assert main(["info", "--port", "sim://bk7231n"]) == 0
    assert list((tmp_path / "home").rglob("*.lock"))
