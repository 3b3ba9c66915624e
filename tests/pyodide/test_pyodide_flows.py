"""The flows' own test files, run by pytest inside Pyodide: the same tests, the shipped core."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyodide_files import FILES
from pyodide_suite import prepare, run_file


@pytest.fixture(scope="module")
def suite(node):
    prepare(node)
    return node


@pytest.mark.parametrize("name", FILES, ids=lambda name: Path(name).stem)
def test_a_file_of_flow_tests_passes_inside(suite, name):
    outcome = run_file(suite, name)
    assert outcome["problems"] == []
    assert outcome["code"] == 0
    assert outcome["counts"]["passed"] > 0
