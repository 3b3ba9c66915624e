"""`plugsmith dump info`: what a file is, from its content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.cli.dump.input import FileArgument, open_named
from plugsmith.cli.options import JsonOption  # noqa: TC001 - typer evaluates the annotations
from plugsmith.cli.session import Session, run
from plugsmith.errors import ExitCode

if TYPE_CHECKING:
    from plugsmith.errors import Fact


def info(file: FileArgument, as_json: JsonOption = False) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.flows.dump.files import info as info_of

        data = info_of(open_named(file))
        if data["kind"] == "unknown":
            session.exit_code = ExitCode.BAD_INPUT
        return data

    from plugsmith.cli.dump.text import info_text

    run("dump info", body, as_json=as_json, render=info_text)
