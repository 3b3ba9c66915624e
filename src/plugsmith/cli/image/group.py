"""`plugsmith image`: what a firmware file is, and files of one kind made into another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plugsmith.cli.image.boot import boot
from plugsmith.cli.options import JsonOption  # noqa: TC001 - typer evaluates the annotations
from plugsmith.cli.session import Session, run
from plugsmith.errors import ExitCode, Fact, UsageError
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.image.assemble import ConvertInput

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
        from plugsmith.flows.image.file import describe, open_image
        from plugsmith.image.model import ImageKind

        source = open_image(file)
        if source.image.kind is ImageKind.UNKNOWN:
            session.exit_code = ExitCode.BAD_INPUT
        return describe(source, session.sink)

    from plugsmith.cli.image.text import image_text

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

        from plugsmith.flows.image.file import ConvertRequest, convert_file, describe, open_image
        from plugsmith.image.assemble import TARGETS

        wanted = next((kind for kind in TARGETS if kind.value == to.lower()), None)
        if wanted is None:
            raise UsageError(problem=_("--to {kind} is none of qio, app and ota", kind=to))
        source: ConvertInput = open_image(file)
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

    from plugsmith.cli.image.text import convert_text

    run("image convert", body, as_json=as_json, render=convert_text)


@app.command(
    "fetch",
    help=_(
        "List OpenBeken releases and download a file of one. The network is used only by this "
        "command, and only when you run it."
    ),
)
def fetch(
    *,
    chip: Annotated[
        str | None, typer.Option("--chip", help=_("Download the right image for this chip."))
    ] = None,
    asset: Annotated[
        str | None, typer.Option("--asset", metavar="NAME", help=_("Download this file."))
    ] = None,
    variant: Annotated[
        str | None,
        typer.Option(
            "--variant",
            metavar="NAME",
            help=_(
                "With --chip: a build with other drivers, for example sensors or powerMetering."
            ),
        ),
    ] = None,
    version: Annotated[
        str | None, typer.Option("--version", help=_("From this release, not from the newest."))
    ] = None,
    prereleases: Annotated[
        bool, typer.Option("--prereleases", help=_("Count test releases too."))
    ] = False,
    repo: Annotated[
        str | None,
        typer.Option("--repo", metavar="OWNER/NAME", help=_("Another project's releases.")),
    ] = None,
    server: Annotated[
        str | None,
        typer.Option("--server", metavar="URL", help=_("Another server with the same API.")),
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help=_("Only what was fetched before; no network."))
    ] = False,
    as_json: JsonOption = False,
) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.clock import RealClock
        from plugsmith.flows.image.fetch import FetchRequest
        from plugsmith.flows.image.fetch import fetch as do_it
        from plugsmith.library.releases import ReleaseCache
        from plugsmith.openbeken.releases import DEFAULT_REPO

        return do_it(
            FetchRequest(
                repo=repo or DEFAULT_REPO,
                server=server,
                version=version,
                asset=asset,
                chip=chip,
                variant=variant,
                prereleases=prereleases,
                offline=offline,
            ),
            cache=ReleaseCache(),
            clock=RealClock(),
            sink=session.sink,
            cancel=session.cancel,
        )

    from plugsmith.cli.image.text import fetch_text

    run("image fetch", body, as_json=as_json, render=fetch_text)
