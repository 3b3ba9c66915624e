"""`plugsmith verify`: compare the flash with a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from plugsmith.cli import options as opt
from plugsmith.cli.session import Session, run
from plugsmith.errors import ExitCode, UsageError
from plugsmith.memory import parse_size
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(help=_("Compare the flash with a file and say where they differ."))
def verify(
    file: opt.DataArgument,
    *,
    start: opt.StartOption = "0",
    length: opt.LengthOption = None,
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
        from plugsmith.flows.image.file import open_image
        from plugsmith.flows.wire.raw_read import spans_data, verify_flash

        data = open_image(file).data
        amount = parse_size(length, whole=len(data)) if length else len(data)
        if not 0 < amount <= len(data):
            raise UsageError(problem=_("--length {length} is not in the file", length=length))
        ctx = flow_context(session, link)
        differs = verify_flash(ctx, data[:amount], start=parse_size(start))
        if differs:
            session.exit_code = ExitCode.VERIFY
        return {"equal": not differs, "differs": spans_data(differs)}

    run("verify", body, as_json=as_json, assume_yes=yes, render=_render)


def _render(data: dict[str, Fact]) -> str:
    if data["equal"]:
        return _("Equal: the flash holds the bytes of the file.")
    differs = data["differs"]
    ranges = (
        [item for item in differs if isinstance(item, dict)] if isinstance(differs, list) else []
    )
    lines = [_("  {length} bytes from 0x{start:06X}", **item) for item in ranges]
    return "\n".join([_("The flash differs from the file:"), *lines])
