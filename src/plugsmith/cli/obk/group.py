"""`plugsmith obk config`: OpenBeken's own settings block, in files, chips and devices."""

from __future__ import annotations

import typer

from plugsmith.cli.obk.build import build
from plugsmith.cli.obk.config import read, write
from plugsmith.messages import _

app = typer.Typer(
    help=_("OpenBeken's own data: its settings block."), no_args_is_help=True, rich_markup_mode=None
)
config_app = typer.Typer(
    help=_("The settings block: read it, change it, build one for a new device."),
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def _group() -> None:
    """Keep `obk` a group."""


config_app.command("read", help=_("Show the settings in a file, a chip or a running device."))(read)
config_app.command("write", help=_("Change settings in a file, a chip or a running device."))(write)
config_app.command("build", help=_("Make a settings sector for a new device, or for many."))(build)
app.add_typer(config_app, name="config")
