"""Errors about running OpenBeken devices on the network (exit 10; 5, 6, 7, 8 where those fit)."""

from __future__ import annotations

from plugsmith.errors.content import InputError, NothingFound
from plugsmith.errors.flash import TransferError, VerifyError
from plugsmith.errors.network import NetworkError
from plugsmith.errors.safety import SafetyRefusal
from plugsmith.messages import N_


class DeviceUnreachable(NetworkError):
    """No connection to the device, or no answer in time."""

    code = "PS-DEVICE-UNREACHABLE"
    what = N_("The device {host} does not answer: {problem}.")
    next_step = N_(
        "Check that it has power and is in this network; `plugsmith device scan` lists "
        "what answers."
    )


class DeviceLocked(NetworkError):
    """The device wants its web password, or another one than was given."""

    code = "PS-DEVICE-PASSWORD"
    what = N_("The device {host} wants its web password, and {problem}.")
    next_step = N_(
        "Set PLUGSMITH_DEVICE_PASSWORD, or use --password-file FILE, or answer the question."
    )


class DeviceAnswer(NetworkError):
    """What came back is not an answer that this request can have."""

    code = "PS-DEVICE-ANSWER"
    what = N_("The answer of {host} to {request} cannot be used: {problem}.")
    next_step = N_("Try again; if it stays so, restart the device and update its firmware.")


class NotOpenBeken(NetworkError):
    """Something answers there, but it is not OpenBeken."""

    code = "PS-DEVICE-NOT-OPENBEKEN"
    what = N_("{host} answers, but it is not an OpenBeken device.")
    next_step = N_("Check the address; `plugsmith device scan` lists the OpenBeken devices.")


class DeviceInSafeMode(NetworkError):
    """OpenBeken runs in safe mode: pages work, the programming interface does not."""

    code = "PS-DEVICE-SAFE-MODE"
    what = N_("The device {host} is in safe mode, where pins, drivers and commands are off.")
    why = N_("Its last starts were cut off, by power cycles or by a crash.")
    next_step = N_(
        "Leave safe mode with the button on its main page (or add --leave-safe-mode), then run "
        "this again."
    )


class DeviceRefused(NetworkError):
    """The device understood the request and declined it."""

    code = "PS-DEVICE-REFUSED"
    what = N_("The device {host} refused {request}: {problem}.")
    next_step = N_("Check the value; the firmware may be too old to know it.")


class RefusedAfterStop(DeviceRefused):
    """The first setting was refused when the drivers had been stopped for the change."""

    code = "PS-DEVICE-REFUSED-STOPPED"
    why = N_("No setting was changed. {drivers}")


class DeviceTransfer(TransferError):
    """A transfer from or to the device was shorter than it must be, after all retries."""

    code = "PS-DEVICE-TRANSFER"
    what = N_("The transfer of {name} with {host} broke: {done} of {total} bytes.")
    next_step = N_("Move the device closer to the access point and run this again.")


class DeviceNotBack(NetworkError):
    """The device did not come back after a restart."""

    code = "PS-DEVICE-NOT-BACK"
    what = N_("The device {host} did not come back within {seconds} s after its restart.")
    next_step = N_(
        "Look for it with `plugsmith device scan`: its address may have changed. "
        "If it stays away, switch its power off and on."
    )


class OtherDeviceAnswers(SafetyRefusal):
    """Another device has the address now, after a restart for example."""

    code = "PS-SAFETY-OTHER-MAC"
    what = N_("Another device answers at {host} now: its MAC is {found}, not {mac}.")
    why = N_("Nothing was written to it. Addresses may have been given out anew.")
    next_step = N_(
        "Find the right device with `plugsmith device scan` and run the same command with its "
        "new address."
    )


class HalfApplied(NetworkError):
    """A change stopped in the middle; some steps are on the device, some are not."""

    code = "PS-DEVICE-HALF-APPLIED"
    what = N_("The change of {host} stopped after {done} of {total} steps: {problem}")
    why = N_("The device holds a mixture of old and new settings now. {drivers}")
    next_step = N_("Run the same command again to finish, or go back with: {undo}")


class NotVerified(NetworkError):
    """Every step was sent; whether the device holds it all could not be read back."""

    code = "PS-DEVICE-NOT-VERIFIED"
    what = N_("All was sent to {host}, but it was not verified: {problem}")
    next_step = N_(
        "When the device answers again, run the same command: it checks, and sends only what "
        "is missing. To go back: {undo}"
    )


class ChangedMeanwhile(SafetyRefusal):
    """The device is not any more what the plan was made for; nothing was sent."""

    code = "PS-SAFETY-PLAN-OLD"
    what = N_("Nothing was sent to {host}: its settings changed after the plan was shown.")
    next_step = N_("Run the same command again; it shows the new plan.")


class ChangedByUpdate(SafetyRefusal):
    """The new firmware made other settings differ than those that were shown and asked for."""

    code = "PS-SAFETY-PLAN-UPDATED"
    what = N_("{host} runs its new firmware, its settings were not sent: {problem}.")
    why = N_("With the new firmware more differs than was shown before.")
    next_step = N_("Run the same command again; it shows what is left.")


class SettingsDiffer(VerifyError):
    """What was read back is not what was written."""

    code = "PS-DEVICE-DIFFERS"
    what = N_("The device {host} does not hold what was written: {fields}.")
    next_step = N_("Run the same command again, or go back with: {undo}")


class VersionUnchanged(VerifyError):
    """The update was transferred, but the old firmware runs."""

    code = "PS-DEVICE-OTA-UNCHANGED"
    what = N_("The update of {host} did not take: it still runs {version}.")
    why = N_("Its boot loader did not accept the file, so the old firmware stays. {files}")
    next_step = N_("Check the file with `plugsmith image info`, then try again.")


class WrongUpdate(SafetyRefusal):
    """The file is no update for this device; nothing was sent."""

    code = "PS-SAFETY-OTA"
    what = N_("Nothing was sent to {host}: {problem}.")
    next_step = N_("{remedy}")


class WrongPinDevice(SafetyRefusal):
    """The template or settings do not fit this device; nothing was written."""

    code = "PS-SAFETY-TEMPLATE"
    what = N_("Nothing was written to {host}: {problem}.")
    next_step = N_("{remedy}")


class PinNotAllowed(SafetyRefusal):
    """The pin must not be driven."""

    code = "PS-SAFETY-PIN"
    what = N_("P{gpio} is not driven: {reason}.")
    next_step = N_("Watch it as an input instead, or name it with --include-pin {gpio}.")


class PinsNotRestored(VerifyError):
    """The pin doctor could not put the pins back."""

    code = "PS-DEVICE-PINS-LEFT"
    what = N_("The pins of {host} could not be put back as they were: {problem}")
    why = N_("A restart of the device releases every pin that was tried.")
    next_step = N_("Switch its power off and on, then put the old settings back with: {undo}")


class TemplateUnusable(InputError):
    """A template or settings file that cannot be applied as it is."""

    code = "PS-INPUT-TEMPLATE"
    what = N_("{name} cannot be applied: {problem}")
    next_step = N_("{remedy}")


class PinsNotKnown(NothingFound):
    """The device's own flash tells no pins that may be written without a look at them."""

    code = "PS-FLASH-PINS"
    what = N_("The pins of this device are not known: {reason}")
    next_step = N_(
        "Nothing was erased. Find a template with `plugsmith template search`, or look at what "
        "`plugsmith dump config` finds in the backup and save it as a template; or flash without "
        "pins and find them on the running device with `plugsmith device pins`."
    )


class NoMeter(NothingFound):
    """No metering driver runs on the device."""

    code = "PS-DEVICE-NO-METER"
    what = N_("The device {host} measures no power: no metering driver runs.")
    next_step = N_(
        "Apply a template with the metering chip first and restart the device; a BL0937 needs the "
        "roles BL0937CF, BL0937CF1 and BL0937SEL."
    )


class CalibrationUnsound(SafetyRefusal):
    """The readings do not allow a calibration; nothing was changed."""

    code = "PS-SAFETY-CALIBRATION"
    what = N_("The device {host} was not calibrated: {problem}.")
    next_step = N_("{remedy}")


class CalibrationNotKept(VerifyError):
    """The stored factors are not those that were wanted."""

    code = "PS-DEVICE-CALIBRATION-DIFFERS"
    what = N_("The factor for {quantity} of {host} is {found}, wanted was {wanted}.")
    next_step = N_("Use a larger, steady load and run this again, or go back with: {undo}")


class UndoMissing(NothingFound):
    """There is no stored undo for this device."""

    code = "PS-DEVICE-NO-UNDO"
    what = N_("No stored change of {host} can be undone.")
    next_step = N_(
        "A folder of `plugsmith device backup` holds older settings and files: "
        "plugsmith device restore {host} FOLDER"
    )


class UndoElsewhere(SafetyRefusal):
    """A stored change has this MAC but was made at another address."""

    code = "PS-SAFETY-UNDO"
    what = N_("The stored change was made at {other}, not at {host}, and both have one MAC.")
    why = N_("{problem}")
    next_step = N_(
        "Undo it at the address where it was made, or go back with a folder of `plugsmith device "
        "backup`: plugsmith device restore {host} FOLDER"
    )


class NoDevices(NothingFound):
    """The scan found no device at all."""

    code = "PS-DEVICE-NONE-FOUND"
    what = N_("No OpenBeken device was found in {range}.")
    next_step = N_(
        "Check that this computer is in the same network; a new device opens its own Wi-Fi "
        "network and answers there at 192.168.4.1."
    )


class SettingUnusable(InputError):
    """A setting for the configuration block that cannot be stored."""

    code = "PS-INPUT-SETTING"
    what = N_("The setting {name} cannot be used: {problem}.")
    next_step = N_("docs/openbeken-config.md lists the settings and what they take.")


class UpdateBroken(TransferError):
    """The upload of an update did not come to its end."""

    code = "PS-DEVICE-OTA-BROKEN"
    what = N_("The update of {host} broke off after {done} of {total} bytes: {problem}")
    why = N_(
        "The device still has its old firmware, but it may hang until its power is cut. {files}"
    )
    next_step = N_("Switch its power off and on, then run the same command again.")


class UpdateUnusable(InputError):
    """The file is no update that any device could take."""

    code = "PS-INPUT-UPDATE"
    what = N_("{name} is no update for OpenBeken over the network: {problem}.")
    next_step = N_(
        "Take the .rbl file of the release (`plugsmith image fetch`), or make one of a flash "
        "image: `plugsmith image convert FILE --to ota -o update.rbl`."
    )


class UpdateMissing(NothingFound):
    """No update for this chip and build was fetched yet."""

    code = "PS-DEVICE-NO-UPDATE"
    what = N_("No update for {chip} ({variant}) is among the fetched releases.")
    why = N_("The file that it takes is {file}.")
    next_step = N_(
        "Add --download, fetch it while you are online (`plugsmith image fetch --asset {file}`), "
        "or name a file that you have."
    )


class NoDataPoints(NothingFound):
    """The serial MCU of a device said nothing while it was listened to."""

    code = "PS-DEVICE-NO-POINTS"
    what = N_("Nothing was heard from the serial MCU of {host} in {seconds} seconds.")
    why = N_("It may talk at another speed, or its lines are not those of the driver.")
    next_step = N_(
        "Operate the device meanwhile, or try `plugsmith device command {host} "
        '"tuyaMcu_setBaudRate 115200"`.'
    )


class BackupUnusable(InputError):
    """A folder that is no whole backup of a running device."""

    code = "PS-INPUT-DEVICE-BACKUP"
    what = N_("{name} cannot be used as a backup: {problem}.")
    next_step = N_("Choose another folder; `plugsmith device list` names the last backups.")


class RollUnusable(InputError):
    """The list of wanted devices cannot be used as it is."""

    code = "PS-INPUT-ROLL"
    what = N_("The roll {name} cannot be used: {problem}.")
    next_step = N_("docs/device.md shows a roll; `plugsmith device roll init` writes one.")


class NotInRoll(NothingFound):
    """No device of the roll was found."""

    code = "PS-DEVICE-NOT-IN-ROLL"
    what = N_("No device of the roll {name} answers.")
    next_step = N_("Say where to look: a range such as 192.168.1.0/24, or `scan`.")
