"""Options that the verbs of `plugsmith device` share, and the context that they make."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.cli.session import Session
    from plugsmith.errors import Fact
    from plugsmith.flows.device.context import LanContext

PASSWORD_VARIABLE = "PLUGSMITH_DEVICE_PASSWORD"  # noqa: S105 - the name of a variable

HostArgument: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="HOST",
        help=_(
            "Name or address of the device, with :port where it is not 80. Several: separated by "
            "commas, @FILE with one a line, a range such as 192.168.1.0/24, or `scan` for all."
        ),
    ),
]
PasswordFileOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--password-file",
        metavar="FILE",
        help=_("Read the device's web password from a file (or set PLUGSMITH_DEVICE_PASSWORD)."),
    ),
]
AskPasswordOption: TypeAlias = Annotated[
    bool, typer.Option("--ask-password", help=_("Ask for the device's web password."))
]


def lan_context(
    session: Session,
    *,
    password_file: Path | None = None,
    ask_password: bool = False,
    at_once: int = 8,
    leave_safe_mode: bool = False,
) -> LanContext:
    """The context of one run; InputMissing for a password file that cannot be read."""
    from plugsmith.clock import RealClock
    from plugsmith.flows.device.context import LanContext
    from plugsmith.library.library import Library

    return LanContext(
        clock=RealClock(),
        sink=session.sink,
        cancel=session.cancel,
        library=Library(),
        consent=lambda question, step: session.confirm(question, step=step),
        password=_password(session, password_file, ask=ask_password),
        at_once=at_once,
        leave_safe_mode=leave_safe_mode,
    )


def _password(session: Session, path: Path | None, *, ask: bool) -> str | None:
    from plugsmith.cli.secret_input import ask_secret, read_secret

    if path is not None:
        return read_secret(path)
    if ask:
        return ask_secret(session, _("Web password of the device: "))
    return os.environ.get(PASSWORD_VARIABLE) or None


def set_exit(session: Session, data: dict[str, Fact]) -> dict[str, Fact]:
    """Take the exit code of a run over several devices from its counts."""
    from plugsmith.errors import ExitCode

    code = data.get("exit_code")
    if isinstance(code, int):
        session.exit_code = ExitCode(code)
    return data
