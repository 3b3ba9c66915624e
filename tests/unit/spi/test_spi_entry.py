"""Into the flash mode: the window, each way to pull CEN, and what each echo means."""

from __future__ import annotations

import itertools

import pytest
from spi_rig import SpiRig

from plugsmith.errors.link import NotAProgrammer, NotInFlashMode
from plugsmith.sim.spi.serprog import CenWire, Manners


@pytest.mark.parametrize("cen", [CenWire.HAND, CenWire.CS1])
def test_the_flash_answers_after_the_window_was_met(cen):
    rig = SpiRig(manners=Manners(cen=cen))
    assert rig.nor().jedec.hex() == "c84015"
    assert rig.face.entered


def test_a_chip_that_is_in_the_mode_already_is_not_reset():
    rig = SpiRig()
    rig.nor()
    resets = rig.chip.resets
    assert rig.nor().jedec.hex() == "c84015"
    assert rig.chip.resets == resets


def test_a_programmer_that_never_answers_unknown_opcodes_is_asked_none():
    rig = SpiRig(manners=Manners(mute=True))
    before = rig.clock.monotonic()
    rig.bus()
    assert rig.clock.monotonic() - before < 2.0


def test_without_a_reset_the_error_says_that_cen_does_not_move():
    rig = SpiRig(manners=Manners(cen=CenWire.NONE))
    with pytest.raises(NotInFlashMode) as caught:
        rig.nor(timeout_s=5.0)
    assert "CEN did not move" in caught.value.message


def _entry_error(rig):
    with pytest.raises(NotInFlashMode) as caught:
        rig.nor(timeout_s=5.0)
    return caught.value.message


def test_a_chip_that_shows_d2_and_hears_none_names_the_input_wires():
    rig = SpiRig()
    real = rig.face.exchange
    rig.face.exchange = lambda out, read, now: real(bytes(len(out)), read, now=now)
    assert "P22" in _entry_error(rig)


def test_an_open_wire_reads_ff_and_is_named():
    rig = SpiRig()
    rig.face.exchange = lambda out, read, now: b"\xff" * read
    assert "hangs in the air" in _entry_error(rig)


def test_a_flash_that_stays_down_after_the_handshake_points_at_the_supply():
    rig = SpiRig()
    rig.face.commands.transaction = lambda out, read, now: bytes(read)
    assert "supply is too weak" in _entry_error(rig)


def test_shifted_bits_of_d2_point_at_the_clock():
    rig = SpiRig()
    rig.face.exchange = lambda out, read, now: b"\x69" * read
    assert "clock is too fast" in _entry_error(rig)


def test_something_else_than_a_programmer_is_refused():
    rig = SpiRig()
    port = rig.port()
    port.server.feed = lambda data, now: b"Welcome to U-Boot\r\n"
    from plugsmith.spi.serprog import Serprog

    with pytest.raises(NotAProgrammer):
        Serprog(port, clock=rig.clock)


#: what comes back before the mode is on, what the id reads afterwards, what must be said
ECHOES = {
    "all D2": (b"\xd2", None, "does not take ours"),
    "all 00": (b"\x00", None, "CEN did not move"),
    "all FF": (b"\xff", None, "hangs in the air"),
    "shifted right": (b"\x69", None, "shifted bits"),
    "shifted left": (b"\xa5", None, "shifted bits"),
    "two bits": (b"\xe4", None, "shifted bits"),
    "taken, then nothing": (None, [b"\x00\x00\x00"], "supply is too weak"),
    "taken, then noise": (None, [b"\x12\x34\x56", b"\x99\x00\x41"], "shorter wires"),
}


@pytest.mark.sample(1)
@pytest.mark.parametrize("name", ECHOES)
def test_every_echo_has_a_sentence_of_its_own(name):
    echo, ids, words = ECHOES[name]
    rig = SpiRig()
    turns = itertools.cycle(ids or [b""])
    if echo is not None:
        rig.face.exchange = lambda out, read, now: echo * read
    else:
        rig.face.commands.transaction = lambda out, read, now: next(turns)[:read]
    assert words in _entry_error(rig)


def test_the_sentences_of_the_echoes_differ():
    assert len({words for _echo, _ids, words in ECHOES.values()}) == 6
