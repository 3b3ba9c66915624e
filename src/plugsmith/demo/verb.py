"""The demo as a verb: its request and its runner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.api.options import option, request
from plugsmith.messages import N_
from plugsmith.records import Record

if TYPE_CHECKING:
    from plugsmith.api.session import Session
    from plugsmith.demo.results import DemoResult


@request
class DemoRequest(Record):
    """How long the demo takes."""

    instant: bool = option(default=False, help=N_("Do not wait as long as a real wire takes."))


def demo(session: Session, request: DemoRequest) -> DemoResult:
    """`demo`; its folder stays unless the demo fails."""
    from plugsmith.clock import RealClock, VirtualClock  # noqa: PLC0415 - paid when it runs
    from plugsmith.demo import run  # noqa: PLC0415 - a request costs nothing to look at
    from plugsmith.demo.scene import build_scene  # noqa: PLC0415 - see above

    scene = build_scene(paced=not request.instant)
    try:
        return run.run_demo(
            scene,
            clock=VirtualClock() if request.instant else RealClock(),
            sink=session.sink,
            cancel=session.cancel,
            again=session.again,
        ).result()
    except BaseException:
        scene.remove()
        raise
