"""Boot code personalities: what each one accepts, refuses and does, with how well that is known."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from enum import StrEnum


class Family(StrEnum):
    """Who answers on UART1 (uart-protocol.md 0.3)."""

    LOADER = "loader"  # the boot loader in flash
    ROM = "rom"  # 16 KiB of mask ROM


class Evidence(StrEnum):
    """How the behaviour is known."""

    OBSERVED = "observed on executed vendor boot code"
    CLAIMED = "claimed by other tools and related vendor source"


TUYA_KEY = (0x510F_B093, 0xA3CB_EADC, 0x5993_A17E, 0xC7AD_EB03)  # uart-protocol.md 5.2
NO_KEY = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimBootCode:
    """One boot code on its chip. Sources: uart-protocol.md 2.5, 2.6, 5.1, chip-emulation.md 5."""

    name: str
    chip: str
    family: Family
    evidence: Evidence
    chip_id: int
    device_id: int
    key: tuple[int, int, int, int] = NO_KEY
    version: bytes = b""  # answer to command 0x11; empty: the command does not exist
    banner: str = ""
    guard: int = 0  # read, erase and Write below it are refused
    write4k_guard: int = 0
    or_protect: bool = False  # the protect write ORs into the old field: a CRC blocks until reset
    skip_beyond_size: bool = False  # erase and write at or above the size do nothing, status 0
    noise_kills_boot: bool = False  # a byte in the window without LinkCheck ends in a reset
    app_has_tcm: bool = False  # applications use the 64 KiB at 0x3F0000
    reads_marker: bool = False  # window length from physical 0x110
    flash_size: int = 0x20_0000  # of a board without a file


_T_105 = SimBootCode(
    name="t-1.0.5",
    chip="bk7231t",
    family=Family.LOADER,
    evidence=Evidence.OBSERVED,
    chip_id=0x7231A,
    device_id=0x1852_0001,
    key=TUYA_KEY,
    version=b"BK7231S_1.0.5",
    banner="V:BK7231S_1.0.5",
    guard=0x1_0000,
    write4k_guard=0x20E0,
    noise_kills_boot=True,
)
_U_1015 = SimBootCode(
    name="u-1.0.15",
    chip="bk7231u",
    family=Family.LOADER,
    evidence=Evidence.OBSERVED,
    chip_id=0x7221A,
    device_id=0x1822_1020,
    banner="V:BK7231_2M_1.0.15",
    guard=0x2000,
    write4k_guard=0x2000,
    skip_beyond_size=True,
)
_N_ROM = SimBootCode(
    name="n-rom",
    chip="bk7231n",
    family=Family.ROM,
    evidence=Evidence.CLAIMED,
    chip_id=0x7231C,
    device_id=0x2052_0001,
    key=TUYA_KEY,
    banner="V:BK7231N_1.0.1",
    app_has_tcm=True,
    reads_marker=True,
)

PERSONALITIES: tuple[SimBootCode, ...] = (
    _T_105,
    replace(_T_105, name="t-1.0.6", version=b"BK7231S_1.0.6", banner="V:BK7231S_1.0.6"),
    replace(
        _T_105,
        name="t-1.0.4",
        version=b"BK7231S_1.0.4",
        banner="V:BK7231S_1.0.4",
        or_protect=True,
        noise_kills_boot=False,
    ),
    replace(
        _T_105,
        name="q",
        chip="bk7231q",
        chip_id=0x7231,
        key=NO_KEY,
        version=b"",
        banner="V:BK7231_1.0",
        or_protect=True,
        noise_kills_boot=False,
    ),
    _U_1015,
    replace(
        _U_1015, name="7252-1.0.15", chip="bk7252", chip_id=0x7252, banner="V:BK7252_2M_1.0.15"
    ),
    _N_ROM,
    replace(_N_ROM, name="m-rom", chip="bk7231m", key=NO_KEY),
    replace(
        _N_ROM,
        name="7238-rom",
        chip="bk7238",
        chip_id=0x7238,
        device_id=0x2112_0001,
        key=NO_KEY,
        banner="V:BK7238_1.0.14",
    ),
    replace(
        _N_ROM,
        name="7252n-rom",
        chip="bk7252n",
        chip_id=0x7252A,
        device_id=0x23A1_0001,
        key=NO_KEY,
        banner="V:BK7252N_1.0.14",
    ),
    *(
        replace(
            _N_ROM,
            name=f"{chip.removeprefix('bk')}-rom",
            chip=chip,
            chip_id=0x7236,
            key=NO_KEY,
            banner="",
            app_has_tcm=False,
            reads_marker=False,
            flash_size=size,
        )
        for chip, size in (("bk7236", 0x40_0000), ("bk7258", 0x80_0000), ("bk7239n", 0x40_0000))
    ),
)

# zlib CRC-32 of the first 257 or 256 physical bytes (uart-protocol.md 5.3); 257 first, because two
# chips share their first 256
_FINGERPRINTS: tuple[tuple[int, int, str], ...] = (
    (257, 0xE14191BA, "n-rom"),
    (257, 0xF42F8C32, "7238-rom"),
    (257, 0x6BEB0924, "7238-rom"),
    (257, 0x6C86CD3D, "7252n-rom"),
    (257, 0x8E4E6CDB, "m-rom"),
    (257, 0x698E014A, "m-rom"),  # BL2028N: same silicon, plain
    (256, 0x4063D299, "n-rom"),
    (256, 0x8F32A0EC, "7238-rom"),
    (256, 0xFFE952FB, "m-rom"),
    (256, 0xC1ECA871, "t-1.0.4"),  # T 1.0.1: nearest executed relative
    (256, 0x4B31E44D, "t-1.0.4"),
    (256, 0xBA54C1B8, "t-1.0.5"),
    (256, 0xE5CBC953, "t-1.0.6"),
    (256, 0xF0231EF6, "q"),
    (256, 0xFF5A3EAC, "q"),
    (256, 0x42C221EA, "q"),
    (256, 0x2739019F, "u-1.0.15"),
    (256, 0x8BCEC3B4, "u-1.0.15"),
    (256, 0x39F9B50C, "7252-1.0.15"),
    (256, 0xE3A27C26, "7252-1.0.15"),
)

_SHARED_LOADER = {"bk7252": "bk7231u", "bk7231u": "bk7252"}  # one loader on either silicon

_ALIASES = {
    "t": "bk7231t", "n": "bk7231n", "m": "bk7231m", "u": "bk7231u", "q": "bk7231q",
    "7238": "bk7238", "t1": "bk7238", "7252": "bk7252", "7252n": "bk7252n",
    "7236": "bk7236", "t3": "bk7236", "7258": "bk7258", "t5": "bk7258", "7239n": "bk7239n",
    "wb2s": "bk7231t", "wb3s": "bk7231t", "cb2s": "bk7231n", "cb3s": "bk7231n", "cbu": "bk7231n",
}  # fmt: skip


def personality(name: str) -> SimBootCode | None:
    """The personality called `name`."""
    for item in PERSONALITIES:
        if item.name == name.lower():
            return item
    return None


def chip_names() -> list[str]:
    """Chips that can be simulated."""
    return list(dict.fromkeys(item.chip for item in PERSONALITIES))


def chip_name(text: str) -> str | None:
    """The chip meant by `text` ("T", "BK7231T", "wb2s"), or None."""
    wanted = text.lower()
    wanted = _ALIASES.get(wanted, wanted)
    return wanted if wanted in chip_names() else None


def rom_personality(chip: str) -> SimBootCode | None:
    """The mask ROM of `chip`; None for chips whose boot code lies in flash."""
    for item in PERSONALITIES:
        if item.chip == chip and item.family is Family.ROM:
            return item
    return None


def recognise_loader(head: bytes) -> SimBootCode | None:
    """The personality whose boot loader starts with `head` (at least 257 bytes)."""
    for covers, crc, name in _FINGERPRINTS:
        if zlib.crc32(head[:covers]) == crc:
            return personality(name)
    return None


def loader_on(chip: str, head: bytes) -> SimBootCode | None:
    """The boot loader that starts with `head`, as it runs on `chip`; None if it does not there.

    A loader that two chips share says nothing about the silicon below it.
    """
    found = recognise_loader(head)
    if found is None or found.chip == chip:
        return found
    if _SHARED_LOADER.get(chip) != found.chip:
        return None
    silicon = next(item for item in PERSONALITIES if item.chip == chip)
    return replace(found, name=silicon.name, chip=chip, chip_id=silicon.chip_id)
