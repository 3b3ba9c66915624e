"""The table of verbs, in the order in which they are listed."""

from __future__ import annotations

from plugsmith.api.verb import Verb
from plugsmith.messages import N_

GROUPS: dict[str, str] = {
    "dump": N_("Flash dumps: what is in one, its pins, its damage, a copy safe to share."),
    "image": N_("Firmware files: say what one is, convert it, download releases."),
    "template": N_("OpenBeken device templates: check one before it is applied."),
    "device": N_("Running OpenBeken devices: find, look at, set up, update, calibrate."),
    "obk": N_("OpenBeken's own data: its settings block, in files, chips and devices."),
    "obk config": N_("The settings block: read it, change it, build one for a new device."),
}

_DUMP = "plugsmith.api.dump"
_DUMP_RESULTS = "plugsmith.flows.dump.results"

VERBS: tuple[Verb, ...] = (
    Verb(
        name="dump config",
        summary=N_("Recover the vendor's pin configuration, in whatever state it is."),
        home=_DUMP,
        request="ConfigRequest",
        runner="config",
        results=(f"{_DUMP_RESULTS}:KnownConfig", f"{_DUMP_RESULTS}:ConfigCounts"),
    ),
    Verb(
        name="dump info",
        summary=N_("Say what a file is: chip, layout, firmware, regions, damage, secrets."),
        home=_DUMP,
        request="DumpRequest",
        runner="info",
        results=(f"{_DUMP_RESULTS}:InfoResult",),
    ),
    Verb(
        name="dump records",
        summary=N_("List every stored record and file, secrets masked."),
        home=_DUMP,
        request="RecordsRequest",
        runner="records",
        results=(f"{_DUMP_RESULTS}:RecordsResult",),
    ),
)
BY_NAME: dict[str, Verb] = {verb.name: verb for verb in VERBS}
