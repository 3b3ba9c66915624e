"""RFC 2217 as a server, byte by byte."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugsmith.sim.ports.telnet import (
    COM_PORT,
    DO,
    DONT,
    IAC,
    SB,
    SE,
    WILL,
    WONT,
    TelnetEvent,
    TelnetSession,
    escape,
    looks_like_telnet,
)


def sub(command: int, value: bytes) -> bytes:
    return bytes((IAC, SB)) + escape(bytes((COM_PORT, command)) + value) + bytes((IAC, SE))


def fresh() -> TelnetSession:
    session = TelnetSession(baud=115_200)
    session.replies.clear()
    return session


@pytest.mark.parametrize(
    ("first", "telnet"),
    [(b"", None), (b"\x01\xe0", False), (b"\xff", None), (b"\xff\xff", False), (b"\xff\x00", False),
     (bytes((IAC, WILL)), True), (bytes((IAC, DO)), True), (bytes((IAC, SB)), True)],
)  # fmt: skip
def test_clients_are_told_apart_by_their_first_bytes(first, telnet):
    assert looks_like_telnet(first) is telnet


def test_the_server_offers_first_and_agrees_without_loops():
    session = TelnetSession(baud=115_200)
    assert bytes((IAC, DO, COM_PORT)) in bytes(session.replies)
    assert bytes((IAC, WILL, 0)) in bytes(session.replies)
    session.replies.clear()
    session.feed(bytes((IAC, WILL, COM_PORT, IAC, DO, COM_PORT, IAC, DO, 0)))
    assert session.replies == b""  # already agreed
    session.feed(bytes((IAC, WILL, 1, IAC, DO, 1)))
    assert session.replies == bytes((IAC, DONT, 1, IAC, WONT, 1))


def test_rate_lines_and_purge():
    session = fresh()
    rate = (921_600).to_bytes(4, "big")
    events = session.feed(
        b"ab" + sub(1, rate) + b"cd" + sub(5, b"\x0b") + sub(5, b"\x09") + sub(12, b"\x01")
    )
    assert events == [
        TelnetEvent(data=b"ab", baud=115_200),
        TelnetEvent(baud=921_600),
        TelnetEvent(data=b"cd", baud=921_600),
        TelnetEvent(rts=True),
        TelnetEvent(dtr=False),
        TelnetEvent(purge=True),
    ]
    assert bytes(session.replies) == sub(101, rate) + sub(105, b"\x0b") + sub(105, b"\x09") + sub(
        112, b"\x01"
    )


def test_a_rate_of_ff_bytes_is_escaped():
    session = fresh()
    session.feed(sub(1, b"\x00\xff\xff\x00"))
    assert session.baud == 0xFF_FF00
    assert bytes(session.replies).count(b"\xff\xff\xff\xff") == 1


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=6))
def test_data_survives_escaping_and_any_cuts(data, cuts):
    session, stream = fresh(), escape(data)
    points = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    heard = b"".join(
        event.data
        for start, end in itertools.pairwise(points)
        for event in session.feed(stream[start:end])
    )
    assert heard == data


@given(st.binary(max_size=400))
def test_any_bytes_are_survived(raw):
    session = fresh()
    for event in session.feed(raw):
        assert isinstance(event, TelnetEvent)
    assert len(session.replies) < 8 * len(raw) + 64
