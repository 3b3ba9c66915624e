"""`plugsmith template search` and `show`: the catalogue by words, and one device of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from plugsmith.cli.options import JsonOption  # noqa: TC001 - typer evaluates the annotations
from plugsmith.cli.session import Session, run
from plugsmith.errors import ExitCode
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact

WordsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="WORDS", help=_("Words of the name, model, chip, module or keywords.")),
]
VendorOption = Annotated[str, typer.Option("--vendor", help=_("Only this vendor."))]
ChipOption = Annotated[str, typer.Option("--chip", help=_("Only this chip, for example BK7231T."))]
ModuleOption = Annotated[str, typer.Option("--module", help=_("Only this module, as WB2S."))]
MeterOption = Annotated[
    str, typer.Option("--meter", help=_("Only this meter: BL0937, BL0942 ..., any or none."))
]
RelaysOption = Annotated[
    int | None, typer.Option("--relays", min=0, max=64, help=_("Only so many relays."))
]
LimitOption = Annotated[
    int, typer.Option("--limit", min=1, max=1000, help=_("Show at most so many."))
]
IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help=_("The id of a device, as `search` shows it."))
]


def search(
    words: WordsArgument = None,
    *,
    vendor: VendorOption = "",
    chip: ChipOption = "",
    module: ModuleOption = "",
    meter: MeterOption = "",
    relays: RelaysOption = None,
    limit: LimitOption = 20,
    as_json: JsonOption = False,
) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.flows.dump.lookup import find
        from plugsmith.library.catalogue.search import Query

        data = find(
            Query(
                words=" ".join(words or ()),
                vendor=vendor,
                chip=chip,
                module=module,
                meter=meter,
                relays=relays,
                limit=limit,
            )
        )
        if not data["hits"]:
            session.exit_code = ExitCode.NOTHING_FOUND
        return data

    from plugsmith.cli.template.text import hits_text

    run("template search", body, as_json=as_json, render=hits_text)


def show(identifier: IdArgument, *, as_json: JsonOption = False) -> None:
    def body(_session: Session) -> dict[str, Fact]:
        from plugsmith.flows.dump.lookup import describe

        return describe(identifier)

    from plugsmith.cli.template.text import entry_text

    run("template show", body, as_json=as_json, render=entry_text)
