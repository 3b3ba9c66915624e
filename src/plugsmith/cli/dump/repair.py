"""`plugsmith dump repair`: a copy in flash order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from plugsmith.cli.dump.input import (
    FileArgument,
    OutputOption,
    ask_to_overwrite,
    is_in_library,
    open_named,
)
from plugsmith.cli.options import JsonOption, YesOption  # noqa: TC001 - typer evaluates them
from plugsmith.cli.session import Session, run
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact

KeepSecretsOption = Annotated[
    bool,
    typer.Option(
        "--keep-secrets",
        help=_("Keep passwords and keys when FILE is a backup in your library."),
    ),
]


def repair(
    file: FileArgument,
    *,
    output: OutputOption,
    keep_secrets: KeepSecretsOption = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.flows.dump.files import repair_to

        dump = open_named(file)
        ask_to_overwrite(session, output)
        return repair_to(dump, output, sanitized=is_in_library(file) and not keep_secrets)

    from plugsmith.cli.dump.text import repair_text

    run("dump repair", body, as_json=as_json, assume_yes=yes, render=repair_text)
