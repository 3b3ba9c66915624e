"""The verbs about Plugsmith itself."""

from __future__ import annotations

from plugsmith.api.verb import Need, Verb
from plugsmith.messages import N_

OWN: tuple[Verb, ...] = (
    Verb(
        name="support",
        summary=N_(
            "Make one file without secrets for those who help: runs a verb, or the last run."
        ),
        home="plugsmith.api.own.support",
        request="SupportRequest",
        runner="support",
        results=("plugsmith.flows.own.support_results:SupportResult",),
        needs=(Need.LIBRARY,),
        asks=True,
    ),
    Verb(
        name="config show",
        summary=N_("Show the settings in force, and where each comes from."),
        home="plugsmith.api.own.config",
        request="ConfigShowRequest",
        runner="show",
        results=("plugsmith.flows.own.config_results:ConfigShown",),
    ),
)
