"""`plugsmith image boot`: run a firmware in the CPU emulator."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer evaluates the annotations
from typing import Annotated

import typer

from plugsmith.cli.options import JsonOption  # noqa: TC001 - typer evaluates the annotations
from plugsmith.cli.session import Session, run
from plugsmith.errors import ExitCode, Fact
from plugsmith.messages import _


def boot(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("The firmware file."))],
    chip: Annotated[
        str | None, typer.Option("--chip", help=_("The chip to run it on; else as the file says."))
    ] = None,
    dump: Annotated[
        Path | None,
        typer.Option(
            "--dump",
            metavar="BACKUP",
            help=_("Your own backup: the flash that the file would be written to."),
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", min=1, max=600, metavar="SECONDS", help=_("How long."))
    ] = 30.0,
    as_json: JsonOption = False,
) -> None:
    """Run the file and say whether it boots; exit 7 if it was seen not to."""

    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.flows.image.emulation import BootRequest, boot_image
        from plugsmith.flows.image.file import open_image

        data = boot_image(
            BootRequest(
                source=open_image(file),
                base=open_image(dump) if dump is not None else None,
                chip=chip,
                wall_s=timeout,
            ),
            session.sink,
        )
        if data["boots"] is False:
            session.exit_code = ExitCode.VERIFY
        return data

    run("image boot", body, as_json=as_json, render=_text)


def _text(data: dict[str, Fact]) -> str:
    lines = [str(data["meaning"])]
    log = [line for line in str(data["log"]).splitlines() if line.strip()]
    if log:
        lines += ["", _("The end of its log (redacted):"), *(f"  {line}" for line in log[-12:])]
    return "\n".join(lines)
