"""`plugsmith dump records`: every key-value record and stored file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.cli.dump.input import FileArgument, ShowSecretsOption, open_named
from plugsmith.cli.options import JsonOption  # noqa: TC001 - typer evaluates the annotations
from plugsmith.cli.session import Session, run
from plugsmith.errors import Fact, NothingFound
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable


def records(
    file: FileArgument,
    *,
    show_secrets: ShowSecretsOption = False,
    as_json: JsonOption = False,
) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.flows.dump.files import records as records_of

        del session
        dump = open_named(file)
        data = records_of(dump, show_secrets=show_secrets)
        if not data["records"]:
            raise NothingFound(what=_("A stored record or file"), name=dump.name)
        return data

    from plugsmith.cli.dump.text import records_text

    render: Callable[[dict[str, Fact]], str] = records_text
    run("dump records", body, as_json=as_json, render=render)
