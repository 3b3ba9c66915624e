"""`plugsmith template update`: lists of devices into the catalogue, only when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from plugsmith.cli.options import JsonOption  # noqa: TC001 - typer evaluates the annotations
from plugsmith.cli.session import Session, run
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact

FromOption = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="FILE|DIR|URL",
        help=_(
            "OpenBeken's devices.json, a device profile of cloudcutter, a folder of them, or an "
            "address. Left out: say what is in the catalogue."
        ),
    ),
]
NameOption = Annotated[
    str | None,
    typer.Option("--name", help=_("What to call the list. Left out: after its file.")),
]
LicenceOption = Annotated[
    str | None,
    typer.Option("--licence", help=_("The licence of the list, if you know it: kept as a note.")),
]


def update(
    *,
    origin: FromOption = None,
    name: NameOption = None,
    licence: LicenceOption = None,
    as_json: JsonOption = False,
) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.flows.dump.lookup import held_lists, import_list

        if origin is None:
            return held_lists()
        return import_list(origin, name=name, licence=licence, cancel=session.cancel)

    from plugsmith.cli.template.text import sources_text, update_text

    def render(data: dict[str, Fact]) -> str:
        return sources_text(data) if "sources" in data else update_text(data)

    run("template update", body, as_json=as_json, render=render)
