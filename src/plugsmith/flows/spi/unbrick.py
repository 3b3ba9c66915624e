"""`unbrick`: the boot loader of a T, U or Q is put back over SPI; nothing else is changed.

A second run after a cut finds a boot loader that is not sound and does the same again; the job of
the first tells it how the flash part was protected.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from plugsmith.chips.model import Family
from plugsmith.errors import Cancelled, UsageError
from plugsmith.errors.flows import KeptChanged, VerifyFailed
from plugsmith.errors.safety import ChipMismatch
from plugsmith.flows.judged_file import JudgedFile
from plugsmith.flows.now import now_text
from plugsmith.flows.progress import task
from plugsmith.flows.spi.boot_loader import (
    Candidate,
    check_holds_loader,
    doubts_of,
    faults_of,
    find_loader,
    refuse_contradiction,
)
from plugsmith.flows.spi.results import UnbrickResult
from plugsmith.flows.spi.uart_look import answers, refuse_unless_silent
from plugsmith.flows.wire.connected import connected
from plugsmith.flows.wire.results import span_rows
from plugsmith.image.physical import LOADER_LEN
from plugsmith.library.home import check_output, write_whole
from plugsmith.library.jobs.store import JobHeader, JobKind
from plugsmith.link.spi_address import is_spi
from plugsmith.memory import BLOCK_LEN, SECTOR_LEN, AddressRange, merge_ranges
from plugsmith.messages import _

if TYPE_CHECKING:
    from pathlib import Path

    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.spi.device import SpiDevice
    from plugsmith.flows.spi.uart_look import Uart
    from plugsmith.flows.wire.connection import Device

LOADER = AddressRange(0, LOADER_LEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """What is asked for; `silent`: whatever loader is there was seen not to answer."""

    image: Path | None
    out: Path | None
    uart: Uart | None
    dry_run: bool
    silent: bool = False


class _Silent(Exception):
    """A sound boot loader of another chip than the named one was seen not to answer."""


def unbrick(
    ctx: FlowContext,
    *,
    image: Path | None = None,
    out: Path | None = None,
    uart: Uart | None = None,
    dry_run: bool = False,
) -> UnbrickResult:
    """Read everything, keep it, put a sound boot loader back if there is none, verify, look.

    A chip that is named against a sound loader of another one must be silent on `uart`. Raises
    NoBootCode, UnknownFlashPart, ChipMismatch, VerifyFailed, KeptChanged, errors of the link.
    """
    if not is_spi(ctx.port_name):
        raise UsageError(problem=_("unbrick works over SPI: give --port serprog://..."))
    if uart is not None and is_spi(uart.name):
        raise UsageError(problem=f"--uart: {_('it is an SPI adapter, and this needs a UART')}")
    if out is not None:
        check_output(out)
    if image is not None:
        check_holds_loader(image)
    todo = Todo(image=image, out=out, uart=uart, dry_run=dry_run)
    try:
        done = _over_spi(ctx, todo)
    except _Silent:  # the chip was reset for that
        done = _over_spi(ctx, replace(todo, silent=True))
    if uart is None or dry_run:
        return done
    try:
        return replace(done, answers=answers(ctx, uart, mac=done.mac))
    except Cancelled as stop:
        if done.written:
            state = _("All was written and verified. The UART was not looked at.")
        else:
            state = _("Nothing was changed on the device. The UART was not looked at.")
        raise Cancelled(state=state) from stop


def _over_spi(ctx: FlowContext, todo: Todo) -> UnbrickResult:
    with connected(ctx, repair=True) as device:
        return _put_back(ctx, cast("SpiDevice", device), todo)


def _prove_silent(
    ctx: FlowContext, device: SpiDevice, uart: Uart | None, mismatch: ChipMismatch
) -> None:
    """Return if the chip is silent on its UART; else the mismatch stands.

    A sound boot loader of another chip is a brick's, or the name is wrong: then it answers.
    """
    if uart is None:
        ctx.say(_("Is it silent on its UART? Name the port with --uart: that is looked at first."))
        raise mismatch
    ctx.say(_("Whether the boot loader that is there answers on the UART is looked at first."))
    refuse_unless_silent(ctx, device, uart, mismatch)


def _put_back(ctx: FlowContext, device: SpiDevice, todo: Todo) -> UnbrickResult:
    chip, image, out, dry_run = device.identity.chip, todo.image, todo.out, todo.dry_run
    if chip.family is not Family.LOADER:
        raise UsageError(
            problem=_(
                "the flash holds what a {chip} holds, which answers from a mask ROM and needs no "
                "unbrick; another chip with that image stays silent: name it, as --chip bk7231t",
                chip=chip.name,
            )
        )
    device.claim()
    content = _read_all(ctx, device)
    saved = ctx.library.rescued.keep(device.key(), 0, content)
    if not todo.silent:  # the second time it is the same
        if out is not None:
            write_whole(out, content)
        ctx.say(_("Everything that was in the flash is kept in {file}.", file=str(out or saved)))
        try:
            refuse_contradiction(content, chip=chip.name, named=ctx.chip is not None)
        except ChipMismatch as mismatch:
            _prove_silent(ctx, device, todo.uart, mismatch)
            raise _Silent from mismatch
    # with the chip named, a loader need not fit the application, which may be the one that is wrong
    rest = b"" if ctx.chip else content[LOADER.end :]
    broken = faults_of(content[: LOADER.end], rest, chip=chip.name)
    if image is not None and not broken:  # a sound one, but whose? the user named a better one
        broken = doubts_of(content[: LOADER.end], chip=chip.name)
    for text in broken:
        ctx.say(text)
    result = UnbrickResult(
        chip=chip.name,
        mac=device.mac(),
        backup=str(out or saved),
        broken=tuple(broken),
        other_problems=_other_problems(content),
        source=None,
        written=(),
        verified=not broken,
        answers=None,
    )
    if not broken:
        ctx.say(_("The boot loader is sound; nothing was changed."))
        if not dry_run:
            _settle(ctx, device)
        return result
    device.require_known_part()
    found = find_loader(ctx, device.key(), rest, image=image)
    ctx.say(_("The boot loader comes from {source}.", source=found.source))
    changing = [
        part for part in LOADER.split(SECTOR_LEN)
        if content[part.start : part.end] != found.data[part.start : part.end]
    ]  # fmt: skip
    if not dry_run:
        _write(ctx, device, found, changing, content)
    return replace(
        result,
        source=str(found.file),
        written=span_rows(merge_ranges(changing)),
        verified=not dry_run,
    )


def _read_all(ctx: FlowContext, device: Device) -> bytes:
    data = bytearray()

    def read() -> None:
        for block in device.flash.blocks(AddressRange(len(data), device.size)):
            data.extend(block.data)
            meter.advance(len(block.span))
            ctx.cancel.check()

    with task("backup", _("Reading"), total=device.size, clock=ctx.clock, sink=ctx.sink) as meter:
        device.resume_on_relink(read, left=lambda: device.size - len(data))
    return bytes(data)


def _other_problems(content: bytes) -> tuple[str, ...]:
    """What else the judge of files says: it is told, and not touched."""
    found = JudgedFile(name="", data=content).image
    return tuple(item.text for item in found.problems if (item.at or 0) >= LOADER.end)


def _write(
    ctx: FlowContext,
    device: SpiDevice,
    found: Candidate,
    todo: list[AddressRange],
    content: bytes,
) -> None:
    device.known.learn(content, changing=[part.start for part in LOADER.split(SECTOR_LEN)])
    device.allow(LOADER)
    left = list(todo)

    def write() -> None:
        device.flash.prepare_writes(LOADER)
        while left:
            ctx.cancel.check()
            part = left[0]
            device.flash.rewrite(part.start, found.data[part.start : part.end])
            left.pop(0)
            meter.advance(len(part))

    total = sum(map(len, todo))
    device.job = job = ctx.library.jobs.start(_job(ctx, device, found))
    try:
        with task("write", _("Writing"), total=total, clock=ctx.clock, sink=ctx.sink) as meter:
            device.resume_on_relink(write, left=lambda: len(left))
        _verify(ctx, device, found, content)
        device.resume_on_relink(device.flash_restore_protection, left=lambda: 0)
    except BaseException:
        job.close()
        raise
    finally:
        device.job = None
    job.finish()
    _settle(ctx, device)


def _job(ctx: FlowContext, device: Device, found: Candidate) -> JobHeader:
    return JobHeader(
        kind=JobKind.WRITE,
        device=device.key(),
        port=ctx.port_name,
        adapter=device.port.info.adapter,
        subject=found.source,
        command=ctx.again,
        started=now_text(ctx.clock),
    )


def _settle(ctx: FlowContext, device: SpiDevice) -> None:
    """Put back a protection that a run of this verb lifted, and forget those runs."""
    for state in device.lifted():
        if state.protection is not None:
            device.put_back_protection(state.protection)
        ctx.library.jobs.forget(state)


def _verify(ctx: FlowContext, device: Device, found: Candidate, content: bytes) -> None:
    """The loader is the one that was chosen, and everything else is as it was."""
    wanted = found.data + content[LOADER.end :]
    spans = [*LOADER.split(SECTOR_LEN), *AddressRange(LOADER.end, len(content)).split(BLOCK_LEN)]
    checks = [(span, zlib.crc32(wanted[span.start : span.end])) for span in spans]
    wrong = device.differing(checks)
    kept = [span for span in wrong if span.start >= LOADER.end]
    if kept:
        raise KeptChanged(
            ranges=", ".join(map(str, kept)),
            remedy=_("Put it back from the copy that was kept, over SPI, with `plugsmith write`."),
        )
    if wrong:
        raise VerifyFailed(ranges=", ".join(map(str, wrong)), rounds=1, resume=ctx.again)
