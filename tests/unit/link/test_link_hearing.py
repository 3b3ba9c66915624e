"""What the bytes on a wire look like."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugsmith.link.hearing import Heard, Hearing, has_mcu_frame, is_echo

LINK_CHECK = bytes.fromhex("01e0fc0100")
ANSWER = bytes.fromhex("040e0501e0fc0100")


def _verdict(data: bytes, step: int = 7) -> Heard:
    hearing = Hearing()
    for at in range(0, len(data), step):
        hearing.add(data[at : at + step])
    return hearing.sound


CASES = [
    (b"", Heard.SILENCE),
    (LINK_CHECK * 9, Heard.ECHO),
    (LINK_CHECK * 4 + b"\x00" + LINK_CHECK * 4, Heard.ECHO),
    (bytes.fromhex("55aa00000000ff") * 3, Heard.TUYA_MCU),
    (b"\x00" + bytes.fromhex("55aa0001000000"), Heard.TUYA_MCU),
    (b"V:BK7231S_1.0.5\r\nCPSR:000000D3\r\nJ 0x10000\r\n", Heard.BOOT_TEXT),
    (b"prvHeapInit-start addr:0x413f38, size:81096\r\n", Heard.BOOT_TEXT),
    (b"Info:MAIN:Time 12, idle 104203/s, free 79208, MQTT 0\r\n", Heard.CONSOLE),
    (b"hello, this is a printer speaking\r\n", Heard.TEXT),
    (random.Random(5).randbytes(300), Heard.NOISE),
    (b"\xf0\x80\xfe", Heard.SILENCE),
    (b"\xf0\x80\xfe\x1c", Heard.NOISE),
    (bytes(3), Heard.SILENCE),
    (bytes(60), Heard.LINE_LOW),
    (b"\xff\xfd\x2c\xff\xfb\x00", Heard.TELNET),
    (b" ets Jan  8 2013,rst cause:2, boot mode:(3,6)\r\n", Heard.OTHER_CHIP),
    (b"ESP-ROM:esp32c3-api1-20210207\r\n", Heard.OTHER_CHIP),
    (b"ROM:[V0.1]\r\nFLASHRATE:4\r\nIMG1 ENTER\r\n", Heard.OTHER_CHIP),
    (b"\r\nraspberrypi login: ", Heard.OTHER_CHIP),
    (b"V:BK7231S_1.0.5\r\nST:1\r\n" * 4, Heard.RESET_LOOP),
    (
        random.Random(1).randbytes(40) + b"V:BK7231S_1.0.5 registers and more\r\n" * 2,
        Heard.BOOT_TEXT,
    ),
]


@pytest.mark.parametrize(("data", "state"), CASES, ids=lambda value: str(value)[:20])
@pytest.mark.parametrize("step", [1, 7, 1000])
def test_states(data: bytes, state: Heard, step: int) -> None:
    assert _verdict(data, step) is state


def test_answers_are_no_echo() -> None:
    assert not is_echo(ANSWER * 20)
    assert is_echo((LINK_CHECK + ANSWER) * 5)


def test_a_byte_now_and_then_is_silence_and_not_noise() -> None:
    hearing = Hearing()
    for turn in range(200):
        hearing.add(bytes([turn]), 3.0 * turn)
    assert hearing.sound is Heard.SILENCE
    assert not hearing.garbled


def test_a_burst_at_power_up_is_forgotten_after_a_while() -> None:
    hearing = Hearing()
    hearing.add(random.Random(5).randbytes(40), 1.0)
    assert hearing.sound_at(3.0) is Heard.NOISE
    assert hearing.sound_at(30.0) is Heard.SILENCE
    hearing.add(random.Random(6).randbytes(40), 20.0)
    assert hearing.sound_at(60.0) is Heard.NOISE


@given(st.binary(max_size=2000), st.integers(1, 500))
def test_any_bytes_have_a_state(data: bytes, step: int) -> None:
    assert _verdict(data, step) in Heard
    has_mcu_frame(data)


def test_what_was_heard_is_not_kept_for_ever() -> None:
    hearing = Hearing()
    for _turn in range(100):
        hearing.add(bytes(1000))
    assert len(hearing._heard) <= 8192
