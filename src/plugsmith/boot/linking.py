"""Catching the boot code in its short listening window after a reset.

`boot.contact.search` does the polling; here is what the rest of Plugsmith calls.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from plugsmith.boot.client import BootClient
from plugsmith.boot.contact.polls import Polls
from plugsmith.boot.contact.search import LinkPolicy, Search
from plugsmith.boot.wire import Wire
from plugsmith.clock import RealClock
from plugsmith.errors import Cancelled, PlugsmithError
from plugsmith.events import TaskBegin, TaskEnd
from plugsmith.link.witness import Witness
from plugsmith.messages import _

__all__ = ["LinkPolicy", "answers_again", "link", "link_again"]

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.boot.alive import Keeper
    from plugsmith.clock import Clock
    from plugsmith.events import CancelToken, EventSink
    from plugsmith.link.port import Port


def link(
    port: Port,
    *,
    policy: LinkPolicy,
    clock: Clock,
    sink: EventSink,
    cancel: CancelToken,
    speeds: Sequence[int] = (),
    left_behind: bool = False,
    witness: Witness | None = None,
    keeper: Keeper | None = None,
) -> BootClient:
    """Poll until a boot code answers; `speeds` are rates at which a cut session may have left it.

    `left_behind`: it was just lost at a rate that the adapter may lack, and nothing else is likely.
    `keeper` keeps a loader awake between requests: by default a thread on real time, and nobody on
    virtual time. `witness` is told what is seen; it knows what earlier links of the run saw.

    Emits TaskBegin/TaskEnd "link", and Progress with what is heard. Raises NoAnswer with the
    verdict, another LinkError or PortError where that says it better, Cancelled.
    """
    witness = witness or Witness(port, clock)
    search = Search(
        witness,
        policy=policy,
        clock=clock,
        sink=sink,
        cancel=cancel,
        speeds=speeds,
        left_behind=left_behind,
    )
    _run(search, clock=clock, sink=sink)
    client = BootClient(
        port,
        clock=clock,
        keeper=keeper or _usual_keeper(clock),
        round_trip_s=witness.round_trip_s,
        cancel=cancel,
    )
    try:
        client.settle()
    except BaseException:  # nobody gets the client: the chip is not left in its boot code
        with suppress(PlugsmithError):
            client.reboot()
        client.close()
        raise
    return client


def link_again(
    client: BootClient, *, policy: LinkPolicy, sink: EventSink, cancel: CancelToken
) -> None:
    """Catch the boot code of `client` again after a reset; both talk at 115200 afterwards.

    Raises like `link`. The dialect stays as it was identified.
    """
    client.pause()
    search = Search(
        Witness(client.port, client.clock),
        policy=replace(policy, use_greetings=False),
        clock=client.clock,
        sink=sink,
        cancel=cancel,
        speeds=(client.baud,),
    )
    _run(search, clock=client.clock, sink=sink)
    client.resume()
    client.settle()


def _usual_keeper(clock: Clock) -> Keeper | None:
    if not isinstance(clock, RealClock):
        return None
    from plugsmith.boot.alive_thread import ThreadKeeper  # noqa: PLC0415 - needs threads

    return ThreadKeeper


def _run(search: Search, *, clock: Clock, sink: EventSink) -> None:
    sink.emit(TaskBegin(task="link", title=_("Looking for the chip"), total=None, unit="polls"))
    begin = clock.monotonic()
    found = False
    try:
        search.run()
        found = True
    finally:
        seconds = clock.monotonic() - begin
        summary = _("The chip answers.") if found else ""
        sink.emit(TaskEnd(task="link", ok=found, seconds=round(seconds, 3), summary=summary))


def answers_again(
    port: Port, *, clock: Clock, seconds: float, cancel: CancelToken | None = None
) -> bool:
    """Whether a link check is answered within `seconds`, polling as fast as linking does.

    After a chip was told to start its firmware this means that it reset by itself. Cancelled.
    """

    def check() -> None:
        if cancel is not None and cancel.cancelled:
            raise Cancelled(state=_("Nothing was changed on the device."))

    polls = Polls(port, clock=clock, witness=Witness(port, clock), check=check)
    if not polls.attempt(seconds):
        return False
    Wire(port, clock=clock).drain(0.03, most_s=0.3)
    return True
