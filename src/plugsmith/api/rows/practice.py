"""The page in the browser, and the verbs to practise with, without hardware."""

from __future__ import annotations

from plugsmith.api.verb import Verb
from plugsmith.messages import N_

PRACTICE: tuple[Verb, ...] = (
    Verb(
        name="ui",
        summary=N_("Open the page in your browser: everything with a mouse."),
        home="plugsmith.ui.verb",
        request="UiRequest",
        runner="ui",
        results=("plugsmith.ui.results:PageServed",),
    ),
    Verb(
        name="demo",
        summary=N_("The whole job on a simulated plug, without hardware."),
        home="plugsmith.demo.verb",
        request="DemoRequest",
        runner="demo",
        results=("plugsmith.demo.results:DemoResult",),
    ),
    Verb(
        name="sim",
        summary=N_("A simulated chip on a pseudo-terminal or TCP port, for any client."),
        home="plugsmith.api.sim",
        request="SimRequest",
        runner="sim",
        results=(
            "plugsmith.api.sim.results:ChipSession",
            "plugsmith.api.sim.results:EmulatedSession",
            "plugsmith.api.sim.results:HouseSession",
        ),
    ),
)
