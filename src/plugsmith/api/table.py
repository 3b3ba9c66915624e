"""The table of verbs, in the order in which they are listed."""

from __future__ import annotations

from plugsmith.api.options import parameters
from plugsmith.api.rows.backups import BACKUPS
from plugsmith.api.rows.device import DEVICE
from plugsmith.api.rows.dump import DUMP
from plugsmith.api.rows.image import IMAGE
from plugsmith.api.rows.obk import OBK
from plugsmith.api.rows.own import OWN
from plugsmith.api.rows.practice import PRACTICE
from plugsmith.api.rows.rf import RF
from plugsmith.api.rows.wire import WIRE
from plugsmith.api.verb import Need, Verb
from plugsmith.messages import N_

GROUPS: dict[str, str] = {
    "dump": N_("Flash dumps: what is in one, its pins, its damage, a copy safe to share."),
    "image": N_("Firmware files: say what one is, convert it, download releases."),
    "rf": N_("RF calibration and MAC of a chip: show, save, put back, set, make anew."),
    "backups": N_("Your library of backups: list, label, copy, thin out."),
    "template": N_("Device templates: find one, check it, write it for other programs."),
    "device": N_("Running OpenBeken devices: find, look at, set up, update, calibrate."),
    "obk": N_("OpenBeken's own data: its settings block, in files, chips and devices."),
    "config": N_("Plugsmith's own settings: what holds, and why."),
    "obk config": N_("The settings block: read it, change it, build one for a new device."),
}

_TEMPLATE = "plugsmith.api.files.template"
_CATALOGUE_RESULTS = "plugsmith.flows.catalogue.results"

VERBS: tuple[Verb, ...] = (
    *WIRE,
    *RF,
    *BACKUPS,
    *DUMP,
    *IMAGE,
    *OBK,
    *PRACTICE,
    *OWN,
    Verb(
        name="template search",
        summary=N_("Find devices of the catalogue by words, vendor, chip, module."),
        home=_TEMPLATE,
        request="SearchRequest",
        runner="search",
        results=(f"{_CATALOGUE_RESULTS}:SearchResult",),
        needs=(Need.LIBRARY,),
    ),
    Verb(
        name="template show",
        summary=N_("Show a device of the catalogue, and what was corrected in it."),
        home=_TEMPLATE,
        request="ShowRequest",
        runner="show",
        results=(f"{_CATALOGUE_RESULTS}:EntryResult",),
        needs=(Need.LIBRARY,),
    ),
    Verb(
        name="template match",
        summary=N_("Say which known device a dump, configuration or template is like."),
        home=_TEMPLATE,
        request="MatchRequest",
        runner="match",
        results=(f"{_CATALOGUE_RESULTS}:MatchResult",),
        needs=(Need.LIBRARY,),
        asks=True,
    ),
    Verb(
        name="template export",
        summary=N_("Write a device for OpenBeken, ESPHome, Home Assistant, a forum ..."),
        home=_TEMPLATE,
        request="ExportRequest",
        runner="export",
        results=(f"{_CATALOGUE_RESULTS}:ExportResult",),
        needs=(Need.LIBRARY,),
    ),
    Verb(
        name="template contribute",
        summary=N_("Make a complete entry that a public list accepts."),
        home=_TEMPLATE,
        request="ContributeRequest",
        runner="contribute",
        results=(f"{_CATALOGUE_RESULTS}:ContributeResult",),
        needs=(Need.LIBRARY,),
    ),
    Verb(
        name="template update",
        summary=N_("Import a list of devices from a file, a folder or an address."),
        home=_TEMPLATE,
        request="UpdateRequest",
        runner="update",
        results=(f"{_CATALOGUE_RESULTS}:ImportResult", f"{_CATALOGUE_RESULTS}:ListsResult"),
        needs=(Need.LIBRARY,),
    ),
    Verb(
        name="template lint",
        summary=N_("Say what is wrong or risky in a template; exit code 8 on an error."),
        home=_TEMPLATE,
        request="LintRequest",
        runner="lint",
        results=(f"{_CATALOGUE_RESULTS}:LintResult", "plugsmith.flows.many:ManyResult"),
    ),
    *DEVICE,
)
BY_NAME: dict[str, Verb] = {verb.name: verb for verb in VERBS}


def private_options() -> frozenset[str]:
    """The options of all verbs whose values no report may tell, as they are written."""
    told = [item for verb in VERBS for item in parameters(verb.request_type)]
    return frozenset(flag for item in told if item.words.private for flag in item.written)
