"""Passwords come from a prompt that does not echo, from a file, or from the environment."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

from plugsmith.errors import InputMissing
from plugsmith.errors.safety import ConsentMissing
from plugsmith.messages import _

if TYPE_CHECKING:
    from pathlib import Path

    from plugsmith.cli.session import Session

_LONGEST = 1024


def read_secret(path: Path) -> str:
    """The first line of a file; InputMissing where it cannot be read."""
    try:
        with path.open("rb") as file:
            text = file.read(_LONGEST).decode("utf-8", "replace")
    except OSError as problem:
        raise InputMissing(name=str(path), problem=problem.strerror or "unreadable") from problem
    return text.splitlines()[0].strip() if text.strip() else ""


def ask_secret(session: Session, question: str) -> str:
    """What the user types, unseen; ConsentMissing where there is nobody to ask."""
    if not session.interactive:
        raise ConsentMissing(step=_("typing a password"))
    return getpass.getpass(question)
