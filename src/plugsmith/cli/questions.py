"""Questions to a person at a terminal that Ctrl-C can end at once."""

from __future__ import annotations

import getpass
import os
import sys
from typing import TYPE_CHECKING

from plugsmith.cli.writer import write_text
from plugsmith.events import AskKind
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.cli.session import Session
    from plugsmith.events import Ask

_POLL_S = 0.1


def answer(session: Session, ask: Ask) -> str | bool | None:
    """What the user at the terminal says to a question of a verb; None where nobody is there."""
    if not session.interactive:
        return None
    match ask.form:
        case AskKind.CONFIRM:
            return ask_yes(session, ask.question)
        case AskKind.CHOICE:
            return _chosen(session, ask)
        case AskKind.SECRET:
            session.close()
            return getpass.getpass(ask.question)
        case _:
            return ask_line(session, f"{ask.question} ")


def _chosen(session: Session, ask: Ask) -> str:
    choices = ask.choices or ()
    session.say(ask.question)
    for number, text in enumerate(choices, 1):
        session.say(f"  {number}  {text}")
    while True:
        typed = ask_line(session, _("Which one (1 to {count})? ", count=len(choices)))
        if typed.isdecimal() and 1 <= int(typed) <= len(choices):
            return choices[int(typed) - 1]


def ask_line(session: Session, question: str) -> str:
    """One typed line; Cancelled as soon as the user presses Ctrl-C."""
    session.close()
    write_text(sys.stderr, question)
    if os.name == "posix":
        import select

        while not select.select([sys.stdin], [], [], _POLL_S)[0]:
            session.cancel.check()
    line = sys.stdin.readline()
    session.cancel.check()
    return line.strip()


def ask_yes(session: Session, question: str) -> bool:
    """Whether the user answers yes; an empty line is no."""
    return ask_line(session, f"{question} [y/N] ").lower() in {"y", "yes", _("y"), _("yes")}
