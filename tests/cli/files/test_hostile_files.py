"""No hostile file breaks a verb. How long each takes at 16 MiB: `tools/hostile_table.py`."""

from __future__ import annotations

import pytest
from bare_verbs import nothing_there
from campaign_size import sampled
from hostile_files import HOSTILE
from verbs_of_files import MORE_VERBS, VERBS

from hostile_table import cell

__all__ = ["nothing_there"]

LINES = VERBS | MORE_VERBS
CELLS = [(name, verb) for name in HOSTILE for verb in LINES]
SIZE = 0x6001


@pytest.mark.slow
@pytest.mark.parametrize(("name", "verb"), sampled(CELLS, 40))
def test_a_hostile_file_ends_in_a_result_or_an_error_of_ours(name, verb, tmp_path):
    file, other = tmp_path / "file", tmp_path / "other"
    file.write_bytes(HOSTILE[name](SIZE))
    other.write_bytes(HOSTILE["key blocks, each another"](SIZE))
    _took, ended = cell(LINES[verb].format(file=file, other=other, out=tmp_path / "out"))
    assert ended.startswith(("result", "error PS-"))
