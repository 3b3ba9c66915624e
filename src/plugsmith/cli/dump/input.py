"""What the `dump` verbs share: the FILE argument, and consent before something is overwritten."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.cli.session import Session
    from plugsmith.dump.dump import Dump

FileArgument: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help=_("A dump, the name of a backup in your library, or - for standard input."),
    ),
]
OutputOption: TypeAlias = Annotated[
    Path, typer.Option("-o", "--output", metavar="OUT", help=_("The file to make."))
]
ShowSecretsOption: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--show-secrets", help=_("Include passwords and keys. Do not share what comes out.")
    ),
]


def open_named(name: str) -> Dump:
    """The dump that the user means; raises InputMissing, InputTooLarge or InputEmpty."""
    from plugsmith.dump.recovery.usable import MAX_LEN
    from plugsmith.errors import InputTooLarge
    from plugsmith.flows.dump.files import dump_of, open_dump

    if name != "-":
        return open_dump(_in_library(name))
    data = sys.stdin.buffer.read(MAX_LEN + 1)
    if len(data) > MAX_LEN:
        raise InputTooLarge(name=_("standard input"), size=len(data), limit=MAX_LEN)
    return dump_of(data, name=_("standard input"))


def ask_to_overwrite(session: Session, output: Path) -> None:
    """Return if `output` may be written; raise ConsentMissing if it exists and nobody agrees."""
    if output.exists():
        session.confirm(
            _("{name} exists already. Overwrite it?", name=output),
            step=_("overwriting {name}", name=output),
        )


def is_in_library(name: str) -> bool:
    """Whether FILE means a backup in the library, by its name or by its path."""
    from plugsmith.library.library import Library

    path = _in_library(name).resolve()
    return any(item.file.resolve() == path for item in Library().backups.entries())


def _in_library(name: str) -> Path:
    """The path, or the backup of that name if there is no such path."""
    path = Path(name)
    if path.exists():
        return path
    from plugsmith.library.library import Library

    entries = Library().backups.entries()
    return next((item.file for item in entries if name in {item.file.name, item.file.stem}), path)
