"""The verbs on dumps."""

from __future__ import annotations

from plugsmith.api.verb import Need, Verb
from plugsmith.messages import N_

_DUMP = "plugsmith.api.files.dump"
_DUMP_RESULTS = "plugsmith.flows.dump.results"
_DUMP_FILES = "plugsmith.api.files.dump_files"
_DUMP_FILE_RESULTS = "plugsmith.flows.dump.file_results"
_IMAGE_RESULTS = "plugsmith.flows.image.results"

# Those that make files ask nothing; `asks` keeps `--yes`, which scripts give to all of them.
DUMP: tuple[Verb, ...] = (
    Verb(
        name="dump config",
        summary=N_("Recover the vendor's pin configuration, in whatever state it is."),
        home=_DUMP,
        request="ConfigRequest",
        runner="config",
        results=(
            "plugsmith.flows.dump.known_config:KnownConfig",
            "plugsmith.flows.many:ManyResult",
        ),
    ),
    Verb(
        name="dump info",
        summary=N_("Say what a file is: chip, layout, firmware, regions, damage, secrets."),
        home=_DUMP,
        request="DumpRequest",
        runner="info",
        results=(f"{_DUMP_RESULTS}:InfoResult", "plugsmith.flows.many:ManyResult"),
    ),
    Verb(
        name="dump records",
        summary=N_("List every stored record and file, secrets masked."),
        home=_DUMP,
        request="RecordsRequest",
        runner="records",
        results=(f"{_DUMP_RESULTS}:RecordsResult", "plugsmith.flows.many:ManyResult"),
    ),
    Verb(
        name="dump extract",
        summary=N_("Write partitions, decrypted code, records and files to a folder."),
        home=_DUMP_FILES,
        request="ExtractRequest",
        runner="extract",
        results=(f"{_DUMP_FILE_RESULTS}:ExtractResult", "plugsmith.flows.many:ManyResult"),
        asks=True,
    ),
    Verb(
        name="dump repair",
        summary=N_("Undo rotation, shift and padding; says what it could not repair."),
        home=_DUMP_FILES,
        request="RepairRequest",
        runner="repair",
        results=(f"{_DUMP_FILE_RESULTS}:RepairResult", "plugsmith.flows.many:ManyResult"),
        asks=True,
    ),
    Verb(
        name="dump sanitize",
        summary=N_("Make a copy that is safe to share, and prove that it is."),
        home=_DUMP_FILES,
        request="SanitizeRequest",
        runner="sanitize",
        results=(f"{_DUMP_FILE_RESULTS}:SanitizeResult", "plugsmith.flows.many:ManyResult"),
        asks=True,
    ),
    Verb(
        name="dump diff",
        summary=N_("Show what differs between two dumps, by region and record."),
        home=_DUMP,
        request="DiffRequest",
        runner="diff",
        results=(f"{_DUMP_FILE_RESULTS}:DiffResult",),
    ),
    Verb(
        name="dump forge",
        summary=N_("Build a valid factory dump from a pin text, for tests and practice."),
        home=_DUMP_FILES,
        request="ForgeRequest",
        runner="forge",
        results=(f"{_DUMP_FILE_RESULTS}:ForgeResult",),
        asks=True,
    ),
    Verb(
        name="dump gpio",
        summary=N_("Run the firmware in the CPU emulator and list the pins it sets up."),
        home=_DUMP,
        request="GpioRequest",
        runner="gpio",
        results=(f"{_IMAGE_RESULTS}:GpioResult",),
        needs=(Need.EMULATOR,),
    ),
)
