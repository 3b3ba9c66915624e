"""The verbs about the user's own backups."""

from __future__ import annotations

from plugsmith.api.verb import Need, Verb
from plugsmith.messages import N_

_HOME = "plugsmith.api.library.backups"
_RESULTS = "plugsmith.flows.backups.results"

BACKUPS: tuple[Verb, ...] = (
    Verb(
        name="backups list",
        summary=N_("List the backups of your library, or find one by words."),
        home=_HOME,
        request="BackupsListRequest",
        runner="list_backups",
        results=(f"{_RESULTS}:BackupsResult",),
        needs=(Need.LIBRARY,),
    ),
    Verb(
        name="backups label",
        summary=N_("Give a backup a label or a note."),
        home=_HOME,
        request="BackupsLabelRequest",
        runner="label",
        results=(f"{_RESULTS}:LabelResult",),
        needs=(Need.LIBRARY,),
    ),
    Verb(
        name="backups export",
        summary=N_("Copy backups with their passports into a folder."),
        home=_HOME,
        request="BackupsExportRequest",
        runner="export",
        results=(f"{_RESULTS}:ExportResult",),
        needs=(Need.LIBRARY,),
    ),
    Verb(
        name="backups prune",
        summary=N_("Remove backups that others of the same device make superfluous."),
        home=_HOME,
        request="BackupsPruneRequest",
        runner="prune",
        results=(f"{_RESULTS}:PruneResult",),
        needs=(Need.LIBRARY,),
        asks=True,
    ),
)
