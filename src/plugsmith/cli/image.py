"""`plugsmith image`: what a firmware file is, and files of one kind made into another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plugsmith.cli.image_boot import boot
from plugsmith.cli.options import JsonOption  # noqa: TC001 - typer evaluates the annotations
from plugsmith.cli.session import Session, run
from plugsmith.errors import ExitCode, Fact, UsageError
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.image.assemble import Source

app = typer.Typer(
    help=_("Firmware files: say what one is, convert it, download releases."),
    no_args_is_help=True,
    rich_markup_mode=None,
)

app.command("boot", help=_("Run a firmware in the CPU emulator and say whether it boots."))(boot)

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help=_("The firmware file."))]


@app.command("info", help=_("Say what a firmware file is, from its bytes and not from its name."))
def info(file: FileArgument, as_json: JsonOption = False) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.flows.image_file import describe, open_image
        from plugsmith.image.model import ImageKind

        source = open_image(file)
        if source.image.kind is ImageKind.UNKNOWN:
            session.exit_code = ExitCode.BAD_INPUT
        return describe(source, session.sink)

    from plugsmith.cli.image_text import image_text

    run("image info", body, as_json=as_json, render=image_text)


@app.command(
    "convert",
    help=_(
        "Make a QIO image, a bare application or an OTA package out of a firmware file or a dump."
    ),
)
def convert(
    file: FileArgument,
    *,
    to: Annotated[str, typer.Option("--to", metavar="KIND", help=_("qio, app or ota."))],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="OUT", help=_("The file to make."))
    ],
    loader: Annotated[
        Path | None,
        typer.Option(
            "--loader",
            metavar="FILE",
            help=_(
                "Where the boot loader of a QIO image comes from, when the file has none: "
                "a QIO image, a backup or a boot loader of the same chip."
            ),
        ),
    ] = None,
    chip: Annotated[
        str | None,
        typer.Option(
            "--chip", help=_("The chip that an OTA package is for, where it does not say so.")
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    def body(session: Session) -> dict[str, Fact]:
        import time

        from plugsmith.flows.image_file import ConvertRequest, convert_file, describe, open_image
        from plugsmith.image.assemble import TARGETS

        wanted = next((kind for kind in TARGETS if kind.value == to.lower()), None)
        if wanted is None:
            raise UsageError(problem=_("--to {kind} is none of qio, app and ota", kind=to))
        source: Source = open_image(file)
        describe(source, session.sink)
        return convert_file(
            ConvertRequest(
                source=source,
                to=wanted,
                output=output,
                loader=open_image(loader) if loader is not None else None,
                chip=chip,
                time=int(time.time()),
            )
        )

    from plugsmith.cli.image_text import convert_text

    run("image convert", body, as_json=as_json, render=convert_text)
