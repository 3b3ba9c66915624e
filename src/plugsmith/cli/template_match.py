"""`plugsmith template match`: which known device this one is like, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from plugsmith.cli.options import JsonOption  # noqa: TC001 - typer evaluates the annotations
from plugsmith.cli.session import Session, run
from plugsmith.errors import ExitCode
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


def match(device: DeviceArgument, *, limit: LimitOption = 8, as_json: JsonOption = False) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.flows.lookup import match_named

        data = match_named(device, limit=limit)
        if not data["close"]:
            session.exit_code = ExitCode.NOTHING_FOUND
        return data

    from plugsmith.cli.template_text import match_text

    run("template match", body, as_json=as_json, render=match_text)
