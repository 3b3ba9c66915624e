"""`plugsmith demo`: the whole job on a simulated plug."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from plugsmith.cli import options as opt  # noqa: TC001 - Typer reads annotations at run time
from plugsmith.cli.session import Session, run
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command(
    help=_(
        "Identify, back up, recover the pins, flash, verify and boot a simulated WB2S plug: "
        "no hardware, no network, nothing in your library."
    )
)
def demo(
    *,
    instant: Annotated[
        bool, typer.Option("--instant", help=_("Do not wait as long as a real wire takes."))
    ] = False,
    as_json: opt.JsonOption = False,
) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.clock import RealClock, VirtualClock
        from plugsmith.demo.run import run_demo
        from plugsmith.demo.scene import build_scene

        scene = build_scene(paced=not instant)
        try:
            return run_demo(
                scene,
                clock=VirtualClock() if instant else RealClock(),
                sink=session.sink,
                cancel=session.cancel,
                again=session.again,
            ).as_data()
        except BaseException:
            scene.remove()
            raise

    run("demo", body, as_json=as_json, render=_render)


def _render(data: dict[str, Fact]) -> str:
    from plugsmith.cli.table import table

    steps = data["steps"] if isinstance(data["steps"], list) else []
    rows = [(str(row["step"]), str(row["outcome"])) for row in steps if isinstance(row, dict)]
    closing = _(
        "All of it is in {folder}; remove that folder when you are done. With a real plug the same "
        "job is: plugsmith backup, then plugsmith flash IMAGE.",
        folder=data["folder"],
    )
    return "\n" + table(rows) + "\n\n" + closing
