"""The judge: observations in, one verdict out; what speaks louder wins."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugsmith.link.hearing import Heard
from plugsmith.link.verdict import judge
from plugsmith.link.witness import Observations

SEEN = Observations(seconds=30.0)

# what was seen, flags, state
CASES = [
    ({}, {}, Heard.SILENCE),
    ({"stray": 9}, {}, Heard.SILENCE),
    ({"heard": Heard.NOISE}, {}, Heard.NOISE),
    ({"heard": Heard.NOISE, "elsewhere": ((9600, Heard.TUYA_MCU),)}, {}, Heard.TUYA_MCU),
    ({"heard": Heard.NOISE, "elsewhere": ((9600, Heard.NOISE),)}, {}, Heard.NOISE),
    ({"heard": Heard.ECHO, "elsewhere": ((9600, Heard.SILENCE),)}, {}, Heard.ECHO),
    ({"links_lost": 1}, {}, Heard.ANSWERS_LOST),
    ({"links_lost": 2, "heard": Heard.NOISE}, {}, Heard.ANSWERS_LOST),
    ({"links_lost": 3}, {}, Heard.RESET_LOOP),
    ({"links_lost": 3}, {"answers": True}, Heard.CHIP),
    ({"links": 1}, {}, Heard.ANSWERS_LOST),
    ({"links": 1}, {"answers": True}, Heard.CHIP),
    ({"links": 1}, {"answers": True, "by_text": True}, Heard.CONSOLE),
    ({"links": 1, "came_back": True}, {"answers": True}, Heard.RESET_LOOP),
    ({"heard": Heard.CONSOLE}, {}, Heard.CONSOLE),
    ({"losses": (1.5,)}, {"gone": True}, Heard.PORT_LOST),
    ({"losses": (60.0, 70.0, 80.0)}, {"gone": True}, Heard.PORT_LOST),
    ({"losses": (1.5, 1.2, 1.9)}, {}, Heard.PORT_TAKEN),
    ({"losses": (1.5, 1.2)}, {"gone": True}, Heard.PORT_TAKEN),
    ({"losses": (0.1, 0.1, 0.1), "network": True}, {}, Heard.SERVER_CLOSES),
    ({"heard": Heard.TELNET, "network": True, "raw_socket": True}, {}, Heard.TELNET),
    ({"heard": Heard.TELNET}, {}, Heard.NOISE),
    ({"too_slow": True, "round_trip_s": 0.6, "answered": 9}, {}, Heard.SLOW_NETWORK),
    ({"writes_stuck": True, "heard": Heard.NOISE}, {}, Heard.WRITES_STUCK),
    ({"log": Heard.RESET_LOOP}, {}, Heard.RESET_LOOP),
    ({"echo_beside_answers": True}, {"answers": True}, Heard.ECHO),
]


@pytest.mark.parametrize(("facts", "flags", "state"), CASES, ids=lambda value: str(value)[:60])
def test_the_verdict_weighs_everything_that_was_seen(facts, flags, state):
    verdict = judge(replace(SEEN, **facts), **flags)
    assert verdict.state is state
    assert verdict.text
    assert verdict.causes[0].likelihood == "likely"
    assert all(item.next_step and item.cause for item in verdict.causes)


def test_the_log_port_tells_a_chip_that_starts_from_one_without_power():
    starts = judge(replace(SEEN, log=Heard.BOOT_TEXT))
    dark = judge(replace(SEEN, log=Heard.SILENCE))
    assert "starts" in starts.causes[0].cause or any("starts" in c.cause for c in starts.causes[:3])
    assert any("no power, or CEN" in cause.cause for cause in dark.causes[:3])
    assert any("unbrick" in cause.next_step for cause in dark.causes)
    assert not any("unbrick" in cause.next_step for cause in starts.causes)


def test_what_was_counted_stands_in_the_sentence():
    assert "9 stray bytes" in judge(replace(SEEN, stray=9)).text
    assert "answered 2 times" in judge(replace(SEEN, links_lost=2)).text
    assert "600 ms" in judge(replace(SEEN, too_slow=True, round_trip_s=0.6)).text
    assert "lost 4 times" in judge(replace(SEEN, losses=(1.0,) * 4)).text
    assert "9600 baud" in judge(replace(SEEN, elsewhere=((9600, Heard.TUYA_MCU),))).text
    assert "ESP8266" in judge(replace(SEEN, heard=Heard.OTHER_CHIP, voice="ESP8266")).text


def test_another_chip_comes_with_its_own_tool():
    for voice, tool in (("ESP32", "esptool"), ("LN882H", "ltchiptool")):
        assert tool in judge(replace(SEEN, heard=Heard.OTHER_CHIP, voice=voice)).next_step


def test_a_console_that_does_not_obey_is_not_told_to_run_the_command_again():
    deaf = judge(replace(SEEN, heard=Heard.CONSOLE, asked_console=True))
    assert "does not obey" in deaf.text
    assert "by itself" not in deaf.next_step


@given(
    st.builds(
        Observations,
        heard=st.sampled_from(Heard),
        now=st.sampled_from(Heard),
        elsewhere=st.lists(st.tuples(st.sampled_from([9600, 74880]), st.sampled_from(Heard))).map(
            tuple
        ),
        links=st.integers(0, 3),
        links_lost=st.integers(0, 5),
        resets=st.integers(0, 5),
        stray=st.integers(0, 5),
        losses=st.lists(st.floats(0, 100)).map(tuple),
        network=st.booleans(),
        raw_socket=st.booleans(),
        round_trip_s=st.none() | st.floats(0, 3),
        too_slow=st.booleans(),
        writes_stuck=st.booleans(),
        came_back=st.booleans(),
        log=st.none() | st.sampled_from(Heard),
    ),
    st.booleans(),
    st.booleans(),
)
def test_everything_that_can_be_seen_has_a_verdict_with_a_next_step(seen, answers, gone):
    verdict = judge(seen, answers=answers, gone=gone)
    assert verdict.text
    assert verdict.next_step
    assert verdict.data()["heard"] == verdict.state.value
