"""`plugsmith read`: a range of the flash or another memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from plugsmith.cli import options as opt
from plugsmith.cli.session import Session, run
from plugsmith.errors import UsageError
from plugsmith.errors.library import OutputExists
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(help=_("Read a range of the flash, or another memory of the chip, into a file."))
def read(
    file: opt.TargetArgument = None,
    *,
    output: opt.OutputOption = None,
    start: opt.StartOption = "0",
    length: opt.LengthOption = None,
    space: opt.SpaceOption = "flash",
    port: opt.PortOption = None,
    baud: opt.BaudOption = None,
    chip: opt.ChipOption = None,
    link_timeout: opt.LinkTimeoutOption = None,
    trace: opt.TraceOption = None,
    remote_baud_follows: opt.RemoteBaudOption = False,
    yes: opt.YesOption = False,
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
        from plugsmith.cli.wiring import flow_context
        from plugsmith.flows.wire.raw_read import read_flash
        from plugsmith.flows.write.spaces import read_space
        from plugsmith.library.home import check_room, write_whole
        from plugsmith.memory import AddressRange

        target = output or file
        if target is None:
            raise UsageError(problem=_("name the file to write"))
        if target.exists():
            raise OutputExists(name=str(target))
        check_room(target.absolute().parent, 0)

        def span_of(size: int) -> AddressRange:
            return AddressRange.sized(*opt.span_of(start, length, size=size))

        ctx = flow_context(session, link)
        got = read_flash(ctx, span_of) if space == "flash" else read_space(ctx, space, span_of)
        write_whole(target, got.data)
        return got.as_data(file=str(target))

    run("read", body, as_json=as_json, assume_yes=yes, render=_render)


def _render(data: dict[str, Fact]) -> str:
    from plugsmith.cli.table import table

    return table(
        [
            (_("File"), str(data["file"])),
            (_("Range"), _("{length} bytes from 0x{start:06X}", **data)),
            (_("Proof"), str(data["proof"])),
            (_("SHA-256"), str(data["sha256"])),
        ]
    )
