"""`plugsmith device`: OpenBeken devices that run on the network."""

from __future__ import annotations

import typer

from plugsmith.cli.device.calibrate import calibrate
from plugsmith.cli.device.change import apply, undo
from plugsmith.cli.device.look import backup, info, scan
from plugsmith.cli.device.ota import ota
from plugsmith.cli.device.pins import pins
from plugsmith.messages import _

app = typer.Typer(
    help=_("Running OpenBeken devices: find, look at, set up, update, calibrate."),
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def _group() -> None:
    """Keep `device` a group however many verbs it has."""


app.command("scan", help=_("Find the OpenBeken devices in a range or in your own network."))(scan)
app.command("info", help=_("Say what a device is, its pins, flags and readings."))(info)
app.command("apply", help=_("Give a device a template or settings, and check that it has them."))(
    apply
)
app.command("undo", help=_("Put back what the latest change of a device replaced."))(undo)
app.command("backup", help=_("Store settings, files and flash of a device in your library."))(
    backup
)
app.command("ota", help=_("Update the firmware of a device, and check that the version changed."))(
    ota
)
app.command("calibrate", help=_("Make the readings of a device right with a known load."))(
    calibrate
)
app.command("pins", help=_("Find out what the pins of a device do, one at a time, and undo it."))(
    pins
)
