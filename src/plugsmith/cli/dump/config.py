"""`plugsmith dump config`: the vendor's pins out of files, backups, folders, or a live chip."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plugsmith.cli import options as opt
from plugsmith.cli.session import Session, run
from plugsmith.errors import ExitCode, UsageError
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact

FilesArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FILE",
        help=_(
            "A dump, a folder of dumps, the name of a backup in your library, "
            "or - for standard input. Several may be given."
        ),
    ),
]
ExplainOption = Annotated[
    bool, typer.Option("--explain", help=_("Say for each pin where it comes from."))
]
TemplateOption = Annotated[
    bool, typer.Option("--template", help=_("Print only the OpenBeken template."))
]


def config(
    files: FilesArgument = None,
    *,
    explain: ExplainOption = False,
    template: TemplateOption = False,
    port: opt.PortOption = None,
    baud: opt.BaudOption = None,
    chip: opt.ChipOption = None,
    link_timeout: opt.LinkTimeoutOption = None,
    trace: opt.TraceOption = None,
    remote_baud_follows: opt.RemoteBaudOption = False,
    as_json: opt.JsonOption = False,
) -> None:
    link = opt.LinkOptions(
        port=port,
        baud=baud,
        chip=chip,
        link_timeout_s=link_timeout,
        trace=trace,
        remote_baud_follows=remote_baud_follows,
    )

    def body(session: Session) -> dict[str, Fact]:
        if files:
            return _from_files(session, files)
        if port is None:
            raise UsageError(problem=_("give a FILE, or --port for a chip"))
        return _from_chip(session, link)

    def render(data: dict[str, Fact]) -> str:
        from plugsmith.cli.dump.config_text import config_text, counts_text, template_text

        if "counts" in data:
            return counts_text(data)
        return template_text(data) if template else config_text(data, explain=explain)

    run("dump config", body, as_json=as_json, render=render)


def _from_files(session: Session, names: list[str]) -> dict[str, Fact]:
    from plugsmith.flows.dump.config import (
        exit_code_of,
        expand,
        no_files,
        read_stream,
        recover_bytes,
        recover_file,
        recover_many,
    )

    if names == ["-"]:
        data = recover_bytes(read_stream(sys.stdin.buffer), name=_("standard input"))
        session.exit_code = exit_code_of(data)
        return data
    given = [Path(name) if Path(name).exists() else _backup(name) for name in names]
    if len(given) == 1 and not given[0].is_dir():
        data = recover_file(given[0])
        session.exit_code = exit_code_of(data)
        return _with_likeness(data)
    paths = expand(given)
    if not paths:
        raise no_files(given)
    counts = recover_many(paths, sink=session.sink, cancel=session.cancel)
    session.exit_code = ExitCode(int(str(counts["exit_code"])))
    return counts


def _backup(name: str) -> Path:
    """The backup of that name in the user's library, else the name as a path (it is missing)."""
    from plugsmith.library.library import Library

    for entry in Library().backups.entries():
        if name in {entry.file.name, entry.file.stem, str(entry.file)}:
            return entry.file
    return Path(name)


def _from_chip(session: Session, link: opt.LinkOptions) -> dict[str, Fact]:
    from plugsmith.cli.wiring import flow_context
    from plugsmith.flows.dump.config import exit_code_of, recover_chip
    from plugsmith.flows.wire.connection import connected

    ctx = flow_context(session, link)
    with connected(ctx) as device:
        device.raise_speed()
        data = recover_chip(device.flash, name=_("the chip"), chip=device.identity.chip.name)
    session.exit_code = exit_code_of(data)
    return _with_likeness(data)


def _with_likeness(data: dict[str, Fact]) -> dict[str, Fact]:
    """The answer with a line about the known device that it is like, if there is one."""
    from plugsmith.flows.catalogue.find import looks_like

    return {**data, "looks_like": looks_like(data)}
