"""What a search without success ends with: the judge's verdict as an error of the tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.errors.link import NetworkSlow, NoAnswer
from plugsmith.errors.port import PortLost, PortStuck, PortTaken, ServerCloses, TelnetInFront
from plugsmith.link.hearing import Heard
from plugsmith.link.verdict import judge

if TYPE_CHECKING:
    from plugsmith.errors import PlugsmithError
    from plugsmith.link.witness import Witness

MOST_ROUND_TRIP_S = 0.45  # slower networks cannot keep a loader in download mode through retries


def failure(witness: Witness, *, gone: bool = False) -> PlugsmithError:
    """The error for what `witness` saw; `gone`: the port is away now."""
    witness.look_at_log()
    seen = witness.seen()
    verdict = judge(seen, gone=gone)
    name, count = witness.port.info.name, len(seen.losses)
    trip_ms, most_ms = (
        round(1000 * value) for value in (seen.round_trip_s or 0.0, MOST_ROUND_TRIP_S)
    )
    special: dict[Heard, PlugsmithError] = {
        Heard.WRITES_STUCK: PortStuck(port=name),
        Heard.PORT_TAKEN: PortTaken(port=name, count=count, remedy=verdict.next_step),
        Heard.SERVER_CLOSES: ServerCloses(port=name, count=count, remedy=verdict.next_step),
        Heard.PORT_LOST: PortLost(port=name),
        Heard.TELNET: TelnetInFront(port=name),
        Heard.SLOW_NETWORK: NetworkSlow(port=name, ms=trip_ms, most=most_ms),
    }
    usual = NoAnswer(
        port=name, seconds=round(seen.seconds, 1), remedy=verdict.next_step, **verdict.data()
    )
    return special.get(verdict.state, usual)
