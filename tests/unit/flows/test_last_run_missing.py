"""`support` without a failed run that it could tell about."""

from __future__ import annotations

import pytest

from plugsmith.errors.own.reports import NoLastRun
from plugsmith.flows.own.run_record import LAST_RUN, read_last_run


@pytest.mark.parametrize("content", [None, b"", b"\xff", b"[]", b"[" * 5000, b'{"schema": "x"}'])
def test_no_run_or_a_spoilt_record_of_one_is_told(tmp_path, content):
    if content is not None:
        (tmp_path / LAST_RUN).write_bytes(content)
    with pytest.raises(NoLastRun) as caught:
        read_last_run(tmp_path)
    assert caught.value.code == "PS-SUPPORT-NO-RUN"
    assert caught.value.hint
