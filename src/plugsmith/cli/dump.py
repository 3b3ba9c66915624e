"""`plugsmith dump`: what a flash dump holds, and copies of it that are repaired or cleaned."""

from __future__ import annotations

import typer

from plugsmith.cli.dump_config import config
from plugsmith.messages import _

app = typer.Typer(
    help=_("Flash dumps: what is in one, its pins, its damage, and a copy safe to share."),
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def _group() -> None:
    """Keep `dump` a group however many verbs it has."""


app.command("config", help=_("Recover the vendor's pin configuration, in whatever state it is."))(
    config
)
