"""The table of verbs, in the order in which they are listed."""

from __future__ import annotations

from plugsmith.api.options import parameters
from plugsmith.api.rows.backups import BACKUPS
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

_HOUSE = "plugsmith.api.house"
_HOUSE_RESULTS = "plugsmith.flows.house.results"
_TEMPLATE = "plugsmith.api.template"
_CATALOGUE_RESULTS = "plugsmith.flows.catalogue.results"
_DEVICE = "plugsmith.api.device"
_FLOWS_DEVICE = "plugsmith.flows.device.results"
_FACTS = "plugsmith.flows.house.results:FactsResult"

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
    Verb(
        name="device scan",
        summary=N_("Find the OpenBeken devices in a range or in your own network."),
        home=_DEVICE,
        request="ScanRequest",
        runner="scan",
        results=(f"{_FLOWS_DEVICE}:ScanResult",),
        needs=(Need.NETWORK, Need.LIBRARY),
        asks=True,
    ),
    Verb(
        name="device info",
        summary=N_("Say what a device is, its pins, flags and readings."),
        home=_DEVICE,
        request="InfoRequest",
        runner="info",
        results=(_FACTS,),
        needs=(Need.NETWORK, Need.LIBRARY),
        asks=True,
    ),
    Verb(
        name="device apply",
        summary=N_("Give a device a template or settings, and check that it has them."),
        home=_DEVICE,
        request="ApplyRequest",
        runner="apply",
        results=(_FACTS,),
        needs=(Need.NETWORK, Need.LIBRARY),
        asks=True,
    ),
    Verb(
        name="device undo",
        summary=N_("Put back what the latest change of a device replaced."),
        home=_DEVICE,
        request="UndoRequest",
        runner="undo",
        results=(_FACTS,),
        needs=(Need.NETWORK, Need.LIBRARY),
        asks=True,
    ),
    Verb(
        name="device backup",
        summary=N_("Store settings, files and flash of a device in your library."),
        home=_DEVICE,
        request="BackupRequest",
        runner="backup",
        results=(_FACTS,),
        needs=(Need.NETWORK, Need.LIBRARY),
        asks=True,
    ),
    Verb(
        name="device ota",
        summary=N_("Update the firmware of a device, and check that the version changed."),
        home=_DEVICE,
        request="UpdateRequest",
        runner="ota",
        results=(_FACTS,),
        needs=(Need.NETWORK, Need.LIBRARY),
        asks=True,
    ),
    Verb(
        name="device calibrate",
        summary=N_("Make the readings of a device right with a known load."),
        home=_DEVICE,
        request="CalibrateRequest",
        runner="calibrate",
        results=(_FACTS,),
        needs=(Need.NETWORK, Need.LIBRARY),
        asks=True,
    ),
    Verb(
        name="device pins",
        summary=N_("Find out what the pins of a device do, one at a time, and undo it."),
        home=_DEVICE,
        request="PinsRequest",
        runner="pins",
        results=(_FACTS,),
        needs=(Need.NETWORK, Need.LIBRARY),
        asks=True,
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


def private_options() -> frozenset[str]:
    """The options of all verbs whose values no report may tell, as they are written."""
    told = [item for verb in VERBS for item in parameters(verb.request_type)]
    return frozenset(flag for item in told if item.words.private for flag in item.written)
