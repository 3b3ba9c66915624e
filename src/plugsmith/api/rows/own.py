"""The verbs about Plugsmith itself."""

from __future__ import annotations

from plugsmith.api.verb import Verb
from plugsmith.messages import N_

OWN: tuple[Verb, ...] = (
    Verb(
        name="config show",
        summary=N_("Show the settings in force, and where each comes from."),
        home="plugsmith.api.own.config",
        request="ConfigShowRequest",
        runner="show",
        results=("plugsmith.flows.own.config_results:ConfigShown",),
    ),
)
