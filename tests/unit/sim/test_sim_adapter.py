"""Adapter models: each differs from a wire as its words say, and in nothing else."""

from __future__ import annotations

import pytest
from sim_rig import BLANK, LINK_CHECK, LINKED, PATTERN, long, word

from plugsmith.clock import VirtualClock
from plugsmith.errors.own.sim import SimSetup
from plugsmith.errors.port import PortUnsupported
from plugsmith.sim.chip.chip import SimChip, SimSettings
from plugsmith.sim.chip.personality import personality
from plugsmith.sim.ports.adapter import Adapter, adapter_model
from plugsmith.sim.ports.port import SimPort
from plugsmith.sim.ports.url import SimScheme

FLASH = BLANK[:0x1_2000] + PATTERN + BLANK[0x1_3000:]
READ = long(0x09, word(0x1_2000))


class Desk:
    def __init__(self, *words: str, who: str = "t-1.0.5", lines: str = "none", **more) -> None:
        self.clock = VirtualClock()
        settings = SimSettings(paced=True, latency_s=0.001)
        self.chip = SimChip(personality(who), FLASH, settings=settings)
        self.adapter = Adapter(adapter_model(words), seed=1, **more)
        self.port = SimPort(self.chip, self.clock, lines=lines, adapter=self.adapter)

    def ask(self, frame: bytes, seconds: float = 0.6) -> bytes:
        self.port.write(frame)
        end = self.clock.monotonic() + seconds
        out = b""
        while (left := end - self.clock.monotonic()) > 0:
            out += self.port.read(9999, left)
        return out

    def faster(self, baud: int) -> bytes:
        """Both to `baud`, as a client does it; what the chip says then."""
        frame = b"\x01\xe0\xfc\x06\x0f" + word(baud) + b"\x14"
        self.port.write(frame)
        self.port.drain()
        self.port.set_baud(baud)
        return self.port.read(99, 0.1) + self.port.read(99, 0.1)


@pytest.mark.parametrize("who", ["t-1.0.5", "n-rom"])
def test_without_words_every_rate_works(who: str) -> None:
    desk = Desk(who=who)
    assert LINKED in desk.ask(LINK_CHECK, 0.05)
    assert desk.faster(921_600)[-5:] == word(921_600) + b"\x14"


@pytest.mark.parametrize("word_", ["most:460800", "map:921600:888888", "late:0.5"])
def test_a_rate_that_is_not_the_one_asked_for_garbles(word_: str) -> None:
    desk = Desk(word_)
    assert LINKED in desk.ask(LINK_CHECK, 0.05)
    assert word(921_600) + b"\x14" not in desk.faster(921_600)


def test_a_refused_rate_is_an_error_and_the_old_one_stays() -> None:
    desk = Desk("refuse:460800")
    with pytest.raises(PortUnsupported):
        desk.port.set_baud(921_600)
    assert desk.port.baud == 115_200
    assert LINKED in desk.ask(LINK_CHECK, 0.05)


def test_noise_hurts_about_the_stated_share_of_bytes_above_its_rate_only() -> None:
    desk = Desk("noise:230400:0.01")
    assert LINKED in desk.ask(LINK_CHECK, 0.05)
    assert desk.ask(READ)[15:] == PATTERN
    noisy = Desk("noise:0:0.01")
    data = b"\0" * 100_000
    wrong = sum(byte != 0 for byte in noisy.adapter.garble(data, 0.0))
    assert 700 < wrong < 1300


def test_a_small_buffer_loses_the_end_of_a_long_write_but_not_of_pieces() -> None:
    desk = Desk("buffer:256")
    assert desk.adapter.accept(b"x" * 1000, 0.0) == b"x" * 256
    assert desk.adapter.lost == 744
    assert desk.adapter.accept(b"y" * 10, 0.0) == b""
    assert desk.adapter.accept(b"y" * 128, 128 * 10 / 115_200) == b"y" * 128


def test_a_reopening_port_is_deaf_meanwhile_and_says_so() -> None:
    desk = Desk("reopen:0.2")
    assert desk.port.capabilities.reopens
    assert LINKED in desk.ask(LINK_CHECK, 0.05)
    begin = desk.clock.monotonic()
    desk.port.write(LINK_CHECK)
    desk.port.set_baud(115_200)
    assert desk.clock.monotonic() - begin == pytest.approx(0.2)
    assert desk.port.read(99, 0.05) == b""
    assert desk.chip.resets >= 2  # the silence: a loader leaves after 0.1 s


def test_an_inverted_line_holds_the_chip_in_reset_while_it_is_off() -> None:
    desk = Desk("inverted", lines="rts")
    assert desk.ask(LINK_CHECK, 0.05) == b""
    desk.port.set_lines(rts=True)
    desk.clock.sleep(0.005)
    assert LINKED in desk.ask(LINK_CHECK, 0.02)


def test_the_person_at_the_desk_acts_after_silence_and_is_counted() -> None:
    desk = Desk(user_s=4.0)
    end = desk.clock.monotonic() + 9
    while desk.clock.monotonic() < end:
        desk.port.read(99, 0.5)
    assert desk.adapter.user_resets == 2
    assert desk.chip.resets >= 2


def test_one_address_is_one_adapter_and_unknown_words_are_refused() -> None:
    clock = VirtualClock()
    scheme = SimScheme(clock)
    url = "sim://bk7231n?adapter=most:460800&adapter=buffer:256&user=4"
    port = scheme.open(url)
    assert port.adapter.model.most == 460_800
    assert port.adapter.model.buffer == 256
    assert port.adapter.user_s == 4.0
    assert scheme.open(url).adapter is port.adapter
    for word_ in ("fast", "most", "most:x", "noise:0:2", "late:-1", "map:1", "reopen:nan"):
        with pytest.raises(SimSetup):
            adapter_model([word_])
