"""`plugsmith template export`: a device in other programs' formats."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plugsmith.cli.options import JsonOption  # noqa: TC001 - typer evaluates the annotations
from plugsmith.cli.session import Session, run
from plugsmith.cli.template.match import DeviceArgument  # noqa: TC001 - typer evaluates it
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact

ToOption = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="FORMAT",
        help=_("openbeken, esphome, tasmota, homeassistant, markdown, svg or text."),
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE|DIR",
        help=_("Where to write. Left out: print it. Nothing is overwritten."),
    ),
]
NameOption = Annotated[str, typer.Option("--name", help=_("What the device is called."))]
VendorOption = Annotated[str, typer.Option("--vendor", help=_("Who sells it."))]
ModelOption = Annotated[str, typer.Option("--model", help=_("The model number on it."))]
TopicOption = Annotated[
    str, typer.Option("--topic", help=_("The MQTT topic of the device, for Home Assistant."))
]


def export(
    device: DeviceArgument,
    *,
    to: ToOption = "openbeken",
    output: OutOption = None,
    name: NameOption = "",
    vendor: VendorOption = "",
    model: ModelOption = "",
    topic: TopicOption = "",
    as_json: JsonOption = False,
) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.flows.catalogue.export import (
            GivenNames,
            export_and_explain,
            write_files,
        )

        files, about = export_and_explain(
            device,
            format_name=to,
            naming=GivenNames(name=name, vendor=vendor, model=model),
            topic=topic,
        )
        _tell(session, about)
        written = write_files(files, output) if output is not None else []
        listed: list[Fact] = [
            {"name": item.name, "media_type": item.media_type, "text": item.text} for item in files
        ]
        return {"format": to, "files": listed, "written": list(written), **about}

    run("template export", body, as_json=as_json, render=_render)


def _tell(session: Session, about: dict[str, Fact]) -> None:
    """Say beside the files what they cannot say: an unsure chip, a firmware variant."""
    from plugsmith.events import Warning_

    chip, needs = about["chip"], about["variant"]
    reason = chip.get("reason") if isinstance(chip, dict) else None
    if reason and not about["chip_is_certain"]:
        session.sink.emit(Warning_(code="PS-NOTE-CHIP", message=str(reason), hint="", data={}))
    for need in needs if isinstance(needs, list) else []:
        if isinstance(need, dict):
            text = str(need["text"])
            session.sink.emit(Warning_(code="PS-NOTE-VARIANT", message=text, hint="", data={}))


def _render(data: dict[str, Fact]) -> str:
    written = data["written"]
    if isinstance(written, list) and written:
        return "\n".join(_("Written: {file}", file=path) for path in written)
    files = data["files"]
    texts = (
        [str(item["text"]) for item in files if isinstance(item, dict)]
        if isinstance(files, list)
        else []
    )
    return "\n".join(texts)
