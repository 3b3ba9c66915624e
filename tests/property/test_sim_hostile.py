"""The simulated chip survives any bytes, however they are cut, and keeps its promises."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from plugsmith.clock import VirtualClock
from plugsmith.sim.chip.chip import SimChip, SimSettings
from plugsmith.sim.chip.personality import PERSONALITIES, personality
from plugsmith.sim.faults import FaultPlan
from plugsmith.sim.flash.nor import OpKind
from plugsmith.sim.ports.port import SimPort
from plugsmith.sim.wire import AdapterLine, Line, through_rates

FLASH = b"\xff" * 0x20_0000
LINK_CHECK = bytes.fromhex("01e0fc0100")
FRAMES = st.one_of(
    st.binary(max_size=40),
    st.builds(
        lambda command, params: b"\x01\xe0\xfc" + bytes((1 + len(params), command)) + params,
        st.integers(0, 255),
        st.binary(max_size=12),
    ),
    st.builds(
        lambda length, command, params: (
            b"\x01\xe0\xfc\xff\xf4" + length.to_bytes(2, "little") + bytes((command,)) + params
        ),
        st.integers(0, 0xFFFF),
        st.sampled_from([6, 7, 8, 9, 0xA, 0xB, 0xC, 0xD, 0xE, 0xF, 0x33]),
        st.binary(max_size=300),
    ),
)


@settings(max_examples=40)
@given(
    st.sampled_from([item.name for item in PERSONALITIES]),
    st.lists(FRAMES, max_size=12),
    st.booleans(),
    st.integers(0, 1000),
)
def test_any_conversation_is_survived_and_repeatable(boot, frames, paced, seed):
    def talk() -> tuple[bytes, list]:
        clock = VirtualClock()
        given_ = SimSettings(named_boot=True, paced=paced, faults=FaultPlan(seed=seed))
        chip = SimChip(personality(boot), FLASH, settings=given_)
        port = SimPort(chip, clock)
        heard = bytearray()
        for frame in (LINK_CHECK, *frames):
            port.write(frame)
            heard += port.read(65536, 0.02)
        return bytes(heard), chip.nor.operations

    heard, operations = talk()
    assert heard.startswith(b"\x04")
    assert (heard, operations) == talk()


@settings(max_examples=40)
@given(st.lists(FRAMES, max_size=15))
def test_a_protected_flash_never_changes_without_an_erase_or_status_write(frames):
    chip = SimChip(
        personality("t-1.0.5"), FLASH, settings=SimSettings(named_boot=True, status=0x7C)
    )
    port = SimPort(chip, VirtualClock())
    for frame in (LINK_CHECK, *frames):
        port.write(frame)
        port.read(65536, 0.02)
    kinds = [op.kind for op in chip.nor.operations]
    assert OpKind.STATUS in kinds or chip.nor.content == FLASH


@given(
    st.lists(st.binary(min_size=1, max_size=200), max_size=8),
    st.sampled_from([0.0, 0.001, 0.016]),
    st.integers(1, 200),
)
def test_paced_bytes_arrive_complete_in_order_and_not_too_early(pieces, latency, limit):
    line = AdapterLine(paced=True, latency_s=latency)
    for piece in pieces:
        line.send(piece, at=1.0, rate=115_200)
    total = b"".join(pieces)
    heard = bytearray()
    now = 1.0
    while (due := line.next_delivery()) is not None:
        now = max(now, due)
        part = line.deliver(now, 115_200, limit)
        assert part
        heard += part
        assert len(heard) <= (now - 1.0) * 11_520 + 1e-3
    assert heard == total
    if total:
        assert now <= 1.0 + len(total) / 11_520 + latency + 1e-6


@given(st.binary(max_size=300), st.integers(300, 3_000_000), st.integers(300, 3_000_000))
def test_rates_within_tolerance_are_harmless_and_others_end(data, sender, receiver):
    heard = through_rates(data, sender, receiver)
    if abs(sender / receiver - 1) <= 0.025:
        assert heard == data
    else:
        assert len(heard) <= max(16, len(data) * 2 * max(1, receiver / sender))


@given(st.binary(min_size=1, max_size=300), st.lists(st.integers(1, 300), max_size=5))
def test_a_line_hands_out_what_was_sent(data, cuts):
    line = Line(paced=False)
    line.send(data, at=0.0, rate=115_200)
    heard = bytearray()
    for cut in [*cuts, 1000]:
        piece = line.peek(0.0)[:cut]
        if piece:
            line.take(len(piece))
        heard += piece
    assert heard == data
