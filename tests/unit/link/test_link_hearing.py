"""What the bytes on a wire look like."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugsmith.link.advice import causes, first_step, heard_text
from plugsmith.link.hearing import Heard, Hearing, has_mcu_frame, is_echo

LINK_CHECK = bytes.fromhex("01e0fc0100")
ANSWER = bytes.fromhex("040e0501e0fc0100")


def _verdict(data: bytes, step: int = 7) -> Heard:
    hearing = Hearing()
    for at in range(0, len(data), step):
        hearing.add(data[at : at + step])
    return hearing.verdict


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
    (b"\xf0\x80\xfe", Heard.NOISE),
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


def test_links_that_are_lost_again_and_again_are_a_reset_loop() -> None:
    hearing = Hearing()
    hearing.links_lost = 3
    assert hearing.verdict is Heard.RESET_LOOP


@given(st.binary(max_size=2000), st.integers(1, 500))
def test_any_bytes_have_a_state(data: bytes, step: int) -> None:
    assert _verdict(data, step) in Heard
    has_mcu_frame(data)


def test_what_was_heard_is_not_kept_for_ever() -> None:
    hearing = Hearing()
    for _turn in range(100):
        hearing.add(bytes(1000))
    assert len(hearing._heard) <= 8192
    hearing.forget()
    assert hearing.verdict is Heard.SILENCE


@pytest.mark.parametrize("state", list(Heard))
def test_every_state_has_causes_and_a_next_step(state: Heard) -> None:
    assert heard_text(state)
    found = causes(state)
    assert found
    assert found[0].likelihood == "likely"
    assert all(cause.next_step for cause in found)
    assert "doctor" in first_step(state)
