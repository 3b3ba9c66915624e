"""The verbs about running devices: requests and runners."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - read at run time
from typing import TYPE_CHECKING

from plugsmith.api.device_requests import (  # noqa: TC001 - read at run time
    ApplyRequest,
    BackupRequest,
    CalibrateRequest,
    InfoRequest,
    PinsRequest,
    SafeModeRequest,
    ScanRequest,
    UndoRequest,
    UpdateRequest,
)
from plugsmith.api.lan import lan_context
from plugsmith.api.settings import desired_settings
from plugsmith.errors import UsageError
from plugsmith.messages import _
from plugsmith.visible import json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plugsmith.api.session import Session
    from plugsmith.flows.device.context import LanContext
    from plugsmith.flows.device.factory_metering import FactoryMetering
    from plugsmith.flows.device.results import (
        Calibrated,
        ChangedDevice,
        DeviceInfo,
        ExaminedPins,
        InfoCounts,
        KeptDevice,
        RunCounts,
        ScanResult,
        UpdateCounts,
        UpdatedDevice,
    )
    from plugsmith.flows.house.results import LampColours, PointsHeard, RollCounts
    from plugsmith.lan.host import Host
    from plugsmith.lan.records import ApiInfo
    from plugsmith.openbeken.metering import MeasuredLoad


def scan(session: Session, request: ScanRequest) -> ScanResult:
    """`device scan`."""
    from plugsmith.flows.device.scan import scan as flow
    from plugsmith.flows.device.targets import place_of

    context = lan_context(session, request)
    return flow(context, place_of(context, request.where))


def info(session: Session, request: InfoRequest) -> DeviceInfo | InfoCounts | PointsHeard:
    """`device info`."""
    from plugsmith.flows.device.info import info as flow
    from plugsmith.flows.device.targets import targets

    context = _context(session, request)
    if request.data_points is not None:
        from plugsmith.flows.device.targets import one_target
        from plugsmith.flows.house.listen import data_points

        where = one_target(context, request.host)
        return data_points(context, where, seconds=request.data_points)
    return flow(context, targets(context, request.host))


def backup(session: Session, request: BackupRequest) -> KeptDevice | RunCounts:
    """`device backup`; UsageError unless a host or all are named."""
    from plugsmith.flows.device.backup import backup as flow
    from plugsmith.flows.device.targets import targets
    from plugsmith.flows.house.find import hosts_seen

    context = _context(session, request)
    if request.everything == (request.host is not None):
        raise UsageError(problem=_("give a HOST, or --all for every device that was seen"))
    hosts = hosts_seen(context) if request.host is None else targets(context, request.host)
    return flow(context, hosts, full=request.full, keep=request.keep)


def apply(session: Session, request: ApplyRequest) -> ChangedDevice | RunCounts | RollCounts:
    """`device apply`."""
    from plugsmith.flows.device.apply import apply as flow
    from plugsmith.flows.device.targets import find_targets

    if request.roll is not None:
        if request.sets_anything:
            raise UsageError(problem=_("with --roll the roll alone says what is wanted"))
        return _apply_roll(session, request, request.roll)
    if request.update or request.download or request.keep_firmware:
        raise UsageError(problem=_("firmware goes with --roll only; else: plugsmith device ota"))
    if request.host is None:
        raise UsageError(problem=_("give a HOST, or a roll with --roll"))
    if not request.sets_anything:
        raise UsageError(problem=_("give a TEMPLATE, --config FILE or --set NAME=VALUE"))
    desired = desired_settings(session, request, over_lan=True)
    context = _context(session, request)
    found = find_targets(context, request.host)
    return flow(context, found.hosts, desired, dry_run=request.dry_run, by_scan=found.by_scan)


def _apply_roll(session: Session, request: ApplyRequest, roll: Path) -> RollCounts:
    from plugsmith.flows.house.roll_apply import RollOptions, apply_roll

    context = _context(session, request)
    options = RollOptions(
        files=request.update,
        update=not request.keep_firmware,
        dry_run=request.dry_run,
        download=_downloader(context, request.server) if request.download else None,
    )
    return apply_roll(context, roll, request.host, options)


def _downloader(
    context: LanContext, server: str | None
) -> Callable[[Sequence[tuple[ApiInfo, str]]], None]:
    """Gets updates out of the releases that the user's settings name."""
    from functools import partial

    from plugsmith.flows.house.update_fetch import download_updates
    from plugsmith.flows.image.fetch import FetchRequest

    return partial(download_updates, context, FetchRequest(server=server))


def undo(session: Session, request: UndoRequest) -> ChangedDevice | RunCounts:
    """`device undo`."""
    from plugsmith.flows.device.apply import undo as flow
    from plugsmith.flows.device.targets import targets

    context = lan_context(session, request, at_once=request.at_once)
    return flow(context, targets(context, request.host))


def ota(session: Session, request: UpdateRequest) -> UpdatedDevice | UpdateCounts:
    """`device ota`."""
    from plugsmith.flows.device.targets import targets
    from plugsmith.flows.house.ota import ota as flow

    context = lan_context(session, request, at_once=request.at_once)
    return flow(
        context,
        targets(context, request.host),
        list(request.file) or None,
        again=request.again,
        other_variant=request.other_variant,
        version=request.version or "",
        download=_downloader(context, request.server) if request.download else None,
        dry_run=request.dry_run,
    )


def calibrate(session: Session, request: CalibrateRequest) -> Calibrated | FactoryMetering:
    """`device calibrate`; without a known load the user is asked."""
    from plugsmith.flows.device.factory_metering import factory_metering

    if request.from_dump is not None:
        return factory_metering(request.from_dump)
    if request.host is None:
        raise UsageError(problem=_("give a HOST"))
    return _calibrated(session, request, request.host)


def pins(session: Session, request: PinsRequest) -> ExaminedPins | LampColours:
    """`device pins`; ConsentMissing where nobody can be asked."""
    from plugsmith.errors.safety import ConsentMissing
    from plugsmith.flows.device.examiner import SessionExaminer
    from plugsmith.flows.device.pins import examine
    from plugsmith.flows.device.targets import one_target
    from plugsmith.flows.settings.template_text import template_text
    from plugsmith.openbeken.template import find_template

    if not session.interactive:
        raise ConsentMissing(step=_("somebody must watch the device and answer"))
    start = find_template(template_text(request.template)).template if request.template else None
    context = lan_context(session, request)
    where = one_target(context, request.host)
    if request.lights:
        return _lights(session, context, where)
    session.say(
        _(
            "The device must be closed: it is connected to mains. Unplug whatever is plugged "
            "into it, because relays will switch."
        )
    )
    found = examine(
        context,
        where,
        SessionExaminer(session),
        start=start,
        include=request.include,
        only=request.only,
    )
    return _finish(session, context, where, found, request.output)


def _lights(session: Session, context: LanContext, where: Host) -> LampColours:
    """Find out about a lamp's colours, and set them if the user wants that."""
    from plugsmith.errors.safety import ConsentMissing
    from plugsmith.flows.device.apply import apply_one
    from plugsmith.flows.device.examiner import SessionExaminer
    from plugsmith.flows.house.lamp import find_lights
    from plugsmith.flows.settings.desired_settings import desired_from

    found = find_lights(context, where, SessionExaminer(session))
    try:
        session.confirm(_("Set this on the device now?"), step=_("setting up the lamp"))
    except ConsentMissing:
        return found
    desired = desired_from(template=None, settings=found.settings)
    return found.after(apply_one(context, where, desired))


def _calibrated(session: Session, request: CalibrateRequest, host: str) -> Calibrated:
    from plugsmith.flows.device.calibrate import calibrate as flow
    from plugsmith.flows.device.calibrate import set_factors, undo_calibration
    from plugsmith.flows.device.targets import one_target
    from plugsmith.openbeken.metering import MeasuredLoad

    factors = _factors(request.factor)
    context = lan_context(session, request)
    where = one_target(context, host)
    if request.undo:
        return undo_calibration(context, where)
    if factors:
        return set_factors(context, where, factors)
    load = MeasuredLoad(
        volts=request.volts,
        amps=request.amps,
        watts=request.watts,
        ohms=request.ohms,
        resistive=request.resistive,
    )
    if load == MeasuredLoad(resistive=request.resistive):
        load = _asked_load(session, resistive=request.resistive)
    return flow(context, where, load, windows=request.readings)


def _asked_load(session: Session, *, resistive: bool) -> MeasuredLoad:
    """Guide a person to a known load; UsageError where there is nobody to ask."""
    from plugsmith.openbeken.metering import MeasuredLoad

    if not session.interactive:
        raise UsageError(problem=_("give what is known of the load: --volts, --watts or --ohms"))
    session.say(
        _(
            "Plug a steady load into the device: a kettle or heater of 1 to 2 kW is best. "
            "The device must be closed: it is connected to mains."
        )
    )
    watts = _number(session, _("Power of the load in watts, by a trusted meter or its label:"))
    volts = _number(session, _("Mains voltage in volts by a meter, or Enter if unknown:"))
    if watts is None and volts is None:
        raise UsageError(problem=_("without a known value nothing can be calibrated"))
    return MeasuredLoad(volts=volts, watts=watts, resistive=resistive)


def _number(session: Session, question: str) -> float | None:
    """A positive number; None for an empty line. Asks again for anything else."""
    while True:
        text = session.text(question, step=_("the known load")).replace(",", ".")
        if not text:
            return None
        try:
            number = float(text)
        except ValueError:
            number = -1.0
        if 0 < number < 1e6:
            return number
        session.say(_("That is not a number."))


def _factors(words: tuple[str, ...]) -> dict[str, float]:
    found: dict[str, float] = {}
    for word in words:
        name, _equals, text = word.partition("=")
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if name not in {"voltage", "current", "power"} or not 0 < value < 1e9:
            raise UsageError(problem=_("{word!r} is no factor", word=word[:40]))
        found[name] = value
    return found


def _finish(
    session: Session, context: LanContext, where: Host, found: ExaminedPins, output: Path | None
) -> ExaminedPins:
    """Write the template, and apply it if the user wants that."""

    from plugsmith.errors.safety import ConsentMissing
    from plugsmith.flows.device.apply import apply_one
    from plugsmith.flows.dump.files import write_whole
    from plugsmith.flows.settings.desired_settings import desired_from
    from plugsmith.records import fields_apart

    text = json_text(found.template, indent=2) + "\n"
    session.say(text)
    if output is not None:
        write_whole(output, text.encode())
        found = type(found)(**fields_apart(found) | {"file": str(output)})
    try:
        session.confirm(
            _("Apply this template to the device now?"), step=_("applying the template")
        )
    except ConsentMissing:
        return found
    desired = desired_from(template=text, name=_("the template"))
    return found.after(apply_one(context, where, desired))


def _context(session: Session, request: SafeModeRequest) -> LanContext:
    return lan_context(
        session, request, at_once=request.at_once, leave_safe_mode=request.leave_safe_mode
    )
