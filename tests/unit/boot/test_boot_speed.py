"""Choosing the rate: what proves itself, down on errors, up again, and never lost in between."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from boot_rig import Rig, forged
from link_servers import served

from plugsmith.boot.flash import UartFlash
from plugsmith.boot.identify import identify
from plugsmith.boot.linking import LinkPolicy, link
from plugsmith.clock import RealClock
from plugsmith.errors.port import PortUnsupported
from plugsmith.events import CancelToken, EventLog, Log
from plugsmith.link.ports import open_port
from plugsmith.memory import AddressRange
from plugsmith.sim.chip.board import BoardRequest
from plugsmith.sim.faults import Harm, Way
from plugsmith.sim.ports.pty_endpoint import PtyEndpoint
from plugsmith.sim.ports.tcp_endpoint import TcpEndpoint
from plugsmith.sim.timing import SERVED

if TYPE_CHECKING:
    from pathlib import Path

SPAN = AddressRange(0x11000, 0x31000)
BOTH = pytest.mark.parametrize(("who", "chip"), [("t-1.0.5", "BK7231T"), ("n-rom", "BK7231N")])


def _spoil_above(rig: Rig, limit: int) -> None:
    """An adapter that garbles what it receives above `limit`."""
    real = rig.port.read

    def read(count: int, timeout_s: float) -> bytes:
        data = real(count, timeout_s)
        if rig.port.baud > limit:
            return bytes(byte ^ (0x10 if at % 97 == 5 else 0) for at, byte in enumerate(data))
        return data

    rig.port.read = read  # type: ignore[method-assign]


@BOTH
def test_without_a_limit_it_goes_to_two_megabit(who: str, chip: str) -> None:
    rig = Rig.of(who, forged(chip))
    _client, _identity, flash = rig.connect()
    assert flash.raise_speed() == 2_000_000
    assert rig.chip.rate == 2_000_000


@BOTH
@pytest.mark.parametrize("limit", [115_200, 230_400, 460_800, 650_000, 921_600, 1_300_000])
def test_a_named_limit_is_used_as_it_is(who: str, chip: str, limit: int) -> None:
    _client, _identity, flash = Rig.of(who, forged(chip)).connect()
    assert flash.raise_speed(limit=limit) == limit


def test_what_worked_before_is_tried_first() -> None:
    rig = Rig.of("t-1.0.5", forged("BK7231T"))
    _client, _identity, flash = rig.connect()
    asked: list[int] = []
    real = rig.port.set_baud

    def set_baud(baud: int) -> None:
        asked.append(baud)
        real(baud)

    rig.port.set_baud = set_baud  # type: ignore[method-assign]
    assert flash.raise_speed(hints=[460_800]) == 460_800
    assert set(asked) <= {460_800, 115_200}


@BOTH
def test_an_adapter_that_lacks_a_rate_gets_another(who: str, chip: str) -> None:
    rig = Rig.of(who, forged(chip))
    _client, _identity, flash = rig.connect()
    real = rig.port.set_baud

    def set_baud(baud: int) -> None:
        if baud > 1_000_000:
            raise PortUnsupported(port="x", problem="too fast")
        real(baud)

    rig.port.set_baud = set_baud  # type: ignore[method-assign]
    assert flash.raise_speed() == 1_000_000


@BOTH
@pytest.mark.parametrize("limit", [1_000_000, 500_000, 115_200])
def test_a_rate_that_garbles_does_not_prove_itself(who: str, chip: str, limit: int) -> None:
    rig = Rig.of(who, forged(chip), lines="none")
    client, _identity, flash = rig.connect()
    _spoil_above(rig, limit)
    assert flash.raise_speed() <= limit
    assert client.link_check()
    assert flash.read(SPAN) == rig.chip.nor.content[SPAN.start : SPAN.end]


@BOTH
def test_errors_bring_the_speed_down_and_calm_brings_it_up_again(who: str, chip: str) -> None:
    content = forged(chip)
    rig = Rig.of(who, content)
    _client, _identity, flash = rig.connect(baud=1_000_000)
    for turn in range(6):
        rig.hurt(Way.FROM_CHIP, Harm.FLIP, after=4000 + 9000 * turn, count=3)
    rates = set()
    for block in flash.blocks(AddressRange(0x11000, 0x111000), skip_blank=False):
        rates.add(flash.baud)
        assert block.data == content[block.span.start : block.span.end]
    assert min(rates) < 1_000_000
    said = [event.message for event in rig.log if isinstance(event, Log)]
    assert any("Errors on the wire" in message for message in said)
    assert flash.baud == 1_000_000


@BOTH
def test_a_lost_answer_to_the_speed_change_does_not_lose_the_chip(who: str, chip: str) -> None:
    for way in Way:
        for after in (0, 3, 9, 11):  # a byte of the rate itself would mean a rate of nobody
            rig = Rig.of(who, forged(chip), lines="none")
            client, _identity, flash = rig.connect()
            rig.hurt(way, Harm.DROP, after=after, count=1)
            assert flash.raise_speed(limit=921_600) in {921_600, 500_000, 460_800}
            assert client.link_check()


@pytest.mark.slow
def test_on_real_time_the_link_stays_alive_while_nothing_happens(tmp_path: Path) -> None:
    """The served chip leaves after 2 s of silence; a slow disk or a question may take longer.

    Ports of all kinds wait side by side: only a real clock can show that a real port is kept alive.
    """
    with ThreadPoolExecutor() as pool:
        for done in [
            pool.submit(_outlasts_silence, kind, tmp_path / kind)
            for kind in ("pty", "socket", "rfc2217")
        ]:
            done.result()


def _outlasts_silence(kind: str, flash_file: Path) -> None:
    content = forged("BK7231T")
    flash_file.write_bytes(content)
    board = BoardRequest(chip="bk7231t", flash=flash_file, patience=SERVED, keep=True)
    endpoint = PtyEndpoint() if kind == "pty" else TcpEndpoint("127.0.0.1", 0)
    with served(board, endpoint) as address:
        name = address.replace("socket://", "rfc2217://") if kind == "rfc2217" else address
        clock = RealClock()
        port = open_port(name, clock=clock)
        client = link(
            port,
            policy=LinkPolicy(timeout_s=60),
            clock=clock,
            sink=EventLog(),
            cancel=CancelToken(),
        )
        flash = UartFlash(client, identify(client), clock=clock)
        expected = 115_200 if kind == "socket" else 921_600
        assert flash.raise_speed(limit=921_600) == expected
        time.sleep(2.6)
        assert flash.read(SPAN) == content[SPAN.start : SPAN.end]
        pieces = flash.blocks(SPAN)
        first = next(pieces)
        time.sleep(2.2)  # with requests in flight
        rest = b"".join(block.data for block in pieces)
        assert first.data + rest == content[SPAN.start : SPAN.end]
        client.close()
        port.close()
