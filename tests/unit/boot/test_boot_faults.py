"""Seeded random faults over link, identify, read and write: never wrong bytes, never the loader."""

from __future__ import annotations

import random

import pytest
from boot_rig import Rig, forged

from plugsmith.errors import PlugsmithError
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.sim.faults import FaultPlan

CASES = [
    ("t-1.0.5", "BK7231T", "BK7231T 1.0.5"),
    ("t-1.0.4", "BK7231T", "BK7231T 1.0.4"),
    ("q", "BK7231Q", "BK7231Q 1.00"),
    ("u-1.0.15", "BK7231U", "BK7231U/BK7252 1.0.15"),
    ("n-rom", "BK7231N", "BK7231N 1.0.1"),
]
EXITS = {3, 4, 5, 6, 7}
READ = AddressRange(0x10000, 0x30000)


@pytest.mark.sample(2)
@pytest.mark.parametrize(("who", "chip", "boot"), CASES, ids=[case[0] for case in CASES])
def test_random_faults(who: str, chip: str, boot: str) -> None:
    before = forged(chip, boot)
    blocks = list(AddressRange(0, len(before)).split(0x1_0000))
    done, codes = 0, set()
    for seed in range(40):
        rig = Rig.of(who, before, faults=FaultPlan.random(seed, traffic=120_000))
        dice = random.Random(seed)
        span = AddressRange.sized(0x20000 + SECTOR_LEN * dice.randrange(64), 3 * SECTOR_LEN)
        new = dice.randbytes(len(span))
        wanted = before[: span.start] + new + before[span.end :]
        try:
            _client, identity, flash = rig.connect(baud=921_600)
            assert identity.chip.name == chip
            assert flash.read(READ) == before[READ.start : READ.end], seed
            flash.prepare_writes(span)
            flash.erase(span)
            flash.program(span.start, new)
            said = set(flash.differing([(b, _crc(wanted, b)) for b in blocks]))
            content = bytes(rig.chip.nor.content)
            truth = {b for b in blocks if content[b.start : b.end] != wanted[b.start : b.end]}
            assert said == truth, seed
            done += 1
        except PlugsmithError as failure:
            codes.add(int(failure.exit_code))
        if identity_is_loader(who):
            assert bytes(rig.chip.nor.content)[:0x11000] == before[:0x11000], seed
    assert codes <= EXITS
    assert done >= 15


def _crc(content: bytes, span: AddressRange) -> int:
    import zlib

    return zlib.crc32(content[span.start : span.end])


def identity_is_loader(who: str) -> bool:
    return not who.endswith("rom")
