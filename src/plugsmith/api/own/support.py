"""`support`: runs a verb, or takes the last run, and makes one redacted bundle of what happened."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.api.options import argument, new_file, request
from plugsmith.errors import UsageError
from plugsmith.messages import N_, _
from plugsmith.records import Record

if TYPE_CHECKING:
    from plugsmith.api.session import Session
    from plugsmith.flows.own.run_record import RunRecord
    from plugsmith.flows.own.support_results import SupportResult


@request
class SupportRequest(Record):
    """A verb with its options, as it is typed; without one the last run that failed."""

    words: tuple[str, ...] = argument(
        default=(),
        metavar="VERB",
        help=N_("The verb to run, with its options. Left out: the last run that failed."),
    )
    output: Path | None = new_file(
        help=N_("The archive to write. Left out: plugsmith-support-DATE.zip here.")
    )


def support(session: Session, request: SupportRequest) -> SupportResult:
    """`support`. Raises NoLastRun, NotClean; an error of the verb that is run becomes a fact."""
    from plugsmith.flows.own.run_record import read_last_run
    from plugsmith.flows.own.support import write_bundle
    from plugsmith.library.home import check_room

    target = request.output or Path(f"plugsmith-support-{_today()}.zip")
    if target.exists():
        from plugsmith.errors.library import OutputExists

        raise OutputExists(name=str(target))
    check_room(target.absolute().parent, 0)
    root = session.library.root
    record = _run(session, request.words) if request.words else read_last_run(root)
    return write_bundle(target, record)


def _run(session: Session, words: tuple[str, ...]) -> RunRecord:
    from dataclasses import replace
    from tempfile import TemporaryDirectory
    from typing import Any, cast

    from plugsmith.api.chip import ListenRequest
    from plugsmith.api.table import private_options
    from plugsmith.errors import Cancelled, PlugsmithError
    from plugsmith.flows.own.run_record import Recorder

    if session.parse is None:
        raise UsageError(problem=_("a verb can only be named on the command line"))
    verb, asked = session.parse(words)
    if verb.name in {"support", "sim", "ui"}:
        raise UsageError(problem=_("{name} cannot be put into a bundle", name=verb.name))
    recorder = Recorder(session.sink, command=words, verb=verb.name)
    with TemporaryDirectory(prefix="plugsmith-") as folder:
        trace = Path(folder) / "trace.jsonl"
        if isinstance(asked, ListenRequest) and asked.trace is None:
            asked = cast("Record", replace(cast("Any", asked), trace=trace))
        before, session.sink = session.sink, recorder
        try:
            recorder.result = verb.run(session, asked).as_data()
        except Cancelled:
            raise
        except PlugsmithError as error:
            recorder.error = error
        finally:
            session.sink = before
        return recorder.record(private_options(), trace=trace)


def _today() -> str:
    import datetime as dt

    return dt.datetime.now(tz=dt.UTC).strftime("%Y-%m-%d-%H%M%S")
