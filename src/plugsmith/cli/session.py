"""One run of a verb: events out, consent in, and every outcome as an exit code."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from plugsmith.errors import Cancelled, Defect, ExitCode, Fact, PlugsmithError
from plugsmith.errors.safety import ConsentMissing
from plugsmith.events import CancelToken, ErrorEvent, EventSink, Result
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from plugsmith.cli.jsonl import JsonSink
    from plugsmith.cli.terminal import TerminalSink

    Body = Callable[["Session"], dict[str, Fact]]
    Render = Callable[[dict[str, Fact]], str]


class Session:
    """What a verb's body gets: a sink for events, a cancel token, and ways to ask the user."""

    def __init__(self, *, command: str, as_json: bool, assume_yes: bool) -> None:
        self.command = command
        self.as_json = as_json
        self.assume_yes = assume_yes
        self.cancel = CancelToken()
        self.exit_code = ExitCode.DONE
        self._listener = _make_listener(as_json=as_json)
        self.sink: EventSink = self._listener

    @property
    def interactive(self) -> bool:
        """Whether there is a person at a terminal who can be asked."""
        return not self.as_json and sys.stdin.isatty() and sys.stderr.isatty()

    def confirm(self, question: str, *, step: str) -> None:
        """Return if the user agrees; raise ConsentMissing otherwise. `step` says what was asked."""
        if self.assume_yes:
            return
        if not self.interactive:
            raise ConsentMissing(step=step)
        self._listener.close()
        sys.stderr.write(f"{question} [y/N] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() not in {"y", "yes", _("y"), _("yes")}:
            raise ConsentMissing(step=step)

    def say(self, text: str) -> None:
        """Print a line for people: on stdout, or on stderr with --json."""
        stream = sys.stderr if self.as_json else sys.stdout
        stream.write(text + "\n")
        stream.flush()

    def close(self) -> None:
        """Take progress bars down."""
        self._listener.close()


def _make_listener(*, as_json: bool) -> JsonSink | TerminalSink:
    if as_json:
        from plugsmith.cli.jsonl import JsonSink

        return JsonSink()
    from plugsmith.cli.terminal import TerminalSink

    return TerminalSink()


def run(
    command: str,
    body: Body,
    *,
    as_json: bool,
    assume_yes: bool = False,
    render: Render | None = None,
) -> None:
    """Run `body`, print its result, and leave with the right exit code (by typer.Exit).

    `body` returns the result data of the contract; it may set `session.exit_code` for outcomes that
    have a result and a code. `render` turns the data into text for people. The first Ctrl-C sets
    the cancel token, so that a flow can finish the sector in flight; the second interrupts at once.
    """
    session = Session(command=command, as_json=as_json, assume_yes=assume_yes)
    restore = _catch_interrupts(session)
    try:
        data = body(session)
        session.close()
        if as_json:
            session.sink.emit(Result(command=command, data=data))
        elif render is not None:
            session.say(render(data).rstrip("\n"))
        code = int(session.exit_code)
    except (typer.Exit, BrokenPipeError):
        session.close()
        raise
    except PlugsmithError as error:
        session.close()
        code = report_error(error, as_json=as_json)
    except KeyboardInterrupt:
        session.close()
        code = report_error(Cancelled(), as_json=as_json)
    except Exception as bug:  # noqa: BLE001 - the outermost layer: a traceback never reaches a user
        session.close()
        code = report_error(_defect(bug), as_json=as_json)
    finally:
        restore()
    raise typer.Exit(code)


def _catch_interrupts(session: Session) -> Callable[[], None]:
    def on_interrupt(_signum: int, _frame: FrameType | None) -> None:
        if session.cancel.cancelled:
            raise KeyboardInterrupt
        session.cancel.cancel()
        if not session.as_json:
            sys.stderr.write(
                "\n" + _("Stopping after this step. Press Ctrl-C again to stop at once.") + "\n"
            )

    try:
        before = signal.signal(signal.SIGINT, on_interrupt)
    except ValueError:  # not the main thread (tests, embedding): the caller owns the signals
        return lambda: None

    def restore() -> None:
        signal.signal(signal.SIGINT, before)

    return restore


def _defect(bug: Exception) -> Defect:
    if os.environ.get("PLUGSMITH_DEBUG"):
        traceback.print_exception(bug, file=sys.stderr)
    frame = traceback.extract_tb(bug.__traceback__)[-1]
    return Defect(kind=type(bug).__name__, where=f"{Path(frame.filename).name}:{frame.lineno}")


def report_error(error: PlugsmithError, *, as_json: bool) -> int:
    """Show `error` (JSON line on stdout, or sentences on stderr) and return its exit code."""
    if as_json:
        from plugsmith.cli.jsonl import JsonSink

        JsonSink().emit(ErrorEvent.of(error))
    else:
        lines = [_("Error {code}: {message}", code=error.code, message=error.message)]
        if error.hint:
            lines.append(_("What to do: {hint}", hint=error.hint))
        sys.stderr.write("\n".join(lines) + "\n")
        sys.stderr.flush()
    return int(error.exit_code)
