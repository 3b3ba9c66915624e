"""The table of verbs: name, module, help line. A verb's module is imported only when it runs."""

from __future__ import annotations

from dataclasses import dataclass

from plugsmith.messages import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """A verb or a group of verbs; `module` holds a Typer app called `app`."""

    name: str
    module: str
    summary: str


VERBS: tuple[Verb, ...] = (
    Verb(
        name="demo",
        module="plugsmith.cli.demo",
        summary=N_("The whole job on a simulated plug, without hardware."),
    ),
    Verb(
        name="ports",
        module="plugsmith.cli.wire.ports",
        summary=N_("List the serial ports and which one would be picked."),
    ),
    Verb(
        name="doctor",
        module="plugsmith.cli.wire.doctor",
        summary=N_("Say what is on the wire and what to do when the chip does not answer."),
    ),
    Verb(
        name="info",
        module="plugsmith.cli.wire.info",
        summary=N_("Identify chip, boot code, flash, key class, address and firmware."),
    ),
    Verb(
        name="backup",
        module="plugsmith.cli.wire.backup",
        summary=N_("Read the whole flash, proven, and store it with a passport."),
    ),
    Verb(
        name="flash",
        module="plugsmith.cli.wire.flash",
        summary=N_("Back up, check, write, verify, and look whether it boots."),
    ),
    Verb(
        name="restore",
        module="plugsmith.cli.wire.restore",
        summary=N_("Put a backup back on the device that it came from."),
    ),
    Verb(
        name="read",
        module="plugsmith.cli.wire.read",
        summary=N_("Read a range of the flash, or another memory, into a file."),
    ),
    Verb(
        name="write",
        module="plugsmith.cli.wire.write",
        summary=N_("Write a file to an address of the flash."),
    ),
    Verb(
        name="erase",
        module="plugsmith.cli.wire.erase",
        summary=N_("Erase sectors of the flash."),
    ),
    Verb(
        name="verify",
        module="plugsmith.cli.wire.verify",
        summary=N_("Compare the flash with a file."),
    ),
    Verb(
        name="reset",
        module="plugsmith.cli.wire.reset",
        summary=N_("Let the chip start what is in its flash."),
    ),
    Verb(
        name="dump",
        module="plugsmith.cli.dump.group",
        summary=N_("Flash dumps: what is in one, its pins, its damage, a copy safe to share."),
    ),
    Verb(
        name="image",
        module="plugsmith.cli.image.group",
        summary=N_("Firmware files: say what one is, convert it, download releases."),
    ),
    Verb(
        name="sim",
        module="plugsmith.cli.sim.group",
        summary=N_("A simulated chip on a pseudo-terminal or TCP port, for any client."),
    ),
    Verb(
        name="template",
        module="plugsmith.cli.template.group",
        summary=N_("OpenBeken device templates: check one before it is applied."),
    ),
    Verb(
        name="device",
        module="plugsmith.cli.device.group",
        summary=N_("Running OpenBeken devices: find, look at, set up, update, calibrate."),
    ),
    Verb(
        name="obk",
        module="plugsmith.cli.obk.group",
        summary=N_("OpenBeken's own data: its settings block, in files, chips and devices."),
    ),
)
