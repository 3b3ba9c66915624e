"""`plugsmith dump repair`: a copy in flash order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.cli.dump_input import (
    FileArgument,
    OutputOption,
    ask_to_overwrite,
    open_named,
)
from plugsmith.cli.options import JsonOption, YesOption  # noqa: TC001 - typer evaluates them
from plugsmith.cli.session import Session, run

if TYPE_CHECKING:
    from plugsmith.errors import Fact


def repair(
    file: FileArgument,
    *,
    output: OutputOption,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.flows.dump_files import repair_to

        dump = open_named(file)
        ask_to_overwrite(session, output)
        return repair_to(dump, output)

    from plugsmith.cli.dump_text import repair_text

    run("dump repair", body, as_json=as_json, assume_yes=yes, render=repair_text)
