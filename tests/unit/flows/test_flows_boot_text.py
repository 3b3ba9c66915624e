"""The verdict on log text: runs, loops, or nothing certain."""

from __future__ import annotations

import pytest

from plugsmith.flows.wire.boot_watch import judge_text

BANNER = b"\r\nV:BK7231S_1.0.5\r\nCPSR:000000D3\r\nST:0\r\nJ 0x10000\r\n"


@pytest.mark.parametrize(
    ("text", "booted"),
    [
        (b"", None),
        (BANNER, None),
        (BANNER * 2, None),
        (BANNER * 3, False),
        (BANNER * 40, False),
        (b"J 0x10000\r\n" * 3, False),
        (BANNER + b"Info:MAIN:Main_Init_Before_Delay\r\n", True),
        (BANNER * 2 + b"Info:MAIN:Main_Init_Before_Delay\r\n", True),
        (BANNER + b"[01-01 18:12:15 TUYA Info][x]\r\n", True),
        (BANNER + b"prvHeapInit-start addr:0x4157a0, size:174176\r\n", None),
        (BANNER + b"some text that nobody knows but that goes on and on\r\n" * 8, True),
        (BANNER + b"[ARM ANOMALY][2] lr:00000000\r\n" * 3, False),
        (BANNER + bytes(range(128, 256)) * 4, None),
    ],
)
def test_judge(text, booted):
    assert judge_text(text) is booted
