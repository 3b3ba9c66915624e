"""`plugsmith template match`: which known device this one is like, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from plugsmith.cli.device import options as lan
from plugsmith.cli.options import JsonOption  # noqa: TC001 - typer evaluates the annotations
from plugsmith.cli.session import Session, run
from plugsmith.errors import ExitCode, UsageError
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact

DeviceArgument = Annotated[
    str,
    typer.Argument(
        metavar="DEVICE",
        help=_(
            "A dump, the vendor's configuration or pin text, a template, a result of `dump "
            "config --json`, an id of the catalogue, or - for standard input."
        ),
    ),
]
LimitOption = Annotated[
    int, typer.Option("--limit", min=1, max=100, help=_("Show at most so many candidates."))
]


OptionalDevice = Annotated[
    str | None,
    typer.Argument(
        metavar="DEVICE",
        help=_("What `export` takes as DEVICE: a dump, a configuration, a template or an id."),
    ),
]
HostOption = Annotated[
    str | None,
    typer.Option(
        "--host", metavar="HOST", help=_("A running OpenBeken device instead: name or address.")
    ),
]


def match(
    device: OptionalDevice = None,
    *,
    host: HostOption = None,
    limit: LimitOption = 8,
    password_file: lan.PasswordFileOption = None,
    ask_password: lan.AskPasswordOption = False,
    as_json: JsonOption = False,
) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.flows.dump.lookup import match_named, match_running

        if (device is None) == (host is None):
            raise UsageError(problem=_("give either a DEVICE or --host"))
        if device is not None:
            data = match_named(device, limit=limit)
        else:
            context = lan.lan_context(
                session, password_file=password_file, ask_password=ask_password
            )
            data = match_running(context, str(host), limit=limit)
        if not data["close"]:
            session.exit_code = ExitCode.NOTHING_FOUND
        return data

    from plugsmith.cli.template.text import match_text

    run("template match", body, as_json=as_json, render=match_text)
