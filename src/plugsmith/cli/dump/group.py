"""`plugsmith dump`: what a flash dump holds, and copies of it that are repaired or cleaned."""

from __future__ import annotations

import typer

from plugsmith.cli.dump.diff import diff
from plugsmith.cli.dump.extract import extract
from plugsmith.cli.dump.forge import forge
from plugsmith.cli.dump.gpio import gpio
from plugsmith.cli.dump.repair import repair
from plugsmith.cli.dump.sanitize import sanitize
from plugsmith.messages import _

app = typer.Typer(
    help=_("Flash dumps: what is in one, its pins, its damage, and a copy safe to share."),
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def _group() -> None:
    """Keep `dump` a group however many verbs it has."""


app.command("extract", help=_("Write partitions, decrypted code, records and files to a folder."))(
    extract
)
app.command("repair", help=_("Undo rotation, shift and padding; says what it could not repair."))(
    repair
)
app.command("sanitize", help=_("Make a copy that is safe to share, and prove that it is."))(
    sanitize
)
app.command("diff", help=_("Show what differs between two dumps, by region and record."))(diff)
app.command("forge", help=_("Build a valid factory dump from a pin text, for tests and practice."))(
    forge
)
app.command("gpio", help=_("Run the firmware in the CPU emulator and list the pins it sets up."))(
    gpio
)
