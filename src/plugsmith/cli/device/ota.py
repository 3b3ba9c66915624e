"""`plugsmith device ota`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plugsmith.cli.device import options as opt
from plugsmith.cli.options import DryRunOption, JsonOption, YesOption  # noqa: TC001 - typer evaluates them
from plugsmith.cli.session import Session, run
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact

UpdateArgument = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="FILE",
        help=_(
            "The update (.rbl); several: each device gets the one for its chip and build. Left "
            "out: the newest ones in the cache."
        ),
    ),
]
AgainOption = Annotated[
    bool, typer.Option("--again", help=_("Also when the device runs this version already."))
]
VariantOption = Annotated[
    bool, typer.Option("--other-variant", help=_("Allow a build with other drivers."))
]


def ota(
    host: opt.HostArgument,
    file: UpdateArgument = None,
    *,
    dry_run: DryRunOption = False,
    again: AgainOption = False,
    other_variant: VariantOption = False,
    password_file: opt.PasswordFileOption = None,
    ask_password: opt.AskPasswordOption = False,
    at_once: opt.ParallelOption = 8,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.flows.device.ota import ota as do_it
        from plugsmith.flows.device.targets import targets

        context = opt.lan_context(
            session, password_file=password_file, ask_password=ask_password, at_once=at_once
        )
        hosts = targets(context, host)
        return opt.set_exit(
            session,
            do_it(context, hosts, file, again=again, other_variant=other_variant, dry_run=dry_run),
        )

    run("device ota", body, as_json=as_json, assume_yes=yes, render=_text)


def _text(data: dict[str, Fact]) -> str:
    from plugsmith.cli.device.look import counts_text

    if "failed" in data:
        return counts_text(data)
    if not data["updated"]:
        return _("{host} runs {to} already.", **data)
    return _("{host} was updated from {from_} to {to}.", from_=data["from"], **data)
