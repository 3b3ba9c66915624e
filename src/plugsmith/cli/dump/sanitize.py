"""`plugsmith dump sanitize`: a copy that is safe to share, proven so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from plugsmith.cli.dump.input import (
    FileArgument,
    OutputOption,
    ask_to_overwrite,
    open_named,
)
from plugsmith.cli.options import JsonOption, YesOption  # noqa: TC001 - typer evaluates them
from plugsmith.cli.session import Session, run
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact

KeepMacOption = Annotated[
    bool, typer.Option("--keep-mac", help=_("Leave the device's own MAC address in."))
]
SummaryOption = Annotated[
    bool, typer.Option("--summary", help=_("Print one paragraph for a forum post."))
]


def sanitize(
    file: FileArgument,
    *,
    output: OutputOption,
    keep_mac: KeepMacOption = False,
    summary: SummaryOption = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.flows.dump.files import sanitize_to

        dump = open_named(file)
        ask_to_overwrite(session, output)
        return sanitize_to(dump, output, keep_mac=keep_mac)

    def render(data: dict[str, Fact]) -> str:
        from plugsmith.cli.dump.text import sanitize_text

        return str(data["summary"]) if summary else sanitize_text(data)

    run("dump sanitize", body, as_json=as_json, assume_yes=yes, render=render)
