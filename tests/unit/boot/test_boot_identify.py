"""Identification on every personality: without the user, a write, or (on loaders) a CRC."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from boot_rig import Rig, forged

from plugsmith.boot.contact.greeting import CHIP_ID
from plugsmith.boot.efuse import CONTROL, DATA
from plugsmith.boot.identify import identify
from plugsmith.boot.identity import SizeProof, summary
from plugsmith.boot.protocol import commands as cmd
from plugsmith.chips.model import Family, KeyClass
from plugsmith.errors.link import UnknownBootCode
from plugsmith.errors.safety import ChipMismatch
from plugsmith.forge.flash import forge_flash, forged_mac
from plugsmith.sim.chip.registers import Registers
from plugsmith.sim.faults import FaultPlan, Harm, LineFault, Way
from plugsmith.sim.flash.parts import SimPart, part_of_size

# personality, chip, boot code in flash, version that is answered
CASES = [
    ("t-1.0.5", "BK7231T", "BK7231T 1.0.5", "BK7231S_1.0.5"),
    ("t-1.0.6", "BK7231T", "BK7231T 1.0.6", "BK7231S_1.0.6"),
    ("t-1.0.4", "BK7231T", "BK7231T 1.0.4", "BK7231S_1.0.4"),
    ("q", "BK7231Q", "BK7231Q 1.00", None),
    ("u-1.0.15", "BK7231U", "BK7231U/BK7252 1.0.15", None),
    ("n-rom", "BK7231N", "BK7231N 1.0.1", "1.0.1"),
    ("m-rom", "BK7231M", "BK7231M 1.0.1 (OpenBeken)", "1.0.1"),
    ("7238-rom", "BK7238", "BK7238 1.0.14", "1.0.14"),
    ("7252n-rom", "BK7252N", "BK7252N (OpenBeken)", None),
]


@pytest.mark.parametrize(("who", "chip", "boot", "version"), CASES, ids=[c[0] for c in CASES])
def test_every_personality(who: str, chip: str, boot: str, version: str | None) -> None:
    rig = Rig.of(who, forged(chip, boot))
    before = bytes(rig.chip.nor.content), rig.chip.nor.status
    client = rig.link()
    found = identify(client, sink=rig.log, expected=chip)
    assert found.chip.name == chip
    assert found.boot is not None
    assert found.boot.name == boot
    assert found.boot_version == version
    assert found.flash.size == 0x20_0000
    assert found.mac == forged_mac(chip).hex(":")
    assert chip in summary(found)
    assert (bytes(rig.chip.nor.content), rig.chip.nor.status) == before
    loader = found.family is Family.LOADER
    assert found.flash.jedec is None if loader else found.flash.part is not None
    assert found.flash.size_proof is (SizeProof.WRAP if loader else SizeProof.JEDEC_AND_WRAP)
    assert found.key.key_class is found.chip.expects_key


@pytest.mark.parametrize("who", ["t-1.0.4", "q"])
def test_a_loader_can_still_write_after_identification(who: str) -> None:
    """A CRC would have blocked every write until the next reset."""
    chip, boot = ("BK7231T", "BK7231T 1.0.4") if who == "t-1.0.4" else ("BK7231Q", "BK7231Q 1.00")
    rig = Rig.of(who, forged(chip, boot))
    _client, _found, flash = rig.connect()
    assert not flash.crc_blocks_writes


class SlowEngine(Registers):
    """An eFuse engine that has a new byte only once somebody asked whether it has finished."""

    def __init__(self, who) -> None:
        super().__init__(who)
        self.ready = 0

    def read(self, addr: int) -> int:
        if addr == CONTROL:
            self.ready = self._fuse_value
        return self.ready if addr == DATA else super().read(addr)


@pytest.mark.parametrize("who", ["n-rom", "m-rom", "7238-rom"])
def test_a_slow_engine_for_the_key_is_waited_for(who: str) -> None:
    chip, boot = next((chip, boot) for name, chip, boot, _version in CASES if name == who)
    rig = Rig.of(who, forged(chip, boot))
    rig.chip.registers = SlowEngine(rig.chip.who)
    found = identify(rig.link())
    assert (found.chip.name, found.key.key_class) == (chip, found.chip.expects_key)


def test_nothing_is_asked_twice_that_one_answer_proves() -> None:
    rig = Rig.of("n-rom", forged("BK7231N", "BK7231N 1.0.1"))
    client, asked = rig.link(), []
    real = client.exchange
    client.exchange = lambda command, **options: (asked.append(command), real(command, **options))[
        1
    ]
    identify(client)
    sums = Counter(item for item in asked if isinstance(item, cmd.CheckCrc))
    assert max(sums.values()) <= 2  # a difference, by two answers
    assert sum(isinstance(item, cmd.WriteRegister) for item in asked) == 17


def test_a_wrong_name_from_the_user_is_refused() -> None:
    rig = Rig.of("t-1.0.5", forged("BK7231T"))
    with pytest.raises(ChipMismatch) as caught:
        identify(rig.link(), expected="CB2S")
    assert caught.value.exit_code == 5
    assert caught.value.facts == {"expected": "BK7231N", "found": "BK7231T"}


def test_an_unknown_loader_is_treated_with_the_most_care() -> None:
    flash = bytearray(forged("BK7231T", "BK7231T 1.0.5"))
    flash[0x80:0x90] = bytes(16)  # another fingerprint, the same first bytes
    rig = Rig.of("t-1.0.5", bytes(flash), named_boot=True)
    client = rig.link()
    found = identify(client)
    assert found.chip.name == "BK7231T"
    assert found.boot_version == "BK7231S_1.0.5"
    assert "is new" in found.evidence[1]


def test_a_loader_of_nobody_is_not_supported() -> None:
    flash = bytearray(forged("BK7231U", "BK7231U/BK7252 1.0.15"))
    flash[0:256] = bytes(range(256))
    rig = Rig.of("u-1.0.15", bytes(flash), named_boot=True)
    with pytest.raises(UnknownBootCode) as caught:
        identify(rig.link())
    assert caught.value.exit_code == 4


@pytest.mark.parametrize("size", [0x10_0000, 0x20_0000, 0x40_0000])
def test_the_size_is_proven_by_wrapping(size: int) -> None:
    flash = (
        forge_flash(chip="BK7231U", size=size) if size >= 0x20_0000 else forged("BK7231U")[:size]
    )
    rig = Rig.of("u-1.0.15", flash)
    found = identify(rig.link())
    assert found.flash.size == size
    assert found.flash.size_proof is SizeProof.WRAP
    assert found.chip.name == ("BK7252" if size == 0x40_0000 else "BK7231U")


def test_a_blank_application_does_not_confuse_the_size() -> None:
    flash = bytearray(forged("BK7231T"))
    flash[0x11000:0x1E0000] = b"\xff" * (0x1E0000 - 0x11000)
    rig = Rig.of("t-1.0.5", bytes(flash))
    assert identify(rig.link()).flash.size == 0x20_0000


def test_a_blank_rom_chip_has_the_size_of_its_id() -> None:
    rig = Rig.of("n-rom", b"\xff" * 0x20_0000)
    found = identify(rig.link())
    assert found.chip.name == "BK7231N"
    assert found.boot is None
    assert found.mac is None
    assert found.flash.size_proof is SizeProof.JEDEC
    assert found.flash.id_valid


def test_the_key_decides_between_n_and_m() -> None:
    found = identify(Rig.of("m-rom", forged("BK7231N", "BK7231N 1.0.1")).link())
    assert found.chip_id == 0x7231C
    assert found.key.key_class is KeyClass.NONE
    assert found.chip.name == "BK7231M"


def test_noise_in_the_chip_id_is_not_believed() -> None:
    fault = LineFault(way=Way.FROM_CHIP, harm=Harm.FLIP, at=27, count=1)
    rig = Rig.of("n-rom", forged("BK7231N"), faults=FaultPlan(faults=(fault,)))
    assert identify(rig.link()).chip.name == "BK7231N"


def test_a_damaged_mac_is_read_again() -> None:
    for at in range(12_000, 22_000, 500):
        fault = LineFault(way=Way.FROM_CHIP, harm=Harm.FLIP, at=at, count=40)
        rig = Rig.of("t-1.0.5", forged("BK7231T"), faults=FaultPlan(faults=(fault,)))
        assert identify(rig.link()).mac == forged_mac("BK7231T").hex(":")


def test_a_t_is_not_asked_for_what_it_never_answers(monkeypatch):
    rig = Rig.of("t-1.0.5", forged("BK7231T"))
    client, sent = rig.link(), []
    write = rig.port.write
    monkeypatch.setattr(rig.port, "write", lambda data: (sent.append(data), write(data)))
    identity = identify(client)
    assert identity.chip.name == "BK7231T"
    assert cmd.ReadRegister(addr=CHIP_ID).encode() not in sent


_MIB16 = 0x100_0000


def _only_a_loader(flash: bytes) -> bytes:
    return flash[:0x1_1000].ljust(_MIB16, b"\xff")


def _a_foreign_half(flash: bytes) -> bytes:
    return flash.ljust(0x80_0000, b"\xff") + bytes(range(256)) * 0x8000


@pytest.mark.parametrize(
    ("who", "chip"),
    [
        ("t-1.0.5", "BK7231T"),
        ("t-1.0.4", "BK7231T"),
        ("q", "BK7231Q"),
        ("u-1.0.15", "BK7231U"),
        ("7252-1.0.15", "BK7252"),
    ],
)
@pytest.mark.parametrize(
    "filled",
    [
        lambda flash: flash.ljust(_MIB16, b"\xff"),
        lambda flash: flash.ljust(_MIB16, b"\0"),
        _only_a_loader,
        _a_foreign_half,
    ],
    ids=["blank", "zeros", "only a loader", "foreign half"],
)
def test_a_flash_that_is_larger_than_the_addresses_reach_is_refused_in_so_many_words(
    who, chip, filled
) -> None:
    """Behind 8 MiB lies no loader there: neither a smaller size nor a damaged wire is the cause."""
    rig = Rig.of(who, filled(forged(chip)), named_boot=True)
    with pytest.raises(UnknownBootCode) as caught:
        identify(rig.link())
    assert caught.value.code == "PS-LINK-UNSUPPORTED"
    assert "more than 8 MiB" in caught.value.message


def _part(size: int, *, told: int) -> SimPart:
    """A part of `size` bytes whose id tells another size."""
    return replace(
        part_of_size(size, rom_family=True), jedec=part_of_size(told, rom_family=True).jedec
    )


@pytest.mark.parametrize("more", [2, 4, 8])
def test_a_flash_that_may_be_larger_than_its_id_says_is_not_called_proven(more: int) -> None:
    flash = forged("BK7231N").ljust(more * 0x20_0000, b"\xff")
    rig = Rig.of("n-rom", flash, part=_part(len(flash), told=0x20_0000))
    found = identify(rig.link()).flash
    assert (found.size, found.size_proof) == (0x20_0000, SizeProof.NO_WRAP)


def test_a_content_that_stands_twice_in_it_says_nothing_of_its_size() -> None:
    rig = Rig.of("n-rom", forged("BK7231N") * 4, part=_part(0x80_0000, told=0x40_0000))
    assert identify(rig.link()).flash.size_proof is SizeProof.CONTRADICTED
    blank = b"\xff" * 0x80_0000
    rig = Rig.of("n-rom", blank, part=_part(0x80_0000, told=0x40_0000))
    assert identify(rig.link()).flash.size_proof is SizeProof.JEDEC
