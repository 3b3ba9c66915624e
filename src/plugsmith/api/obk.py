"""The verbs about OpenBeken's settings block, in files, chips and devices: requests and runners."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.api.chip import ChangeRequest, ChipRequest, flow_context
from plugsmith.api.lan import LoginRequest, lan_context
from plugsmith.api.options import Panel, argument, new_file, option, request
from plugsmith.api.settings import SettingsRequest, desired_settings
from plugsmith.errors import UsageError
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.api.session import Session
    from plugsmith.flows.device.device_list import NamedDevice
    from plugsmith.flows.device.results import ChangedDevice, RunCounts
    from plugsmith.flows.many import ManyResult
    from plugsmith.flows.settings.desired_settings import DesiredSettings
    from plugsmith.flows.settings.results import (
        BuiltConfig,
        BuiltConfigs,
        BuiltImage,
        ChangedChip,
        ChangedFile,
        StoredConfig,
    )
    from plugsmith.openbeken.config_block import ConfigBlock

_USUAL_CHIP = "BK7231T"
_PLACE = N_(
    "A dump or settings sector, or a device in the network (NAME:80 and ./NAME tell them apart). "
    "With --port: neither."
)


@request
class ConfigReadRequest(ChipRequest, LoginRequest):
    """A file, running devices, or the chip on `port`."""

    source: str | None = argument(
        default=None, metavar="FILE|HOST", judge="file-or-hosts", help=_PLACE
    )
    output: Path | None = new_file()
    show_secrets: bool = option(
        default=False, panel=Panel.OUTPUT, help=N_("Show passwords and network names.")
    )


@request
class ConfigWriteRequest(SettingsRequest, ChangeRequest, LoginRequest):
    """What to change where."""

    target: str | None = argument(
        default=None, metavar="FILE|HOST", judge="file-or-hosts", help=_PLACE
    )
    output: Path | None = new_file()
    block: Path | None = option(
        default=None, metavar="FILE", help=N_("Start from the block in this file.")
    )
    raw: bool = option(
        default=False,
        help=N_(
            "Over the network: write the whole block; the device must be unplugged afterwards."
        ),
    )


@request
class ConfigBuildRequest(SettingsRequest):
    """Which devices to build for, and from what."""

    output: str = option(
        "-o",
        "--output",
        metavar="FILE",
        panel=Panel.OUTPUT,
        help=N_("The file; with several devices it holds {n}."),
    )
    chip: str | None = option(
        default=None,
        metavar="CHIP",
        judge="chip",
        help=N_("The chip of the device; else that of the image, or BK7231T."),
    )
    image: Path | None = option(
        default=None,
        metavar="FILE",
        help=N_(
            "Make a whole image: this OpenBeken file (QIO) with the settings in it. Without --mac "
            "it is for any plug: `plugsmith flash --with-settings` fills in each one's own address."
        ),
    )
    mac: tuple[str, ...] = option(
        default=(),
        metavar="MAC",
        judge="mac",
        help=N_(
            "The MAC of the device. Repeatable for many, or @FILE: one a line, or a table (CSV) "
            "with the columns mac and name."
        ),
    )
    base: Path | None = option(
        "--from", default=None, metavar="FILE", help=N_("Start from the block in this dump.")
    )


def read(session: Session, request: ConfigReadRequest) -> StoredConfig | ManyResult | RunCounts:
    """`obk config read`; the settings in several files or devices are events."""
    from plugsmith.flows.device.raw import read_config
    from plugsmith.flows.device.targets import targets
    from plugsmith.flows.input_file import expand
    from plugsmith.flows.settings.place import names_devices
    from plugsmith.flows.settings.settings_block import read_chip, read_file, write_block
    from plugsmith.library.home import check_output

    if request.source is not None and names_devices(request.source):
        if request.output is not None:
            raise UsageError(problem=_("-o goes with a FILE or --port, not with a HOST"))
        context = lan_context(session, request)
        hosts = targets(context, request.source)
        return read_config(context, hosts, show_secrets=request.show_secrets)
    if request.source is not None:
        path = Path(request.source)
        several = expand([path])
        if path.is_dir() or len(several) > 1:
            return _read_many(session, request, several)
        stored = read_file(Path(request.source), chip=request.chip)
    elif request.port is not None:
        if request.output is not None:
            check_output(request.output)
        stored = read_chip(flow_context(session, request))
    else:
        raise UsageError(problem=_("give a FILE, a HOST, or --port for a chip"))
    if request.output is not None:
        write_block(request.output, stored.block)
    return stored.told(show_secrets=request.show_secrets, file=request.output)


def _read_many(session: Session, request: ConfigReadRequest, paths: list[Path]) -> ManyResult:
    from functools import partial

    from plugsmith.flows.many import no_files, over_files
    from plugsmith.flows.settings.settings_block import read_one

    if not paths:
        raise no_files([Path(request.source or "")])
    if request.output is not None:
        raise UsageError(problem=_("-o goes with one FILE, not with several"))
    work = partial(read_one, chip=request.chip, show_secrets=request.show_secrets)
    return over_files(
        paths, work, word="crc", brief=("version",), sink=session.sink, cancel=session.cancel
    )


def write(
    session: Session, request: ConfigWriteRequest
) -> ChangedFile | ChangedChip | ChangedDevice | RunCounts:
    """`obk config write`; what is done to several devices is told by events."""
    from plugsmith.flows.settings.place import names_devices

    if not request.sets_anything and request.block is None:
        raise UsageError(problem=_("say what to change: --set, --config, --template or --block"))
    if request.target is not None and names_devices(request.target):
        return _write_devices(session, request, request.target)
    if request.target is not None:
        return _write_file(session, request, Path(request.target))
    if request.port is None:
        raise UsageError(problem=_("give a FILE, a HOST, or --port for a chip"))
    return _write_chip(session, request)


def _write_file(session: Session, request: ConfigWriteRequest, source: Path) -> ChangedFile:
    from plugsmith.flows.settings.settings_block import change_file

    if request.output is None:
        raise UsageError(problem=_("name the new file with -o; {name} is kept", name=source.name))
    base = _block(request.block, chip=request.chip)
    desired = desired_settings(session, request)
    return change_file(source, request.output, desired, block=base, chip=request.chip)


def _write_chip(session: Session, request: ConfigWriteRequest) -> ChangedChip:
    from plugsmith.flows.settings.settings_block import change_chip, chip_changed

    desired = desired_settings(session, request)
    outcome, addr = change_chip(
        flow_context(session, request),
        desired,
        block=_block(request.block),
        dry_run=request.dry_run,
    )
    return chip_changed(outcome, start=addr, desired=desired)


def _write_devices(
    session: Session, request: ConfigWriteRequest, text: str
) -> ChangedDevice | RunCounts:
    from plugsmith.flows.device.apply import apply
    from plugsmith.flows.device.raw import write_config
    from plugsmith.flows.device.targets import find_targets

    if request.block is not None and not request.raw:
        raise UsageError(problem=_("a whole block goes to a device only with --raw"))
    if request.raw and request.dry_run:
        raise UsageError(problem=_("--raw has no --dry-run: leave one of them out"))
    desired = desired_settings(session, request, over_lan=not request.raw)
    context = lan_context(session, request)
    found = find_targets(context, text)
    if request.raw:
        base = _block(request.block)
        return write_config(context, found.hosts, desired, block=base)
    return apply(context, found.hosts, desired, dry_run=request.dry_run, by_scan=found.by_scan)


def build(session: Session, request: ConfigBuildRequest) -> BuiltConfig | BuiltImage | BuiltConfigs:
    """`obk config build`; with several devices each file is an event."""
    desired = desired_settings(session, request, newly=True)
    for note in desired.notes:
        session.say(note)
    devices = _devices(request)
    if len(devices) > 1:
        return _build_many(session, request, desired, devices)
    device = devices[0] if devices else None
    return _build_one(
        request,
        desired.named(device.name) if device else desired,
        path=Path(request.output),
        mac=device.mac if device else None,
    )


def _devices(request: ConfigBuildRequest) -> list[NamedDevice]:
    """The devices of --mac: each address, and those in lists; UsageError for one twice."""
    from plugsmith.flows.device.device_list import NamedDevice, mac_in, read_devices

    found: list[NamedDevice] = []
    for word in request.mac:
        if word.startswith("@"):
            found += read_devices(Path(word[1:]))
        else:
            found.append(NamedDevice(mac=mac_in(word)))
    if any(item.mac is None for item in found):
        raise UsageError(problem=_("--mac: a list of devices to build for needs the MAC of each"))
    macs = [item.mac for item in found]
    twice = next((mac for mac in macs if macs.count(mac) > 1), None)
    if twice:
        raise UsageError(problem=_("--mac: {mac} is named twice", mac=twice))
    return found


def _build_one(
    request: ConfigBuildRequest,
    desired: DesiredSettings,
    *,
    path: Path,
    mac: str | None,
    number: int = 1,
) -> BuiltConfig | BuiltImage:
    from plugsmith.flows.settings.prepared_image import build_image
    from plugsmith.flows.settings.settings_block import build_file

    base, chip = request.base, request.chip
    if request.image is not None:
        return build_image(
            path, desired, image=request.image, chip=chip, mac=mac, number=number, base=base
        )
    return build_file(path, desired, chip=chip or _USUAL_CHIP, mac=mac, number=number, base=base)


def _build_many(
    session: Session,
    request: ConfigBuildRequest,
    desired: DesiredSettings,
    devices: Sequence[NamedDevice],
) -> BuiltConfigs:
    from plugsmith.events import Item
    from plugsmith.flows.settings.results import BuiltConfigs
    from plugsmith.records import fields_of

    if "{n}" not in request.output and "{mac}" not in request.output:
        raise UsageError(problem=_("with several devices the file name needs {{n}} or {{mac}}"))
    files: list[str] = []
    for number, device in enumerate(devices, 1):
        address = device.mac or ""
        tail = address.replace(":", "")[-6:]
        path = Path(request.output.replace("{n}", str(number)).replace("{mac}", tail))
        wish = desired.named(device.name)
        built = _build_one(request, wish, path=path, mac=address, number=number)
        session.sink.emit(Item(name=str(path), data=fields_of(built)))
        files.append(str(path))
    return BuiltConfigs(files=tuple(files), chip=request.chip)


def _block(path: Path | None, *, chip: str | None = None) -> ConfigBlock | None:
    from plugsmith.flows.settings.settings_block import read_file

    return read_file(path, chip=chip).block if path is not None else None
