"""What is said when the simulator is switched off."""

from __future__ import annotations

from plugsmith.api.sim.results import ChipSession, EmulatedSession, HouseSession
from plugsmith.messages import _


def sim_text(found: ChipSession | EmulatedSession | HouseSession) -> str:
    """One sentence."""
    match found:
        case ChipSession():
            return _(
                "The simulated chip was switched off after {sessions} sessions: {erased} sectors "
                "erased, {programmed} programs.",
                sessions=found.sessions,
                erased=found.erased,
                programmed=found.programmed,
            )
        case EmulatedSession():
            return _(
                "The emulated chip was switched off after {sessions} sessions.",
                sessions=found.sessions,
            )
        case HouseSession():
            return _(
                "The simulated devices were switched off after {requests} requests and {restarts} "
                "restarts.",
                requests=found.requests,
                restarts=found.restarts,
            )
