"""Requests of the verbs that talk to devices on the network, and the context that a flow gets."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.api.options import Panel, option, request
from plugsmith.messages import N_, _
from plugsmith.records import Record

if TYPE_CHECKING:
    from plugsmith.api.session import Session
    from plugsmith.flows.device.context import LanContext

_LONGEST = 1024
PASSWORD_VARIABLE = "PLUGSMITH_DEVICE_PASSWORD"  # noqa: S105 - the name of a variable


@request
class LoginRequest(Record):
    """Where a device's web password comes from; never from the command line itself."""

    password_file: Path | None = option(
        private=True,
        default=None,
        metavar="FILE",
        panel=Panel.LINK,
        help=N_("Read the device's web password from a file (or set PLUGSMITH_DEVICE_PASSWORD)."),
    )
    ask_password: bool = option(
        default=False, panel=Panel.LINK, help=N_("Ask for the device's web password.")
    )


def lan_context(
    session: Session,
    request: LoginRequest,
    *,
    at_once: int = 8,
    leave_safe_mode: bool = False,
) -> LanContext:
    """The context of one run; InputMissing for a password file that cannot be read."""
    from plugsmith.clock import RealClock
    from plugsmith.flows.device.context import LanContext

    return LanContext(
        clock=session.clock or RealClock(),
        sink=session.sink,
        cancel=session.cancel,
        library=session.library,
        consent=lambda question, step: session.confirm(question, step=step),
        password=_password(session, request),
        at_once=at_once,
        leave_safe_mode=leave_safe_mode,
    )


def read_secret(path: Path) -> str:
    """The first line of a file, at most 1024 bytes; InputMissing where it cannot be read."""
    from plugsmith.errors import InputMissing
    from plugsmith.system_words import system_words

    try:
        with path.open("rb") as file:
            text = file.read(_LONGEST).decode("utf-8", "replace")
    except OSError as problem:
        raise InputMissing(name=str(path), problem=system_words(problem)) from problem
    found = text.splitlines()[0].strip() if text.strip() else ""
    note_secret(found)
    return found


def _password(session: Session, request: LoginRequest) -> str | None:
    from plugsmith.events import AskKind

    if request.password_file is not None:
        return read_secret(request.password_file)
    if "device_password" in session.secrets:
        return session.secrets["device_password"]
    if request.ask_password:
        return session.text(
            _("Web password of the device: "), step=_("the password"), kind=AskKind.SECRET
        )
    found = os.environ.get(PASSWORD_VARIABLE) or None
    note_secret(found or "")
    return found


def note_secret(*secrets: str) -> None:
    """Let nothing tell them from now on."""
    from plugsmith.secrets import KNOWN

    KNOWN.note(*secrets)
