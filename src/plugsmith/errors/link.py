"""Errors about reaching the chip's boot code (exit 4), and of programs that reach other chips."""

from __future__ import annotations

from plugsmith.errors.base import ExitCode, PlugsmithError
from plugsmith.errors.port import PortError
from plugsmith.messages import N_


class LinkError(PlugsmithError):
    """The chip cannot be reached over a port that works."""

    exit_code = ExitCode.NO_LINK


class NoAnswer(LinkError):
    """No boot code answered in time; `heard` names what came instead."""

    code = "PS-LINK-TIMEOUT"
    what = N_("The chip did not answer on {port} within {seconds:.0f} s.")
    why = N_("{heard_text}")
    next_step = N_("{remedy}")


class NobodyAnswers(LinkError):
    """Several adapters were asked, and on none of them a boot code answered."""

    code = "PS-LINK-NOBODY"
    what = N_("No chip answers on any of {count} adapters:\n{listed}\n")
    next_step = N_(
        "Connect CEN of your chip to GND for a moment while its adapter is asked, or name the port "
        "with --port."
    )


class NetworkSlow(LinkError):
    """Answers arrive later than the boot code waits for the next request."""

    code = "PS-LINK-SLOW"
    what = N_("The network to {port} is too slow: an answer takes {ms} ms.")
    why = N_("The chip answers, but more than {most} ms cannot be bridged.")
    next_step = N_("Run Plugsmith on the computer that has the adapter, or get a faster way to it.")


class LinkLost(LinkError):
    """The chip answered before and does not any more, and linking again failed."""

    code = "PS-LINK-LOST"
    what = N_("The chip on {port} stopped answering.")
    why = N_("It was reset, lost power, or hangs.")
    next_step = N_(
        "Check the 3.3 V supply and the wires, then run the same command again and reset the chip "
        "when you are asked to."
    )


class UnknownBootCode(LinkError):
    """Something speaks the protocol, but it is no chip that Plugsmith supports."""

    code = "PS-LINK-UNSUPPORTED"
    what = N_("The chip on {port} answers, but Plugsmith does not support it ({found}).")
    next_step = N_("Please report what `plugsmith info --json` prints, so that it can be added.")


class OtherDevice(LinkError):
    """Another device answers than the one that the run began with."""

    code = "PS-LINK-OTHER-DEVICE"
    what = N_("Another device answers on {port} now than before: {difference}.")
    why = N_("Nothing of the first device was written to it.")
    next_step = N_(
        "Connect the device that this run began with and run the same command again; what was "
        "interrupted on it is still known. For the other device run the command anew."
    )


class OtherDeviceWritten(OtherDevice):
    """It was seen when another program was writing already, or had written."""

    code = "PS-VIA-OTHER-DEVICE"
    why = N_("The write had begun before that was seen, so both may have got some of it.")
    next_step = N_(
        "Connect the device that this run began with and run the same command again; check the "
        "other one too."
    )


class NotAProgrammer(PortError):
    """What is behind the port does not speak serprog, or cannot do SPI."""

    code = "PS-SPI-ADAPTER"
    what = N_("The port {port} does not answer as a serprog programmer: {problem}.")
    next_step = N_(
        "Check that the adapter runs a serprog firmware (pico-serprog for example) and that no "
        "other program uses it."
    )


class NotInFlashMode(LinkError):
    """The chip does not give its flash to the pins; `heard_text` says what came instead."""

    code = "PS-SPI-ENTRY"
    what = N_("The flash did not answer on {port} after {tries} tries.")
    why = N_("{heard_text}")
    next_step = N_("{remedy}")


class NoBootCode(PlugsmithError):
    """No boot loader for this chip was found that could be put back."""

    code = "PS-SPI-NO-LOADER"
    exit_code = ExitCode.NOTHING_FOUND
    what = N_("No sound boot loader for {chip} was found.")
    why = N_("Looked for in the backups of this device, in the library and in --image.")
    next_step = N_(
        "Give one with --image: a full backup of a device with the same chip, or the QIO image of "
        "OpenBeken for {chip}. The backup that was made is kept."
    )


class NotOverSpi(PlugsmithError):
    """What was asked for needs the chip's processor, which is switched off over SPI."""

    code = "PS-SPI-UART-ONLY"
    exit_code = ExitCode.USAGE
    what = N_("This is not possible over SPI: {problem}.")
    next_step = N_("Connect the download UART and name its port.")


class BridgeError(PlugsmithError):
    """Another program did not do its work."""

    exit_code = ExitCode.TRANSFER


class ProgramMissing(BridgeError):
    """The program is not installed."""

    code = "PS-VIA-MISSING"
    exit_code = ExitCode.USAGE
    what = N_("The program {program} is not installed, or not on the search path.")
    next_step = N_("To install it: {install}")


class ProgramTooOld(BridgeError):
    """It does not know a word that we say to it, so it did nothing."""

    code = "PS-VIA-TOO-OLD"
    exit_code = ExitCode.USAGE
    what = N_("The installed {program} does not understand what Plugsmith asks of it: {said}")
    next_step = N_(
        "It is another version than the one that is known here. To install that: {install}"
    )


class ProgramFailed(BridgeError):
    """It ended without success; `said` are its last lines."""

    code = "PS-VIA-FAILED"
    what = N_("{program} did not finish: {end}.")
    why = N_("Its last words: {said}")
    next_step = N_(
        "Check the wires and put the chip into its boot mode anew: a run that was cut leaves it at "
        "another speed. `plugsmith doctor` says what is there."
    )


class NothingRead(BridgeError):
    """It said that all is well, and the file is missing, empty, or one byte over and over."""

    code = "PS-VIA-NOTHING"
    what = N_("{program} gave no flash content: {size} bytes, and nothing in them.")
    next_step = N_("Nothing was kept. Check the wires, reset the chip, and run it again.")


class NotWholeRead(BridgeError):
    """The file is shorter or longer than the flash that the program found."""

    code = "PS-VIA-SIZE"
    what = N_("{program} gave {size} bytes, but the whole flash has {whole}.")
    next_step = N_(
        "Nothing was kept. Look whether settings of that program limit what it reads (its "
        "environment, its configuration file), and run it again."
    )


class ReadsDiffer(BridgeError):
    """Two reads of the same flash are not the same."""

    code = "PS-VIA-DIFFERS"
    exit_code = ExitCode.VERIFY
    what = N_(
        "Two reads differ from address 0x{at:06X} on ({first} and {second} bytes), so neither is a "
        "backup."
    )
    next_step = N_("Nothing was kept. Use shorter wires or a slower speed, and run it again.")


class ViaNotVerified(BridgeError):
    """What another program wrote, read again, is not what should be there."""

    code = "PS-VIA-NOT-VERIFIED"
    exit_code = ExitCode.VERIFY
    what = N_(
        "{program} said that it is done, but the flash does not hold what it should. Sectors that "
        "differ: {count}, the first at {first}."
    )
    next_step = N_("Run the same command again. To go back instead: {undo}")


class ViaBackupGiven(BridgeError):
    """`restore` was given a flash that another program read from another maker's chip."""

    code = "PS-VIA-BACKUP"
    exit_code = ExitCode.BAD_INPUT
    what = N_("{name} is the flash of the chip {chip}, which {program} read.")
    why = N_(
        "Only that program writes to such a chip; `restore` knows the chips of OpenBeken alone."
    )
    next_step = N_("Put it back with: {command}")
