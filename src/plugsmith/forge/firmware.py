"""Forged boot loaders, applications and OpenBeken images.

They have the frame of real ones - line CRC16s, scrambling, FAL table, RBL headers, vectors, names,
first bytes and fingerprint - so that every check of Plugsmith and of other tools judges them as it
would judge real ones. What they execute, vendor applications too, is in arm_code.py: enough to be
seen to start on their chip and to fail on one without its memory; the rest of their code is noise.
No vendor byte is in them beyond the facts that uart-protocol.md sections 5.3 and 7 publish.
"""

from __future__ import annotations

import hashlib
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import boot_codes, chip
from plugsmith.chips.model import Family, KeyClass
from plugsmith.errors import Defect, UsageError
from plugsmith.forge.arm_code import (
    STACK_IN_TCM,
    STACK_TOP_OF_RAM,
    branch,
    branch_target,
    printing_program,
)
from plugsmith.forge.layout import AppFrame, app_frame
from plugsmith.forge.solve import solve_affine
from plugsmith.image.crc import build_lines
from plugsmith.image.physical import (
    APP_LOGICAL_START,
    APP_START,
    LINE_LEN,
    LOADER_LEN,
)
from plugsmith.image.rbl import TRAILER_LEN, header_for
from plugsmith.image.scramble import PLAIN_KEY, TUYA_KEY, ScrambleKey, scramble
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.chips.model import BootCode, Chip, Fingerprint

NOTICE = b"Forged by Plugsmith for tests and practice: not vendor code, does nothing.\0"
FORGED_TIME = 1_700_000_000  # in every forged header: forging is repeatable
DEFAULT_APP_LEN = 0x6_0000
_VECTOR = bytes.fromhex("14f09fe5")  # ldr pc, [pc, #20]
_RESET_VECTOR = bytes.fromhex("0e0000ea")
_RESET_VECTOR_Q = bytes.fromhex("180000ea")
_KEY_AT = 0x48
_MARKER_AT = 0x100  # logical; physical 0x110
_NOTICE_AT = 0x200
_START_TEXTS = {
    "openbeken": "forged application\r\n"
    "Info:MAIN:Main_Init_Before_Delay done\r\n"
    "Info:MAIN:Main_Init_After_Delay done\r\n",
    "tuya": "forged application\r\n[01-01 00:00:01 TUYA Notice][forged] started\r\n",
}
_DETOUR = (0x40, 0x400)  # a loader that starts where its key lies goes on at the second
_FREE = (*range(0x20, 0x40), 242)  # logical; the last is physical byte 256, for 257-byte prints
_PRINT_LINES = 9 * LINE_LEN


@lru_cache(maxsize=16)
def forge_loader(boot_code_name: str) -> bytes:
    """The 0x11000 physical bytes of a boot loader that is told apart as `boot_code_name`.

    The name is the catalogue's ("BK7231T 1.0.5") or short ("t-1.0.5", "q", "7238").
    """
    code = find_boot_code(boot_code_name)
    owner = chip(code.chip)
    frame = app_frame(owner.name)
    raw_size = code.rbl_raw_size or frame.loader_raw_size
    table = frame.partition_table.encode()
    table_at = code.partition_table or raw_size - len(table)

    plain = bytearray(_noise(f"loader {code.name}", raw_size))
    plain[0:4], plain[4:32] = _RESET_VECTOR, _VECTOR * 7
    key = code_key(owner)
    if not key.plain:
        plain[_KEY_AT : _KEY_AT + 16] = key.to_bytes()
    _place(plain, _NOTICE_AT, NOTICE + (code.version_text or code.name).encode() + b"\0")
    if code.loader_head is not None:
        head = scramble(code.loader_head, key, start=0)
        plain[: len(head)] = head
    _place_start(plain, owner, banner=code.version_text or code.name)
    stored = bytearray(scramble(bytes(plain), key, start=0))
    if owner.marker is not None:
        _place(stored, _MARKER_AT, owner.marker)
    _place(stored, table_at, table)
    _solve_fingerprint(stored, code)

    trailer = header_for(
        bytes(stored),
        partition="bootloader",
        version=code.rbl_version or frame.rbl_version,
        time=FORGED_TIME,
    ).trailer()
    flash = bytearray(build_lines(bytes(stored)).ljust(LOADER_LEN, b"\xff"))
    _place(flash, code.rbl_offset or LOADER_LEN - TRAILER_LEN, trailer)
    return bytes(flash)


@lru_cache(maxsize=32)
def forge_app(
    chip_name: str,
    *,
    firmware: str = "openbeken",
    version: str = "1.18.300",
    code_len: int = DEFAULT_APP_LEN,
) -> bytes:
    """An application as it lies in flash from 0x11000 on: stored lines, scrambled for the chip.

    `firmware` is "openbeken" or "tuya". Such bytes are what the field calls a UA file.
    """
    return build_lines(app_code(chip_name, firmware=firmware, version=version, length=code_len))


@lru_cache(maxsize=16)
def forge_app_partition(
    chip_name: str,
    *,
    firmware: str = "openbeken",
    version: str = "1.18.300",
    code_len: int = DEFAULT_APP_LEN,
) -> bytes:
    """The whole application partition: code, erased rest, RBL trailer at its end."""
    frame = app_frame(chip_name)
    return _partition(chip_name, firmware, version, code_len, frame=frame, end=frame.app_end)


@lru_cache(maxsize=8)
def forge_openbeken_qio(
    chip_name: str, version: str = "1.18.300", *, code_len: int = DEFAULT_APP_LEN
) -> bytes:
    """A full OpenBeken image (boot loader and application) of the chip's usual size."""
    frame = app_frame(chip_name)
    loader = forge_loader(default_boot_code(chip_name))
    app = _partition(chip_name, "openbeken", version, code_len, frame=frame, end=frame.qio_end)
    return loader + app


def find_boot_code(name: str) -> BootCode:
    """The boot code called `name` in full or in short; raises UsageError."""
    for item in boot_codes():
        short = item.chip.casefold().removeprefix("bk7231")
        short = short.removeprefix("bk")
        if name.casefold() in {item.name.casefold(), f"{short}-{item.version}"}:
            return item
    for item in boot_codes():
        if name.casefold() in {item.chip.casefold(), item.chip.casefold()[-len(name) :]}:
            return find_boot_code(default_boot_code(item.chip))
    known = ", ".join(item.name for item in boot_codes())
    raise UsageError(
        problem=_("there is no boot code {name}; known are {known}", name=name, known=known)
    )


def default_boot_code(chip_name: str) -> str:
    """Full name of the boot code that is usual on the chip, of those whose frame is known."""
    wanted = chip(chip_name).name
    any_of = [item for item in boot_codes() if wanted in item.chips]
    best = max(any_of, key=lambda item: item.rbl_raw_size is not None, default=None)
    if best is None:
        raise UsageError(problem=_("no boot code of {chip} is known", chip=wanted))
    return best.name


def code_key(owner: Chip) -> ScrambleKey:
    """The code key that a chip of this kind has in its eFuse."""
    return TUYA_KEY if owner.expects_key is KeyClass.TUYA else PLAIN_KEY


def stack_of(owner: Chip) -> int:
    """A stack in memory that chips of the other family do not have."""
    return STACK_IN_TCM if owner.family is Family.ROM else STACK_TOP_OF_RAM


def _place_start(plain: bytearray, owner: Chip, *, banner: str) -> None:
    """Put the loader's program where its reset vector goes."""
    entry = branch_target(plain[:4], at=0)
    if entry == _DETOUR[0]:
        _place(plain, entry, branch(*_DETOUR))
        entry = _DETOUR[1]
    text = f"\r\nV:{banner}\r\nforged boot loader\r\nJ 0x10000\r\n"
    program = printing_program(text, at=entry, stack=stack_of(owner), then=APP_LOGICAL_START)
    _place(plain, entry, program)


def _partition(
    chip_name: str, firmware: str, version: str, code_len: int, *, frame: AppFrame, end: int
) -> bytes:
    code = app_code(chip_name, firmware=firmware, version=version, length=code_len)
    flash = bytearray(build_lines(code).ljust(end - APP_START, b"\xff"))
    header = header_for(code, partition="app", version=frame.rbl_version, time=FORGED_TIME)
    _place(flash, len(flash) - TRAILER_LEN, header.trailer())
    return bytes(flash)


def app_code(chip_name: str, *, firmware: str, version: str, length: int) -> bytes:
    """The scrambled code bytes, without line CRC16s."""
    owner = chip(chip_name)
    frame = app_frame(owner.name)
    plain = bytearray(_noise(f"{firmware} {owner.name} {version}", length))
    plain[0:4] = _RESET_VECTOR_Q if frame.q_vectors and firmware == "tuya" else _RESET_VECTOR
    plain[4:32] = _VECTOR * 7
    if firmware == "openbeken":
        name = frame.openbeken_name
        texts = [f"{name}_{version}", name, "OpenBK7231T_App"]
    else:
        texts = [*frame.tuya_names, version, "tuya_iot_wf_forged"]
    entry = branch_target(plain[:4], at=0)
    text, at = _START_TEXTS[firmware], APP_LOGICAL_START + entry
    _place(plain, entry, printing_program(text, at=at, stack=stack_of(owner)))
    _place(plain, _NOTICE_AT, NOTICE + "\0".join([*texts, ""]).encode())
    return scramble(bytes(plain), code_key(owner), start=APP_LOGICAL_START)


def _solve_fingerprint(stored: bytearray, code: BootCode) -> None:
    """Set the free bytes so that the CRC-32 of the first physical bytes is the published one."""
    prints = code.fingerprints
    if not prints:
        return

    def fingerprints(free: bytes) -> int:
        lines = bytearray(stored[:_PRINT_LINES])
        for at, value in zip(_FREE, free, strict=True):
            lines[at] = value
        return _pack_crcs(build_lines(bytes(lines)), prints)

    wanted = sum(item.crc32 << 32 * at for at, item in enumerate(prints))
    free = solve_affine(fingerprints, free_len=len(_FREE), wanted=wanted)
    if free is None:
        raise Defect(kind="NoSolution", where=f"forge_loader({code.name})")
    for at, value in zip(_FREE, free, strict=True):
        stored[at] = value


def _pack_crcs(flash: bytes, prints: tuple[Fingerprint, ...]) -> int:
    return sum(zlib.crc32(flash[: item.covers]) << 32 * at for at, item in enumerate(prints))


def _noise(seed: str, length: int) -> bytes:
    return hashlib.shake_256(f"plugsmith forge: {seed}".encode()).digest(length)


def _place(target: bytearray, at: int, data: bytes) -> None:
    target[at : at + len(data)] = data
