"""`plugsmith erase`: set sectors to FF."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from plugsmith.cli import options as opt
from plugsmith.cli.session import Session, run
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact
    from plugsmith.memory import AddressRange

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(help=_("Erase whole sectors of the flash, with backup and proof."))
def erase(
    *,
    start: opt.StartOption,
    length: opt.LengthOption,
    dry_run: opt.DryRunOption = False,
    allow: opt.AllowOption = None,
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
        allow=allow or (),
    )

    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.cli.wiring import flow_context
        from plugsmith.flows.wire.raw_write import erase_raw

        def span_of(size: int) -> AddressRange:
            return opt.span_to_change(start, length, size=size)

        done = erase_raw(flow_context(session, link), span_of, dry_run=dry_run)
        proof = None if dry_run else "device-crc"
        return {**done.image, "proof": proof, **done.as_data(), "image": None}

    from plugsmith.cli.wire.write_text import write_text

    run("erase", body, as_json=as_json, assume_yes=yes, render=write_text)
