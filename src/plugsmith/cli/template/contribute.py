"""`plugsmith template contribute`: an entry for a public list, complete and checked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plugsmith.cli.options import JsonOption  # noqa: TC001 - typer evaluates the annotations
from plugsmith.cli.session import Session, run
from plugsmith.cli.template.export import (  # noqa: TC001 - typer evaluates the annotations
    ModelOption,
    NameOption,
    VendorOption,
)
from plugsmith.cli.template.match import DeviceArgument  # noqa: TC001 - typer evaluates it
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact

OutOption = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help=_("Where to write. Left out: print it.")),
]
ImageOption = Annotated[str, typer.Option("--image", help=_("Address of a picture of the device."))]
WikiOption = Annotated[
    str, typer.Option("--wiki", help=_("Address of an article or a thread about the device."))
]
ProductOption = Annotated[str, typer.Option("--product", help=_("Address where it is sold."))]
KeywordOption = Annotated[
    list[str] | None, typer.Option("--keyword", help=_("A word to find it by. Repeatable."))
]


def contribute(
    device: DeviceArgument,
    *,
    name: NameOption = "",
    vendor: VendorOption = "",
    model: ModelOption = "",
    image: ImageOption = "",
    wiki: WikiOption = "",
    product: ProductOption = "",
    keyword: KeywordOption = None,
    output: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    def body(_session: Session) -> dict[str, Fact]:
        from plugsmith.export.output import OutputFile
        from plugsmith.flows.catalogue.export import GivenNames, write_files
        from plugsmith.flows.catalogue.export import contribute as make

        naming = GivenNames(
            name=name,
            vendor=vendor,
            model=model,
            image=image,
            wiki=wiki,
            product=product,
            keywords=tuple(keyword or ()),
        )
        data = make(device, naming)
        files = [OutputFile(name="entry.json", text=str(data["text"]))]
        written: list[Fact] = [*write_files(files, output)] if output is not None else []
        return {**data, "written": written}

    run("template contribute", body, as_json=as_json, render=_render)


def _render(data: dict[str, Fact]) -> str:
    from plugsmith.cli.template.text import findings_text

    written = data["written"]
    if isinstance(written, list) and written:
        text = "\n".join(_("Written: {file}", file=path) for path in written)
    else:
        text = str(data["text"])
    if data["findings"]:
        text += "\n" + findings_text(data)
    return text
