"""The verbs about many running devices: requests and runners."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.api.lan import LoginRequest, lan_context
from plugsmith.api.options import Panel, argument, option, request
from plugsmith.errors import UsageError
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.api.session import Session
    from plugsmith.flows.device.context import LanContext
    from plugsmith.flows.device.results import RunCounts
    from plugsmith.flows.house.results import (
        AnnouncedDevice,
        CommandAnswer,
        FetchedFile,
        FileListing,
        ListResult,
        LogRead,
        PlanResult,
        RemovedFile,
        RestartedDevice,
        RestoredDevice,
        RollResult,
        SentFile,
    )
    from plugsmith.lan.host import Host

    FileDone = FileListing | FetchedFile | SentFile | RemovedFile
    # what is done with one device; whether it is one of several
    FileWork = Callable[[LanContext, Host, bool], FileDone]


HOSTS = N_(
    "Name, address or MAC of the device, with :port where it is not 80. Several: separated by "
    "commas, @FILE with one a line or a table (CSV with the columns mac, host, name), a range such "
    "as 192.168.1.0/24, or `scan` for all."
)
ONE_HOST = N_("Name, address or MAC of the device, with :port where it is not 80.")
_WHERE = N_(
    "Where to look: a range such as 192.168.1.0/24, @FILE with a list, or `scan` for your own "
    "network. Left out: where the devices were seen last."
)


@request
class HouseRequest(LoginRequest):
    """How many running devices are talked to."""

    at_once: int = option(
        default=32,
        least=1,
        most=64,
        metavar="N",
        panel=Panel.LINK,
        help=N_("How many devices are worked on at the same time."),
    )


@request
class ListRequest(HouseRequest):
    """Whether the devices are asked again, and where."""

    where: str | None = argument(default=None, metavar="RANGE", judge="hosts", help=_WHERE)
    now: bool = option(default=False, help=N_("Ask the devices that were seen how they are."))


@request
class RollRequest(HouseRequest):
    """What to do with which roll."""

    action: str = argument(
        metavar="ACTION", choices=("init",), help=N_("`init` writes a new roll of what answers.")
    )
    where: str | None = argument(default=None, metavar="RANGE", judge="hosts", help=_WHERE)
    output: Path = option(
        "--output",
        "-o",
        default=Path("roll.toml"),
        metavar="FILE",
        judge="new-file",
        panel=Panel.OUTPUT,
        help=N_("The roll to write: .toml, or .csv for a table."),
    )


@request
class PlanRequest(HouseRequest):
    """Which roll, and where to look."""

    roll: Path = argument(metavar="ROLL", help=N_("The roll: TOML or CSV."))
    where: str | None = argument(default=None, metavar="RANGE", judge="hosts", help=_WHERE)


@request
class RestoreRequest(HouseRequest):
    """What goes back onto which device."""

    host: str = argument(metavar="HOST", judge="hosts", help=ONE_HOST)
    backup: Path = argument(
        metavar="BACKUP",
        help=N_(
            "A folder of `device backup`, a settings block (config.bin), or the JSON of `obk "
            "config read --show-secrets`."
        ),
    )
    as_clone: bool = option(
        default=False, help=N_("For another device: its names and MQTT ids get a new number.")
    )
    number: int | None = option(
        default=None, least=1, metavar="N", help=N_("The number of the clone; else a free one.")
    )
    power_cycle: bool = option(
        default=False,
        help=N_(
            "Put back also what no command can set (the meter's factors for example): you unplug "
            "the device when you are told to."
        ),
    )
    dry_run: bool = option(
        default=False, panel=Panel.SAFETY, help=N_("Show what would be done, change nothing.")
    )


@request
class CommandRequest(HouseRequest):
    """A command for running devices."""

    host: str = argument(metavar="HOST", judge="hosts", help=HOSTS)
    text: str | None = argument(
        default=None, metavar="COMMAND", help=N_("What the device is to run, in quotes.")
    )
    ha_discovery: str | None = option(
        default=None,
        metavar="PREFIX",
        help=N_(
            "Let the device announce itself to Home Assistant below PREFIX (usually "
            "homeassistant), and look whether its broker has it (extra `mqtt`)."
        ),
    )
    broker: str | None = option(
        private=True,
        default=None,
        metavar="HOST",
        judge="host",
        panel=Panel.LINK,
        help=N_("Where the device's broker is from here, if it has another name."),
    )
    unchecked: bool = option(
        default=False, help=N_("With --ha-discovery: do not listen to the broker.")
    )


@request
class RestartRequest(HouseRequest):
    """Which devices."""

    host: str = argument(metavar="HOST", judge="hosts", help=HOSTS)


@request
class LogsRequest(HouseRequest):
    """Whose log, and for how long; `seconds` only with `follow`."""

    host: str = argument(metavar="HOST", judge="hosts", help=ONE_HOST)
    follow: bool = option("--follow", "-f", default=False, help=N_("Go on until you press Ctrl-C."))
    seconds: float | None = option(
        default=None, least=0, metavar="SECONDS", help=N_("Stop following after so long.")
    )


@request
class FilesRequest(HouseRequest):
    """What to do with which file of a device."""

    host: str = argument(metavar="HOST", judge="hosts", help=ONE_HOST)
    action: str = argument(
        default="list",
        metavar="ACTION",
        choices=("list", "get", "put", "remove"),
        help=N_("list, get, put or remove."),
    )
    name: str | None = argument(
        default=None, metavar="NAME", help=N_("The file on the device, as autoexec.bat.")
    )
    local: Path | None = argument(
        default=None, metavar="FILE", help=N_("The file here: where to, or where from.")
    )


def list_devices(session: Session, request: ListRequest) -> ListResult:
    """`device list`."""
    from plugsmith.flows.house.overview import overview

    return overview(_context(session, request), request.where, now=request.now)


def roll(session: Session, request: RollRequest) -> RollResult:
    """`device roll init`."""
    from plugsmith.flows.house.plan import roll_init

    if request.action != "init":
        raise UsageError(problem=_("a roll can only be made with `init`; edit it as a file"))
    return roll_init(_context(session, request), request.where, request.output)


def plan(session: Session, request: PlanRequest) -> PlanResult:
    """`device plan`; exit code 8 when something differs."""
    from plugsmith.flows.house.plan import plan as do_it

    return do_it(_context(session, request), request.roll, request.where)


def restore(session: Session, request: RestoreRequest) -> RestoredDevice:
    """`device restore`, of one device."""
    from plugsmith.flows.device.targets import one_target
    from plugsmith.flows.house.overview import names_taken
    from plugsmith.flows.house.restore import RestoreOptions
    from plugsmith.flows.house.restore import restore as do_it
    from plugsmith.flows.house.stored_settings import open_stored

    stored = open_stored(request.backup)
    context = _context(session, request)
    host = one_target(context, request.host)
    options = RestoreOptions(
        as_clone=request.as_clone,
        number=request.number,
        power_cycle=request.power_cycle,
        dry_run=request.dry_run,
    )
    taken = names_taken(context, but=str(host))
    return do_it(context, host, stored, options, taken=taken)


def command(
    session: Session, request: CommandRequest
) -> CommandAnswer | AnnouncedDevice | RunCounts:
    """`device command`."""
    from plugsmith.flows.device.targets import targets
    from plugsmith.flows.house.remote import command as do_it

    context = _context(session, request)
    if (request.text is None) == (request.ha_discovery is None):
        raise UsageError(problem=_("give a COMMAND, or --ha-discovery PREFIX"))
    if request.ha_discovery is not None:
        from functools import partial

        from plugsmith.flows.device.context import one_by_one
        from plugsmith.flows.house.discovery import discover

        announce = partial(
            discover,
            context,
            prefix=request.ha_discovery,
            check=not request.unchecked,
            broker=request.broker,
        )
        return one_by_one(context, targets(context, request.host), announce)
    return do_it(context, targets(context, request.host), request.text or "")


def restart(session: Session, request: RestartRequest) -> RestartedDevice | RunCounts:
    """`device restart`."""
    from plugsmith.flows.device.targets import targets
    from plugsmith.flows.house.remote import restart as do_it

    context = _context(session, request)
    return do_it(context, targets(context, request.host))


def logs(session: Session, request: LogsRequest) -> LogRead | RunCounts:
    """`device logs`; the lines come as log events. Only one device can be followed."""
    from functools import partial

    from plugsmith.flows.device.context import one_by_one
    from plugsmith.flows.device.targets import one_target, targets
    from plugsmith.flows.house.remote import logs as do_it

    context = _context(session, request)
    hosts = (
        [one_target(context, request.host)] if request.follow else targets(context, request.host)
    )
    work = partial(do_it, context, follow=request.follow, seconds=request.seconds)
    return one_by_one(context, hosts, work)


def files(
    session: Session, request: FilesRequest
) -> FileListing | FetchedFile | SentFile | RemovedFile | RunCounts:
    """`device files`: list, get, put or remove."""
    from plugsmith.flows.device.context import one_by_one
    from plugsmith.flows.device.targets import targets

    work = _file_work(request)
    context = _context(session, request)
    hosts = targets(context, request.host)
    several = len(hosts) > 1
    return one_by_one(context, hosts, lambda host: work(context, host, several))


def _file_work(request: FilesRequest) -> FileWork:
    """What is done with each device; UsageError and InputMissing before any is asked."""
    from plugsmith.flows.house import remote
    from plugsmith.flows.house.transfer import fetch_file, open_local, place_of

    if request.action == "list":
        return lambda ctx, host, _several: remote.list_files(ctx, host)
    name, local = request.name, request.local
    if name is None:
        raise UsageError(problem=_("say list, get NAME [FILE], put NAME FILE, or remove NAME"))
    remote.check_name(name)
    if request.action == "remove":
        return lambda ctx, host, _several: remote.remove_file(ctx, host, name)
    if request.action == "get":
        return lambda ctx, host, several: fetch_file(
            ctx, host, name, place_of(host, name, local, several=several)
        )
    if local is None:
        raise UsageError(problem=_("put needs the FILE here that is to be sent"))
    data = open_local(local)
    return lambda ctx, host, _several: remote.put_file(ctx, host, name, data)


def _context(session: Session, request: HouseRequest) -> LanContext:
    return lan_context(session, request, at_once=request.at_once)
