"""The one place where text leaves for a person's terminal, and where a lost stream is noticed."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from plugsmith.cli.layout import fitted, width_of
from plugsmith.cli.paint import Mark, painted
from plugsmith.visible import visible

if TYPE_CHECKING:
    from typing import TextIO

    from plugsmith.errors import PlugsmithError


class StdoutGoneError(BrokenPipeError):
    """Whoever read our output has gone: no fault of ours, and none of a device."""


def write_text(
    stream: TextIO, text: str, *, lead: str = "", mark: Mark = Mark.DONE, as_is: bool = False
) -> None:
    """Write `text` and flush, broken to the terminal's width unless `as_is`.

    Nothing in it can command the terminal, and all of it can be encoded: characters that the
    stream's encoding does not know are written as escapes. `lead` stands before it in the colour of
    `mark`. Raises StdoutGoneError where the reader has gone, OutputLost where the stream takes no
    more.
    """
    shown = visible(lead + text)
    if not as_is:
        shown = fitted(shown, width_of(stream))
    encoding = getattr(stream, "encoding", None) or "utf-8"
    shown = shown.encode(encoding, "backslashreplace").decode(encoding)
    if lead and shown.startswith(lead):
        shown = painted(lead, mark, stream) + shown[len(lead) :]
    write_whole_line(stream, shown)


def write_whole_line(stream: TextIO, text: str) -> None:
    """Write and flush as it is; raises as `write_text` does."""
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError as problem:
        raise StdoutGoneError from problem
    except OSError as problem:
        raise lost(problem) from problem
    except ValueError as problem:  # the stream was closed by whoever started us
        if getattr(stream, "closed", False):
            raise StdoutGoneError from problem
        raise


def say(text: str, *, lead: str = "", mark: Mark = Mark.DONE) -> None:
    """A line for people beside the result, on stderr; nobody who listens is no fault."""
    from plugsmith.errors.flows import OutputLost

    with suppress(OutputLost, StdoutGoneError):
        write_text(sys.stderr, text + "\n", lead=lead, mark=mark)


def lost(problem: OSError) -> PlugsmithError:
    """The error for a stdout that takes no more."""
    from plugsmith.errors.flows import OutputLost
    from plugsmith.system_words import system_words

    return OutputLost(problem=system_words(problem))


def flush(stream: TextIO) -> None:
    """Write what is left in the stream; raises as `write_text` does."""
    write_whole_line(stream, "")


def open_streams() -> None:
    """Give stdin, stdout and stderr a place where the caller closed them.

    Otherwise the next file that is opened, perhaps one of the library, becomes the new stdout.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number: this one
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def give_up(stream: TextIO) -> None:
    """Let what is left in the stream go nowhere, so that the interpreter's end stays quiet."""
    with suppress(OSError, ValueError):
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, stream.fileno())
        os.close(devnull)
