"""The verbs for a chip on the wires."""

from __future__ import annotations

from plugsmith.api.verb import Need, Verb
from plugsmith.messages import N_

_WIRE = "plugsmith.api.wire"
_WRITE = "plugsmith.api.write"
_WIRE_RESULTS = "plugsmith.flows.wire.results"
_CHIP = (Need.PORT, Need.LIBRARY)

WIRE: tuple[Verb, ...] = (
    Verb(
        name="ports",
        summary=N_("List the serial ports and which one would be picked."),
        home="plugsmith.api.bench.ports",
        request="PortsRequest",
        runner="ports",
        results=("plugsmith.flows.port_results:PortsResult",),
    ),
    Verb(
        name="doctor",
        summary=N_("Say what is on the wire and what to do when the chip does not answer."),
        home=_WIRE,
        request="DoctorRequest",
        runner="doctor",
        results=(f"{_WIRE_RESULTS}:DoctorResult",),
        needs=(Need.PORT,),
        asks=True,
    ),
    Verb(
        name="console",
        summary=N_("Show what a device prints, and send commands; secrets masked."),
        home="plugsmith.api.bench.console",
        request="ConsoleRequest",
        runner="console",
        results=(f"{_WIRE_RESULTS}:ConsoleResult",),
        needs=(Need.PORT,),
        asks=True,
        types=True,
    ),
    Verb(
        name="info",
        summary=N_("Identify chip, boot code, flash, key class, MAC and firmware."),
        home=_WIRE,
        request="ChipRequest",
        runner="info",
        results=(f"{_WIRE_RESULTS}:InfoResult",),
        needs=_CHIP,
        asks=True,
    ),
    Verb(
        name="backup",
        summary=N_("Read the whole flash, proven, and store it with a passport."),
        home=_WIRE,
        request="BackupRequest",
        runner="backup",
        results=(
            f"{_WIRE_RESULTS}:BackupResult",
            "plugsmith.flows.bridge.results:ViaBackupResult",
        ),
        needs=_CHIP,
        asks=True,
    ),
    Verb(
        name="flash",
        summary=N_("Back up, check, write, verify, and look whether it boots."),
        home=_WRITE,
        request="FlashRequest",
        runner="flash",
        results=(
            f"{_WIRE_RESULTS}:FlashResult",
            "plugsmith.flows.bridge.results:ViaFlashResult",
        ),
        needs=_CHIP,
        asks=True,
    ),
    Verb(
        name="restore",
        summary=N_("Put a backup back on the device that it came from."),
        home=_WRITE,
        request="RestoreRequest",
        runner="restore",
        results=(f"{_WIRE_RESULTS}:WriteResult",),
        needs=_CHIP,
        asks=True,
    ),
    Verb(
        name="read",
        summary=N_("Read a range of the flash, or another memory, into a file."),
        home=_WIRE,
        request="ReadRequest",
        runner="read",
        results=(f"{_WIRE_RESULTS}:ReadResult",),
        needs=_CHIP,
        asks=True,
    ),
    Verb(
        name="write",
        summary=N_("Write a file to an address of the flash."),
        home=_WRITE,
        request="WriteRequest",
        runner="write",
        results=(f"{_WIRE_RESULTS}:WriteResult",),
        needs=_CHIP,
        asks=True,
    ),
    Verb(
        name="health",
        summary=N_("Test how the flash erases and keeps bytes, on free sectors only."),
        home="plugsmith.api.bench.health",
        request="HealthRequest",
        runner="health",
        results=("plugsmith.flows.write.health:HealthResult",),
        needs=_CHIP,
        asks=True,
    ),
    Verb(
        name="erase",
        summary=N_("Erase sectors of the flash."),
        home=_WRITE,
        request="EraseRequest",
        runner="erase",
        results=(f"{_WIRE_RESULTS}:EraseResult",),
        needs=_CHIP,
        asks=True,
    ),
    Verb(
        name="verify",
        summary=N_("Compare the flash with a file."),
        home=_WIRE,
        request="VerifyRequest",
        runner="verify",
        results=(f"{_WIRE_RESULTS}:VerifyResult",),
        needs=_CHIP,
        asks=True,
    ),
    Verb(
        name="unbrick",
        summary=N_("Put a lost boot loader back over SPI; nothing else is changed."),
        home=_WIRE,
        request="UnbrickRequest",
        runner="unbrick",
        results=("plugsmith.flows.spi.results:UnbrickResult",),
        needs=_CHIP,
        asks=True,  # it asks nothing; this keeps `--yes`, as for all verbs that write
    ),
    Verb(
        name="reset",
        summary=N_("Let the chip start what is in its flash."),
        home=_WIRE,
        request="ChipRequest",
        runner="reset",
        results=(f"{_WIRE_RESULTS}:ResetResult",),
        needs=_CHIP,
        asks=True,
    ),
)
