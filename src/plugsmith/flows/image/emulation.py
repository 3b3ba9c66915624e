"""Run a firmware in the CPU emulator: does it boot, and what does it do with its pins?"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chip as find_chip
from plugsmith.emu.board import BOARDS
from plugsmith.emu.job import EmuLimits
from plugsmith.emu.runner import check_board, run_boot
from plugsmith.errors.own.emulator import NotBootable
from plugsmith.events import TaskBegin, TaskEnd
from plugsmith.flows.file_kind import WITH_CODE
from plugsmith.flows.image.file import tell_problems
from plugsmith.flows.image.results import BootResult, EmulatedPin, GpioResult
from plugsmith.flows.judged_file import worked_on
from plugsmith.image.assemble import ConvertInput, pieces
from plugsmith.image.model import ImageKind
from plugsmith.image.physical import LOADER_LEN
from plugsmith.messages import _
from plugsmith.secrets import redact

if TYPE_CHECKING:
    from plugsmith.emu.job import PinUse, RunAnswer
    from plugsmith.events import EventSink

FLASH_LEN = 0x20_0000
_LOG_SHOWN = 6000  # characters of the log's end that a result carries
_PIN_INSTRUCTIONS = 250_000_000  # vendor firmware sets its pins up within 30 M (seen)
_BOOTABLE = {
    ImageKind.QIO,
    ImageKind.APP,
    ImageKind.FULL_DUMP,
    ImageKind.FLASH_START,
    ImageKind.UF2,
}
# Set up by every boot code before the application has a say; not the application's doing.
_LOADER_PINS = frozenset({0, 1, 10, 11, 12, 13})


@dataclass(frozen=True, slots=True, kw_only=True)
class BootRequest:
    """The file to run, the flash it would be written to, and the chip if the user names one."""

    source: ConvertInput
    base: ConvertInput | None = None
    chip: str | None = None
    wall_s: float = 30.0


def unrotated(source: ConvertInput) -> bytes:
    """The bytes of a dump in flash order."""
    start = source.image.rotation
    return source.data[-start:] + source.data[:-start] if start else source.data


def choose_chip(request: BootRequest) -> str:
    """The chip to emulate: named, or the one that the dump or the image is for.

    Raises NotBootable where the content leaves it open.
    """
    if request.chip:
        return find_chip(request.chip).name
    for source in (request.base, request.source):
        known = [name for name in source.image.chips if name in BOARDS] if source else []
        if known:
            return known[0]
    raise NotBootable(
        name=request.source.name,
        problem=_("its content does not say for which chip it is"),
        remedy=_("Name the chip with --chip."),
    )


def flash_to_boot(request: BootRequest, *, chip: str) -> bytes:
    """The flash as it would be after the write: on T, U and Q the boot loader stays the old one."""
    image = request.source.image
    if image.kind not in _BOOTABLE:
        raise NotBootable(
            name=request.source.name,
            problem=_("a file of the kind {kind} is not run from flash as it is", kind=image.kind),
            remedy=_("Convert it with `plugsmith image convert --to app` first."),
        )
    flash = bytearray(b"\xff" * FLASH_LEN)
    if request.base is not None:
        stock = unrotated(request.base)[:FLASH_LEN]
        flash[: len(stock)] = stock
    elif image.kind is ImageKind.QIO:
        own = unrotated(request.source)[:LOADER_LEN]  # with nothing else there, its own loader
        flash[: len(own)] = own
    protected = find_chip(chip).protected_until if request.base is not None else 0
    whole = image.kind in {ImageKind.FULL_DUMP, ImageKind.FLASH_START}
    parts = [(0, unrotated(request.source))] if whole else pieces(request.source)
    for start, data in parts:
        skip = max(0, protected - start)
        if skip < len(data):
            flash[start + skip : start + len(data)] = data[skip:]
    if flash[:LOADER_LEN].count(0xFF) == LOADER_LEN:
        raise NotBootable(
            name=request.source.name,
            problem=_("it has no boot loader"),
            remedy=_("Give your own backup with --dump: its boot loader starts the application."),
        )
    return bytes(flash[:FLASH_LEN])


def boot_image(request: BootRequest, sink: EventSink) -> BootResult:
    """The result of `image boot`. Raises EmulatorMissing, NoBoard, NotBootable, EmulatorFailed."""
    with worked_on(request.source.data, takes=WITH_CODE):
        chip = choose_chip(request)
        check_board(chip)
        flash = flash_to_boot(request, chip=chip)
    hint = _("Do not write this file, whatever the emulator says of it.")
    problems = tell_problems(request.source, sink, hint=hint)
    answer = run_emulated(flash, chip, sink, limits=EmuLimits(wall_s=request.wall_s))
    return BootResult(
        chip=chip,
        boots=answer["boots"],
        reached=answer["reached"],
        firmware=answer["firmware"],
        instructions=answer["instructions"],
        seconds=round(answer["wall_s"], 2),
        emulated_seconds=round(answer["emulated_s"], 3),
        resets=answer["resets"],
        faults=tuple(answer["faults"]),
        meaning=boot_sentence(answer, chip, whole=not problems),
        log=redact(answer["log"][-_LOG_SHOWN:]),
    )


def boot_sentence(answer: RunAnswer, chip: str, *, whole: bool = True) -> str:
    """What the verdict means, for people; `whole` False: a check on the file failed."""
    where = answer["faults"][0] if answer["faults"] else ""
    match answer["reached"]:
        case "reset loop" if answer["boots"] is None:
            return _(
                "Unknown: the application starts and then resets itself, which can be due to radio "
                "and analogue parts that the emulator only imitates."
            )
        case "application log" if not whole:
            return _(
                "{firmware} ran to the end of its start, but the file is damaged or incomplete: "
                "what was not run here may fail.",
                firmware=answer["firmware"] or "",
            )
        case "application log":
            return _(
                "It boots: {firmware} ran to the end of its start. Radio and analogue parts are "
                "only imitated, so this is strong evidence, not a guarantee.",
                firmware=answer["firmware"] or "",
            )
        case "reset loop":
            return _(
                "It does not boot on a {chip}: it resets again and again ({where}).",
                chip=chip,
                where=where or _("watchdog"),
            )
        case "fault":
            return _("It does not boot on a {chip}: {where}.", chip=chip, where=where)
        case _:
            return _(
                "Unknown: it neither failed nor reached a text that ends its start "
                "(it came as far as: {reached}).",
                reached=answer["reached"],
            )


def gpio_table(
    source: ConvertInput, sink: EventSink, *, chip: str | None = None, wall_s: float = 30.0
) -> GpioResult:
    """The result of `dump gpio`: the pins that a firmware sets up while it runs.

    A pin that is not listed is unknown, not unused.
    """
    request = BootRequest(source=source, chip=chip, wall_s=wall_s)
    with worked_on(source.data, takes=WITH_CODE):
        name = choose_chip(request)
    answer = trace_pins(request, name, sink)
    pins = [use for use in answer["pins"] if not is_loaders(use)]
    return GpioResult(
        chip=name,
        reached=answer["reached"],
        instructions=answer["instructions"],
        seconds=round(answer["wall_s"], 2),
        pins=tuple(_emulated_pin(use) for use in pins),
        complete=False,
        meaning=_gpio_sentence(pins, answer),
    )


def trace_pins(request: BootRequest, chip: str, sink: EventSink) -> RunAnswer:
    """Run a firmware until its pins have settled. Raises as `boot_image`."""
    check_board(chip)
    return run_emulated(
        flash_to_boot(request, chip=chip),
        chip,
        sink,
        limits=EmuLimits(wall_s=request.wall_s, instructions=_PIN_INSTRUCTIONS),
        pins=True,
    )


def is_loaders(use: PinUse) -> bool:
    """Whether nobody but the boot loader set this pin up."""
    return use["gpio"] in _LOADER_PINS and set(use["modes"]) <= {"function"}


def _emulated_pin(use: PinUse) -> EmulatedPin:
    return EmulatedPin(
        gpio=use["gpio"],
        modes=tuple(use["modes"]),
        pwm=use["pwm"],
        levels=tuple(use["levels"]),
        first_s=round(use["first_s"], 4),
    )


def _gpio_sentence(pins: list[PinUse], answer: RunAnswer) -> str:
    if answer["polled"] is not None:
        return _(
            "The firmware set up {count} {count:pin|pins} and then waited for the register "
            "0x{addr:X}, which the emulator does not answer. A pin that is not listed is unknown, "
            "not unused.",
            count=len(pins),
            addr=answer["polled"],
        )
    if not pins:
        return _(
            "The firmware did not get as far as setting up its pins in the emulator "
            "(it came as far as: {reached}).",
            reached=answer["reached"],
        )
    return _(
        "The firmware set up {count} {count:pin|pins} before it had to stop. "
        "A pin that is not listed is unknown, not unused.",
        count=len(pins),
    )


def run_emulated(
    flash: bytes,
    chip: str,
    sink: EventSink,
    *,
    limits: EmuLimits | None = None,
    pins: bool = False,
) -> RunAnswer:
    """Execute a whole flash and tell the listener; `pins` lets a booted one run on."""
    title = _("Running the image on an emulated {chip}", chip=chip)
    sink.emit(TaskBegin(task="emulate", title=title, total=None, unit="instructions"))
    start_s = time.monotonic()
    ok = False
    try:
        answer = run_boot(flash, chip=chip, limits=limits, pins=pins)
        ok = True
    finally:
        sink.emit(TaskEnd(task="emulate", ok=ok, seconds=time.monotonic() - start_s))
    return answer
