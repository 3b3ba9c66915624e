"""Write4K frames one behind the other, judged by the vendor's own boot code in the emulator.

Whatever the frame in front has lost, the head of the one behind reaches no further than the sector
that it was meant for, and the chip is found again. The fast simulator must say the same.
"""

from __future__ import annotations

import random
from itertools import product

import pytest
from campaign_size import sampled
from test_emu_differential import LOADERS, RealCode, Simulated, flash_with, long, short, word

from plugsmith.boot.bursts.train import HEAD_LEN
from plugsmith.emu.runner import emulator_installed

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not emulator_installed(), reason="the extra `emu` is not installed"),
]

AT, SECTOR = 0x5_0000, 0x1000
LINK = short(0x00)
LINK_ANSWER = bytes.fromhex("040E0501E0FC0100")
DICE = random.Random(11)
DATA = [DICE.randbytes(SECTOR) for _sector in range(4)]
FRAMES = [long(0x07, word(AT + at * SECTOR) + data) for at, data in enumerate(DATA)]
GOOD = [
    bytes.fromhex("040EFF01E0FCF406000700") + word(AT + at * SECTOR) for at in range(len(FRAMES))
]


def chips(corpus, name):
    chip, file = LOADERS[name]
    flash = flash_with((corpus / file).read_bytes())
    both = RealCode(chip, flash), Simulated(name, flash)
    for board in both:
        board.exchange(LINK + b"".join(long(0x0F, b"\x20" + word(AT + at * SECTOR))
                                       for at in range(len(FRAMES))))  # fmt: skip
    return both, flash


@pytest.mark.parametrize("name", LOADERS)
def test_frames_that_follow_at_once_are_all_taken(corpus, name):
    both, before = chips(corpus, name)
    for board in both:
        assert board.exchange(b"".join(FRAMES)) == b"".join(GOOD)
        assert board.flash == before[:AT] + b"".join(DATA) + before[AT + len(FRAMES) * SECTOR :]


HURT = {
    "one byte lost": FRAMES[0][:2000] + FRAMES[0][2001:],
    "a page and more": FRAMES[0][:3000] + FRAMES[0][3300:],
    "most of it": FRAMES[0][:200],
    "its header": FRAMES[0][8:],
    "longer by its length": FRAMES[0][:6] + b"\x30" + FRAMES[0][7:],
    "a length of 0x2805": FRAMES[0][:6] + b"\x28" + FRAMES[0][7:],
    "a length of half a frame": FRAMES[0][:6] + b"\x08" + FRAMES[0][7:],
    "a length that ends within a page": FRAMES[0][:5] + b"\x25" + FRAMES[0][6:],
    "a length one too short": FRAMES[0][:5] + b"\x04" + FRAMES[0][6:],
    "a length of the address alone": FRAMES[0][:6] + b"\x00" + FRAMES[0][7:],
    "a length of the command alone": FRAMES[0][:5] + b"\x01\x00" + FRAMES[0][7:],
    "a byte too many": FRAMES[0][:50] + b"\x00" + FRAMES[0][50:],
}


@pytest.mark.parametrize(
    ("name", "hurt"),
    [*product(["t-1.0.5"], HURT), *sampled(list(product(["u-1.0.15"], HURT)), 4)],
)
def test_a_head_behind_a_hurt_frame_stays_where_it_was_meant_for(corpus, name, hurt):
    both, before = chips(corpus, name)
    found = []
    for board in both:
        said = board.exchange(HURT[hurt] + FRAMES[1][:HEAD_LEN])
        for _piece in range(68):  # as the client feeds a chip that counts bytes, until it answers
            fed = board.exchange(b"\xff" * 64)
            said += fed
            if fed:
                break
        else:
            said += board.exchange(b"\x00" * 8)
        answer = board.exchange(b"\x00" * 8 + LINK)
        assert LINK_ANSWER in answer or "length" in hurt  # it goes on counting: silence resets it
        assert board.flash[:AT] == before[:AT]
        assert (
            board.flash[AT + 2 * SECTOR :]
            == bytes(2 * SECTOR).replace(b"\0", b"\xff") + (before[AT + len(FRAMES) * SECTOR :])
        )
        found.append((said, board.flash))
    assert found[0] == found[1]
