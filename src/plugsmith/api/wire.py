"""The verbs for a chip on the wires that change nothing: requests and runners."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.api.chip import (
    ChipRequest,
    ListenRequest,
    counted,
    flow_context,
    port_of,
    refuse_ask,
    refuse_with_via,
)
from plugsmith.api.options import Panel, any_chip, argument, new_file, option, request, via_program
from plugsmith.api.places import REGION, bytes_of, skip_in, span_in, where
from plugsmith.errors import UsageError
from plugsmith.memory import AddressRange, parse_size
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from plugsmith.api.session import Session
    from plugsmith.flows.bridge.results import ViaBackupResult
    from plugsmith.flows.spi.results import UnbrickResult
    from plugsmith.flows.wire.results import (
        BackupResult,
        DoctorResult,
        InfoResult,
        ReadResult,
        ResetResult,
        VerifyResult,
    )
    from plugsmith.interpret.module_label import Named


@request
class DoctorRequest(ListenRequest):
    """The module whose wiring is drawn, by its name."""

    module: str | None = option(
        default=None, metavar="NAME", help=N_("Draw the wiring of this module: WB2S.")
    )


@request
class BackupRequest(ChipRequest):
    """Where the backup goes (None: into the library), and whether an interrupted one goes on."""

    output: Path | None = new_file()
    resume: bool = option(default=False, help=N_("Go on with an interrupted backup."))
    via: str | None = via_program(
        help=N_("Another maker's chip: this installed program reads it, twice. Needs -o.")
    )
    chip: str | None = any_chip()


@request
class SpanRequest(ChipRequest):
    """A range of a memory of the chip; sizes as text: 4096, 0x1000, 64k, 2M, all."""

    start: str = option(
        default="0",
        metavar="ADDRESS",
        judge="address",
        help=N_("First address: 4096, 0x1000, 64k."),
    )
    length: str | None = option(
        default=None,
        metavar="SIZE",
        judge="amount",
        help=N_("How much: 4096, 0x1000, 64k, 2M, all."),
    )


SKIP = N_(
    "Leave out so many bytes at the start of the file: for a part of a whole flash the same as "
    "--start."
)


@request
class ReadRequest(SpanRequest):
    """Where the bytes go, and which memory they come from."""

    file: Path | None = argument(
        default=None, metavar="FILE", judge="new-file", help=N_("The file to write; or use -o.")
    )
    output: Path | None = new_file()
    start: str = option(
        default="0",
        metavar="ADDRESS",
        judge="address",
        help=N_("First address: 4096, 0x1000, 64k."),
    )
    length: str | None = option(
        default=None,
        metavar="SIZE",
        judge="amount",
        help=N_("How much: 4096, 0x1000, 64k, 2M, all."),
    )
    region: str | None = option(default=None, metavar="NAME", help=REGION)
    space: str = option(
        default="flash",
        metavar="MEMORY",
        choices=("flash", "rom", "efuse", "otp"),
        help=N_("What to read: flash, rom, efuse or otp."),
    )


@request
class VerifyRequest(SpanRequest):
    """What the flash is compared with, and from which address on."""

    file: Path = argument(metavar="FILE", help=N_("The file."))
    start: str = option(
        default="0",
        metavar="ADDRESS",
        judge="address",
        help=N_("First address: 4096, 0x1000, 64k."),
    )
    length: str | None = option(
        default=None,
        metavar="SIZE",
        judge="amount",
        help=N_("How much: 4096, 0x1000, 64k, 2M, all."),
    )
    region: str | None = option(default=None, metavar="NAME", help=REGION)
    skip: str | None = option(default=None, metavar="SIZE", help=SKIP)


@request
class UnbrickRequest(ChipRequest):
    """Where the boot loader comes from, where the copy goes, and where the chip is looked for."""

    image: Path | None = option(
        default=None,
        metavar="FILE",
        panel=Panel.SAFETY,
        help=N_(
            "Take the boot loader out of this file: a backup of the same chip, or a QIO image. "
            "Left out: your backup of this device, else one of the same chip."
        ),
    )
    output: Path | None = new_file()
    uart: str | None = option(
        default=None,
        metavar="PORT",
        judge="port",
        panel=Panel.LINK,
        help=N_("Afterwards look whether the chip answers on its download UART, on this port."),
    )
    dry_run: bool = option(
        default=False, panel=Panel.SAFETY, help=N_("Show what would be done, change nothing.")
    )


def doctor(session: Session, request: DoctorRequest) -> DoctorResult:
    """`doctor`; UsageError for a module that is not known."""
    from plugsmith.errors.port import NoPort
    from plugsmith.flows.wire.doctor import doctor as do_it
    from plugsmith.flows.wire.doctor import without_adapter

    named = _named(request.module) if request.module else None
    try:
        context = flow_context(session, request)
    except NoPort:
        if named is None:
            raise
        found = without_adapter()  # the drawing is what was wanted
    else:
        found = do_it(context)
    return found.result(named)


def _named(label: str) -> Named:
    """What the label names; UsageError where it names nothing that is known, or two things."""
    from plugsmith.interpret.module_label import read_label

    found = read_label(label)
    if found.known:
        return found
    near = ", ".join(found.near)
    if found.several:
        several = ", ".join(found.several)
        problem = _("{name} names several modules: {known}", name=label, known=several)
    elif near:
        problem = _("{name} is not a known module ({known})", name=label, known=near)
    else:
        problem = _("{name} is not a known module", name=label)
    refusal = UsageError(problem=problem)
    refusal.advice = (
        _("Name one of them: `plugsmith doctor --module {name}`.", name=found.several[0])
        if found.several
        else _("All that are known stand in `plugsmith help supported-chips.md`.")
    )
    raise refusal


def info(session: Session, request: ChipRequest) -> InfoResult:
    """`info`."""
    from plugsmith.flows.wire.info import info as do_it

    context = flow_context(session, request)
    return counted(context, do_it(context).result())


def backup(session: Session, request: BackupRequest) -> BackupResult | ViaBackupResult:
    """`backup`; UnknownChip for a chip that only other programs read, without their name."""
    from plugsmith.chips.catalog import chip
    from plugsmith.flows.wire.backup import backup as do_it

    if request.via is not None:
        return _backup_via(session, request, request.via)
    if request.chip is not None:
        chip(request.chip)
    context = flow_context(session, request)
    done = do_it(context, out=request.output, resume=request.resume)
    return counted(context, done.result())


def _backup_via(session: Session, request: BackupRequest, program: str) -> ViaBackupResult:
    from plugsmith.clock import RealClock
    from plugsmith.flows.bridge.backup import backup_via as do_it

    if request.output is None:
        raise UsageError(problem=_("--via needs the file to write: -o FILE"))
    refuse_with_via(request, {"--resume": request.resume})
    return do_it(
        program,
        port=port_of(session, request),
        chip=request.chip,
        baud=request.baud,
        out=request.output,
        library=session.library,
        clock=session.clock or RealClock(),
        sink=session.sink,
        cancel=session.cancel,
    )


def read(session: Session, request: ReadRequest) -> ReadResult:
    """`read`; OutputExists before the port is opened."""
    from plugsmith.flows.wire.raw_read import read_flash
    from plugsmith.flows.write.spaces import read_space
    from plugsmith.library.home import check_output, write_whole

    target = request.output or request.file
    if target is None:
        raise UsageError(problem=_("name the file to write"))
    check_output(target)

    start, length = where(request, request.start, request.length)

    def span_of(size: int) -> AddressRange:
        return span_in(start, length, size=size)

    context, space = flow_context(session, request), request.space
    got = read_flash(context, span_of) if space == "flash" else read_space(context, space, span_of)
    write_whole(target, got.data)
    return counted(context, got.result(file=str(target)))


def verify(session: Session, request: VerifyRequest) -> VerifyResult:
    """`verify`."""
    from plugsmith.flows.wire.raw_read import verify_flash
    from plugsmith.flows.wire.results import VerifyResult, span_rows

    at, length = where(request, request.start, request.length)
    start, skip = parse_size(at), skip_in(request.file, request, request.skip, at)
    data = bytes_of(request.file, length, skip=skip, start=start)
    context = flow_context(session, request)
    differs = verify_flash(context, data, start=start)
    return counted(context, VerifyResult(equal=not differs, differs=span_rows(differs)))


def reset(session: Session, request: ChipRequest) -> ResetResult:
    """`reset`."""
    from plugsmith.flows.wire.raw_read import reset as do_it

    return do_it(flow_context(session, request))


def unbrick(session: Session, request: UnbrickRequest) -> UnbrickResult:
    """`unbrick`."""
    from plugsmith.flows.spi.uart_look import Uart
    from plugsmith.flows.spi.unbrick import unbrick as do_it
    from plugsmith.link.ports import open_port

    refuse_ask("--uart", request.uart)
    context, uart = flow_context(session, request), request.uart
    found = (
        Uart(
            name=uart,
            open_port=lambda: open_port(uart, clock=context.clock, cancel=session.cancel),
        )
        if uart
        else None
    )
    return do_it(
        context, image=request.image, out=request.output, uart=found, dry_run=request.dry_run
    )
