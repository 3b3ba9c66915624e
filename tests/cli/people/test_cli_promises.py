"""README.md here and one folder above name the test of each promise; the rest stood nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from plugsmith.api.options import parameters
from plugsmith.api.table import BY_NAME
from plugsmith.errors import Defect

TESTS = Path(__file__).parents[2]
OBK = {"obk config read", "obk config write"}


@pytest.mark.parametrize("page", ["README.md", "cli/README.md"])
def test_every_test_that_a_table_names_is_there(page):
    rows = (TESTS / page).read_text(encoding="utf-8").splitlines()
    named = 0
    for row in (item for item in rows if item.startswith("|") and "`test_" in item):
        for file, tests in re.findall(r"`(\w+(?:/\w+)*\.py)`: ((?:`test_\w+`(?:, )?)+)", row):
            text = (TESTS / file).read_text(encoding="utf-8")
            for name in re.findall(r"`(test_\w+)`", tests):
                assert f"def {name}(" in text, (file, name)
                named += 1
    assert named > 40


@pytest.mark.parametrize("name", sorted(OBK | {n for n in BY_NAME if n.startswith("device ")}))
def test_every_verb_for_devices_takes_a_list(name):
    judges = {item.words.judge for item in parameters(BY_NAME[name].request_type)}
    assert judges & {"hosts", "file-or-hosts"}


def test_an_unexpected_error_and_the_readme_ask_for_a_bundle():
    assert "plugsmith support" in Defect(kind="ValueError", where="x.py:1").hint
    assert "plugsmith support" in (TESTS.parent / "README.md").read_text(encoding="utf-8")
