"""One run of a verb: events out, consent in, and every outcome as an exit code."""

from __future__ import annotations

import errno
import os
import shlex
import signal
import sys
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, NoReturn, cast

import typer

from plugsmith.api import session as api
from plugsmith.api.verb import Need, told
from plugsmith.cli.paint import Mark
from plugsmith.cli.quiet_end import end_quietly
from plugsmith.cli.writer import StdoutGoneError, give_up, say, write_text
from plugsmith.errors import Cancelled, Defect, ExitCode, Fact, PlugsmithError
from plugsmith.events import ErrorEvent
from plugsmith.events import Result as ResultEvent
from plugsmith.messages import _
from plugsmith.secrets import KNOWN, redact

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

    from plugsmith.api.session import Answer
    from plugsmith.api.verb import Verb
    from plugsmith.cli.jsonl import JsonSink
    from plugsmith.cli.terminal import TerminalSink
    from plugsmith.events import Ask, Event
    from plugsmith.flows.own.run_record import Recorder
    from plugsmith.records import Record, Result
    from plugsmith.sim.obk.device import SimObk


HELP_COMMAND = "plugsmith help {code}"  # the address of an error's page: in the program itself
_SYSTEM = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO),
    *(errno.EMFILE, errno.ENFILE, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.ELOOP),
}


class Session(api.Session):
    """A session whose listener is stdout or a terminal, and who is asked is the user there."""

    def __init__(self, *, command: str, as_json: bool, assume_yes: bool, loudness: int = 0) -> None:
        self._listener = _make_listener(as_json=as_json, loudness=loudness)
        super().__init__(
            sink=self._listener,
            answer=self._answered,
            assume_yes=assume_yes,
            again=shlex.join(["plugsmith", *sys.argv[1:]]),
        )
        self.recorder: Recorder | None = None
        self.command = command
        self.as_json = as_json
        self.exit_code = ExitCode.DONE
        if self.interactive:
            self.onlooker = self._look_on
            self.typed = Typist()

    @property
    def interactive(self) -> bool:
        """Whether there is a person at a terminal who can be asked."""
        return not self.as_json and sys.stdin.isatty() and sys.stderr.isatty()

    def _answered(self, ask: Ask) -> Answer:
        from plugsmith.cli.questions import answer

        return answer(self, ask)

    def announce(self, event: Event) -> None:
        """On stdout for programs, also without --json; at a terminal in words."""
        self.cancel.watched = True  # who reads this may stop the service at once
        if self.as_json or sys.stdout.isatty():
            self.sink.emit(event)
        else:
            from plugsmith.cli.jsonl import JsonSink

            JsonSink().emit(event)

    def _look_on(self, device: SimObk) -> Callable[[], None]:
        from plugsmith.cli.sim.hands import Onlooker, take_orders

        take_orders(device, self.say)
        return Onlooker(device, self.say).glance

    def say(self, text: str) -> None:
        """Print a line for people: on stdout, or on stderr with --json."""
        write_text(sys.stderr if self.as_json else sys.stdout, text + "\n")

    def record_run(self, verb: str) -> None:
        """Keep what is said, so that `support` can tell it if the run fails."""
        from plugsmith.flows.own.run_record import Recorder

        self.recorder = Recorder(self._listener, command=sys.argv[1:], verb=verb)
        self.sink = self.recorder

    def keep_failed_run(self, error: PlugsmithError) -> None:
        """Remember the run for `support`, without secrets; what cannot be kept is no fault."""
        if self.recorder is None or error.exit_code in {ExitCode.USAGE, ExitCode.INTERRUPTED}:
            return
        from plugsmith.api.table import private_options
        from plugsmith.flows.own.run_record import keep_last_run

        self.recorder.error = error
        with suppress(Exception):
            keep_last_run(self.library.root, self.recorder.record(private_options()))

    def check_stream(self) -> None:
        """Raise StdoutGoneError or OutputLost if JSON lines did not get out."""
        trouble = getattr(self._listener, "trouble", None)
        if trouble is not None:
            raise trouble

    def close(self) -> None:
        """Take progress bars down."""
        self._listener.close()


class Typist:
    """Lines typed at the terminal, read in a thread of its own from the first question on."""

    def __init__(self) -> None:
        self._lines: SimpleQueue[str] | None = None

    def __call__(self) -> str | None:
        """The next line, None while nobody has typed one."""
        if self._lines is None:
            self._lines = SimpleQueue()
            threading.Thread(target=self._read, args=(self._lines,), daemon=True).start()
        return None if self._lines.empty() else self._lines.get()

    @staticmethod
    def _read(lines: SimpleQueue[str]) -> None:
        for line in sys.stdin:
            lines.put(line.rstrip("\n"))


def _make_listener(*, as_json: bool, loudness: int) -> JsonSink | TerminalSink:
    if as_json:
        from plugsmith.cli.jsonl import JsonSink

        return JsonSink()
    from plugsmith.cli.terminal import TerminalSink

    return TerminalSink(loudness=loudness)


def run_verb(
    verb: Verb,
    request: Record,
    *,
    words: Callable[[Result], str],
    as_json: bool,
    assume_yes: bool = False,
    loudness: int = 0,
    parse: Callable[[Sequence[str]], tuple[Verb, Record]] | None = None,
) -> None:
    """Run a verb, print its result (`words` is the text for people), and leave by typer.Exit."""
    session = Session(command=verb.name, as_json=as_json, assume_yes=assume_yes, loudness=loudness)
    session.parse = parse
    if set(verb.needs) & {Need.PORT, Need.NETWORK}:
        session.record_run(verb.name)

    def body() -> None:
        from plugsmith.cli.after.next_steps import next_steps
        from plugsmith.cli.own.defaults import with_defaults

        wanted = with_defaults(session, request)
        result = verb.run(session, wanted)
        session.exit_code = result.exit_status
        session.close()
        if as_json:
            data = cast("dict[str, Fact]", told(request, result))
            session.sink.emit(ResultEvent(command=verb.name, data=data))
            session.check_stream()
        else:
            text = words(result).rstrip("\n")
            session.say(text if getattr(request, "show_secrets", False) else KNOWN.mask(text))
            after = next_steps(verb.name, request, result)
            if after:
                say("\n" + KNOWN.mask(after))

    _leave(session, body)


def _leave(session: Session, body: Callable[[], None]) -> NoReturn:
    """Do `body`; every outcome becomes an exit code, every error one JSON line or sentences.

    The first Ctrl-C sets the cancel token, so that a flow can finish the sector in flight; the
    second interrupts at once, and so does the first where no flow has begun (a pipe that nobody
    writes to would be waited for without end).
    """
    as_json = session.as_json
    restore = _catch_interrupts(session)
    try:
        body()
        code = int(session.exit_code)
    except (typer.Exit, StdoutGoneError):
        session.close()
        raise
    except PlugsmithError as error:
        session.close()
        session.keep_failed_run(error)
        if error.code == "PS-OUTPUT-LOST":
            give_up(sys.stdout)  # or the end of the program tries again, and reports it again
            as_json = False  # a line there would be lost like the result
        code = report_error(error, as_json=as_json)
    except KeyboardInterrupt:
        session.close()
        code = report_error(Cancelled(), as_json=as_json)
    except OSError as problem:
        session.close()
        code = report_error(_of_system(problem), as_json=as_json)
    except Exception as bug:  # noqa: BLE001 - the outermost layer: a traceback never reaches a user
        session.close()
        defect = _defect(bug)
        session.keep_failed_run(defect)
        code = report_error(defect, as_json=as_json)
    finally:
        restore()
    raise typer.Exit(code)


def _catch_interrupts(session: Session) -> Callable[[], None]:
    def on_interrupt(_signum: int, _frame: FrameType | None) -> None:
        if not session.cancel.watched or session.cancel.cancelled:
            end_quietly()
            raise KeyboardInterrupt
        session.cancel.cancel()
        if not session.as_json:
            say("\n" + _("Stopping after this step. Press Ctrl-C again to stop at once."))

    try:
        before = {
            number: signal.signal(number, on_interrupt)
            for number in (signal.SIGINT, signal.SIGTERM)
        }
    except ValueError:  # not the main thread (tests, embedding): the caller owns the signals
        return lambda: None

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    return restore


def _of_system(problem: OSError) -> PlugsmithError:
    """What the system refused, in words; a defect where the refusal is our own fault."""
    from plugsmith.errors.flows import FileRefused
    from plugsmith.system_words import system_words

    if problem.errno not in _SYSTEM:
        return _defect(problem)
    name = os.fsdecode(problem.filename) if problem.filename else _("a file")
    return FileRefused(name=name, problem=system_words(problem))


def _defect(bug: Exception) -> Defect:
    if os.environ.get("PLUGSMITH_DEBUG"):
        say(redact("".join(traceback.format_exception(bug))))
    frame = traceback.extract_tb(bug.__traceback__)[-1]
    return Defect(kind=type(bug).__name__, where=f"{Path(frame.filename).name}:{frame.lineno}")


def report_error(error: PlugsmithError, *, as_json: bool) -> int:
    """Show `error` (JSON line on stdout, or sentences on stderr) and return its exit code."""
    if as_json:
        from plugsmith.cli.jsonl import JsonSink

        sink = JsonSink()
        sink.emit(ErrorEvent.of(error))
        if sink.trouble is None:
            return int(error.exit_code)
    mark = Mark.REFUSED if error.exit_code is ExitCode.REFUSED else Mark.ERROR
    say(error.message, lead=_("Error {code}:", code=error.code) + " ", mark=mark)
    if error.hint:
        say(error.hint, lead=_("What to do:") + " ")
    say(_("More: {command}", command=HELP_COMMAND.format(code=error.code)))
    return int(error.exit_code)
