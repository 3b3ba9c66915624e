"""What docs/speed.md calls the floor: the arithmetic is that of the simulated wire."""

from __future__ import annotations

import pytest
from bench._board import REPLY, REQUEST, Board, Setting, full_flash

from plugsmith.flows.wire.connected import connected
from plugsmith.memory import AddressRange


@pytest.mark.parametrize("latency_ms", [1.0, 16.0])
def test_a_rom_is_read_as_fast_as_one_request_at_a_time_allows(latency_ms: float) -> None:
    setting, content = Setting("BK7231N", latency_ms=latency_ms), full_flash("BK7231N")
    with Board(setting, content) as board, connected(board.ctx()) as device:
        device.raise_speed()
        began_s = board.clock.monotonic()
        sectors = list(device.client.read_many(range(0x2_0000, 0x4_0000, 0x1000)))
        seconds = board.clock.monotonic() - began_s
        assert b"".join(sectors) == content[0x2_0000:0x4_0000]
        assert seconds == pytest.approx(32 * setting.exchange_s(REQUEST, REPLY), rel=0.005)


def test_a_checksum_takes_its_time_for_every_byte() -> None:
    setting = Setting("BK7231N")
    with Board(setting, full_flash("BK7231N")) as board, connected(board.ctx()) as device:
        began_s = board.clock.monotonic()
        device.client.crc32(AddressRange(0, 0x10_0000))
        seconds = board.clock.monotonic() - began_s
        assert seconds == pytest.approx(0x10_0000 * setting.timing.crc_byte_s, rel=0.02)
