"""`plugsmith obk config build`: settings sectors for devices that start for the first time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plugsmith.api.settings import SettingsRequest, desired_settings
from plugsmith.cli import options as opt  # noqa: TC001 - typer reads annotations at run time
from plugsmith.cli.obk import options as obk  # noqa: TC001 - typer reads annotations at run time
from plugsmith.cli.session import Session, run
from plugsmith.errors import UsageError
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact
    from plugsmith.flows.device.desired_settings import DesiredSettings

OutOption = Annotated[
    str,
    typer.Option(
        "-o", "--output", metavar="FILE", help=_("The file; with several devices it holds {n}.")
    ),
]
MacOption = Annotated[
    list[str] | None,
    typer.Option("--mac", metavar="MAC", help=_("The MAC of the device. Repeatable for many.")),
]
FromOption = Annotated[
    Path | None,
    typer.Option("--from", metavar="FILE", help=_("Start from the block in this dump.")),
]
ChipNameOption = Annotated[str | None, typer.Option("--chip", help=_("The chip of the device."))]
ImageOption = Annotated[
    Path | None,
    typer.Option(
        "--image",
        metavar="FILE",
        help=_(
            "Make a whole image: this OpenBeken file (QIO) with the settings in it. Without --mac "
            "it is for any plug: `plugsmith flash --with-settings` fills in each one's own address."
        ),
    ),
]
_USUAL_CHIP = "BK7231T"


def build(
    output: OutOption,
    *,
    chip: ChipNameOption = None,
    image: ImageOption = None,
    mac: MacOption = None,
    base: FromOption = None,
    template: obk.TemplateOption = None,
    config: obk.ConfigOption = None,
    setting: obk.SetOption = None,
    wifi_ssid: obk.WifiOption = None,
    wifi_password_file: obk.WifiFileOption = None,
    mqtt_host: obk.MqttOption = None,
    mqtt_user: obk.MqttUserOption = None,
    mqtt_password_file: obk.MqttFileOption = None,
    name: obk.NameOption = None,
    as_json: opt.JsonOption = False,
) -> None:
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
        from plugsmith.flows.device.obk_config import build_file
        from plugsmith.flows.device.prepared_image import build_image

        desired = desired_settings(session, wanted)
        for note in desired.notes:
            session.say(note)
        macs = [*(mac or ())]
        if len(macs) > 1:
            return _many(session, output, desired, macs=macs, chip=chip, base=base, image=image)
        only = macs[0] if macs else None
        if image is not None:
            return build_image(Path(output), desired, image=image, chip=chip, mac=only, base=base)
        return build_file(Path(output), desired, chip=chip or _USUAL_CHIP, mac=only, base=base)

    run("obk config build", body, as_json=as_json, render=_text)


def _many(
    session: Session,
    output: str,
    desired: DesiredSettings,
    *,
    macs: list[str],
    chip: str | None,
    base: Path | None,
    image: Path | None,
) -> dict[str, Fact]:
    from plugsmith.events import Item
    from plugsmith.flows.device.obk_config import build_file
    from plugsmith.flows.device.prepared_image import build_image

    if "{n}" not in output and "{mac}" not in output:
        raise UsageError(problem=_("with several devices the file name needs {{n}} or {{mac}}"))
    files: list[Fact] = []
    for number, address in enumerate(macs, 1):
        tail = address.replace(":", "").replace("-", "")[-6:].lower()
        path = Path(output.replace("{n}", str(number)).replace("{mac}", tail))
        if image is not None:
            data = build_image(
                path, desired, image=image, chip=chip, mac=address, number=number, base=base
            )
        else:
            owner = chip or _USUAL_CHIP
            data = build_file(path, desired, chip=owner, mac=address, number=number, base=base)
        session.sink.emit(Item(name=str(path), data=data))
        files.append(str(path))
    return {"files": files, "chip": chip}


def _text(data: dict[str, Fact]) -> str:
    files = data.get("files") or [data.get("file")]
    names = ", ".join(map(str, files)) if isinstance(files, list) else ""
    return _(
        "Built {names}. It may hold passwords in the clear; only you can read it.", names=names
    )
