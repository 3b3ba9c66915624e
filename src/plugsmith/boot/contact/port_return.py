"""A port that vanished: wait for it to come back, and notice when it goes again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.boot.contact.no_link import failure
from plugsmith.errors import Cancelled
from plugsmith.errors.port import PortStuck
from plugsmith.events import Warning_
from plugsmith.link.verdict import AGAIN_AND_AGAIN, judge
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.clock import Clock
    from plugsmith.errors.port import PortLost
    from plugsmith.events import CancelToken, EventSink
    from plugsmith.link.witness import Witness

_REOPEN_S = 10.0
_SLICE_S = 0.4  # between two looks at Ctrl-C


def wait_for_port(
    witness: Witness,
    lost: PortLost,
    *,
    clock: Clock,
    sink: EventSink,
    cancel: CancelToken,
    time_is_up: Callable[[], bool] = lambda: False,
) -> None:
    """Return when the port is open again.

    Raises what the judge makes of it when it does not come back within 10 s, cannot be reopened,
    vanished too often, or is stuck; Cancelled.
    """
    if isinstance(lost, PortStuck):
        witness.writes_stuck = True
        raise failure(witness) from lost
    witness.port_lost()
    reopen = getattr(witness.port, "reopen", None)
    if reopen is None or witness.seen().quick_losses > AGAIN_AND_AGAIN:
        raise failure(witness, gone=True) from lost
    sink.emit(
        Warning_(
            code="PS-NOTE-PORT-BACK",
            message=_("The port vanished; waiting for it to come back."),
            hint=judge(witness.seen(), gone=True).next_step,
        )
    )
    end_s = clock.monotonic() + _REOPEN_S
    while not reopen(_SLICE_S):
        if cancel.cancelled:
            raise Cancelled(state=_("Nothing was changed on the device."))
        if time_is_up() or clock.monotonic() >= end_s:
            raise failure(witness, gone=True) from lost
    witness.port_opened()
