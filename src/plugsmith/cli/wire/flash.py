"""`plugsmith flash`: backup, preflight, write, verify, boot check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from plugsmith.api.settings import SettingsRequest, desired_settings
from plugsmith.cli import options as opt
from plugsmith.cli.obk import options as obk  # noqa: TC001 - typer reads annotations at run time
from plugsmith.cli.session import Session, run
from plugsmith.errors import UsageError
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from plugsmith.errors import Fact
    from plugsmith.flows.wire.connection import Device
    from plugsmith.flows.write.target_image import Segment

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(help=_("Back up, check, write, verify, and look whether it boots."))
def flash(
    image: opt.ImageArgument = None,
    *,
    dry_run: opt.DryRunOption = False,
    download: Annotated[
        bool,
        typer.Option(
            "--download",
            help=_("Without IMAGE: get the right OpenBeken release from the internet first."),
        ),
    ] = False,
    boot_check: Annotated[
        bool,
        typer.Option(
            "--boot-check",
            help=_("Before the write, run the result in the CPU emulator (extra emu)."),
        ),
    ] = False,
    with_settings: Annotated[
        bool,
        typer.Option(
            "--with-settings",
            help=_(
                "Write the OpenBeken settings in IMAGE too, with this device's own address and "
                "names (a prepared image: `plugsmith obk config build --image`)."
            ),
        ),
    ] = False,
    template: obk.TemplateOption = None,
    config: obk.ConfigOption = None,
    setting: obk.SetOption = None,
    wifi_ssid: obk.WifiOption = None,
    wifi_password_file: obk.WifiFileOption = None,
    mqtt_host: obk.MqttOption = None,
    mqtt_user: obk.MqttUserOption = None,
    mqtt_password_file: obk.MqttFileOption = None,
    name: obk.NameOption = None,
    allow: opt.AllowOption = None,
    port: opt.PortOption = None,
    baud: opt.BaudOption = None,
    chip: opt.ChipOption = None,
    link_timeout: opt.LinkTimeoutOption = None,
    log_port: opt.LogPortOption = None,
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
        log_port=log_port,
        trace=trace,
        remote_baud_follows=remote_baud_follows,
        allow=allow or (),
    )

    wanted = SettingsRequest(
        template=template,
        config=config,
        settings=tuple(setting or ()),
        wifi_ssid=wifi_ssid,
        wifi_password_file=wifi_password_file,
        mqtt_host=mqtt_host,
        mqtt_user=mqtt_user,
        mqtt_password_file=mqtt_password_file,
        name=name,
    )

    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.cli.wiring import flow_context
        from plugsmith.flows.image.fetch import FetchRequest
        from plugsmith.flows.wire.flash import flash as do_it

        wish = FetchRequest() if download else None
        extra = _settings(session, wanted, image if with_settings else None)
        if with_settings and image is None:
            raise UsageError(problem=_("--with-settings needs an IMAGE that holds settings"))
        if image is not None and extra is None:
            _tell_settings(session, image)
        context = flow_context(session, link)
        data = do_it(
            context, image, dry_run=dry_run, boot_check=boot_check, download=wish, extra=extra
        ).as_data()
        return {**data, "looks_like": _likeness(data["backup"])}

    from plugsmith.cli.wire.write_text import write_text

    run("flash", body, as_json=as_json, assume_yes=yes, render=write_text)


def _likeness(backup: Fact) -> str | None:
    """One line about the device, from the pins in its backup; None where nothing is known."""
    from pathlib import Path

    from plugsmith.flows.catalogue.find import backup_looks_like

    file = backup.get("file") if isinstance(backup, dict) else None
    return backup_looks_like(Path(file)) if isinstance(file, str) else None


def _settings(
    session: Session, wanted: SettingsRequest, image: Path | None
) -> Callable[[Device], Segment] | None:
    """What makes the settings sector for the device, once it is known which one it is."""
    from plugsmith.flows.device.obk_config import settings_piece
    from plugsmith.flows.device.prepared_image import block_in_image, prepared_piece
    from plugsmith.flows.image.file import open_image

    settings = desired_settings(session, wanted) if wanted.sets_anything else None
    for note in settings.notes if settings else ():
        session.say(note)
    if image is not None:
        file = open_image(image)
        block = block_in_image(file.data, name=file.name, chip=file.image.chip)
        return lambda device: prepared_piece(device, block, settings)
    return (lambda device: settings_piece(device, settings)) if settings is not None else None


def _tell_settings(session: Session, image: Path) -> None:
    """Say that the file holds settings which are not written."""
    from plugsmith.events import Warning_
    from plugsmith.flows.device.prepared_image import has_settings
    from plugsmith.flows.image.file import open_image
    from plugsmith.image.model import ImageKind

    file = open_image(image)
    held = file.image.kind is ImageKind.FLASH_START and file.image.firmware == "OpenBeken"
    if held and has_settings(file.data, chip=file.image.chip):
        session.sink.emit(
            Warning_(
                code="PS-NOTE-SETTINGS",
                message=_("{name} holds OpenBeken settings too.", name=file.name),
                hint=_("They are left out; --with-settings writes them."),
                data={"name": file.name},
            )
        )
