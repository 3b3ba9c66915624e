"""Catching the boot code in its short listening window after a reset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.boot.client import BootClient
    from plugsmith.clock import Clock
    from plugsmith.events import CancelToken, EventSink
    from plugsmith.link.port import Port


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPolicy:
    """How long to poll and what to try; `timeout_s` None means until the user stops."""

    timeout_s: float | None = 30.0
    use_lines: bool = True  # play the RTS/DTR reset recipes
    use_text: bool = True  # send the text `reboot 1` for an OpenBeken console


def link(
    port: Port,
    *,
    policy: LinkPolicy,
    clock: Clock,
    sink: EventSink,
    cancel: CancelToken,
    speeds: Sequence[int] = (),
) -> BootClient:
    """Poll until a boot code answers; `speeds` are rates at which a cut session may have left it.

    Emits TaskBegin/TaskEnd "link". Raises NoAnswer with what was heard, PortLost, Cancelled.
    """
    raise NotImplementedError
