"""The verbs that change the flash of a chip on the wires: requests and runners."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.api.chip import ChangeRequest, LoggedRequest, counted, flow_context
from plugsmith.api.library.names import named_backup
from plugsmith.api.options import Panel, any_chip, argument, option, request, via_program
from plugsmith.api.places import REGION, bytes_of, skip_in, where
from plugsmith.api.settings import SettingsRequest, desired_settings
from plugsmith.api.wire import SKIP
from plugsmith.errors import UsageError
from plugsmith.memory import SECTOR_LEN, AddressRange, parse_size
from plugsmith.messages import N_, _
from plugsmith.records import fields_apart

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.api.session import Session
    from plugsmith.flows.arrived import ArrivedDevice
    from plugsmith.flows.bridge.results import ViaFlashResult
    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.settings.desired_settings import DesiredSettings
    from plugsmith.flows.wire.connection import Device
    from plugsmith.flows.wire.results import EraseResult, FlashResult, WriteResult
    from plugsmith.flows.write.proven import Safety
    from plugsmith.flows.write.target_image import Segment

    Extra = Callable[[FlowContext, Device, Safety], Segment]


@request
class FlashRequest(SettingsRequest, LoggedRequest):
    """The firmware (None: the newest OpenBeken for the chip), and settings that go with it."""

    image: Path | None = argument(
        default=None,
        metavar="IMAGE",
        help=N_("The firmware file; what it is is seen from its bytes."),
    )
    download: bool = option(
        default=False,
        help=N_("Without IMAGE: get the right OpenBeken release from the internet first."),
    )
    boot_check: bool = option(
        default=False,
        panel=Panel.SAFETY,
        help=N_("Before the write, run the result in the CPU emulator (extra emu)."),
    )
    find: str | None = option(
        default=None,
        metavar="RANGE",
        help=N_(
            "Afterwards wait until the device answers in the network, and say where: a range such "
            "as 192.168.1.0/24, or `scan` for your own network."
        ),
    )
    find_within: float = option(
        default=90.0, least=1, most=3600, metavar="SECONDS", help=N_("How long to wait for it.")
    )
    with_settings: bool = option(
        default=False,
        help=N_(
            "Write the OpenBeken settings in IMAGE too, with this device's own address and "
            "names (a prepared image: `plugsmith obk config build --image`)."
        ),
    )
    via: str | None = via_program(
        help=N_("Another maker's chip: this installed program reads, writes and reads again.")
    )
    chip: str | None = any_chip()


@request
class RestoreRequest(LoggedRequest):
    """The backup to put back."""

    backup: Path = argument(
        metavar="BACKUP",
        help=N_("The .bin file of a backup, its passport, or a name in your library."),
    )


@request
class WriteRequest(LoggedRequest):
    """Which bytes go where; sizes as text: 4096, 0x1000, 64k."""

    file: Path = argument(metavar="FILE", help=N_("The file."))
    start: str | None = option(
        default=None,
        metavar="ADDRESS",
        judge="address",
        help=N_("First address: 4096, 0x1000, 64k."),
    )
    region: str | None = option(default=None, metavar="NAME", help=REGION)
    more: tuple[str, ...] = option(
        "--and",
        default=(),
        metavar="ADDRESS=FILE",
        help=N_("Another file in the same run, and where it goes. Repeatable."),
    )
    length: str | None = option(
        default=None,
        metavar="SIZE",
        judge="amount",
        help=N_("How much: 4096, 0x1000, 64k, 2M, all."),
    )
    skip: str | None = option(default=None, metavar="SIZE", help=SKIP)


@request
class EraseRequest(ChangeRequest):
    """Which whole sectors; sizes as text."""

    start: str | None = option(
        default=None,
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


def flash(session: Session, request: FlashRequest) -> FlashResult | ViaFlashResult:
    """`flash`; UnknownChip for a chip that only other programs write, without their name."""
    from plugsmith.chips.catalog import chip
    from plugsmith.flows.image.fetch import FetchRequest
    from plugsmith.flows.wire.flash import flash as do_it
    from plugsmith.flows.wire.results import FlashResult
    from plugsmith.interpret.openbeken.pin_needs import needs_of_settings

    if request.via is not None:
        from plugsmith.api.bench.via import flash_via

        return flash_via(session, request, request.via)
    if request.chip is not None:
        chip(request.chip)
    desired, extra = _settings(session, request)
    if request.with_settings and request.image is None:
        raise UsageError(problem=_("--with-settings needs an IMAGE that holds settings"))
    if request.image is not None and extra is None:
        _tell_settings(session, request.image)
    context = flow_context(session, request)
    outcome = do_it(
        context,
        request.image,
        dry_run=request.dry_run,
        boot_check=request.boot_check,
        download=FetchRequest() if request.download else None,
        extra=extra,
        needs=needs_of_settings(desired.settings) if desired is not None else None,
    )
    written = counted(context, outcome.result())
    known = _likeness(written.backup.file) if written.backup is not None else None
    facts = fields_apart(written)
    found = None
    if request.find is not None and written.verified:
        found = _arrived(session, request, outcome.mac)
        facts["booted"] = True if found is not None else written.booted
    return FlashResult(**facts, looks_like=known, found=found)


def _arrived(session: Session, request: FlashRequest, mac: str | None) -> ArrivedDevice | None:
    """The device in the network; what was written is proven, so trouble here is only told."""
    from plugsmith.api.lan import LoginRequest, lan_context
    from plugsmith.errors import Cancelled, PlugsmithError
    from plugsmith.events import Warning_
    from plugsmith.flows.device.arrival import await_arrival

    context = lan_context(session, LoginRequest())
    where = request.find or "scan"
    try:
        return await_arrival(context, mac, where, within_s=request.find_within)
    except Cancelled:
        message = _("You stopped the search for it.")
    except PlugsmithError as problem:
        message = _("It could not be looked for: {problem}", problem=problem.message)
    session.sink.emit(Warning_(code="PS-NOTE-NOT-FOUND", message=message, hint="", data={}))
    return None


def _likeness(backup: str) -> str | None:
    """One line about the device, from the pins in its backup; None where nothing is known."""
    from plugsmith.flows.catalogue.looks_like import backup_looks_like

    return backup_looks_like(Path(backup))


def _settings(
    session: Session, request: FlashRequest
) -> tuple[DesiredSettings | None, Extra | None]:
    """The wish, and what makes the settings sector, once it is known which device it is."""
    from plugsmith.flows.image.file import open_image
    from plugsmith.flows.settings.desired_settings import desired_from
    from plugsmith.flows.settings.own_pins import AUTO, own_template
    from plugsmith.flows.settings.prepared_image import block_in_image, prepared_piece
    from plugsmith.flows.settings.settings_block import settings_piece

    own_pins = str(request.template) == AUTO and not Path(AUTO).exists()
    given = replace(request, template=None) if own_pins else request
    desired = desired_settings(session, given) if request.sets_anything else None
    for note in desired.notes if desired else ():
        session.say(note)

    def wish(ctx: FlowContext, device: Device, safety: Safety) -> DesiredSettings | None:
        if not own_pins or (request.dry_run and safety.content is None and safety.backup is None):
            return desired
        pins = desired_from(
            template=own_template(ctx, device, safety),
            name=AUTO,
            settings=desired.settings if desired else None,
            over_lan=False,
        )
        for note in pins.notes:
            session.say(note)
        return pins

    if request.with_settings and request.image is not None:
        file = open_image(request.image)
        block = block_in_image(file.data, name=file.name, chip=file.image.chip)
        return desired, lambda ctx, device, safety: prepared_piece(
            device, block, wish(ctx, device, safety)
        )
    if desired is None:
        return None, None
    return desired, lambda ctx, device, safety: settings_piece(
        device, wish(ctx, device, safety) or desired
    )


def _tell_settings(session: Session, image: Path) -> None:
    """Say that the file holds settings which are not written."""
    from plugsmith.events import Warning_
    from plugsmith.flows.image.file import open_image
    from plugsmith.flows.settings.prepared_image import has_settings
    from plugsmith.image.model import ImageKind

    file = open_image(image)
    held = file.image.kind is ImageKind.FLASH_START and file.image.firmware == "OpenBeken"
    if held and has_settings(file.data, chip=file.image.chip):
        session.sink.emit(
            Warning_(
                code="PS-NOTE-SETTINGS",
                message=_("{name} holds OpenBeken settings too.", name=file.name),
                hint=_("They are left out; --with-settings writes them."),
                data={"name": file.name},
            )
        )


def restore(session: Session, request: RestoreRequest) -> WriteResult:
    """`restore`."""
    from plugsmith.flows.bridge.saved import refuse_other_makers
    from plugsmith.flows.wire.restore import restore as do_it

    named = named_backup(session, str(request.backup))
    backup = refuse_other_makers(named, port=request.port)  # no adapter is needed to say so
    context = flow_context(session, request)
    return counted(context, do_it(context, backup, dry_run=request.dry_run).result())


def write(session: Session, request: WriteRequest) -> WriteResult:
    """`write`."""
    from plugsmith.flows.wire.raw_write import write_raw

    at, length = where(request, request.start, request.length)
    start, skip = parse_size(at), skip_in(request.file, request, request.skip, at)
    data = bytes_of(request.file, length, skip=skip, start=start)
    more = [_segment(text) for text in request.more]
    context = flow_context(session, request)
    done = write_raw(context, data, start=start, more=more, dry_run=request.dry_run)
    return counted(context, done.result())


def _segment(text: str) -> Segment:
    """A file and its place as `ADDRESS=FILE`."""
    from plugsmith.api.judges import JUDGES
    from plugsmith.flows.write.target_image import Segment

    address, equals, name = text.partition("=")
    if not equals or not name:
        raise UsageError(problem=_("--and {text!r} is not ADDRESS=FILE", text=text[:60]))
    JUDGES["address"](address)
    start = parse_size(address)
    return Segment(start=start, data=bytes_of(Path(name), None, start=start))


def erase(session: Session, request: EraseRequest) -> EraseResult:
    """`erase`; asks before the first sector goes."""
    from plugsmith.flows.wire.raw_write import erase_raw
    from plugsmith.flows.wire.results import EraseResult

    start, length = where(request, request.start, request.length)
    if length is None:
        raise UsageError(problem=_("give --length, or --region"), option="--length")
    if parse_size(start) % SECTOR_LEN:
        raise UsageError(
            problem=_("--start: only whole sectors of {size} bytes can be erased", size=SECTOR_LEN),
            option="--start",
        )

    def span_of(size: int) -> AddressRange:
        return span_to_change(start, length, size=size)

    context = flow_context(session, request)
    outcome = erase_raw(context, span_of, dry_run=request.dry_run)
    erased = outcome.changed or AddressRange(0, 0)
    told = fields_apart(counted(context, outcome.result())) | {"image": None}
    proof = None if request.dry_run else "device-crc"
    return EraseResult(start=erased.start, length=len(erased), proof=proof, **told)


def span_to_change(start: str, length: str, *, size: int) -> AddressRange:
    """The range to erase in a flash of `size`; whether it may be is judged elsewhere."""
    first = parse_size(start)
    amount = parse_size(length, whole=max(0, size - first))
    if amount <= 0:
        raise UsageError(problem=_("--length {length} is nothing to erase", length=length))
    return AddressRange.sized(first, amount)
