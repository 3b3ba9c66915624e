"""The verbs that look into a dump: requests and runners."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from plugsmith.api.chip import ChipRequest, flow_context
from plugsmith.api.lan import LoginRequest, lan_context
from plugsmith.api.library.names import named_file
from plugsmith.api.options import Panel, argument, option, request
from plugsmith.errors import UsageError
from plugsmith.messages import N_, _
from plugsmith.records import Record, fields_apart

if TYPE_CHECKING:
    from pathlib import Path

    from plugsmith.api.session import Session
    from plugsmith.dump.dump import Dump
    from plugsmith.flows.dump.file_results import DiffResult
    from plugsmith.flows.dump.known_config import KnownConfig
    from plugsmith.flows.dump.results import InfoResult, RecordsResult
    from plugsmith.flows.image.results import GpioResult
    from plugsmith.flows.many import ManyResult
    from plugsmith.interpret.config_result import ConfigResult


@request
class DumpRequest(Record):
    """A dump by its path, a backup by its name in the library, or `-` for standard input.

    `file` may be a folder or an archive too, and `more` hold others: then each file is an item.
    """

    file: str = argument(
        metavar="FILE",
        help=N_("A dump, a folder, the name of a backup in your library, or - for standard input."),
    )
    more: tuple[str, ...] = argument(
        default=(), metavar="MORE", help=N_("More of them: each file becomes an item.")
    )


@request
class RecordsRequest(DumpRequest):
    """Whether secrets come out as they are."""

    show_secrets: bool = option(
        default=False,
        panel=Panel.OUTPUT,
        help=N_("Include passwords and keys. Do not share what comes out."),
    )


@request
class ConfigRequest(ChipRequest, LoginRequest):
    """Files, folders, names of backups or `-`; without any of them the chip on `port`."""

    files: tuple[str, ...] = argument(
        default=(),
        metavar="FILE",
        help=N_(
            "A dump, a text (boot log, JSON, forum post), a folder of them, the name of a backup "
            "in your library, or - for standard input, where a text can be pasted. Several may be "
            "given."
        ),
    )
    host: str | None = option(
        default=None,
        metavar="HOST",
        judge="host",
        help=N_("A running OpenBeken device instead, which may still hold the vendor's pins."),
    )


@request
class DiffRequest(Record):
    """Two dumps, each as `DumpRequest` takes one."""

    first: str = argument(
        metavar="FIRST",
        help=N_("A dump, the name of a backup in your library, or - for standard input."),
    )
    second: str = argument(metavar="SECOND", help=N_("The dump to compare it with."))


@request
class GpioRequest(Record):
    """A dump whose firmware is run; `timeout` in seconds."""

    file: str = argument(
        metavar="FILE", help=N_("A full dump, or the name of a backup in your library.")
    )
    chip: str | None = option(
        default=None,
        metavar="CHIP",
        judge="chip",
        help=N_("The chip to run it on; else as the dump says."),
    )
    timeout: float = option(
        default=30.0, least=1, most=600, metavar="SECONDS", help=N_("How long.")
    )


def config(session: Session, request: ConfigRequest) -> KnownConfig | ManyResult:
    """`dump config`; the items of several inputs are events."""
    from plugsmith.flows.dump import config as flow
    from plugsmith.flows.input_file import expand
    from plugsmith.flows.many import no_files

    if request.host is not None:
        return _known(_from_running(session, request, request.host))
    if not request.files and request.port is None:
        raise UsageError(problem=_("give a FILE, --port for a chip, or --host"))
    if not request.files:
        return _known(_from_chip(session, request))
    if request.files == ("-",):
        data = flow.read_stream(sys.stdin.buffer)
        return _known(flow.recover_bytes(data, name=_("standard input")))
    given = [named_file(session, name) for name in request.files]
    paths = expand(given)
    if len(given) == len(paths) == 1 and not given[0].is_dir():
        return _known(flow.recover_file(paths[0]))
    if not paths:
        raise no_files(given)
    return flow.recover_many(paths, sink=session.sink, cancel=session.cancel)


def _from_chip(session: Session, request: ConfigRequest) -> ConfigResult:
    from plugsmith.flows.dump.config import recover_chip
    from plugsmith.flows.wire.connected import connected

    with connected(flow_context(session, request)) as device:
        device.raise_speed()
        return recover_chip(device.flash, name=_("the chip"), chip=device.identity.chip.name)


def _from_running(session: Session, request: ConfigRequest, host: str) -> ConfigResult:
    from plugsmith.flows.device.live_flash import recover_running

    if request.files or request.port is not None:
        raise UsageError(problem=_("--host takes the place of FILE and --port"))
    return recover_running(lan_context(session, request), host)


def _known(found: ConfigResult) -> KnownConfig:
    """The answer with a line about the known device that it is like, if there is one."""
    from plugsmith.flows.catalogue.looks_like import recovered_looks_like
    from plugsmith.flows.dump.known_config import KnownConfig

    return KnownConfig(**fields_apart(found), looks_like=recovered_looks_like(found))


def info(session: Session, request: DumpRequest) -> InfoResult | ManyResult:
    """`dump info`; of a folder or an archive with several files an item each."""
    from plugsmith.flows.bridge.saved_info import info_beside, info_of_file
    from plugsmith.flows.dump.files import info as do_it
    from plugsmith.flows.dump.files import info_many

    several = files_of(session, request)
    if several is not None:
        return info_many(several, info_of_file, sink=session.sink, cancel=session.cancel)
    dump = open_named(session, request.file)
    if request.file == "-":
        return do_it(dump)
    return info_beside(dump, named_file(session, request.file))


def records(session: Session, request: RecordsRequest) -> RecordsResult | ManyResult:
    """`dump records`; NothingFound where nothing is stored."""
    from plugsmith.flows.dump.files import records as do_it

    several = files_of(session, request)
    if several is not None:
        from plugsmith.flows.dump.over_many import records_many

        return records_many(
            several, show_secrets=request.show_secrets, sink=session.sink, cancel=session.cancel
        )
    return do_it(open_named(session, request.file), show_secrets=request.show_secrets)


def diff(session: Session, request: DiffRequest) -> DiffResult:
    """`dump diff`; tells no secrets."""
    from plugsmith.flows.dump.files import diff as do_it

    return do_it(open_named(session, request.first), open_named(session, request.second))


def gpio(session: Session, request: GpioRequest) -> GpioResult:
    """`dump gpio`. Raises EmulatorMissing, NoBoard, NotBootable, EmulatorFailed."""
    from plugsmith.flows.image.emulation import gpio_table
    from plugsmith.flows.image.file import open_image

    source = open_image(named_file(session, request.file))
    return gpio_table(source, session.sink, chip=request.chip, wall_s=request.timeout)


def files_of(session: Session, request: DumpRequest) -> list[Path] | None:
    """The files that are meant, in folders and archives too; None where it is one file alone."""
    from plugsmith.flows.input_file import expand, several_in
    from plugsmith.flows.many import no_files

    if not request.more:
        name = request.file
        return several_in(named_file(session, name)) if name != "-" else None
    names = (request.file, *request.more)
    if "-" in names:
        raise UsageError(problem=_("- (standard input) stands alone"))
    given = [named_file(session, name) for name in names]
    found = expand(given)
    if not found:
        raise no_files(given)
    return found


def open_named(session: Session, name: str) -> Dump:
    """The dump that the user means; raises InputMissing, InputTooLarge or InputEmpty."""
    from plugsmith.dump.recovery.usable import MAX_LEN
    from plugsmith.errors import InputTooLarge
    from plugsmith.flows.dump.files import dump_of, open_dump

    if name != "-":
        return open_dump(named_file(session, name))
    data = sys.stdin.buffer.read(MAX_LEN + 1)
    if len(data) > MAX_LEN:
        raise InputTooLarge(name=_("standard input"), size=len(data), limit=MAX_LEN)
    return dump_of(data, name=_("standard input"))
