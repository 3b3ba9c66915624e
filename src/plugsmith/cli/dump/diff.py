"""`plugsmith dump diff`: what differs between two dumps, without secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.cli.dump.input import FileArgument, open_named
from plugsmith.cli.options import JsonOption  # noqa: TC001 - typer evaluates the annotations
from plugsmith.cli.session import Session, run

if TYPE_CHECKING:
    from plugsmith.errors import Fact


def diff(first: FileArgument, second: FileArgument, as_json: JsonOption = False) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.flows.dump.files import diff as diff_of

        del session
        return diff_of(open_named(first), open_named(second))

    from plugsmith.cli.dump.text import diff_text

    run("dump diff", body, as_json=as_json, render=diff_text)
