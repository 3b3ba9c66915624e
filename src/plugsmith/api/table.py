"""The table of verbs, in the order in which they are listed."""

from __future__ import annotations

from plugsmith.api.rows.dump import DUMP
from plugsmith.api.rows.image import IMAGE
from plugsmith.api.rows.wire import WIRE
from plugsmith.api.verb import Need, Verb
from plugsmith.messages import N_

GROUPS: dict[str, str] = {
    "dump": N_("Flash dumps: what is in one, its pins, its damage, a copy safe to share."),
    "image": N_("Firmware files: say what one is, convert it, download releases."),
    "template": N_("OpenBeken device templates: check one before it is applied."),
    "device": N_("Running OpenBeken devices: find, look at, set up, update, calibrate."),
    "obk": N_("OpenBeken's own data: its settings block, in files, chips and devices."),
    "obk config": N_("The settings block: read it, change it, build one for a new device."),
}

_HOUSE = "plugsmith.api.house"
_HOUSE_RESULTS = "plugsmith.flows.house.results"
_TEMPLATE = "plugsmith.api.template"
_CATALOGUE_RESULTS = "plugsmith.flows.catalogue.results"

VERBS: tuple[Verb, ...] = (
    *WIRE,
    *DUMP,
    *IMAGE,
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
    Verb(
        name="device list",
        summary=N_("List the devices that were seen: version, signal, broker, last backup."),
        home=_HOUSE,
        request="ListRequest",
        runner="list_devices",
        results=(f"{_HOUSE_RESULTS}:ListResult",),
        needs=(Need.LIBRARY, Need.NETWORK),
        asks=False,
    ),
    Verb(
        name="device roll",
        summary=N_("Write the roll: which devices there are, to be edited by you."),
        home=_HOUSE,
        request="RollRequest",
        runner="roll",
        results=(f"{_HOUSE_RESULTS}:RollResult",),
        needs=(Need.LIBRARY, Need.NETWORK),
        asks=False,
    ),
    Verb(
        name="device plan",
        summary=N_("Compare the devices with the roll; exit code 8 when something differs."),
        home=_HOUSE,
        request="PlanRequest",
        runner="plan",
        results=(f"{_HOUSE_RESULTS}:PlanResult",),
        needs=(Need.LIBRARY, Need.NETWORK),
        asks=False,
    ),
    Verb(
        name="device restore",
        summary=N_("Put settings and files of a backup back onto a device, verified."),
        home=_HOUSE,
        request="RestoreRequest",
        runner="restore",
        results=(f"{_HOUSE_RESULTS}:FactsResult",),
        needs=(Need.LIBRARY, Need.NETWORK),
        asks=True,
    ),
    Verb(
        name="device command",
        summary=N_("Run a command on devices and show what they answer."),
        home=_HOUSE,
        request="CommandRequest",
        runner="command",
        results=(f"{_HOUSE_RESULTS}:FactsResult",),
        needs=(Need.LIBRARY, Need.NETWORK),
        asks=True,
    ),
    Verb(
        name="device restart",
        summary=N_("Restart devices and wait until they answer again."),
        home=_HOUSE,
        request="RestartRequest",
        runner="restart",
        results=(f"{_HOUSE_RESULTS}:FactsResult",),
        needs=(Need.LIBRARY, Need.NETWORK),
        asks=True,
    ),
    Verb(
        name="device logs",
        summary=N_("Show the log of a device, secrets masked."),
        home=_HOUSE,
        request="LogsRequest",
        runner="logs",
        results=(f"{_HOUSE_RESULTS}:FactsResult",),
        needs=(Need.LIBRARY, Need.NETWORK),
        asks=False,
    ),
    Verb(
        name="device files",
        summary=N_("List, get, put and remove the files of a device."),
        home=_HOUSE,
        request="FilesRequest",
        runner="files",
        results=(f"{_HOUSE_RESULTS}:FactsResult",),
        needs=(Need.LIBRARY, Need.NETWORK),
        asks=True,
    ),
)
BY_NAME: dict[str, Verb] = {verb.name: verb for verb in VERBS}
