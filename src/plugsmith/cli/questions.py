"""Questions to a person at a terminal: nothing typed before one answers it, and all can be left.

Ctrl-C, Ctrl-D and `q` end every question at once (in a secret, `q` is a letter).
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from plugsmith.cli.writer import write_text
from plugsmith.errors import Cancelled
from plugsmith.events import AskKind
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugsmith.cli.session import Session
    from plugsmith.events import Ask

_POLL_S = 0.1
_LEAVE = frozenset({"q", "quit"})


def answer(session: Session, ask: Ask) -> str | bool | None:
    """What the user at the terminal says to a question of a verb; None where nobody is there.

    Raises Cancelled where the user leaves.
    """
    if not session.interactive:
        return None
    match ask.form:
        case AskKind.CONFIRM:
            return ask_yes(session, ask.question)
        case AskKind.CHOICE:
            return _chosen(session, ask)
        case AskKind.SECRET if os.name != "posix":
            import getpass

            session.close()
            return getpass.getpass(ask.question)
        case AskKind.SECRET:
            with _without_echo():
                return _line(session, ask.question)
        case _:
            return ask_line(session, f"{ask.question} {_how(ask)}".rstrip() + " ")


def _how(ask: Ask) -> str:
    """How a line is to be typed that is made of given words."""
    if not ask.choices:
        return ""
    if ask.choices == ("",):
        return _("[Enter]")
    return _("Names out of: {words}; Enter for none:", words=" ".join(ask.choices))


def _chosen(session: Session, ask: Ask) -> str:
    choices = ask.choices or ()
    session.say(ask.question)
    for number, text in enumerate(choices, 1):
        session.say(f"  {number}  {text}")
    while True:
        typed = ask_line(session, _("Which one (1 to {count}, q stops)? ", count=len(choices)))
        if typed.isdecimal() and 1 <= int(typed) <= len(choices):
            return choices[int(typed) - 1]


def ask_yes(session: Session, question: str) -> bool:
    """Whether the user answers yes; an empty line is no."""
    typed = ask_line(session, f"{question} " + _("[y/N, q stops]") + " ")
    return typed.lower() in {"y", "yes", _("y"), _("yes")}


def ask_line(session: Session, question: str) -> str:
    """One line, typed after the question stood there; Cancelled for `q` and as `_line` does."""
    typed = _line(session, question)
    if typed.lower() in _LEAVE:
        raise Cancelled
    return typed


def _line(session: Session, question: str) -> str:
    """One line; Cancelled as soon as the user presses Ctrl-C, or Ctrl-D."""
    session.close()
    forget_typed()
    write_text(sys.stderr, question)
    if os.name == "posix":
        import select

        while not select.select([sys.stdin], [], [], _POLL_S)[0]:
            session.cancel.check()
    line = sys.stdin.readline()
    session.cancel.check()
    if not line:
        raise Cancelled
    return line.strip()


def forget_typed() -> None:
    """Throw away what was typed before: it cannot be meant for a question not yet asked."""
    if os.name == "posix":
        import termios

        try:
            termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
        except (termios.error, OSError, ValueError):
            return  # no terminal: nothing is typed ahead
    else:
        import msvcrt

        while msvcrt.kbhit():  # type: ignore[attr-defined]
            msvcrt.getwch()  # type: ignore[attr-defined]


@contextmanager
def _without_echo() -> Iterator[None]:
    """What is typed is not shown; the line can still be left, which `getpass` does not allow."""
    import termios

    number = sys.stdin.fileno()
    before = termios.tcgetattr(number)
    silent = [*before]
    silent[3] &= ~termios.ECHO
    termios.tcsetattr(number, termios.TCSADRAIN, silent)
    try:
        yield
    finally:
        termios.tcsetattr(number, termios.TCSADRAIN, before)
        write_text(sys.stderr, "\n")
