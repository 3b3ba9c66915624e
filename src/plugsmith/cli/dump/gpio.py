"""`plugsmith dump gpio`: which pins a firmware sets up, seen while it runs in the CPU emulator."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer evaluates the annotations
from typing import Annotated, cast

import typer

from plugsmith.cli.options import JsonOption  # noqa: TC001 - typer evaluates the annotations
from plugsmith.cli.session import Session, run
from plugsmith.errors import ExitCode, Fact
from plugsmith.messages import _


def gpio(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_("A full dump."))],
    chip: Annotated[
        str | None, typer.Option("--chip", help=_("The chip to run it on; else as the dump says."))
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", min=1, max=600, metavar="SECONDS", help=_("How long."))
    ] = 30.0,
    as_json: JsonOption = False,
) -> None:
    """Run the dump's firmware and list the pins it sets up; exit 8 if it does not get that far."""

    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.flows.image.emulation import gpio_table
        from plugsmith.flows.image.file import open_image

        data = gpio_table(open_image(file), session.sink, chip=chip, wall_s=timeout)
        if not data["pins"]:
            session.exit_code = ExitCode.NOTHING_FOUND
        return data

    run("dump gpio", body, as_json=as_json, render=_text)


def _text(data: dict[str, Fact]) -> str:
    lines = [str(data["meaning"])]
    for pin in cast("list[dict[str, Fact]]", data["pins"]):
        modes = ", ".join(cast("list[str]", pin["modes"]))
        levels = "".join(str(level) for level in cast("list[int]", pin["levels"]))
        note = _(", PWM") if pin["pwm"] else ""
        driven = _(", driven {levels}", levels=levels) if levels else ""
        lines.append(f"  P{pin['gpio']:<3} {modes}{note}{driven}")
    return "\n".join(lines)
