"""From names and a flash file to a chip that can run: which personality, and what is odd."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.errors.own.sim import SimSetup
from plugsmith.messages import N_, _
from plugsmith.sim.chip.app_stage import AppUart
from plugsmith.sim.chip.chip import SimChip, SimSettings
from plugsmith.sim.chip.personality import (
    PERSONALITIES,
    Evidence,
    Family,
    SimBootCode,
    chip_name,
    chip_names,
    loader_on,
    personality,
    recognise_loader,
    rom_personality,
)
from plugsmith.sim.faults import FAULT_NAMES, FaultPlan
from plugsmith.sim.flash.flash_file import LARGEST, SMALLEST, FlashFile
from plugsmith.sim.flash.parts import SimPart, part_for, part_of_size
from plugsmith.sim.timing import DeviceTiming, WaitTimes

if TYPE_CHECKING:
    from pathlib import Path

_USUAL_SIZE = 0x20_0000
_USUAL_LATENCY_S = 0.001

_NO_LOADER = N_(
    "There is no boot loader for {chip} in this flash, so the chip stays silent, as a real one "
    "would. Name one with --boot to have it answer all the same."
)
_OTHER_LOADER = N_(
    "The boot loader in this flash is for {other}, which does not run on {chip}: the chip stays "
    "silent, as a real one would."
)
_CLAIMED = N_(
    "How the mask ROM of {chip} answers is known from other tools and related vendor source only; "
    "nobody has published a dump of it."
)
_PADDED = N_("The file is shorter than a flash: the rest is blank, and the file is not changed.")
_KEPT = N_("The file is not changed: what is written stays in memory only.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRequest:
    """What the user asks for; names are checked by `build_board`."""

    chip: str = ""
    flash: Path | None = None
    boot: str | None = None
    jedec: str | None = None
    size: int | None = None
    status: int | None = None
    paced: bool = False
    latency_s: float | None = None  # None: 1 ms on a paced wire, else none
    speed: float = 1.0
    patience: WaitTimes = field(default_factory=WaitTimes)
    uart: str = "silent"
    held: bool = True
    faults: tuple[str, ...] = ()
    seed: int = 0
    keep: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SimBoard:
    """A chip, the file behind its flash, and sentences about what the user should know."""

    chip: SimChip
    file: FlashFile | None
    boot: str
    notes: tuple[str, ...]


def build_board(request: BoardRequest, *, now: float, content: bytes | None = None) -> SimBoard:
    """Set everything up; SimSetup for unknown names, SimFlashUnusable for unusable files.

    Without a file the flash holds `content`, or is blank.
    """
    file = FlashFile(request.flash, keep=request.keep) if request.flash else None
    if file is not None:
        content = file.content
    elif content is None:
        content = b"\xff" * _size(request)
    who, notes = _choose(request, content)
    if file is not None and file.padded:
        notes.append(_(_PADDED))
    elif file is not None and file.read_only:
        notes.append(_(_KEPT))
    settings = SimSettings(
        paced=request.paced,
        latency_s=_latency(request),
        timing=DeviceTiming().scaled(request.speed),
        patience=request.patience,
        faults=_faults(request),
        part=_part(request, content, who),
        status=request.status,
        uart=_uart(request.uart),
        named_boot=request.boot is not None,
        silicon="" if who is not None else chip_name(request.chip) or "",
        held=request.held,
    )
    chip = SimChip(who, content, settings=settings, now=now)
    return SimBoard(chip=chip, file=file, boot=who.name if who else "silent", notes=tuple(notes))


def _latency(request: BoardRequest) -> float:
    if request.latency_s is None:
        return _USUAL_LATENCY_S if request.paced else 0.0
    return request.latency_s


def _size(request: BoardRequest) -> int:
    rom = rom_personality(chip_name(request.chip) or "")
    size = request.size or (rom.flash_size if rom is not None else _USUAL_SIZE)
    if size & (size - 1) or not SMALLEST <= size <= LARGEST:
        raise SimSetup(
            problem=_("size {size}", size=size), known=_("a power of two from 512k to 16M")
        )
    return size


def _choose(request: BoardRequest, content: bytes) -> tuple[SimBootCode | None, list[str]]:
    if request.boot is not None:
        named = personality(request.boot)
        if named is None:
            known = ", ".join(item.name for item in PERSONALITIES)
            raise SimSetup(
                problem=_("no boot code is called {name}", name=request.boot), known=known
            )
        return named, _evidence(named)
    loader = recognise_loader(content[:257])
    if not request.chip:
        if loader is None:
            raise SimSetup(
                problem=_("no chip is named and the flash holds no known boot loader"),
                known=", ".join(chip_names()),
            )
        return loader, _evidence(loader)
    chip = chip_name(request.chip)
    if chip is None:
        raise SimSetup(
            problem=_("no chip is called {name}", name=request.chip), known=", ".join(chip_names())
        )
    rom = rom_personality(chip)
    if rom is not None:
        return rom, _evidence(rom)
    if loader is None:
        return None, [_(_NO_LOADER, chip=chip.upper())]
    running = loader_on(chip, content[:257])
    if running is None:
        return None, [_(_OTHER_LOADER, chip=chip.upper(), other=loader.chip.upper())]
    return running, _evidence(running)


def _evidence(who: SimBootCode) -> list[str]:
    return [_(_CLAIMED, chip=who.chip.upper())] if who.evidence is Evidence.CLAIMED else []


def _part(request: BoardRequest, content: bytes, who: SimBootCode | None) -> SimPart:
    if request.jedec is None:
        rom = who is not None and who.family is Family.ROM
        return _checked(part_of_size(len(content), rom_family=rom), content)
    try:
        jedec = bytes.fromhex(request.jedec)
    except ValueError as problem:
        raise SimSetup(problem=f"id={request.jedec}", known=_("six hex digits")) from problem
    if len(jedec) != 3:
        raise SimSetup(problem=f"id={request.jedec}", known=_("six hex digits"))
    return _checked(part_for(jedec, size=len(content)), content)


def _checked(part: SimPart, content: bytes) -> SimPart:
    if part.size != len(content):
        problem = _(
            "part {name} has {size} bytes, the flash {length}",
            name=part.name,
            size=part.size,
            length=len(content),
        )
        raise SimSetup(problem=problem, known=_("an id whose size fits"))
    return part


def _faults(request: BoardRequest) -> FaultPlan:
    try:
        return FaultPlan.named(list(request.faults), request.seed)
    except KeyError as problem:
        raise SimSetup(
            problem=_("no fault is called {name}", name=str(problem)), known=", ".join(FAULT_NAMES)
        ) from problem


def _uart(name: str) -> AppUart:
    try:
        return AppUart(name)
    except ValueError as problem:
        raise SimSetup(
            problem=_("no application behaviour is called {name}", name=name),
            known=", ".join(AppUart),
        ) from problem
