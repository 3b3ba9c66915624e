"""The verdict on log text: runs, loops, or nothing certain."""

from __future__ import annotations

import pytest

from plugsmith.emu.boot_signs import BOOT_SIGNS
from plugsmith.flows.wire.boot_watch import judge_text

BANNER = b"\r\nV:BK7231S_1.0.5\r\nCPSR:000000D3\r\nST:0\r\nJ 0x10000\r\n"


OBK = b"OpenBK7231T, version 1.18.300\r\nInfo:MAIN:Main_Init_Before_Delay\r\n"
OBK_DONE = OBK + b"Info:MAIN:Main_Init_After_Delay done\r\n"
REGISTERS = b"".join(b"r%d:0x%08x " % (number, number * 0x1111) for number in range(16))
CRASH = b"data abort\r\nCurrent regs:\r\n" + REGISTERS * 4 + b"\r\n"


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
        (BANNER + b"[01-01 00:00:00 ty D][tal_thread.c:204] Thread:x\r\n", True),
        (BANNER + b"\x1b[0;32m[I][app:029]: Running through setup()\r\n", True),
        (BANNER + b"some text that nobody knows but that goes on and on\r\n" * 40, None),
        (bytes(range(32, 127)) * 40, None),
        (b"Tuya tuya TUYA ESPHome OpenBeken LibreTiny " * 20, None),
        (BANNER + CRASH, None),
        (BANNER + CRASH * 3, False),
        (BANNER + OBK + CRASH, None),
        (BANNER + OBK_DONE + BANNER, None),
        (BANNER + CRASH + BANNER + OBK_DONE, True),
        (BANNER + b"[ARM ANOMALY][2] lr:00000000\r\n" + OBK_DONE, None),
        (BANNER + b"prvHeapInit-start addr:0x4\r\nAssert failed at heap.c:71\r\n", None),
        (b"ets Jan  8 2013,rst cause:1, boot mode:(3,6)\r\n" * 20, None),
        (BANNER + b"[ARM ANOMALY][2] lr:00000000\r\n" * 3, False),
        (BANNER + bytes(range(128, 256)) * 4, None),
    ],
)
def test_judge(text, booted):
    assert judge_text(text) is booted


@pytest.mark.parametrize(
    ("text", "firmware", "booted"),
    [
        (BANNER + OBK_DONE, "OpenBeken", True),
        (BANNER + OBK_DONE, "ESPHome", None),
        (BANNER + b"[01-01 18:12:15 TUYA Notice][x]\r\n", "OpenBeken", None),
        (BANNER + b"[01-01 18:12:15 TUYA Notice][x]\r\n", "Tuya", True),
        (BANNER + b"LibreTiny v1.9.1 on cb2s\r\n", "esphome", True),
        (BANNER + OBK_DONE, "my own build", None),
    ],
)
def test_only_the_firmware_that_was_written_proves_itself(text, firmware, booted):
    assert judge_text(text, firmware=firmware) is booted


def test_a_start_that_has_not_ended_counts_once_the_log_has_settled():
    assert judge_text(BANNER + OBK, settled=False) is None
    assert judge_text(BANNER + OBK, settled=True) is True
    assert judge_text(BANNER + OBK_DONE, settled=False) is True


@pytest.mark.parametrize("sign", BOOT_SIGNS, ids=lambda sign: f"{sign.firmware}-{sign.complete}")
def test_every_sign_says_how_it_is_known_and_needs_more_than_a_word(sign):
    assert sign.source.startswith(("run:", "peer:"))
    for word in (b"", b"boot", b"tuya", b"ty N", b"OpenBeken", b"ESPHome", b"LibreTiny"):
        assert not sign.pattern.search(word)
