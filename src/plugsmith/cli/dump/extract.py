"""`plugsmith dump extract`: partitions, decrypted code, records and files, as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plugsmith.cli.dump.input import FileArgument, ShowSecretsOption, open_named
from plugsmith.cli.options import JsonOption, YesOption  # noqa: TC001 - typer evaluates them
from plugsmith.cli.session import Session, run
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact

FolderOption = Annotated[
    Path,
    typer.Option("-o", "--output", metavar="DIR", help=_("The folder to put the files in.")),
]


def extract(
    file: FileArgument,
    *,
    output: FolderOption,
    show_secrets: ShowSecretsOption = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.flows.dump.files import extract_to, is_filled

        dump = open_named(file)
        if is_filled(output):
            session.confirm(
                _("{name} is not empty. Write into it and replace files there?", name=output),
                step=_("writing into {name}", name=output),
            )
        return extract_to(dump, output, show_secrets=show_secrets)

    from plugsmith.cli.dump.text import extract_text

    run("dump extract", body, as_json=as_json, assume_yes=yes, render=extract_text)
