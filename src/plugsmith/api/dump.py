"""The verbs that look into a dump: requests and runners."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.api.options import argument, option, request
from plugsmith.messages import N_, _
from plugsmith.records import Record

if TYPE_CHECKING:
    from plugsmith.api.session import Session
    from plugsmith.dump.dump import Dump
    from plugsmith.flows.dump.results import InfoResult, RecordsResult


@request
class DumpRequest(Record):
    """A dump by its path, a backup by its name in the library, or `-` for standard input."""

    file: str = argument(
        metavar="FILE",
        help=N_("A dump, the name of a backup in your library, or - for standard input."),
    )


@request
class RecordsRequest(DumpRequest):
    """Whether secrets come out as they are."""

    show_secrets: bool = option(
        default=False, help=N_("Include passwords and keys. Do not share what comes out.")
    )


def info(session: Session, request: DumpRequest) -> InfoResult:
    """`dump info`."""
    from plugsmith.flows.dump.files import info as do_it

    return do_it(open_named(session, request.file))


def records(session: Session, request: RecordsRequest) -> RecordsResult:
    """`dump records`; NothingFound where nothing is stored."""
    from plugsmith.flows.dump.files import records as do_it

    return do_it(open_named(session, request.file), show_secrets=request.show_secrets)


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


def named_file(session: Session, name: str) -> Path:
    """The path, or the backup of that name in the library if there is no such path."""
    path = Path(name)
    if path.exists():
        return path
    entries = session.library.backups.entries()
    return next((item.file for item in entries if name in {item.file.name, item.file.stem}), path)
